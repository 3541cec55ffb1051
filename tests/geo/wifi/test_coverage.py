"""What one site does, from the database on: streets where buildings are known, statistics elsewhere."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo import published
from geo.commune import Commune
from geo.wifi import classes, coverage, keeping
from geo.wifi.rasters import Coverage, Site
from tests.geo import made_streets
from tests.geo.made_streets import Extract
from tests.geo.wifi.equipment import catalogue

CATALOGUE = catalogue()


def commune_with(session: Session, path: Path, *houses: Polygon, **tags: str) -> Commune:
    """The tiny town with these houses (metres east and north of its gate)."""
    extract = Extract()
    extract.street((0, -200), (0, 200))
    for house in houses:
        extract.way(*[(round(x, 3), round(y, 3)) for x, y in house.exterior.coords], building="yes", **tags)
    town = made_streets.open_town(path)
    made_streets.load(session, town)
    made_streets.import_(session, town, extract)
    return current(session)


def current(session: Session) -> Commune:
    """The loaded commune."""
    found = published.current(session)
    assert found is not None
    return found.commune


def metric(session: Session, commune: Commune, east: float, north: float) -> tuple[float, float]:
    """A place so many metres from the gate, in the metric CRS."""
    lon, lat = made_streets.at(east, north)
    row = session.execute(
        text(
            "SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :crs) AS p"
        ),
        {"lon": lon, "lat": lat, "crs": commune.metric_crs},
    ).one()
    return float(row[0]), float(row[1])


def at(found: Coverage, x: float, y: float) -> float:
    """The signal at the telephone at a place."""
    grid = found.grid
    return float(found.down_dbm[int((y - grid.south) // grid.cell_m), int((x - grid.west) // grid.cell_m)])


def box(west: float, south: float, east: float, north: float) -> Polygon:
    """A house."""
    return Polygon([(west, south), (east, south), (east, north), (west, north)])


def test_without_buildings_it_is_statistics(session: Session, tmp_path: Path) -> None:
    made_streets.load(session, made_streets.open_town(tmp_path))
    commune = current(session)
    site = Site(*metric(session, commune, 0, 0), 4.0, "omni")

    found = coverage.of(session, commune, CATALOGUE, site, "2.4")

    assert found.basis == "statistics"
    assert at(found, site.x + 20, site.y) > at(found, site.x + 100, site.y) > at(found, site.x + 250, site.y)
    assert np.isnan(at(found, site.x + 220, site.y + 220))
    assert np.nanmin(found.sd_db) > 3


def test_a_house_casts_a_shadow_and_is_dark_inside(session: Session, tmp_path: Path) -> None:
    commune = commune_with(session, tmp_path, box(20, -10, 40, 10))
    place = metric(session, commune, 0, 0)
    site = Site(*place, 4.0, "omni")

    found = coverage.of(session, commune, CATALOGUE, site, "2.4")
    behind, beside = metric(session, commune, 60, 0), metric(session, commune, -60, 0)

    assert found.basis == "buildings"
    assert at(found, *beside) - at(found, *behind) > 6
    assert np.isnan(at(found, *metric(session, commune, 30, 0)))
    assert coverage.inside(session, commune, CATALOGUE, *metric(session, commune, 30, 0))
    assert not coverage.inside(session, commune, CATALOGUE, *place)


def test_a_model_that_is_not_in_the_catalogue_is_told(session: Session, tmp_path: Path) -> None:
    made_streets.load(session, made_streets.open_town(tmp_path))
    with pytest.raises(Invalid, match="no model gone"):
        coverage.of(session, current(session), CATALOGUE, Site(0, 0, 4.0, "gone"), "2.4")


def test_what_was_kept_is_found_again_and_is_the_same(session: Session, tmp_path: Path) -> None:
    commune = commune_with(session, tmp_path, box(20, -10, 40, 10))
    site = Site(*metric(session, commune, 3, 0), 4.0, "omni")
    found = coverage.of(session, commune, CATALOGUE, site, "5", keep=True)
    keeping.forget()

    again = coverage.of(session, commune, CATALOGUE, site, "5", offset_db=3.0)

    assert session.scalar(text("SELECT count(*) FROM wifi_coverage")) == 1
    assert again.grid == found.grid and again.basis == "buildings"
    np.testing.assert_allclose(again.down_dbm, found.down_dbm + 3, atol=0.006)
    np.testing.assert_allclose(again.up_dbm, found.up_dbm + 3, atol=0.012)
    np.testing.assert_allclose(again.sd_db, found.sd_db, atol=0.06)


def test_a_beam_is_felt_where_it_points(session: Session, tmp_path: Path) -> None:
    commune = commune_with(session, tmp_path, box(200, 200, 220, 220))
    east = Site(*metric(session, commune, 0, 0), 4.0, "beam", azimuth_deg=90.0)

    before = coverage.of(session, commune, CATALOGUE, east, "2.4")
    turned = coverage.of(session, commune, CATALOGUE, replace(east, azimuth_deg=270.0), "2.4")
    ahead = metric(session, commune, 60, 0)

    assert at(before, *ahead) - at(turned, *ahead) > 15
    assert np.isnan(coverage.of(session, commune, CATALOGUE, east, "5").down_dbm).all()


@pytest.mark.parametrize("houses", [(), (box(20, -10, 40, 10),)])
def test_more_power_never_covers_less(session: Session, tmp_path: Path, houses: tuple[Polygon, ...]) -> None:
    commune = commune_with(session, tmp_path, *houses)
    site = Site(*metric(session, commune, 0, 0), 4.0, "omni")
    weak, strong, most, capped = (
        coverage.of(session, commune, CATALOGUE, replace(site, eirp_dbm=(dbm, None)), "2.4")
        for dbm in (3.0, 14.0, 20.0, 36.0)
    )
    codes = [classes.service(each.down_dbm, each.up_dbm, CATALOGUE.demands) for each in (weak, strong, most)]

    assert (codes[0] <= codes[1]).all() and (codes[1] <= codes[2]).all() and codes[0].sum() < codes[1].sum()
    np.testing.assert_allclose(strong.down_dbm - weak.down_dbm, 11.0 + 0 * weak.down_dbm, atol=1e-3)
    np.testing.assert_array_equal(capped.down_dbm, most.down_dbm)
