"""The ends of days, kept in a file beside the database: a chain made anew from some day on differs."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from core.trail.reading import Head

FILE: Final = "heads"
"""Under FILES_DIR; one day a line, only ever added to."""
_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\d):(\d{1,18}):([0-9a-f]{64})")


def read(line: str) -> Head:
    """A head as it was published, DAY:NUMBER:HASH. Raises ValueError."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"A head is DAY:NUMBER:HASH, as /audit/head tells it, not {line[:80]!r}.")
    return Head(date.fromisoformat(found[1]), int(found[2]), found[3])


def kept(files: Path) -> Sequence[Head]:
    """Those in the file; a last line that was cut off by a power cut is none."""
    path = files / FILE
    if not path.exists():
        return []
    whole, _, _ = path.read_text(encoding="ascii").rpartition("\n")
    return [read(line) for line in whole.splitlines()]


def keep(files: Path, heads: Iterable[Head]) -> int:
    """Add the days that the file does not have; how many. What it says of a day stays."""
    known = {head.day for head in kept(files)}
    fresh = sorted((head for head in heads if head.day not in known), key=lambda head: head.day)
    if fresh:
        files.mkdir(parents=True, exist_ok=True)
        with (files / FILE).open("a", encoding="ascii") as file:
            file.write("".join(f"{head}\n" for head in fresh))
    return len(fresh)
