"""A sign that stands in a place of its own: what it tells is told from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.db import Engine, session_of
from geo import published, signage
from geo.shapes import LonLat
from portal.cli import load
from qr_signs.artwork.content import Content
from qr_signs.builds import design
from qr_signs.models import Sign
from tests.conftest import _database

CODE = "TT615FE"
"""Leads to a gate that is on a walk."""
NORTH, EAST = 0.0018, 0.00209
"""About 200 m in degrees, at the latitude of the shipped commune."""


@pytest.fixture(scope="module")
def engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database of these tests."""
    with _database("standing") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """What a test changes is rolled back."""
    with session_of(engine) as session:
        yield session
        session.rollback()


def _gate(session: Session) -> LonLat:
    sign = session.get_one(Sign, CODE)
    told = signage.about(session, [sign.feature_id or 0], 32629)[sign.feature_id or 0]
    assert told.place is not None
    return told.place


def _content(session: Session, *, arrow: str = "", **stands: float | int | None) -> Content:
    sign = session.get_one(Sign, CODE)
    for name, value in stands.items():
        setattr(sign, name, value)
    session.flush()
    state = published.current(session)
    assert state is not None
    decided = design.design_of(state.commune, "sign.example")
    made = design.compose(session, state, decided, [CODE], arrow=arrow)[CODE]
    assert isinstance(made, design.Composed)
    return made.content


@pytest.mark.parametrize(
    ("north", "east", "facing", "arrow"),
    [
        # The gate lies north of the sign. The face looks south, so its reader looks north: straight on.
        (-NORTH, 0, 180, "ahead"),
        (-NORTH, 0, 0, "back"),
        (-NORTH, 0, 90, "right"),
        (-NORTH, 0, 270, "left"),
        # The gate lies west of the sign, and its reader looks north.
        (0, EAST, 180, "left"),
    ],
)
def test_a_blade_points_from_where_it_stands(
    session: Session, north: float, east: float, facing: int, arrow: str
) -> None:
    gate = _gate(session)

    made = _content(session, lon=gate.lon + east, lat=gate.lat + north, facing=facing)

    assert made.arrow == arrow
    assert made.distance == "200\N{NO-BREAK SPACE}m" or made.distance == "200\N{NARROW NO-BREAK SPACE}m"


def test_an_arrow_chosen_by_hand_stays(session: Session) -> None:
    gate = _gate(session)

    made = _content(session, arrow="left", lon=gate.lon, lat=gate.lat - NORTH, facing=180)

    assert made.arrow == "left"


def test_a_sign_without_a_place_claims_no_distance_and_no_direction(session: Session) -> None:
    made = _content(session, lon=None, lat=None, facing=180)

    assert (made.arrow, made.distance) == ("", "")


def test_map_and_next_stop_are_told_from_the_sign(session: Session) -> None:
    gate = _gate(session)
    there = _content(session)

    here = _content(session, lon=gate.lon, lat=gate.lat - NORTH)

    assert there.map and here.map and there.map.here and here.map.here
    assert here.map.here[1] > there.map.here[1]
    assert there.way and here.way
    assert here.way.distance["en"] != there.way.distance["en"]
    assert here.digest != there.digest


def test_a_sign_in_the_same_place_as_its_thing_is_at_no_distance(session: Session) -> None:
    gate = _gate(session)
    sign = session.get_one(Sign, CODE)

    view = signage.views(session, {CODE: (gate, sign.feature_id or 0)}, 32629)[CODE]

    assert view.metres == pytest.approx(0, abs=0.01)
