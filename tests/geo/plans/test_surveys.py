"""Surveys of a plan: whose readings are kept, how the model compares, when its offset may be used."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text

from core.errors import Conflict, Invalid, NotFound
from geo.wifi import history
from geo.wifi.catalogue import Band
from geo.wifi.models import Reading, Scenario, Survey
from geo.wifi.rasters import Coverage, Grid, Site
from geo.wifi.surveys import comparing, reading, taking
from geo.wifi.surveys.taking import Given
from tests.geo.plans.planning import Bench, here

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF = 300


def even(site: Site, band: Band) -> Coverage:
    """A town without walls: −40 dBm at a metre, 20 dB less every tenfold; nothing at 5 GHz."""
    west, south = (2.0 * ((along - HALF) // 2) for along in (site.x, site.y))
    grid = Grid(west, south, HALF, HALF)
    middle = np.arange(HALF) * 2.0 + 1.0
    metres = np.hypot(west + middle[None, :] - site.x, south + middle[:, None] - site.y)
    down = (-40 - 20 * np.log10(np.maximum(metres, 1))).astype(np.float32)
    if band == "5":
        down[:] = np.nan
    return Coverage(grid, band, down, down - 6, np.full_like(down, 6.0), "statistics")


@pytest.fixture
def plan(desk: Bench) -> Scenario:
    """A plan with a hotspot that hangs at the gate and one that is planned 200 m east."""
    made = desk.plan()
    desk.place(made.key, (0, 0), name="Gate")
    desk.place(made.key, (200, 0), name="East")
    desk.session.execute(text("UPDATE wifi_hotspot SET status = 'on_air' WHERE name = 'Gate'"))
    desk.session.expire_all()
    return made


def walked(many: int, off_db: float = -5.0, name: str = "Commune", spread: float = 2.0) -> str:
    """A walk away from the gate, a reading every 6 m; what was measured lies `off_db` above the model."""
    lines = ["lat;lon;dbm;ssid;bssid;time"]
    for step in range(1, many + 1):
        lon, lat = here(6.0 * step + 0.5, 0.5)
        dbm = -40 - 20 * np.log10(6.0 * step) + off_db + (spread if step % 2 else -spread)
        lines.append(
            f"{lat};{lon};{dbm:.2f};{name};02:00:00:00:00:0{step % 10};2026-03-01 10:00:{step % 60:02}"
        )
    return "\n".join(lines)


def take(desk: Bench, plan: Scenario, data: str, **given: Any) -> Survey:
    values = {"title": "Gate, by foot", "names": "Commune", **given}
    crs = desk.commune.metric_crs
    return taking.take(desk.session, plan.key, crs, even, Given(data.encode(), **values), by="Amina", now=NOW)


def readings(desk: Bench) -> list[Reading]:
    return list(desk.session.scalars(select(Reading).order_by(Reading.id)))


def test_a_survey_is_kept_compared_and_its_offset_used(desk: Bench, plan: Scenario) -> None:
    survey = take(desk, plan, walked(40))
    before = plan.revision

    assert (survey.compared, survey.taken_on, survey.by) == (40, date(2026, 3, 1), "Amina")
    assert survey.offset_db == pytest.approx(-5, abs=0.7)
    assert survey.sd_db == pytest.approx(2, abs=0.7)
    used = taking.use(desk.session, plan.key, survey.id, by="Karim", now=NOW)
    assert used.offset_db == survey.offset_db and used.revision == before + 1
    assert (survey.used_by, survey.used_at) == ("Karim", NOW)
    assert taking.forget_offset(desk.session, plan.key, now=NOW).offset_db == 0


def test_networks_of_others_and_what_tells_of_people_are_not_kept(desk: Bench, plan: Scenario) -> None:
    lines = walked(40).splitlines()
    others = walked(40, name="Dar Fatima").splitlines()[1:]
    survey = take(desk, plan, "\n".join([*lines, *others]))

    assert survey.counts["left"] == {"others": 40} and survey.counts["taken"] == 40
    columns = desk.session.execute(
        text("SELECT string_agg(r::text, ' ') FROM wifi_reading r")
    ).scalar_one() + str(survey.counts)
    assert "Fatima" not in columns and "02:00" not in columns and "10:00" not in columns
    places = [(row.hotspot_key, row.band) for row in readings(desk)]
    assert places == sorted(places)


def test_readings_of_one_square_are_merged_to_their_median(desk: Bench, plan: Scenario) -> None:
    lon, lat = here(20.5, 0.5)
    lines = "\n".join(f"{lat},{lon},{dbm}" for dbm in (-60, -61, -90))
    survey = take(desk, plan, f"lat,lon,dbm\n{lines}\n", names="")

    assert [row.dbm for row in readings(desk)] == [-61.0]
    assert survey.counts["taken"] == 3 and survey.counts["squares"] == 1


def test_a_hotspot_is_named_in_the_file_or_in_the_list(desk: Bench, plan: Scenario) -> None:
    lon, lat = here(150, 0)
    head = "lat,lon,dbm,ssid,hotspot"
    take(desk, plan, f"{head}\n{lat},{lon},-70,x,east\n", names="")
    take(desk, plan, f"{head}\n{lat},{lon},-71,Pilot,\n", names=" pilot = EAST ", title="2")
    keys = {row.hotspot_key for row in readings(desk)}

    assert len(keys) == 1 and keys != {None}
    name = desk.session.scalar(text("SELECT name FROM wifi_hotspot WHERE key = :key"), {"key": keys.pop()})
    assert name == "East"


def test_a_band_that_the_model_has_not_is_kept_without_comparison(desk: Bench, plan: Scenario) -> None:
    survey = take(desk, plan, walked(35), band="5")
    page = reading.page(desk.session, plan, survey.id, limit=10)

    assert survey.compared == 0 and survey.offset_db is None
    assert page.total == 35 and all(line.modelled_dbm is None for line in page.lines)


def test_the_same_file_is_told_and_not_taken_twice(desk: Bench, plan: Scenario) -> None:
    take(desk, plan, walked(40))

    with pytest.raises(Conflict, match="Gate, by foot"):
        take(desk, plan, walked(40), title="Again")


@pytest.mark.parametrize(
    ("data", "given", "told"),
    [
        (walked(40, name="Dar Fatima"), {}, "Write the commune's own"),
        (walked(40), {"names": "Commune = Nowhere"}, "no hotspot called “Nowhere”"),
        (walked(40), {"names": "x\n" * 6000}, "At most 10000"),
        (walked(40), {"names": "\n".join(f"n{i}" for i in range(201))}, "At most 200"),
        (walked(40), {"band": "6"}, "Choose one"),
        (walked(40), {"title": " "}, "Give it a name"),
        ("lat,lon,dbm\n31.5,-8.88,-60\n", {}, "within 300 m"),
        ("lat,lon,dbm\n0,0,-60\n", {}, "exact enough place"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    desk: Bench, plan: Scenario, data: str, given: dict[str, str], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        take(desk, plan, data, **given)
    assert readings(desk) == []


def test_before_anything_hangs_the_list_must_say_which_is_which(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key)

    with pytest.raises(Invalid, match="name = hotspot"):
        take(desk, plan, walked(5))


@pytest.mark.parametrize(
    ("many", "off", "spread", "told"),
    [(20, -5, 2, "Too little"), (40, 0, 25, "too irregularly"), (40, 35, 2, "mistake")],
)
def test_an_offset_that_cannot_be_trusted_is_refused(
    desk: Bench, plan: Scenario, many: int, off: float, spread: float, told: str
) -> None:
    survey = take(desk, plan, walked(many, off, spread=spread))

    with pytest.raises(Conflict, match=told):
        taking.use(desk.session, plan.key, survey.id, by="Karim", now=NOW)
    assert plan.offset_db == 0 and survey.used_by is None


def test_a_moved_hotspot_is_compared_anew(desk: Bench, plan: Scenario) -> None:
    survey = take(desk, plan, walked(40))
    before = survey.offset_db
    lon, lat = here(-60, 0)
    desk.session.execute(
        text("UPDATE wifi_hotspot SET place = ST_SetSRID(ST_MakePoint(:x, :y), 4326) WHERE name = 'Gate'"),
        {"x": lon, "y": lat},
    )
    taking.compare(desk.session, plan.key, survey.id, desk.commune.metric_crs, even)

    assert before is not None and survey.offset_db is not None
    assert survey.offset_db > before + 2


def test_a_survey_is_removed_with_its_readings_and_is_no_other_plan_s(desk: Bench, plan: Scenario) -> None:
    survey = take(desk, plan, walked(40))
    other = desk.plan("Other")
    with pytest.raises(NotFound):
        taking.remove(desk.session, other.key, survey.id)
    taking.remove(desk.session, plan.key, survey.id)

    assert readings(desk) == [] and reading.listed(desk.session, plan) == []


def test_a_withdrawn_plan_takes_no_offset(desk: Bench, plan: Scenario) -> None:
    survey = take(desk, plan, walked(40))
    history.held(desk.session, plan.key).status = "withdrawn"
    desk.session.flush()

    with pytest.raises(Conflict, match="withdrawn"):
        taking.use(desk.session, plan.key, survey.id, by="Karim", now=NOW)


def test_agreement_of_nothing_is_nothing() -> None:
    nan = np.array([np.nan, np.nan])

    assert comparing.agreement(np.array([-60.0, -70.0]), nan) == comparing.Agreement(0, None, None)
    one = comparing.agreement(np.array([-60.0]), np.array([-57.0]))
    assert (one.compared, one.offset_db, one.sd_db) == (1, -3.0, None)
