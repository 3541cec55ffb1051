"""A folder becomes the database's contents, and loading it again changes nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine, session_of
from geo import monuments, routes
from geo.loading import folder as loading
from geo.loading.records import Counts
from geo.published import current
from portal.cli import load, main
from qr_signs import register, signs_file
from tests.geo.tiny import CODE, Town, feature, point

KEY = "a key"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ["fr", "ar", "en"]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder."""
    return Town(tmp_path / "tiny")


def _load(session: Session, town: Town) -> dict[str, Counts]:
    folder = loading.read(town.write())
    signs = signs_file.read(town.path, folder.keys)
    counts = loading.apply(session, folder, now=NOW)
    counts["signs"] = signs_file.apply(session, signs, now=NOW)
    return counts


def test_a_folder_is_loaded_whole(session: Session, town: Town) -> None:
    counts = _load(session, town)

    assert counts["monuments"] == Counts(added=2)
    assert counts["routes"] == Counts(added=1)
    assert counts["signs"] == Counts(added=1)
    page = monuments.page(session, "gate", ORDER, 4.5)
    assert page.name.text == "La porte haute"
    assert page.texts["summary"].state == "attested"
    assert page.error_m == 5
    assert register.behind(session, CODE.lower(), KEY).feature_id == page.id


def test_loading_twice_changes_nothing(session: Session, town: Town) -> None:
    _load(session, town)
    state = current(session)
    counts = _load(session, town)

    assert {
        layer: (count.added, count.changed, count.removed) for layer, count in counts.items()
    } == dict.fromkeys(counts, (0, 0, 0))
    assert current(session) == state


def test_what_changed_is_told_from_what_did_not(session: Session, town: Town) -> None:
    _load(session, town)
    town.gate["properties"]["names"]["fr"] = "La porte basse"
    town.monuments.append(feature("well", "monument", point(), names={"fr": "Le puits"}))
    counts = _load(session, town)

    assert counts["monuments"] == Counts(added=1, changed=1, unchanged=1)
    assert monuments.page(session, "gate", ORDER, 4.5).name.text == "La porte basse"


def test_what_left_the_folder_is_withdrawn_and_may_come_back(session: Session, town: Town) -> None:
    from core.errors import Gone

    _load(session, town)
    town.routes = []
    gone = town.monuments.pop()
    assert _load(session, town)["monuments"] == Counts(unchanged=1, removed=1)
    with pytest.raises(Gone):
        monuments.page(session, "tower", ORDER, 4.5)
    town.monuments.append(gone)

    assert _load(session, town)["monuments"] == Counts(added=1, unchanged=1)
    assert monuments.page(session, "tower", ORDER, 4.5).name.text == "La tour"


def test_a_translation_of_a_changed_text_is_stale(session: Session, town: Town) -> None:
    _load(session, town)
    assert not monuments.page(session, "gate", ["ar"], 4.5).texts["summary"].stale
    town.gate["properties"]["texts"]["summary"]["fr"] = "Une porte refaite."
    _load(session, town)
    assert monuments.page(session, "gate", ["ar"], 4.5).texts["summary"].stale
    town.gate["properties"]["texts"]["summary"]["ar"] = "باب مرمم."
    _load(session, town)

    assert not monuments.page(session, "gate", ["ar"], 4.5).texts["summary"].stale


def test_legs_are_measured_in_metres_and_told_with_direction(session: Session, town: Town) -> None:
    _load(session, town)
    walk = routes.page(session, "walk", ORDER, 4.5)

    assert walk.walk.metres == pytest.approx(200, abs=1)
    assert walk.walk.straight
    first, second = walk.stops
    assert first.next and second.next
    assert (first.next.to.key, first.next.compass, first.next.minutes) == ("tower", "n", 2)
    assert (second.next.to.key, second.next.compass) == ("gate", "s")


def test_near_is_nearest_first_with_the_way(session: Session, town: Town) -> None:
    town.monuments.append(feature("far", "monument", point(-8.87, 30.47), names={"fr": "Le lointain"}))
    _load(session, town)
    near = monuments.page(session, "gate", ORDER, 4.5).near

    assert [way.to.key for way in near] == ["tower", "far"]
    assert near[0].metres == pytest.approx(100, abs=0.5)
    assert near[1].metres == pytest.approx(960, abs=5)
    assert (near[0].compass, near[1].compass) == ("n", "e")


def test_no_direction_is_told_between_places_known_less_exactly(session: Session, town: Town) -> None:
    town.gate["properties"]["error_m"] = 90
    town.monuments[1]["properties"]["error_m"] = 20
    _load(session, town)

    assert monuments.page(session, "gate", ORDER, 4.5).near[0].unsure


def test_two_loads_at_once_wait_for_each_other(engine: Engine, town: Town) -> None:
    path = town.write()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            load(engine, path)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with engine.connect() as connection:
            many = connection.scalar(text("SELECT count(*) FROM feature WHERE layer = 'monuments'"))
        assert failures == []
        assert many == 2
    finally:
        _empty(engine)


def test_a_load_that_is_killed_leaves_nothing(engine: Engine, town: Town) -> None:
    town.monuments += [
        feature(f"m{n}", "monument", point(-8.88 + n * 1e-7), names={"fr": f"Numéro {n}"})
        for n in range(20_000)
    ]
    path = town.write()
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "load", str(path)],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for_writing(engine)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM feature")) == 0
        assert load(engine, path)["monuments"].added == 20_002
    finally:
        process.kill()
        process.wait()
        _empty(engine)


def _wait_for_writing(engine: Engine) -> None:
    """Until another connection holds the lock of a load and has begun to write."""
    writing = text(
        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        " AND backend_xid IS NOT NULL"
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.scalar(writing):
                return
    raise AssertionError("the load never began to write")


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE commune, feature, sign CASCADE"))


def test_the_command_tells_what_it_did(
    engine: Engine, town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    try:
        assert main(["load", str(town.write())]) == 0
        assert "monuments        2 added" in capsys.readouterr().out
        assert main(["signs", "list", "--json"]) == 0
        assert f'"code": "{CODE}"' in capsys.readouterr().out
        with session_of(engine) as session:
            assert loading.is_loaded(session, town.path)
            town.gate["properties"]["error_m"] = 6
            town.write()
            assert not loading.is_loaded(session, town.path)
    finally:
        _empty(engine)


def test_neighbours_come_from_the_index_at_any_size(session: Session, town: Town) -> None:
    town.monuments += [
        feature(f"m{n}", "monument", point(-8.95 + n * 1e-4), names={"fr": f"Numéro {n}"})
        for n in range(1500)
    ]
    _load(session, town)
    session.execute(text("ANALYZE feature"))
    asked = {
        "here": session.scalar(text("SELECT id FROM feature WHERE key = 'm300'")),
        "most": 7,
        "langs": ["fr"],
    }
    plan = session.scalars(text(f"EXPLAIN {monuments._NEAREST.text}"), asked).all()

    assert any("Index Scan using ix_feature_monument_place" in line for line in plan)
    assert [way.to.key for way in monuments.page(session, "m300", ORDER, 4.5).near[:2]] == ["m299", "m301"]
