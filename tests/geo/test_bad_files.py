"""Files that are no JSON, or not the JSON they seem to be."""

from pathlib import Path

import pytest

from tests.geo.test_bad_folders import problems_of
from tests.geo.tiny import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder, to be spoilt."""
    return Town(tmp_path / "tiny")


RAW: dict[str, tuple[bytes, str]] = {
    "no JSON": (b'{"type": "FeatureCollection", "features": [', "line 1, column"),
    "not UTF-8": ('{"é": 1}'.encode("latin-1"), "is not UTF-8"),
    "twice": (b'{"type": "FeatureCollection", "type": "x"}', "stands twice in one object"),
    "NaN": (b'{"type": "FeatureCollection", "features": NaN}', "NaN is no number"),
    "deep": (b"[" * 200_000, "not valid JSON"),
    "a list": (b"[]", "not a GeoJSON FeatureCollection"),
    "a long number": (b'{"a": ' + b"9" * 10_000 + b"}", "not valid JSON"),
    "empty": (b"", "line 1, column 1"),
}


@pytest.mark.parametrize("case", RAW)
def test_a_file_that_is_no_geojson_is_told(town: Town, case: str) -> None:
    body, words = RAW[case]
    path = town.write()
    (path / "walls.geojson").write_bytes(body)
    found = problems_of(path)

    assert [each.file for each in found] == ["walls.geojson"]
    assert words in found[0].message
