"""Documents that OASIS's schema accepts, and what it does not look at: order, closed rings, offsets."""

import re
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Polygon
from sqlalchemy.orm import Session

from geo.alerts import area, drafting
from geo.commune import Commune
from tests.geo.alerts.warned import (
    FIRST,
    GIVEN,
    NOW,
    SECOND,
    SPACE,
    WORDS,
    document,
    draft,
    issued,
    later,
    polygon,
    square,
    town,
    valid,
)
from tests.geo.tiny import LAT, LON, feature

DATES = ("sent", "effective", "onset", "expires")


@pytest.fixture
def commune(session: Session, tmp_path: Path) -> Commune:
    """The tiny town."""
    return town(session, tmp_path / "tiny")


def _texts(root: object, name: str) -> list[str]:
    return [each.text for each in root.findall(f".//c:{name}", SPACE)]  # type: ignore[attr-defined]


def test_draft_and_exercise_are_valid_and_say_what_they_are(session: Session, commune: Commune) -> None:
    alert = draft(session, commune)
    root = valid(document(session, commune, alert.id))
    assert (_texts(root, "status"), _texts(root, "msgType")) == (["Draft"], ["Alert"])
    drafting.issue(session, commune, alert.id, SECOND, now=NOW)
    root = valid(document(session, commune, alert.id))

    assert _texts(root, "status") == ["Exercise"]
    assert _texts(root, "sender") == ["tinytown.exercise.invalid"]
    assert "ليس تحذيراً حقيقياً" in _texts(root, "note")[0]
    assert "pas une vraie alerte" in _texts(root, "note")[0]
    assert all(len(said) > len(WORDS["fr"]["headline"]) for said in _texts(root, "headline"))
    assert _texts(root, "language") == ["ar-MA", "fr"]
    assert _texts(root, "category") == ["Met", "Met"]
    assert _texts(root, "areaDesc") == ["Petiteville", "Le sud"]


def test_only_an_official_sender_sends_real_warnings(session: Session, tmp_path: Path) -> None:
    table = '[alerts]\nsender = "alerts@tiny.example"\nofficial = true\n'
    official = town(session, tmp_path / "official", more=table)
    root = valid(document(session, official, issued(session, official).id))

    assert (_texts(root, "status"), _texts(root, "sender")) == (["Actual"], ["alerts@tiny.example"])
    assert _texts(root, "note") == []
    assert _texts(root, "headline") == ["فيضان", "Crue"]


def test_rings_are_closed_and_latitude_comes_first(session: Session, commune: Commune) -> None:
    root = valid(document(session, commune, issued(session, commune).id))

    for written in _texts(root, "polygon"):
        pairs = [tuple(map(float, pair.split(","))) for pair in written.split(" ")]
        assert len(pairs) >= 4
        assert pairs[0] == pairs[-1]
        assert all(abs(lat - LAT) < 0.02 and abs(lon - LON) < 0.02 for lat, lon in pairs)
    assert len(_texts(root, "polygon")) == 2


@pytest.mark.parametrize(
    ("onset", "expires", "offset"),
    [
        ("2026-11-28T10:30", "2026-11-28T18:00", "+01:00"),
        ("2027-02-20T10:30", "2027-02-20T18:00", "-00:00"),
    ],
)
def test_times_carry_the_offset_of_their_day(
    session: Session, commune: Commune, onset: str, expires: str, offset: str
) -> None:
    root = valid(document(session, commune, draft(session, commune, onset=onset, expires=expires).id))

    assert _texts(root, "onset")[0] == f"{onset}:00{offset}"
    assert _texts(root, "expires")[0] == f"{expires}:00{offset}"
    for name in DATES:
        assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}[+-]\d\d:\d\d", said) for said in _texts(root, name))


def test_an_all_clear_names_every_message_before_it(session: Session, commune: Commune) -> None:
    first = issued(session, commune)
    update = drafting.follow(session, commune, first.id, "Update", GIVEN, FIRST, now=NOW)
    drafting.issue(session, commune, update.id, SECOND, now=later(minutes=1))
    cancel = drafting.follow(session, commune, update.id, "Cancel", GIVEN, FIRST, now=NOW)
    drafting.issue(session, commune, cancel.id, SECOND, now=later(minutes=2))
    root = valid(document(session, commune, cancel.id))

    told = _texts(root, "references")[0].split(" ")
    assert [each.split(",")[1] for each in told] == [first.identifier, update.identifier]
    assert told[0].split(",")[2] == "2026-11-28T10:00:00+01:00"
    assert _texts(root, "msgType") == ["Cancel"]


def test_markup_in_a_text_stays_text(session: Session, commune: Commune) -> None:
    bad = "<script>alert(1)</script> & ]]>"
    words = {**WORDS, "fr": {**WORDS["fr"], "headline": bad, "description": bad}}
    body = document(session, commune, draft(session, commune, words=words).id)

    assert b"<script>" not in body
    assert bad in _texts(valid(body), "description")


def test_the_whole_commune_is_an_area(session: Session, commune: Commune) -> None:
    root = valid(document(session, commune, draft(session, commune, place="commune").id))

    assert len(_texts(root, "polygon")) == 2


def test_a_zone_with_a_hole_is_cut_into_pieces_without(session: Session, tmp_path: Path) -> None:
    outer, hole = square(), square(0.004, 0.004, 0.002)
    zone = feature(
        "ring", "fire", {"type": "Polygon", "coordinates": [outer, hole]}, names={"fr": "L'anneau"}
    )
    commune = town(session, tmp_path / "holed", zone)
    root = valid(document(session, commune, draft(session, commune, place="zone", zone="ring").id))
    drawn = [
        Polygon([(float(b), float(a)) for a, b in (pair.split(",") for pair in written.split(" "))])
        for written in set(_texts(root, "polygon"))
    ]

    assert len(drawn) > 1
    assert shapely.area(shapely.union_all(drawn)) == pytest.approx(0.01**2 - 0.002**2, rel=1e-3)


def test_pieces_of_many_holes_are_the_same_ground() -> None:
    holes = [square(0.001 + 0.003 * n, 0.002 + 0.002 * (n % 2), 0.001) for n in range(3)]
    whole = Polygon(square(), holes)
    pieces = list(area.without_holes(whole))

    assert all(not piece.interiors for piece in pieces)
    assert shapely.area(shapely.union_all(pieces)) == pytest.approx(whole.area, rel=1e-9)


def test_two_areas_are_two_polygons(session: Session, commune: Commune) -> None:
    given = (
        polygon()
        .replace("Polygon", "MultiPolygon")
        .replace('"coordinates": [', '"coordinates": [[')
        .replace("]]]}", f"]]], [{square(0.02, 0.02)}]]}}")
    )
    root = valid(document(session, commune, draft(session, commune, polygon=given).id))

    assert len(_texts(root, "polygon")) == 4
