"""Input that a reader of JSON or TOML lets through and that would fail later: told like any other problem."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, Select, column, select, text
from sqlalchemy.orm import Session

from geo.loading import folder as loading
from geo.loading.bulk import among
from geo.loading.records import BadFolder
from tests.geo.test_bad_folders import problems_of
from tests.geo.tiny import LAT, LON, Town, point

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RING = [[LON, LAT], [LON + 0.01, LAT], [LON + 0.01, LAT + 0.01], [LON, LAT]]
SOURCE = '\n[[sources]]\nid = "a"\ntitle = "t"\nlicence = "l"\n'
FACT = '\n[[facts]]\nid = "a"\nvalue = 1\nunit = "households"\nyear = 2024\nsource = "s"\n'


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder, to be spoilt."""
    return Town(tmp_path / "tiny")


def _set(**properties: Any) -> Callable[[Town], None]:
    return lambda town: town.gate["properties"].update(properties)


def _shape(kind: Any, coordinates: Any) -> Callable[[Town], None]:
    return lambda town: town.gate.update(geometry={"type": kind, "coordinates": coordinates})


def _config(before: str, after: str) -> Callable[[Town], None]:
    def spoil(town: Town) -> None:
        assert before in town.config
        town.config = town.config.replace(before, after)

    return spoil


def _more(toml: str) -> Callable[[Town], None]:
    def spoil(town: Town) -> None:
        town.config += toml

    return spoil


def _stop(stop: Any) -> Callable[[Town], None]:
    return lambda town: town.routes[0]["stops"].__setitem__(1, stop)


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


GATE = ("monuments.geojson", "gate")
TOML = ("commune.toml", None)
WALK = ("routes.json", "walk")
SPOILT: dict[str, tuple[Callable[[Town], None], tuple[str, str | None], str | None, str]] = {
    "long integer": (_set(error_m=10**400), GATE, "error_m", "must be finite"),
    "long longitude": (_shape("Point", [10**400, LAT]), GATE, "geometry", "must be in degrees"),
    "long entrance": (_set(entrance=[10**400, LAT]), GATE, "entrance", "must be in degrees"),
    "deep attributes": (_set(attributes={"a": _nested(500)}), GATE, "attributes", "20 levels"),
    "type no text": (_shape(["Point"], [LON, LAT]), GATE, "geometry", "has the type"),
    "area without ring": (_shape("MultiPolygon", [[RING], []]), GATE, "geometry", "at least one ring"),
    "unseen name": (_set(names={"fr": "\u200b"}), GATE, "names.fr", "is empty"),
    "state of nothing": (_set(texts_state={"sumary": {}}), GATE, "texts_state.sumary", "mean summary"),
    "cursor moved": (_set(**{"\x1b[2J": 1}), GATE, "\ufffd[2J", "unknown property"),
    "no properties": (lambda town: town.gate.update(properties=[]), GATE, "properties", "an object"),
    "stop no object": (_stop(5), WALK, "stops[2]", "an object"),
    "stop of lists": (_stop({"layer": "monuments", "id": ["x"]}), WALK, "stops[2].id", "there is no"),
    "stop twice": (_stop({"layer": "monuments", "id": "gate"}), WALK, "stops[2]", "the same as"),
    "file with NUL": (_config("walls.geojson", r"a\u0000b"), ("a\ufffdb", None), None, "no usable file name"),
    "digits": (_config("32629", "9" * 6000), TOML, None, "not valid TOML"),
    "hexadecimal": (_config("4.5", "0x" + "f" * 6000), TOML, "walking_speed_kmh", "must be finite"),
    "language a list": (
        _config('["ar", "fr", "en"]', '[["ar"], "fr"]'),
        TOML,
        "languages",
        "unknown language",
    ),
    "address": (_config('public_url = ""', 'public_url = "http://["'), TOML, "public_url", "final slash"),
    "port": (_config('public_url = ""', 'public_url = "https://x:99999"'), TOML, "public_url", "final slash"),
    "context": (
        _config("country", "context_bbox = [0, 0, 1, 1]\ncountry"),
        TOML,
        "context_bbox",
        "the whole",
    ),
    "script": (_more(SOURCE + 'url = "javascript:alert(1)"'), TOML, "sources.a.url", "of the web"),
    "date": (_more(SOURCE + "layers = [2020-01-01]"), TOML, "sources.a.layers", "unknown layer"),
    "fact without id": (_more(FACT.replace('id = "a"', "")), TOML, "facts.id", "is missing"),
    "half a year": (_more(FACT.replace("2024", "2024.5")), TOML, "facts.a.year", "whole number"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_it_is_told_with_its_place(town: Town, case: str) -> None:
    spoil, (file, feature_id), field, words = SPOILT[case]
    spoil(town)
    found = problems_of(town.write())

    assert [(each.file, each.feature_id, each.field) for each in found] == [(file, feature_id, field)]
    assert words in found[0].message
    assert str(found[0]).isprintable() and len(str(found[0])) < 500


def test_infinity_written_as_a_number_is_told(town: Town) -> None:
    town.gate["properties"]["attributes"] = {"a": "huge"}
    file = town.write() / "monuments.geojson"
    file.write_text(file.read_text(encoding="utf-8").replace('"huge"', "1e999"), encoding="utf-8")

    assert [each.field for each in problems_of(town.path)] == ["attributes.a"]


def test_a_link_to_itself_is_told(town: Town) -> None:
    wall = town.write() / "walls.geojson"
    wall.unlink()
    wall.symlink_to(wall)

    assert [each.file for each in problems_of(town.path)] == ["walls.geojson"]


def test_files_that_nobody_reads_do_no_harm(town: Town) -> None:
    path = town.write()
    (path / "x.json").symlink_to(path / "nowhere")
    (path / "x.geojson").mkdir()

    assert problems_of(path) == []


def test_height_is_left_out(town: Town) -> None:
    town.gate["geometry"] = {"type": "Point", "coordinates": [LON, LAT, 250.5]}
    shape = loading.read(town.write()).features["monuments"][0].geometry

    assert shape is not None and not shape.has_z


@pytest.mark.parametrize("crs", ["4326", "1999"])
def test_a_crs_that_is_not_in_metres_changes_nothing(session: Session, town: Town, crs: str) -> None:
    town.config = town.config.replace("32629", crs)
    with pytest.raises(BadFolder) as bad:
        loading.apply(session, loading.read(town.write()), now=NOW)

    assert [(each.file, each.field) for each in bad.value.problems] == [("commune.toml", "metric_crs")]
    assert session.scalar(text("SELECT count(*) FROM feature")) == 0


def test_a_changed_file_below_the_folder_is_noticed(session: Session, town: Town) -> None:
    path = town.write()
    (path / "sub").mkdir()
    wall = (path / "walls.geojson").rename(path / "sub" / "walls.geojson")
    config = path / "commune.toml"
    config.write_text(town.config.replace("walls.geojson", "sub/walls.geojson"), encoding="utf-8")
    loading.apply(session, loading.read(path), now=NOW)
    assert loading.is_loaded(session, path)
    changed = json.loads(wall.read_text(encoding="utf-8"))
    changed["features"][0]["geometry"] = point()
    wall.write_text(json.dumps(changed), encoding="utf-8")

    assert not loading.is_loaded(session, path)


def test_more_ids_than_a_statement_has_values_for(session: Session) -> None:
    numbers: Select[int] = select(column("n", Integer)).select_from(
        text("generate_series(1::bigint, 70000) AS n")
    )

    assert len(session.scalars(numbers.where(among(column("n", Integer), range(1, 70_001)))).all()) == 70_000
