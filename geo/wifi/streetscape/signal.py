"""The loss to every cell among buildings: several ways, each with its law, whose powers add up.

- In sight: the law of the street canyon (ITU-R P.1411).
- Through walls: the same law along the straight line, and each wall's own loss.
- Over roofs: the same law, and diffraction at one edge that stands for all (ITU-R P.526, Bullington).
- Around corners: Berg's recursive model along the shortest outdoor path.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import BANDS, Catalogue, Client, Radio
from geo.wifi.laws import SPEED, in_sight, knife_edge
from geo.wifi.rasters import RADIUS_M, Grid, Site
from geo.wifi.streetscape import bends
from geo.wifi.streetscape.edges import MM
from geo.wifi.streetscape.paths import INDOORS
from geo.wifi.streetscape.scenes import Scene
from geo.wifi.streetscape.ways import Ways, kept

Floats = NDArray[np.float64]
IN_SIGHT_SD: Final = 5.06
BEHIND_SD: Final = 7.60
"""Standard deviations in sight and not in sight: ITU-R P.1411-12, table 4, urban below rooftop, in dB."""
NEAREST_M: Final = 1.0
"""Nearer cells are reckoned with as if they were that far away."""


def losses(
    scene: Scene, catalogue: Catalogue, site: Site, radio: Radio, client: Client, grid: Grid, metres: Floats
) -> tuple[Floats, Floats]:
    """Median loss in dB from the site to each cell, NaN indoors and beyond the radius; and its deviation.

    `metres` are straight distances to the cells.
    """
    table = [
        [round(100 * catalogue.materials[key].loss_db[band]) for band in BANDS] for key in scene.materials
    ]
    found = kept(scene, grid, site.x, site.y, site.height_m, client.height_m, np.array(table, np.int64))
    loss = combined(
        scene, found, radio.frequency_mhz, BANDS.index(radio.band), site.height_m, client.height_m, metres
    )
    level = metres**2 - (site.height_m - client.height_m) ** 2
    loss = np.where((found.ground == INDOORS) | (level > RADIUS_M**2), np.nan, loss)
    return loss, np.where(found.between.near > 0, BEHIND_SD, IN_SIGHT_SD)


def combined(
    scene: Scene, ways: Ways, mhz: float, band: int, height_m: float, other_m: float, metres: Floats
) -> Floats:
    """Loss in dB by all ways together, in every cell."""
    wave = SPEED / mhz
    metres = np.maximum(metres, NEAREST_M)
    straight = in_sight(metres, mhz, height_m, other_m)
    behind = ways.between.near > 0
    power = 10 ** (-(straight + ways.between.loss[band] / 100) / 10)
    rise = ways.between.near.astype(float) * ways.between.far / MM**2
    over = straight + knife_edge(np.sqrt(2 * rise / (wave * metres)))
    around = bends.fictitious(
        *ways.place, ways.reached, scene.corners, ways.frame, ways.fields, (0.031 / wave) ** 0.5, 1.5
    )
    corner = in_sight(np.nan_to_num(around, nan=np.inf), mhz, height_m, other_m)
    power += np.where(behind, 10 ** (-over / 10) + 10 ** (-corner / 10), 0.0)
    return np.asarray(-10 * np.log10(power))
