"""The life of a sign: what may happen when, and what two people at once are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound
from geo import published
from geo.loading import folder as loading
from geo.shapes import Box
from qr_signs import life, register, reports, signs_file, signs_writing
from qr_signs.life import ALLOWED, LEADS_TO, Details, Step
from qr_signs.models import Sign, SignArtwork, SignEvent
from qr_signs.signs_file import SignRecord
from qr_signs.vocabulary import EVENTS, STATES
from tests.geo.tiny import CODE, LAT, LON, Town

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
BBOX = Box(-9.0, 30.3, -8.7, 30.6)


@pytest.fixture
def town(session: Session, tmp_path: Path) -> Town:
    """The tiny town with one sign, loaded from its folder."""
    town = Town(tmp_path / "tiny")
    folder = loading.read(town.write())
    loading.apply(session, folder, now=NOW)
    signs_file.apply(session, signs_file.read(town.path, folder.keys), now=NOW)
    return town


def _artwork(session: Session, *, passed: bool = True) -> int:
    artwork = SignArtwork(
        code=CODE, sha256=("a" if passed else "b") * 64, size="A4", template="panel", payload="HTTPS://X.Y/Q/Z",
        level="H", version=3, module_mm=2.0, content_hash="c" * 64, passed=passed, report={},
    )  # fmt: skip
    session.add(artwork)
    session.flush()
    return int(artwork.id)


def _seen(session: Session) -> int:
    events = life.timeline(session, CODE, limit=1)
    return int(events[0].id) if events else 0


def _do(session: Session, kind: str, *, days: int = 0, **more: object) -> SignEvent:
    at = NOW + timedelta(days=days)
    step = Step(kind, at, "A. Person", **more)  # type: ignore[arg-type]
    return life.record(session, CODE, step, seen=_seen(session), now=at)


def _sign(session: Session) -> Sign:
    sign = session.get(Sign, CODE)
    assert sign is not None
    return sign


def test_every_state_and_event_has_words() -> None:
    assert set(ALLOWED) == set(STATES)
    assert {kind for kinds in ALLOWED.values() for kind in kinds} == set(LEADS_TO) <= set(EVENTS)


def test_a_sign_goes_through_its_life(session: Session, town: Town) -> None:
    artwork = _artwork(session)
    for kind in (
        "ordered",
        "printed",
        "installed",
        "inspected",
        "damaged",
        "replaced",
        "printed",
        "installed",
    ):
        _do(session, kind, artwork_id=artwork)

    kinds = [event.kind for event in reversed(life.timeline(session, CODE, limit=99))]

    assert kinds[:3] == ["ordered", "printed", "installed"]
    assert _sign(session).state == "installed"
    assert _sign(session).printed_at == NOW


@pytest.mark.parametrize("kind", ["installed", "inspected", "damaged", "replaced", "nonsense", "changed"])
def test_a_step_that_cannot_be_is_refused(session: Session, town: Town, kind: str) -> None:
    with pytest.raises(Conflict):
        _do(session, kind)

    assert _sign(session).state == "registered"
    assert not life.timeline(session, CODE, limit=9)


def test_only_an_artwork_that_passed_is_printed(session: Session, town: Town) -> None:
    for artwork in (None, 10**9, _artwork(session, passed=False)):
        with pytest.raises(Invalid):
            _do(session, "printed", artwork_id=artwork)


def test_days_ahead_or_before_the_last_step_are_refused(session: Session, town: Town) -> None:
    _do(session, "ordered")
    for days in (3, -3):
        step = Step("withdrawn", NOW + timedelta(days=days), "A. Person", reason={"fr": "x"})
        with pytest.raises(Invalid):
            life.record(session, CODE, step, seen=_seen(session), now=NOW)


def test_who_comes_second_is_told_what_happened(session: Session, town: Town) -> None:
    before = _seen(session)
    _do(session, "ordered")

    with pytest.raises(Conflict) as told:
        life.record(session, CODE, Step("ordered", NOW, "B. Other"), seen=before, now=NOW)

    assert "A. Person" in str(told.value)
    assert len(life.timeline(session, CODE, limit=9)) == 1


def test_withdrawing_needs_a_reason_and_ends_the_life(session: Session, town: Town) -> None:
    with pytest.raises(Invalid):
        _do(session, "withdrawn", reason={"fr": "  "})

    _do(session, "withdrawn", reason={"fr": "Le mur est refait.", "en": ""})

    assert _sign(session).reason == {"fr": "Le mur est refait."}
    assert register.target(session, _sign(session)) is None
    with pytest.raises(Conflict):
        _do(session, "ordered")


def _repoint(
    session: Session, layer: str, key: str, purpose: str = "monument", stop: int | None = None
) -> None:
    seen = _seen(session)
    life.repoint(
        session, CODE, layer, key, purpose=purpose, stop=stop, person="A. Person", seen=seen, now=NOW
    )


def test_a_sign_leads_elsewhere_without_a_new_print_and_pages_follow(session: Session, town: Town) -> None:
    state = published.current(session)

    _repoint(session, "monuments", "tower")

    changed = published.current(session)
    target = register.target(session, _sign(session))
    assert target is not None and target.key == "tower"
    assert state is not None and changed is not None and changed.stamp != state.stamp


def test_a_sign_for_a_stop_leads_to_the_thing_there(session: Session, town: Town) -> None:
    _repoint(session, "routes", "walk", "stop", 2)

    at_stop = register.stop_of(session, _sign(session))

    assert at_stop is not None and at_stop.key == "tower"


@pytest.mark.parametrize(
    ("layer", "key", "purpose", "stop"),
    [
        ("monuments", "nowhere", "monument", None),
        ("walls", "x", "monument", None),
        ("routes", "walk", "stop", 9),
        ("routes", "walk", "stop", None),
        ("routes", "walk", "route_start", 1),
        ("monuments", "tower", "nonsense", None),
    ],
)
def test_nobody_points_a_sign_at_nothing(
    session: Session, town: Town, layer: str, key: str, purpose: str, stop: int | None
) -> None:
    with pytest.raises(Invalid):
        _repoint(session, layer, key, purpose, stop)


def _change(session: Session, **values: object) -> SignEvent | None:
    details = Details(**values)  # type: ignore[arg-type]
    return life.change(session, CODE, details, bbox=BBOX, person="A", seen=_seen(session), now=NOW)


def test_details_are_kept_with_what_they_were_before(session: Session, town: Town) -> None:
    event = _change(session, spot="Left of the gate", lon=LON, lat=LAT, facing=90, material="enamel")

    assert event is not None and event.details["after"]["facing"] == 90
    assert event.details["before"]["spot"] is None
    assert _change(session, spot="Left of the gate", lon=LON, lat=LAT, facing=90, material="enamel") is None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"lon": LAT, "lat": LON}, "swapped"),
        ({"lon": 0.0, "lat": 0.0}, "outside"),
        ({"lon": LON}, "both"),
        ({"facing": 360}, "359"),
        ({"material": "gold"}, "list"),
        ({"spot": "x" * 301}, "300"),
    ],
)
def test_details_that_cannot_be_are_told(
    session: Session, town: Town, values: dict[str, object], told: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        _change(session, **values)

    assert told in str(wrong.value)
    assert not life.timeline(session, CODE, limit=9)


def test_a_sign_that_never_was_has_no_life(session: Session, town: Town) -> None:
    with pytest.raises(NotFound):
        life.record(session, "ZZZZZZZ", Step("ordered", NOW, "A"), seen=0, now=NOW)


def test_a_load_leaves_alone_what_the_desk_did_until_the_file_changes(session: Session, town: Town) -> None:
    _repoint(session, "monuments", "tower")
    keys = loading.read(town.path).keys

    counts = signs_file.apply(session, signs_file.read(town.path, keys), now=NOW)
    assert counts.unchanged == 1
    assert _target(session) == "tower"

    town.signs = [
        {"code": CODE, "layer": "monuments", "id": "gate", "spot": "By the well", "point": [LON, LAT]}
    ]
    town.write()
    assert signs_file.apply(session, signs_file.read(town.path, keys), now=NOW).changed == 1
    assert _target(session) == "gate"
    assert (_sign(session).spot, _sign(session).lon) == ("By the well", LON)


def _target(session: Session) -> str:
    target = register.target(session, _sign(session))
    assert target is not None
    return target.key


def test_the_register_is_written_back_and_a_load_of_that_changes_nothing(
    session: Session, town: Town
) -> None:
    _repoint(session, "monuments", "tower")
    _change(session, spot="Here", facing=10)

    assert signs_writing.export(session, town.path) == 1

    keys = loading.read(town.path).keys
    records = signs_file.read(town.path, keys)
    assert records == [SignRecord(CODE, "monuments", "tower", None, "", {"spot": "Here", "facing": 10})]
    assert signs_file.apply(session, records, now=NOW).unchanged == 1
    assert "tag" not in (town.path / "signs.json").read_text(encoding="utf-8")


def test_reports_are_kept_up_to_a_bound_and_settled(session: Session, town: Town) -> None:
    sign = _sign(session)
    kept = [
        reports.file(session, sign, "damaged", f"note {n}", now=NOW) for n in range(reports.MOST_OPEN + 3)
    ]

    assert kept.count(True) == reports.MOST_OPEN
    first = reports.open_ones(session, limit=99)[0]
    reports.settle(session, first.id, by="A. Person", now=NOW)
    reports.settle(session, first.id, by="B. Other", now=NOW)
    assert first.settled_by == "A. Person"
    assert len(reports.open_ones(session, limit=99, code=CODE)) == reports.MOST_OPEN - 1


def test_all_reports_of_a_day_have_a_bound(session: Session, town: Town) -> None:
    session.execute(
        text(
            "INSERT INTO sign_report (code, kind, at, settled_at)"
            " SELECT :code, 'other', :now, :now FROM generate_series(1, :many)"
        ),
        {"code": CODE, "now": NOW, "many": reports.MOST_A_DAY},
    )

    assert not reports.file(session, _sign(session), "damaged", "", now=NOW)
    assert reports.file(session, _sign(session), "damaged", "", now=NOW + timedelta(days=2))


@pytest.mark.parametrize(("kind", "note"), [("", ""), ("nonsense", ""), ("other", "x" * 501)])
def test_a_report_that_says_nothing_is_refused(session: Session, town: Town, kind: str, note: str) -> None:
    with pytest.raises(Invalid):
        reports.file(session, _sign(session), kind, note, now=NOW)
