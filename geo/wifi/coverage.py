"""What one site does around it: the signal at every place, by the streets where they are known.

Where buildings are known within the radius, the signal is reckoned through and around them
(geo/wifi/streetscape); elsewhere it is the median of ITU-R P.1411's statistics, and says so.
"""

import math
from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.vocabulary import N_
from geo.wifi import keeping
from geo.wifi.catalogue import Band, Catalogue, Client, Radio
from geo.wifi.links import Floats, Link, link
from geo.wifi.radio.p1411 import unknown_streets_db
from geo.wifi.rasters import CELL_M, RADIUS_M, Basis, Coverage, Grid, Site
from geo.wifi.streetscape import outlines


def of(
    session: Session, commune: Commune, catalogue: Catalogue, site: Site, band: Band, *,
    offset_db: float = 0.0, keep: bool = False,
) -> Coverage:  # fmt: skip
    """The coverage of a site in a band; all NaN where its model has no such band.

    `offset_db` is added to every signal (geo/wifi/surveys.py). What was reckoned stays in memory; with
    `keep` also in the database, for other processes: the caller commits. Invalid is raised for a model that
    the catalogue does not have, and where more buildings stand around than can be reckoned with.
    """
    model = catalogue.models.get(site.model)
    if model is None:
        raise Invalid(
            "model", N_("The catalogue has no model %(model)s: choose one of it."), model=site.model
        )
    grid = grid_around(site)
    radio, client = model.radio(band), catalogue.clients.get(band)
    if radio is None or client is None:
        dark = np.full((grid.rows, grid.columns), np.nan, np.float32)
        return Coverage(grid, band, dark, dark, dark, "statistics")
    extract = outlines.digest(session)
    name = keeping.digest(commune.metric_crs, catalogue, site, radio, client, extract)
    found = keeping.get(session, name)
    if found is None:
        found = _reckoned(session, commune, catalogue, site, radio, client, grid, extract)
        keeping.put(session, name, found, stored=keep)
    elif keep:
        keeping.put(session, name, found, stored=True)
    if offset_db:
        found = replace(found, down_dbm=found.down_dbm + offset_db, up_dbm=found.up_dbm + offset_db)
    return found


def inside(session: Session, commune: Commune, catalogue: Catalogue, x: float, y: float) -> bool:
    """Whether a place (metres of the metric CRS) lies in a known building or on its wall."""
    extract = outlines.digest(session)
    if extract is None:
        return False
    from geo.wifi.streetscape import scenes

    return scenes.inside(scenes.around(session, commune.metric_crs, catalogue, extract, x, y), x, y)


def grid_around(site: Site) -> Grid:
    """The cells that a site's coverage is given for."""
    west = math.floor((site.x - RADIUS_M) / CELL_M)
    south = math.floor((site.y - RADIUS_M) / CELL_M)
    east = math.ceil((site.x + RADIUS_M) / CELL_M)
    north = math.ceil((site.y + RADIUS_M) / CELL_M)
    return Grid(west * CELL_M, south * CELL_M, east - west, north - south)


def _reckoned(
    session: Session, commune: Commune, catalogue: Catalogue, site: Site, radio: Radio, client: Client,
    grid: Grid, extract: str | None,
) -> Coverage:  # fmt: skip
    made = link(catalogue, site, radio, client, grid)
    if extract is not None:
        from geo.wifi.streetscape import scenes, signal

        scene = scenes.around(session, commune.metric_crs, catalogue, extract, site.x, site.y)
        if scenes.any_within(scene, site.x, site.y, RADIUS_M):
            loss, sd = signal.losses(scene, catalogue, site, radio, client, grid, made.metres)
            return _coverage(made, grid, radio, loss, sd, "buildings")
    loss, deviation = unknown_streets_db(made.metres, radio.frequency_mhz, catalogue.environment)
    loss = np.where(made.level <= RADIUS_M, loss, np.nan)
    return _coverage(made, grid, radio, loss, deviation, "statistics")


def _coverage(
    made: Link, grid: Grid, radio: Radio, loss: Floats, sd: Floats | float, basis: Basis
) -> Coverage:
    down = (made.down_dbm - loss).astype(np.float32)
    up = (made.up_dbm - loss).astype(np.float32)
    spread = np.where(np.isnan(down), np.nan, sd).astype(np.float32)
    return Coverage(grid, radio.band, down, up, spread, basis)
