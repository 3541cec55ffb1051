"""An extract becomes streets, buildings and layers of their own; a bad one changes nothing."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from core.errors import Invalid
from geo.loading import folder as loading
from geo.published import current
from geo.streets import candidates, importing
from portal.cli import load, main
from tests.geo.made_streets import EXTRACTS, HELSINKI, HELSINKI_BOX, Extract, block, real_town
from tests.geo.tiny import Town

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = ("osm_import", "street_segment", "street_node", "building", "osm_feature", "leg_guide", "route_leg")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder."""
    return Town(tmp_path / "tiny")


def _import(session: Session, file: Path) -> importing.Imported:
    return importing.run(session, file, now=NOW, progress=lambda stage, done: None)


def _load(session: Session, town: Town) -> None:
    loading.apply(session, loading.read(town.write()), now=NOW)


def _state(session: Session) -> dict[str, str | None]:
    """A hash of every row of the tables that an import writes."""
    question = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t"
    return {table: session.scalar(text(question.format(table))) for table in TABLES}


def test_a_real_extract_becomes_streets_buildings_and_layers(session: Session, town: Town) -> None:
    real_town(town)
    _load(session, town)
    done = _import(session, HELSINKI)

    assert not done.unchanged
    assert done.followed == 4
    assert done.counts["segments"] > 4000
    assert done.counts["buildings"] > 400
    assert all(
        done.counts[layer] > 0 for layer in ("water", "walls", "barriers", "land_use", "places", "heritage")
    )
    kinds = session.execute(text("SELECT osm_type, count(*) FROM building GROUP BY 1")).all()
    assert {kind for kind, _ in kinds} == {"way", "relation"}
    wrong = "SELECT count(*) FROM building WHERE NOT ST_IsValid(geom) OR osm_id <= 0 OR osm_version < 1"
    assert session.scalar(text(wrong)) == 0
    height, levels = session.execute(text("SELECT max(height_m), max(levels) FROM building")).one()
    assert 10 < height < 200
    assert 4 < levels < 40
    bad = "NOT EXISTS (SELECT FROM street_node WHERE osm_id = to_node) OR NOT geom && ST_MakeEnvelope(:box)"
    bad = bad.replace(":box", f"{', '.join(map(str, HELSINKI_BOX))}, 4326")
    assert session.scalar(text(f"SELECT count(*) FROM street_segment WHERE {bad}")) == 0


def test_the_same_file_again_changes_nothing(session: Session, town: Town, tmp_path: Path) -> None:
    _load(session, town)
    file = block().write(tmp_path / "block.osm.pbf")
    assert not _import(session, file).unchanged
    before, published = _state(session), current(session)
    again = _import(session, file)

    assert again.unchanged
    assert again.counts["segments"] == 7
    assert _state(session) == before
    assert current(session) == published


def test_another_file_replaces_what_was_there(session: Session, town: Town, tmp_path: Path) -> None:
    _load(session, town)
    _import(session, block().write(tmp_path / "block.osm.pbf"))
    before = current(session)
    other = Extract()
    other.street((0, 0), (0, 100), name="Rue de la Tour")
    _import(session, other.write(tmp_path / "other.osm.pbf"))
    after = current(session)

    assert session.scalar(text("SELECT count(*) FROM street_segment")) == 1
    assert session.scalar(text("SELECT file_name FROM osm_import")) == "other.osm.pbf"
    assert before and after and after.stamp != before.stamp


def _cut(file: Path) -> None:
    file.write_bytes(HELSINKI.read_bytes()[:300_000])


def _flipped(file: Path) -> None:
    body = bytearray(HELSINKI.read_bytes())
    body[200_000:200_040] = bytes(sign ^ 0x5A for sign in body[200_000:200_040])
    file.write_bytes(body)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _words(file: Path) -> None:
    file.write_text("This is no extract.\n" * 50, encoding="utf-8")


def _zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("city.osm", "<osm/>")


def _elsewhere(file: Path) -> None:
    file.write_bytes((EXTRACTS / "test.osm.pbf").read_bytes())


def _wrong_checksum(file: Path) -> None:
    file.write_bytes(HELSINKI.read_bytes())
    file.with_name(f"{file.name}.md5").write_text(f"{hashlib.md5(b'').hexdigest()}  {file.name}\n")


def _nothing(file: Path) -> None:
    """There is no such file."""


BAD: dict[Any, str] = {
    _cut: "is no complete OSM PBF file",
    _flipped: "is no complete OSM PBF file",
    _empty: "is empty",
    _words: "is no complete OSM PBF file",
    _zip: "is no complete OSM PBF file",
    _elsewhere: "no street within the commune's box (longitude 24.935 to 24.954, latitude 60.164 to 60.18)",
    _wrong_checksum: "does not have the checksum in bad.osm.pbf.md5",
    _nothing: "there is no such file",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: str(spoil.__name__))
def test_a_bad_file_leaves_all_as_it_was_and_says_why(
    session: Session, town: Town, tmp_path: Path, spoil: Any
) -> None:
    real_town(town)
    _load(session, town)
    _import(session, HELSINKI)
    before, file = _state(session), tmp_path / "bad.osm.pbf"
    spoil(file)

    with pytest.raises(Invalid) as refused:
        _import(session, file)
    assert BAD[spoil] in str(refused.value)
    assert _state(session) == before


def test_without_a_commune_there_is_no_box_to_import(session: Session) -> None:
    with pytest.raises(Invalid, match="Load a commune first"):
        _import(session, HELSINKI)


@pytest.fixture
def emptied(engine: Engine) -> Iterator[Engine]:
    """A database for what commits; emptied afterwards."""
    yield engine
    with engine.begin() as connection:
        tables = "commune, feature, sign, osm_import, street_segment, street_node, building, osm_feature"
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))


def test_an_import_that_is_killed_leaves_nothing(emptied: Engine, town: Town, tmp_path: Path) -> None:
    load(emptied, town.write())
    large = Extract()
    for row in range(150):
        large.street(*((east * 20.0, row * 20.0) for east in range(150)))
        large.street(*((row * 20.0, north * 20.0) for north in range(150)))
    file = large.write(tmp_path / "large.osm.pbf")
    url = emptied.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "import-osm", str(file)],
        env={**os.environ, "DATABASE_URL": url},
        stderr=subprocess.DEVNULL,
    )
    try:
        with emptied.connect() as gate:
            # The last that an import writes: it stands before it with all the rest written.
            gate.execute(text("LOCK TABLE osm_import IN SHARE MODE"))
            _wait_at_the_gate(emptied, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
        with emptied.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM street_segment")) == 0
            assert connection.scalar(text("SELECT count(*) FROM osm_import")) == 0
    finally:
        process.kill()
        process.wait()


def _wait_at_the_gate(engine: Engine, process: "subprocess.Popen[bytes]") -> None:
    """Until another connection has written and waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_xid IS NOT NULL AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the import ended before it wrote"
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.05)
    raise AssertionError("the import never began to write")


def test_the_command_tells_what_it_did_and_refuses_with_2(
    emptied: Engine, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", emptied.url.render_as_string(hide_password=False))
    load(emptied, town.write())
    extract = block()
    extract.node((30, 30), historic="fort", name="La porte haute")
    extract.node((90, 90), historic="memorial")
    file = extract.write(tmp_path / "block.osm.pbf")

    assert main(["import-osm", str(file)]) == 0
    told = capsys.readouterr()
    assert "segments            7" in told.out
    assert "ODbL" in told.out
    assert "segments …" in told.err
    assert main(["import-osm", str(file)]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert main(["osm", "candidates"]) == 0
    listed = capsys.readouterr().out
    assert "fort" in listed and "43 m from gate, name alike 100%" in listed
    assert "2 of 2 candidate(s)" in listed
    assert main(["routes", "check"]) == 1
    assert "La tour (tower) has no name in: ar, en." in capsys.readouterr().out
    _cut(file)
    assert main(["import-osm", str(file)]) == 2
    assert "Nothing was changed." in capsys.readouterr().err


def test_points_of_heritage_are_offered_and_never_merged(
    session: Session, town: Town, tmp_path: Path
) -> None:
    extract = block()
    known = extract.node((1, 1), historic="city_gate", name="Une autre")
    extract.node((180, 90), tourism="museum", name="Le musée")
    town.gate["properties"]["external_ids"] = {"osm": f"node/{known}"}
    _load(session, town)
    _import(session, extract.write(tmp_path / "block.osm.pbf"))
    total, found = candidates.listed(session, ["fr"])

    assert total == 2
    new, old = found
    assert (new.kind, str(new.name), new.nearest, new.linked) == ("museum", "Le musée", "tower", None)
    assert new.metres == pytest.approx(180, abs=2)
    assert (old.linked, old.nearest) == ("gate", "gate")
    assert candidates.listed(session, ["fr"], limit=1, offset=1) == (2, [old])
    assert session.scalar(text("SELECT count(*) FROM feature WHERE layer = 'monuments'")) == 2
