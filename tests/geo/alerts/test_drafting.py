"""One drafts, another issues; what cannot be sent out is refused with a sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound, Refused
from geo.alerts import active, drafting, reading
from geo.alerts.drafting import Person, Stale
from geo.alerts.models import Alert
from geo.commune import Commune
from tests.geo.alerts.warned import (
    FIRST,
    GIVEN,
    NOW,
    SECOND,
    WORDS,
    draft,
    issued,
    later,
    polygon,
    square,
    town,
)
from tests.geo.tiny import feature


@pytest.fixture
def commune(session: Session, tmp_path: Path) -> Commune:
    """The tiny town."""
    return town(session, tmp_path / "tiny")


def test_the_drafter_may_not_issue_and_another_may(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)

    with pytest.raises(Refused):
        drafting.issue(session, commune, alert.id, FIRST, now=NOW)
    assert active.active(session, NOW) == ()
    drafting.issue(session, commune, alert.id, SECOND, now=NOW)
    assert [each.identifier for each in active.active(session, NOW)] == [alert.identifier]


@pytest.mark.parametrize(
    "same",
    [
        Person("F. Amzil", None),
        Person("  f.  AMZIL ", None),
        Person("Another name", 1),
        Person("Ｆ. Amzil", 7),
    ],
)
def test_who_bears_the_name_or_the_account_is_the_same_person(
    session: Session, commune: Commune, same: Person
) -> None:
    alert = draft(session, commune)

    with pytest.raises(Refused):
        drafting.issue(session, commune, alert.id, same, now=NOW)


def test_who_changed_the_draft_may_not_issue_it_either(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)
    drafting.change(session, commune, alert.id, GIVEN, SECOND, now=NOW)

    for person in (FIRST, SECOND):
        with pytest.raises(Refused):
            drafting.issue(session, commune, alert.id, person, now=NOW)


def test_what_was_issued_is_neither_changed_nor_issued_nor_discarded_again(
    session: Session, commune: Commune
) -> None:
    alert = issued(session, commune)

    with pytest.raises(Conflict):
        drafting.change(session, commune, alert.id, GIVEN, SECOND, now=NOW)
    with pytest.raises(Conflict):
        drafting.issue(session, commune, alert.id, SECOND, now=NOW)
    with pytest.raises(Conflict):
        drafting.discard(session, alert.id)


def test_a_draft_is_discarded(session: Session, commune: Commune) -> None:
    drafting.discard(session, draft(session, commune).id)

    assert session.scalar(select(func.count()).select_from(Alert)) == 0


@pytest.mark.parametrize("number", [0, -1, 99_999, 2**80])
def test_a_message_that_never_was_is_not_found(session: Session, commune: Commune, number: int) -> None:
    with pytest.raises(NotFound):
        drafting.issue(session, commune, number, SECOND, now=NOW)


def _ring(many: int) -> list[list[float]]:
    ring = [[-8.88 + n * 1e-6, 30.47 + (n % 2) * 1e-6] for n in range(many)]
    return [*ring, [-8.88, 30.48], ring[0]]


SWAPPED = [[lat, lon] for lon, lat in square()]
CROSSING = [[-8.88, 30.47], [-8.87, 30.48], [-8.87, 30.47], [-8.88, 30.48], [-8.88, 30.47]]
EMPTY = {**WORDS, "ar": {**WORDS["ar"], "headline": " \u200b "}}


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"expires": "2026-11-28T10:30"}, "expires", "after the beginning"),
        ({"expires": "2026-11-27T10:30"}, "expires", "after the beginning"),
        ({"expires": "2027-03-01T10:30"}, "expires", "31 days"),
        ({"onset": "2026-11-28T07:00", "expires": "2026-11-28T10:00"}, "expires", "end is past"),
        ({"onset": "soon"}, "onset", "Give day and time"),
        ({"onset": "2026-11-28T10:30Z"}, "onset", "Give day and time"),
        ({"polygon": polygon(SWAPPED)}, "polygon", "swapped"),
        ({"polygon": polygon(square(20, 20))}, "polygon", "outside"),
        ({"polygon": polygon(square()[:-1])}, "polygon", "must end where it began"),
        ({"polygon": polygon(CROSSING)}, "polygon", "crosses itself"),
        ({"polygon": polygon(square(), square(0.002, 0.002, 0.002))}, "polygon", "no holes"),
        ({"polygon": polygon(_ring(10_000))}, "polygon", "too many points"),
        ({"polygon": "x" * 70_000}, "polygon", "too many points"),
        ({"polygon": "[" * 50_000}, "polygon", "GeoJSON"),
        ({"polygon": json.dumps({"type": "Point", "coordinates": [-8.88, 30.47]})}, "polygon", "GeoJSON"),
        ({"polygon": '{"type": "Polygon", "coordinates": [[[1e999, 3], ["a", 4]]]}'}, "polygon", "GeoJSON"),
        ({"polygon": '{"type": "Polygon", "coordinates": []}'}, "polygon", "GeoJSON"),
        ({"polygon": " "}, "polygon", "draw it on the map"),
        ({"place": "zone", "zone": "nowhere"}, "zone", "Choose a risk zone"),
        ({"place": "zone", "zone": "a\0"}, "zone", "Choose a risk zone"),
        ({"hazard": "dragons"}, "hazard", "Choose one"),
        ({"severity": ""}, "severity", "Choose one"),
        ({"words": {"fr": WORDS["fr"]}}, "headline-ar", "first language"),
        ({"words": EMPTY}, "headline-ar", "first language"),
        ({"words": {**WORDS, "en": {"headline": "Flood"}}}, "description-en", "is missing"),
        ({"words": {**WORDS, "fr": {**WORDS["fr"], "headline": "a\x07b"}}}, "headline-fr", "cannot be kept"),
        ({"words": {**WORDS, "fr": {**WORDS["fr"], "area": "a\u202eb"}}}, "area-fr", "cannot be kept"),
        ({"words": {**WORDS, "fr": {**WORDS["fr"], "headline": "a\nb"}}}, "headline-fr", "cannot be kept"),
        ({"words": {**WORDS, "fr": {**WORDS["fr"], "headline": "x" * 161}}}, "headline-fr", "161"),
    ],
)
def test_what_cannot_be_sent_out_is_refused(
    session: Session, commune: Commune, changed: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        draft(session, commune, **changed)

    assert wrong.value.field == field
    assert said in str(wrong.value)
    assert session.scalar(select(func.count()).select_from(Alert)) == 0


def test_an_hour_that_the_clock_leaps_over_is_refused(session: Session, commune: Commune) -> None:
    # Morocco goes back to UTC+1 when Ramadan ends: on 14 March 2027, at 2 o'clock.
    with pytest.raises(Invalid, match="no such time"):
        draft(session, commune, onset="2027-03-14T02:30", expires="2027-03-14T10:00")


@pytest.mark.parametrize(("field", "hour"), [("onset", "01:30+00:00"), ("expires", "02:30+00:00")])
def test_an_hour_that_comes_twice_makes_a_warning_longer(
    session: Session, commune: Commune, field: str, hour: str
) -> None:
    # Morocco goes to UTC when Ramadan begins: on 7 February 2027, at 3 o'clock.
    times: dict[str, Any] = {
        "onset": "2027-02-06T20:00",
        "expires": "2027-02-07T20:00",
        field: "2027-02-07T02:30",
    }
    alert = draft(session, commune, **times)

    assert getattr(alert, field).isoformat() == f"2027-02-07T{hour[:2]}:30:00+00:00"


def test_a_warning_that_began_already_may_be_sent(session: Session, commune: Commune) -> None:
    alert = issued(session, commune, onset="2026-11-27T23:00")

    assert [each.id for each in active.active(session, NOW)] == [alert.id]


def test_who_works_on_a_draft_that_is_another_one_by_now_is_told(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)
    base = reading.version(session, alert.id)
    drafting.change(session, commune, alert.id, replace(GIVEN, severity="Minor"), FIRST, now=NOW, base=base)

    with pytest.raises(Stale):
        drafting.change(session, commune, alert.id, GIVEN, SECOND, now=NOW, base=base)
    with pytest.raises(Stale):
        drafting.issue(session, commune, alert.id, SECOND, now=NOW, base=base)
    assert reading.by_id(session, alert.id, NOW).severity == "Minor"
    drafting.issue(session, commune, alert.id, SECOND, now=NOW, base=reading.version(session, alert.id))


def test_the_texts_are_part_of_what_was_read(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)
    base = reading.version(session, alert.id)
    words = {**WORDS, "fr": {**WORDS["fr"], "instruction": "Restez chez vous."}}
    drafting.change(session, commune, alert.id, replace(GIVEN, words=words), FIRST, now=NOW, base=base)

    with pytest.raises(Stale):
        drafting.issue(session, commune, alert.id, SECOND, now=NOW, base=base)


def test_an_area_that_is_kept_again_stays_the_same_text(session: Session, commune: Commune) -> None:
    parts = [[square()], [square(0.02, 0.02)]]
    alert = draft(session, commune, polygon=json.dumps({"type": "MultiPolygon", "coordinates": parts}))
    first = reading.geojson(session, alert.id)
    drafting.change(session, commune, alert.id, replace(GIVEN, polygon=first), FIRST, now=NOW)

    assert reading.geojson(session, alert.id) == first


def test_areas_that_touch_or_lie_on_each_other_are_one_ground(session: Session, commune: Commune) -> None:
    parts = [[square()], [square(0.01)], [square(0.005, 0.005)], [square(0.04, 0.04, 0.005)]]
    given = json.dumps({"type": "MultiPolygon", "coordinates": parts})
    alert = draft(session, commune, polygon=given)

    assert len(reading.rings(session, alert.id)) == 2


def test_a_draft_whose_end_is_past_is_not_issued(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)

    with pytest.raises(Invalid, match="end is past"):
        drafting.issue(session, commune, alert.id, SECOND, now=later(hours=9))


def test_update_and_cancel_follow_the_message_in_force(session: Session, commune: Commune) -> None:
    first = issued(session, commune)
    update = drafting.follow(
        session, commune, first.id, "Update", replace(GIVEN, severity="Extreme"), FIRST, now=later(minutes=5)
    )
    assert [each.id for each in active.active(session, NOW)] == [first.id]
    drafting.issue(session, commune, update.id, SECOND, now=later(minutes=6))
    states = {each.id: each.state for each in reading.issued(session, NOW, limit=9, offset=0)[0]}
    assert states == {first.id: "updated", update.id: "active"}

    with pytest.raises(Conflict):
        drafting.follow(session, commune, first.id, "Cancel", GIVEN, SECOND, now=later(minutes=7))
    cancel = drafting.follow(session, commune, update.id, "Cancel", GIVEN, SECOND, now=later(minutes=7))
    drafting.issue(session, commune, cancel.id, FIRST, now=later(minutes=8))

    assert active.active(session, later(minutes=9)) == ()
    states = {each.id: each.state for each in reading.issued(session, NOW, limit=9, offset=0)[0]}
    assert states == {first.id: "updated", update.id: "cancelled", cancel.id: "cancel"}
    assert [each.identifier for each in reading.before(session, cancel.id)] == [
        first.identifier,
        update.identifier,
    ]


def test_of_two_updates_of_one_message_only_the_first_goes_out(session: Session, commune: Commune) -> None:
    first = issued(session, commune)
    one, two = (
        drafting.follow(session, commune, first.id, "Update", GIVEN, FIRST, now=NOW) for _ in range(2)
    )
    drafting.issue(session, commune, one.id, SECOND, now=NOW)

    with pytest.raises(Conflict):
        drafting.issue(session, commune, two.id, SECOND, now=NOW)


def test_an_expired_warning_is_no_longer_in_force_and_still_found(session: Session, commune: Commune) -> None:
    alert = issued(session, commune)
    end = later(hours=8)

    assert len(active.active(session, end.replace(minute=59, hour=16))) == 1
    assert active.active(session, end) == ()
    assert reading.find(session, alert.identifier, end).state == "expired"
    with pytest.raises(Conflict):
        drafting.follow(session, commune, alert.id, "Update", GIVEN, SECOND, now=end)


def test_a_draft_is_nobodys_business(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)

    with pytest.raises(NotFound):
        reading.find(session, alert.identifier, NOW)
    assert reading.issued(session, NOW, limit=9, offset=0) == ([], 0)


@pytest.mark.parametrize("record", [True, False])
def test_a_zone_is_an_area_and_a_record_of_the_past_is_none(
    session: Session, tmp_path: Path, record: bool
) -> None:
    shape = {"type": "Polygon", "coordinates": [square()]}
    zone = feature("wadi", "flood", shape, names={"fr": "L'oued"}, attributes={"record": record})
    commune = town(session, tmp_path / "zoned", zone)

    if record:
        with pytest.raises(Invalid):
            draft(session, commune, place="zone", zone="wadi")
        return
    alert = draft(session, commune, place="zone", zone="wadi")
    assert reading.zone_key(session, alert.id) == "wadi"
    assert len(reading.rings(session, alert.id)) == 1
