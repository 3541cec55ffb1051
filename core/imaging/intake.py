"""Uploaded pictures: read in a process of their own, handed back as pixels written anew, or refused."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, Final

from core.errors import Invalid, Unavailable
from core.imaging.limits import LARGEST_BYTES, NOT_READ, PATIENCE_S, REFUSALS, VALUES
from core.settings import PROJECT

AT_ONCE: Final = BoundedSemaphore(1)
"""One picture at a time in each server process: their memory adds up otherwise."""
CHILD: tuple[str, ...] = ("-m", "core.imaging.child")
QUEUE_S: Final = 60
"""For those before to be done, in seconds."""
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV")
"""Of the environment: passwords and keys are not for a process that reads what strangers send."""


@dataclass(frozen=True)
class Cleaned:
    """A picture that was taken, upright, without anything that stood beside its pixels."""

    sha256: str
    """Of its pixels: the same photograph is the same picture."""
    width: int
    height: int
    colour: str
    """Its average, as six hexadecimal digits."""
    files: Mapping[str, bytes]
    """Name → content: the master without loss, and what the desk shows at once."""
    peak_kb: int
    """Memory that it took to read, in kilobytes."""


def cleaned(data: bytes, field: str = "file") -> Cleaned:
    """The picture, cleaned. Invalid says why it is refused; Unavailable if too many are being read."""
    if len(data) > LARGEST_BYTES:
        raise _refused("bytes", field)
    if not AT_ONCE.acquire(timeout=QUEUE_S):
        raise Unavailable("Many pictures are being read just now. Please try again in a minute.")
    try:
        status, answer = _asked(data)
    finally:
        AT_ONCE.release()
    head, _, rest = answer.partition(b"\n")
    if status in (-signal.SIGXCPU, -signal.SIGKILL) and not head:
        raise _refused("time", field)
    try:
        told: dict[str, Any] = json.loads(head)
    except ValueError:
        # It died of the picture, in a library's C code or without memory.
        raise _refused("broken", field) from None
    if "refused" in told:
        raise _refused(told["refused"], field)
    files, at = {}, 0
    for name, size in told["files"]:
        files[name] = rest[at : at + size]
        at += size
    if at != len(rest):
        raise _refused("broken", field)
    return Cleaned(told["sha256"], told["width"], told["height"], told["colour"], files, told["peak_kb"])


def _asked(data: bytes) -> tuple[int, bytes]:
    """Exit status and answer of the process that reads it."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            (sys.executable, *CHILD),
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            cwd=PROJECT,
            env={**environment, "OMP_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL, b""
    return done.returncode, done.stdout


def _refused(why: str, field: str) -> Invalid:
    message = REFUSALS.get(why, REFUSALS[NOT_READ])
    values = {name: value for name, value in VALUES.items() if f"%({name})s" in message}
    return Invalid(field, message, **values)
