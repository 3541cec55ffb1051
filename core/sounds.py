"""Recordings of speech: told apart by what is in the file, measured, and refused with a reason.

Files are kept as they came. Three kinds that browsers play: MP3 everywhere, M4A nearly so, Opus in Ogg where
the browser is of 2024 or newer.
"""

import io
from dataclasses import dataclass
from typing import Final

from tinytag import TinyTag, TinyTagException

from core.errors import Invalid

LARGEST_BYTES: Final = 8 * 1024 * 1024
LONGEST_S: Final = 15 * 60
SHORTEST_S: Final = 0.3
KINDS: Final = {"mp3": "audio/mpeg", "ogg": "audio/ogg", "m4a": "audio/mp4"}
"""Suffix of the address → media type."""
_PLACE: Final = (b"\xa9xyz", b"com.apple.quicktime.location")
"""Where phones write the place of a recording."""
_FRAMES: Final = 4
"""MPEG frames that must follow one another: by chance two may seem to, four do not."""
_BITRATES: Final = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Layer III, in kbit/s, of MPEG 1 (3) and of MPEG 2 and 2.5. Source: ISO/IEC 11172-3 and 13818-3, 2.4.2.3."""
_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True)
class Sound:
    """What a file holds: its suffix (a key of KINDS) and how long it is, in seconds."""

    suffix: str
    seconds: float


def checked(data: bytes, field: str = "file") -> Sound:
    """What the recording is; Invalid says why it is none that can be taken."""
    if len(data) > LARGEST_BYTES:
        raise Invalid(field, "This recording is too large: at most %(most)s MB.", most=LARGEST_BYTES // 2**20)
    suffix = _suffix(data)
    seconds = _seconds(data) if suffix else 0.0
    if not suffix or seconds < SHORTEST_S:
        raise Invalid(field, "This is no recording that can be played: send an MP3, M4A or Ogg Opus file.")
    if seconds > LONGEST_S:
        raise Invalid(field, "This recording is too long: at most %(most)s minutes.", most=LONGEST_S // 60)
    if any(mark in data for mark in _PLACE):
        raise Invalid(
            field, "This recording tells where it was made. Save it without its place and send it again."
        )
    return Sound(suffix, seconds)


def _suffix(data: bytes) -> str:
    """By content; the name of a file says nothing. Empty for what is none of KINDS."""
    if data[:4] == b"OggS" and b"OpusHead" in data[:64]:
        return "ogg"
    # A film may hold the same sound: a box vmhd is the header of a picture track (ISO/IEC 14496-12, 12.1.2).
    if data[4:8] == b"ftyp" and b"mp4a" in data and b"vmhd" not in data:
        return "m4a"
    return "mp3" if _is_mpeg(data) else ""


def _seconds(data: bytes) -> float:
    try:
        return TinyTag.get(file_obj=io.BytesIO(data), tags=False).duration or 0.0
    except TinyTagException:
        return 0.0


def _is_mpeg(data: bytes) -> bool:
    """Whether frames of MPEG Layer III begin where the file says, each where the one before it ends."""
    at = 0
    if data[:3] == b"ID3" and len(data) > 10:
        # The size of the tag has seven bits a byte (ID3v2.4.0, section 6.2); encoders may pad behind it.
        at = 10 + sum((byte & 127) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        while at < len(data) and data[at] == 0:
            at += 1
    for _ in range(_FRAMES):
        length = _frame_length(data[at : at + 4])
        if not length:
            return False
        at += length
    return at <= len(data)


def _frame_length(header: bytes) -> int:
    """Bytes of the frame that begins with this header of four; 0 for what is no header of Layer III."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kbits = _BITRATES[3 if version == 3 else 2][bitrate - 1]
    samples = 144 if version == 3 else 72
    return samples * kbits * 1000 // _RATES[version][rate] + (header[2] >> 1 & 1)
