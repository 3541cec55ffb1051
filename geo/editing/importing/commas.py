"""CSV as spreadsheets write it: UTF-8 or the code pages of Windows, commas, semicolons or tabs."""

import csv
import io
import re
from typing import Any, Final

from geo.editing.importing.tables import Given, Said, Table, bad, bounded, headed, measured, row
from geo.loading.records import quoted
from geo.vocabulary import N_

SEPARATORS: Final = (";", "\t", ",")
_ARABIC: Final = re.compile("[\u0621-\u064a]{3}")
"""Three Arabic letters in a row: French never comes out so in the Arabic code page."""


def read(data: bytes) -> Table:
    """The rows below the line of headings. Raises Invalid; a row with too many cells says so itself."""
    text, encoding = decoded(data)
    if "\0" in text:
        raise bad(N_("This is no CSV file: it holds bytes that are no text."))
    separator = _separator(text)
    measured(0, text.count(separator) + text.count("\n") + text.count("\r"))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns, rows = _rows(lines)
    except csv.Error as why:
        raise bad(
            N_("This CSV file cannot be read at line %(line)s: %(why)s"),
            line=lines.line_num,
            why=quoted(str(why)),
        ) from None
    bounded(len(rows), len(columns))
    sign = {"\t": "tab"}.get(separator, separator)
    said = N_("Read as %(encoding)s with the separator “%(separator)s”.")
    return Table("csv", columns, rows, [Said(None, said, {"encoding": encoding, "separator": sign})])


def _rows(lines: Any) -> tuple[list[str], list[Given]]:
    columns: list[str] = []
    rows: list[Given] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            bounded(1, len(cells))
            columns = headed(cells)
            continue
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if cell.strip()}
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            wrong = Said(None, N_("has more cells than there are headings: is a separator in a text?"))
            rows.append(Given(lines.line_num, None, {}, None, wrong))
        else:
            rows.append(row(lines.line_num, None, given))
        bounded(len(rows), len(columns))
    return columns, rows


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and what its encoding is called. Invalid for bytes that are none of those known."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes = [("utf-16", "UTF-16")]
    else:
        page = ("cp1256", "Windows-1256") if _is_arabic(data) else ("cp1252", "Windows-1252")
        codes = [("utf-8-sig", "UTF-8"), page]
    for code, name in codes:
        try:
            return data.decode(code), name
        except UnicodeDecodeError:
            continue
    raise bad(N_("The encoding of this file is not known: save it as “CSV UTF-8”."))


def _is_arabic(data: bytes) -> bool:
    return bool(_ARABIC.search(data.decode("cp1256", errors="replace")))


def _separator(text: str) -> str:
    """The one that stands most often in the line of headings, outside quotation marks."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    bare = re.sub('"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count)
