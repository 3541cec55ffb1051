"""Recordings are told by what is in the file, and refused with a reason."""

import os

import pytest

from core import sounds
from core.errors import Invalid
from tests.recorded import boxes, tone


@pytest.mark.parametrize(
    ("data", "suffix", "seconds"),
    [(tone(2, "MP3"), "mp3", 2), (tone(2, "OGG"), "ogg", 2), (boxes(3), "m4a", 3)],
)
def test_the_kinds_that_browsers_play(data: bytes, suffix: str, seconds: float) -> None:
    sound = sounds.checked(data)

    assert sound.suffix == suffix
    assert sound.seconds == pytest.approx(seconds, abs=0.15)


def test_a_tag_before_the_sound_does_no_harm() -> None:
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 8, 0]) + bytes(1024)

    assert sounds.checked(tag + tone()).suffix == "mp3"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a sound at all",
        tone(1, "WAV"),
        boxes(3, film=True),
        b"<html><audio src=x></html>" * 100,
        b"\xff\xfb\x90\x00" + bytes(2000),
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
        b"OggS" + bytes(24) + b"OpusHead",
        tone()[:300],
        os.urandom(4000),
    ],
    ids=["nothing", "words", "wav", "film", "page", "one frame", "only a tag", "only a head", "cut", "noise"],
)
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="no recording that can be played"):
        sounds.checked(data)


def test_too_much_is_refused_with_the_bound() -> None:
    with pytest.raises(Invalid, match="at most 8 MB"):
        sounds.checked(bytes(sounds.LARGEST_BYTES + 1))
    with pytest.raises(Invalid, match="at most 15 minutes"):
        sounds.checked(boxes(16 * 60))


def test_a_recording_that_tells_its_place_is_refused() -> None:
    with pytest.raises(Invalid, match="where it was made"):
        sounds.checked(boxes(3) + b"\0\0\0\x20udta\xa9xyz+30.4700-008.8800/")
