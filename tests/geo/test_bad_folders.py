"""Every kind of wrong input: told with file, feature and field, and the database is as it was."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.db import Engine
from geo.loading import folder as loading
from geo.loading.records import BadFolder, FolderProblem
from portal.cli import load, main
from qr_signs import signs_file, signs_writing
from tests.geo.tiny import CODE, LAT, LON, ROUTE, Town, feature, point

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SQUARE = [[LON, LAT], [LON + 0.01, LAT], [LON + 0.01, LAT + 0.01], [LON, LAT + 0.01], [LON, LAT]]
BOW = [[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder, to be spoilt."""
    return Town(tmp_path / "tiny")


def problems_of(path: Path) -> list[FolderProblem]:
    """What is wrong with a folder."""
    try:
        signs_file.read(path, loading.read(path).keys)
    except BadFolder as bad:
        return bad.problems
    return []


def _set(**properties: Any) -> Callable[[Town], None]:
    return lambda town: town.gate["properties"].update(properties)


def _drop(name: str) -> Callable[[Town], None]:
    return lambda town: town.gate["properties"].pop(name)


def _shape(kind: str, coordinates: Any) -> Callable[[Town], None]:
    return lambda town: town.gate.update(geometry={"type": kind, "coordinates": coordinates})


def _route(**members: Any) -> Callable[[Town], None]:
    return lambda town: town.routes[0].update(members)


def _without_id(town: Town) -> None:
    town.gate.pop("id")
    town.routes, town.signs = [], []


def _bad_id(town: Town) -> None:
    town.gate["id"] = "La Porte"
    town.routes, town.signs = [], []


def _config(before: str, after: str) -> Callable[[Town], None]:
    def spoil(town: Town) -> None:
        assert before in town.config
        town.config = town.config.replace(before, after)

    return spoil


SPOILT: dict[str, tuple[Callable[[Town], None], tuple[str, str | None, str | None, str]]] = {
    "swapped": (_shape("Point", [LAT, LON]), ("monuments.geojson", "gate", "geometry", "look swapped")),
    "outside": (
        _shape("Point", [2.35, 48.85]),
        ("monuments.geojson", "gate", "geometry", "outside the commune's box"),
    ),
    "bow tie": (_shape("Polygon", [BOW]), ("monuments.geojson", "gate", "geometry", "Self-intersection")),
    "open ring": (
        _shape("Polygon", [SQUARE[:-1]]),
        ("monuments.geojson", "gate", "geometry", "end where it begins"),
    ),
    "short line": (
        _shape("LineString", [[LON, LAT]]),
        ("monuments.geojson", "gate", "geometry", "two positions"),
    ),
    "empty": (_shape("MultiPoint", []), ("monuments.geojson", "gate", "geometry", "is empty")),
    "wrong nesting": (
        _shape("Point", [[LON, LAT]]),
        ("monuments.geojson", "gate", "geometry", "position must be"),
    ),
    "text as number": (
        _shape("Point", ["x", LAT]),
        ("monuments.geojson", "gate", "geometry", "position must be"),
    ),
    "unknown shape": (
        _shape("Circle", [LON, LAT]),
        ("monuments.geojson", "gate", "geometry", "has the type"),
    ),
    "no geometry": (
        lambda town: town.gate.pop("geometry"),
        ("monuments.geojson", "gate", "geometry", "is missing"),
    ),
    "huge line": (
        _shape("LineString", [[LON, LAT]] * 200_001),
        ("monuments.geojson", "gate", "geometry", "200,001 vertices"),
    ),
    "entrance": (_set(entrance=[LAT, LON]), ("monuments.geojson", "gate", "entrance", "look swapped")),
    "kind": (_set(kind="city_gat"), ("monuments.geojson", "gate", "kind", "did you mean city_gate")),
    "language": (
        _set(names={"fr": "x", "tlh": "y"}),
        ("monuments.geojson", "gate", "names.tlh", "unknown language"),
    ),
    "no name": (_set(names={}), ("monuments.geojson", "gate", "names", "at least one language")),
    "null names": (_set(names={"fr": None}), ("monuments.geojson", "gate", "names", "at least one language")),
    "empty name": (_set(names={"fr": "  "}), ("monuments.geojson", "gate", "names.fr", "is empty")),
    "NUL": (_set(names={"fr": "a\0b"}), ("monuments.geojson", "gate", "names.fr", "U+0000")),
    "bidi": (_set(names={"fr": "a\u202eb"}), ("monuments.geojson", "gate", "names.fr", "U+202E")),
    "surrogate": (_set(names={"fr": "a\ud800"}), ("monuments.geojson", "gate", "names.fr", "U+D800")),
    "NUL inside": (_set(attributes={"a": ["\0"]}), ("monuments.geojson", "gate", "attributes.a", "U+0000")),
    "50 MB": (
        _set(names={"fr": "x" * 50_000_000}),
        ("monuments.geojson", "gate", "names.fr", "50,000,000 characters"),
    ),
    "long text": (
        _set(texts={"summary": {"fr": "x" * 20_001}}),
        ("monuments.geojson", "gate", "texts.summary.fr", "20,001 characters"),
    ),
    "field": (
        _set(texts={"sumary": {}}),
        ("monuments.geojson", "gate", "texts.sumary", "did you mean summary"),
    ),
    "state": (
        _set(names_state={"fr": "good"}),
        ("monuments.geojson", "gate", "names_state.fr", "unknown state"),
    ),
    "precision": (_set(precision="exact"), ("monuments.geojson", "gate", "precision", "unknown precision")),
    "no error": (_drop("error_m"), ("monuments.geojson", "gate", "error_m", "is missing")),
    "negative error": (_set(error_m=-1), ("monuments.geojson", "gate", "error_m", "between 0")),
    "no licence": (_drop("licence"), ("monuments.geojson", "gate", "licence", "must be text")),
    "misspelt": (_set(license="x"), ("monuments.geojson", "gate", "license", "did you mean licence")),
    "condition": (
        _set(attributes={"condition": "fine"}),
        ("monuments.geojson", "gate", "attributes.condition", "unknown condition"),
    ),
    "huge attributes": (
        _set(attributes={"a": "x" * 60_000}),
        ("monuments.geojson", "gate", "attributes", "at most 50,000"),
    ),
    "no id": (_without_id, ("monuments.geojson", None, "features[0].id", "a-z")),
    "bad id": (
        _bad_id,
        ("monuments.geojson", None, "features[0].id", "a-z"),
    ),
    "twice": (
        lambda town: town.monuments.append(town.gate),
        ("monuments.geojson", "gate", "id", "stands twice"),
    ),
    "stop": (
        _route(stops=[{"layer": "monuments", "id": "gate"}, {"layer": "monuments", "id": "nowhere"}]),
        ("routes.json", "walk", "stops[2].id", "there is no “nowhere”"),
    ),
    "one stop": (_route(stops=ROUTE["stops"][:1]), ("routes.json", "walk", "stops", "2 to 200")),
    "loop": (_route(loop="yes"), ("routes.json", "walk", "loop", "true or false")),
    "status": (_route(status="drafty"), ("routes.json", "walk", "status", "did you mean draft")),
    "check symbol": (
        lambda town: town.signs[0].update(code="0000012"),
        ("signs.json", None, "signs[0].code", "is no code"),
    ),
    "sign twice": (
        lambda town: town.signs.append(town.signs[0]),
        ("signs.json", CODE, "code", "stands twice"),
    ),
    "sign target": (lambda town: town.signs[0].update(id="x"), ("signs.json", CODE, "id", "there is no “x”")),
    "no reason": (
        lambda town: town.signs.__setitem__(0, {"code": CODE, "withdrawn": True}),
        ("signs.json", CODE, "reason", "needs a reason"),
    ),
    "toml": (_config('key = "tinytown"', "key = "), ("commune.toml", None, None, "not valid TOML")),
    "no key": (_config('key = "tinytown"\n', ""), ("commune.toml", None, "key", "is missing")),
    "unknown language": (_config('"en"]', '"eng"]'), ("commune.toml", None, "languages", "did you mean en")),
    "box": (
        _config("[-9.0, 30.3, -8.7, 30.6]", "[-8.7, 30.3, -9.0, 30.6]"),
        ("commune.toml", None, "bbox", "west"),
    ),
    "crs": (_config("32629", '"EPSG:32629"'), ("commune.toml", None, "metric_crs", "EPSG number")),
    "url": (
        _config('public_url = ""', 'public_url = "map.example/"'),
        ("commune.toml", None, "public_url", "https"),
    ),
    "layer": (_config("walls =", "wals ="), ("commune.toml", None, "layers.wals", "did you mean walls")),
    "no file": (_config("walls.geojson", "mur.geojson"), ("mur.geojson", None, None, "no such file")),
    "escape": (
        _config("walls.geojson", "../../etc/passwd"),
        ("../../etc/passwd", None, None, "outside the folder"),
    ),
    "member": (
        _config("country =", "land = 1\ncountry ="),
        ("commune.toml", None, "land", "unknown property"),
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_each_problem_is_told_with_its_place(town: Town, case: str) -> None:
    spoil, (file, feature_id, field, words) = SPOILT[case]
    spoil(town)
    found = problems_of(town.write())

    assert [(each.file, each.feature_id, each.field) for each in found] == [(file, feature_id, field)]
    assert words in found[0].message
    assert len(str(found[0])) < 500


def test_every_problem_is_told_at_once_but_not_without_end(town: Town) -> None:
    town.monuments = [feature(f"m{n}", "monument", point(0, 0), names={"fr": "x"}) for n in range(500)]
    town.routes, town.signs = [], []
    with pytest.raises(BadFolder) as bad:
        loading.read(town.write())

    assert (len(bad.value.problems), bad.value.more) == (200, 300)


def test_a_link_out_of_the_folder_is_refused(town: Town, tmp_path: Path) -> None:
    path = town.write()
    secret = tmp_path / "secret.geojson"
    secret.write_text("{}")
    (path / "walls.geojson").unlink()
    (path / "walls.geojson").symlink_to(secret)

    assert "outside the folder" in problems_of(path)[0].message


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no such folder" in problems_of(tmp_path / "nowhere")[0].message
    assert "no such file" in problems_of(tmp_path)[0].message


def test_the_command_ends_with_2_and_the_database_is_as_it_was(
    engine: Engine, town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    everything = text(
        "SELECT md5(string_agg(f::text, '' ORDER BY f.id)) || (SELECT version FROM commune) FROM feature AS f"
    )
    try:
        load(engine, town.write())
        with engine.connect() as connection:
            before = connection.scalar(everything)
        town.gate["properties"]["names"]["fr"] = "Autre"
        town.gate["geometry"] = point(LAT, LON)
        town.signs = []
        assert main(["load", str(town.write())]) == 2
        said = capsys.readouterr().err
        town.gate["geometry"] = point()
        assert main(["load", str(town.write())]) == 2
        permanent = capsys.readouterr().err
        with engine.connect() as connection:
            after = connection.scalar(everything)
    finally:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE commune, feature, sign CASCADE"))

    assert "monuments.geojson: gate: geometry: longitude and latitude look swapped" in said
    assert f"signs.json: {CODE}: is missing: codes are permanent" in permanent
    assert after == before


def test_mint_gives_codes_to_what_has_none_and_keeps_the_rest(town: Town) -> None:
    path = town.write()
    keys = loading.read(path).keys

    assert signs_writing.mint(path, keys) == 2
    assert signs_writing.mint(path, keys) == 0
    signs = json.loads((path / "signs.json").read_text(encoding="utf-8"))["signs"]
    assert signs[0]["code"] == CODE
    assert {sign["id"] for sign in signs} == {"gate", "tower", "walk"}
    assert problems_of(path) == []
