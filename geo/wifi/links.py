"""Both ends of the link from a site to every cell of a grid, before any loss on the way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import BANDS, Catalogue, Client, Radio
from geo.wifi.radio.antennas import off_beam_db
from geo.wifi.rasters import Grid, Site

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Link:
    """By cell: metres on the level and straight, and the dBm at each end that losses are taken from."""

    level: Floats
    metres: Floats
    down_dbm: Floats
    up_dbm: Floats


def link(catalogue: Catalogue, site: Site, radio: Radio, client: Client, grid: Grid) -> Link:
    """The link's ends. Radiated power is the site's own or the model's, never over the national limit."""
    east = grid.west + grid.cell_m * (np.arange(grid.columns) + 0.5) - site.x
    north = (grid.south + grid.cell_m * (np.arange(grid.rows) + 0.5) - site.y)[:, None]
    level = np.hypot(east, north)
    metres = np.hypot(level, site.height_m - client.height_m)
    pattern = np.zeros(level.shape)
    if radio.horizontal_deg < 360 or radio.vertical_deg < 180:
        off = np.degrees(np.arctan2(east, north)) - site.azimuth_deg
        down = np.degrees(np.arctan2(site.height_m - client.height_m, level)) - site.tilt_deg
        pattern = off_beam_db(off, down, radio.horizontal_deg, radio.vertical_deg)
    return Link(
        level, metres, eirp(catalogue, site, radio) + pattern, client.eirp_dbm + radio.gain_dbi + pattern
    )


def eirp(catalogue: Catalogue, site: Site, radio: Radio) -> float:
    """What the site radiates in the radio's band in its best direction, in dBm."""
    asked = site.eirp_dbm[BANDS.index(radio.band)]
    limit = catalogue.limits.get(radio.band)
    most = limit.eirp_dbm if limit else radio.eirp_dbm
    return min(radio.eirp_dbm if asked is None else asked, most)
