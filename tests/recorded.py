"""Real recordings for tests, made on the spot: a tone as MP3 or as Opus in Ogg, and the boxes of an M4A."""

import io
import struct

import numpy as np
import soundfile

RATE = 24_000


def tone(seconds: float = 2.0, kind: str = "MP3") -> bytes:
    """A quiet tone; kind is MP3, OGG (Opus) or WAV."""
    wave = 0.1 * np.sin(2 * np.pi * 440 * np.arange(int(RATE * seconds)) / RATE)
    file = io.BytesIO()
    soundfile.write(file, wave, RATE, format=kind, subtype="OPUS" if kind == "OGG" else None)
    return file.getvalue()


def boxes(seconds: int = 3, *, film: bool = False) -> bytes:
    """An M4A as far as its header goes (ISO/IEC 14496-12); with the header of a picture track, a film."""
    header = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80))
    sample = bytes(6) + struct.pack(">HIIHHIHH", 1, 0, 0, 1, 16, 0, RATE, 0)
    aac = bytes([4, 17, 0x40, 0x15, 0, 0, 0]) + struct.pack(">II", 64_000, 64_000) + bytes([5, 2, 0x13, 0x08])
    coded = _box(b"esds", bytes(4) + bytes([3, 3 + len(aac), 0, 1, 0]) + aac)
    described = _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"mp4a", sample + coded))
    media = _box(b"minf", (_box(b"vmhd", bytes(12)) if film else b"") + _box(b"stbl", described))
    track = _box(b"trak", _box(b"mdia", media))
    return _box(b"ftyp", b"M4A \0\0\0\0M4A ") + _box(b"moov", header + track) + _box(b"mdat", bytes(400))


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body
