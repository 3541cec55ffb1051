"""Texts as a table (CSV) for agencies that work in a spreadsheet, and read back.

UTF-8 with a byte order mark, so that spreadsheets know it. A cell that a spreadsheet would take for a formula
gets an apostrophe before it, which is taken off again on the way back.
"""

import csv
import io
from collections.abc import Sequence
from typing import Final

from core.errors import Invalid
from geo.translating.exchange import LARGEST_BYTES, MOST, Coming, Going
from geo.vocabulary import N_

COLUMNS: Final = ("id", "context", "source", "target", "state", "terms", "source_hash")
NEEDED: Final = ("id", "source", "target")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def written(units: Sequence[Going], source: str, target: str) -> bytes:
    """A table of units; `target` in the first line of its column tells the language."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([f"{name} {target}" if name == "target" else name for name in COLUMNS])
    for each in units:
        listed = "; ".join(f"{term.term} → {term.form}" for term in each.terms)
        cells = (each.id, each.name, each.source, each.target or "", each.state, listed, each.hash)
        rows.writerow([harmless(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) or (cell[:1] == "'" and _plain(cell) != cell) else cell


def _plain(cell: str) -> str:
    """The cell as it was."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("'", *FORMULA) else cell


def read(data: bytes, target: str) -> list[Coming]:
    """The units of a table that came back for a language. Raises Invalid, with what is wrong."""
    if len(data) > LARGEST_BYTES:
        raise Invalid("file", N_("The file is too large."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("file", N_("The file must be in UTF-8.")) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error:
        raise Invalid("file", N_("The table cannot be read.")) from None
    names = [cell.strip().split(" ")[0] for cell in lines[0]] if lines else []
    if not set(NEEDED) <= set(names):
        raise Invalid("file", N_("The table needs the columns id, source and target."))
    if lines[0][names.index("target")].strip() not in ("target", f"target {target}"):
        raise Invalid("file", N_("The file is for another language."))
    if len(lines) - 1 > MOST:
        raise Invalid("file", N_("The file has more than %(most)s texts."), most=MOST)
    if len(lines) < 2:
        raise Invalid("file", N_("There is no text in this file."))
    return [_coming(dict(zip(names, line, strict=False))) for line in lines[1:]]


def _coming(line: dict[str, str]) -> Coming:
    def said(name: str) -> str:
        return _plain(line.get(name, "").replace("\r\n", "\n"))

    return Coming(said("id").strip(), said("source"), said("target"), said("source_hash").strip())
