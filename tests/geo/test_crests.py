"""Crests are taken in only as flat vector shapes."""

from pathlib import Path

import pytest

from geo.loading import crests
from geo.loading.records import At, Problems

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
PNG_100_MEGAPIXELS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00'\x10\x00\x00'\x10\x08\x02\x00\x00\x00"


def _read(folder: Path, content: bytes, name: str = "crest.svg") -> tuple[str | None, str]:
    (folder / name).write_bytes(content)
    problems = Problems()
    found = crests.read(At(problems, "commune.toml"), folder, name)
    return found, " ".join(str(problem) for problem in problems.found)


def test_flat_shapes_are_taken(tmp_path: Path) -> None:
    drawing = (
        f'{HEAD}<g fill="#97391a"><path d="M0 0h5v5z"/><circle cx="5" cy="5" r="2" fill="none"/></g></svg>'
    )

    found, problems = _read(tmp_path, drawing.encode())

    assert problems == ""
    assert found is not None and 'd="M0 0h5v5z"' in found


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PNG_100_MEGAPIXELS, "no SVG"),
        (b"", "no SVG"),
        (f"{HEAD}<script>alert(1)</script></svg>".encode(), "<script>"),
        (f'{HEAD}<path onload="alert(1)" d="M0 0"/></svg>'.encode(), "onload"),
        (f'{HEAD}<image href="http://elsewhere.example/x.png"/></svg>'.encode(), "<image>"),
        (f"{HEAD}<foreignObject/></svg>".encode(), "<foreignObject>"),
        (f'{HEAD}<path style="fill:url(#x)" d="M0 0"/></svg>'.encode(), "style"),
        (f'{HEAD}<path fill="url(#x)" d="M0 0"/></svg>'.encode(), "fill"),
        (f'{HEAD}<path fill="javascript:1" d="M0 0"/></svg>'.encode(), "fill"),
        (f"{HEAD}<text>x</text></svg>".encode(), "<text>"),
        (b'<!DOCTYPE svg [<!ENTITY x "y">]><svg/>', "DOCTYPE"),
        (f"{HEAD}<path".encode(), "well-formed"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (b"<html/>", "<svg>"),
        ((HEAD + "<g/>" * 3001 + "</svg>").encode(), "elements"),
        ((HEAD + '<path d="' + "M0 0" * 60_000 + '"/></svg>').encode(), "bytes"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(tmp_path: Path, content: bytes, told: str) -> None:
    found, problems = _read(tmp_path, content)

    assert found is None
    assert "crest.svg" in problems and told in problems


@pytest.mark.parametrize("name", ["../crest.svg", "/etc/hostname", ".hidden", "a/b.svg", "absent.svg", 7])
def test_only_files_of_the_folder_are_read(tmp_path: Path, name: object) -> None:
    problems = Problems()

    assert crests.read(At(problems, "commune.toml"), tmp_path, name) is None
    assert len(problems.found) == 1
