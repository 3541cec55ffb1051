"""Reading a tagged PDF the way a screen reader does: structure element → marked content → Unicode."""

import re
from typing import Any, Final

import pikepdf

_PAIR: Final = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f ]+)>")
_RANGE: Final = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION: Final = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)


class Reader:
    """The text of each marked content of each page, decoded once."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._marked: dict[tuple[tuple[int, int], int], str] = {}
        for page in document.pages:
            fonts = {
                name: _unicode(font)
                for name, font in page.obj.Resources.get("/Font", pikepdf.Dictionary()).items()
            }
            for number, text in _marked(page, fonts).items():
                self._marked[(page.obj.objgen, number)] = text

    def text(self, element: Any) -> str:
        """What an element of the structure says: its /ActualText, else its marked content."""
        if "/ActualText" in element:
            return str(element.ActualText)
        held = element.get("/K")
        children = list(held) if isinstance(held, pikepdf.Array) else [held]
        page = element.get("/Pg")
        return "".join(
            self._marked.get((page.objgen, int(child)), "")
            for child in children
            if page is not None and not isinstance(child, pikepdf.Dictionary | pikepdf.Array)
        )


def _marked(page: pikepdf.Page, fonts: dict[str, dict[int, str]]) -> dict[int, str]:
    """Marked-content number → text."""
    found: dict[int, str] = {}
    open_: list[int | None] = []
    font: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        operator = instruction.operator
        match str(operator):
            case "BDC" | "BMC":
                held = operands[1] if len(operands) > 1 else None
                number = held.get("/MCID") if isinstance(held, pikepdf.Dictionary) else None
                open_.append(int(number) if number is not None else None)
            case "EMC":
                open_.pop()
            case "Tf":
                font = fonts.get(str(operands[0]), {})
            case "Tj" | "TJ":
                current = next((number for number in reversed(open_) if number is not None), None)
                if current is not None:
                    found[current] = found.get(current, "") + _decoded(operands[0], font)
    return found


def _decoded(shown: Any, font: dict[int, str]) -> str:
    parts = list(shown) if isinstance(shown, pikepdf.Array) else [shown]
    text = ""
    for part in parts:
        if isinstance(part, pikepdf.String):
            raw = bytes(part)
            text += "".join(
                font.get(int.from_bytes(raw[at : at + 2], "big"), "\N{REPLACEMENT CHARACTER}")
                for at in range(0, len(raw), 2)
            )
    return text


def _unicode(font: Any) -> dict[int, str]:
    """Glyph code → text, of a font's ToUnicode map."""
    found: dict[int, str] = {}
    if "/ToUnicode" not in font:
        return found
    for kind, body in _SECTION.findall(font.ToUnicode.read_bytes()):
        if kind == b"bfchar":
            found |= {int(code, 16): _text(text) for code, text in _PAIR.findall(body)}
        else:
            for first, last, text in _RANGE.findall(body):
                start = ord(_text(text))
                found |= {
                    code: chr(start + code - int(first, 16))
                    for code in range(int(first, 16), int(last, 16) + 1)
                }
    return found


def _text(hexadecimal: bytes) -> str:
    return bytes.fromhex(hexadecimal.decode().replace(" ", "")).decode("utf-16-be")
