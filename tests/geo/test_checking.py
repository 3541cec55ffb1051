"""A walk checks itself: closed sites, active risk zones with a detour, a needless zigzag."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geo.loading.records import BadFolder
from geo.streets import checking
from tests.geo.made_streets import NOW, area, at, block, import_, load, open_town, page, walk
from tests.geo.tiny import Town, feature, point


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town, open on all sides."""
    return open_town(tmp_path / "tiny")


def _zone(**attributes: Any) -> dict[str, Any]:
    """A zone across the lane in the middle of the block, and nothing else."""
    shape = area((90, 40), (110, 40), (110, 60), (90, 60))
    return feature("zone", "collapse", shape, names={"fr": "La zone"}, attributes=attributes)


def test_a_leg_through_an_active_zone_is_told_and_a_detour_offered(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    load(session, town, _zone())
    import_(session, town, block())
    remarks = [remark for remark in page(session).stops[0].remarks if remark.code != "unpublished"]

    (remark,) = remarks
    assert (remark.code, remark.thing and remark.thing.key) == ("risk_leg", "zone")
    assert remark.detour_m == pytest.approx(300, abs=3)
    assert [line.way for line in remark.detour] == ["street"] * len(remark.detour)


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"record": True}, False),
        ({"valid_from": "2026-01-02"}, False),
        ({"valid_until": "2025-12-31"}, False),
        ({"valid_from": "2026-01-01", "valid_until": "2026-01-01"}, True),
    ],
)
def test_records_and_zones_whose_time_is_over_are_no_risk(
    session: Session, town: Town, attributes: dict[str, Any], told: bool
) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    load(session, town, _zone(**attributes))

    assert any(remark.code == "risk_leg" for remark in page(session).remarks) is told


def test_a_day_that_is_none_is_told(session: Session, town: Town) -> None:
    with pytest.raises(BadFolder) as bad:
        load(session, town, _zone(valid_from="soon", valid_until="20260101"))

    assert [problem.field for problem in bad.value.problems] == [
        "attributes.valid_from",
        "attributes.valid_until",
    ]


def test_a_check_later_sees_that_a_zones_time_is_over(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    load(session, town, _zone(valid_until="2026-01-01"))

    assert not checking.renew(session, now=NOW)
    assert checking.renew(session, now=datetime(2026, 1, 2, tzinfo=UTC))
    assert not any(remark.code == "risk_leg" for remark in page(session).remarks)


def test_a_leg_through_a_closed_site_is_told_and_so_is_a_closed_stop(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    yard = area((90, 40), (110, 40), (110, 60), (90, 60))
    closed = {"access": "closed"}
    town.monuments.append(feature("yard", "monument", yard, names={"fr": "La cour"}, attributes=closed))
    town.monuments[1]["properties"]["attributes"] = closed
    load(session, town)
    import_(session, town, block())
    told = [
        (remark.code, remark.ordinal, remark.thing.key, bool(remark.detour))
        for remark in page(session).remarks
        if remark.thing and remark.code != "unpublished"
    ]

    assert told == [("closed_leg", 1, "yard", True), ("closed_stop", 2, "m1", False)]


def test_a_needless_zigzag_is_told_with_what_it_costs(session: Session, town: Town) -> None:
    walk(town, (150, 0), (50, 0), (200, 0))
    load(session, town)
    import_(session, town, block())
    (remark,) = (remark for remark in page(session).remarks if remark.code == "order")

    assert remark.values["order"] == [1, 3, 2, 4]
    assert remark.values["metres"] == pytest.approx(400, abs=5)
    assert remark.values["shorter"] == pytest.approx(200, abs=5)
