"""The loss to every cell among buildings: several ways, each with its law, whose powers add up.

- In sight: the law of the street canyon (ITU-R P.1411).
- Through walls: the same law along the straight line, and each wall's own loss.
- Over roofs: the same law, and diffraction at one edge that stands for all (ITU-R P.526, Bullington).
- Around corners: Berg's recursive model along the outdoor path of least loss.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import BANDS, Catalogue, Client, Radio
from geo.wifi.radio import berg
from geo.wifi.radio.free_space import wavelength_m
from geo.wifi.radio.p526 import knife_edge_db
from geo.wifi.radio.p1411 import IN_SIGHT, OUT_OF_SIGHT, street_canyon_db
from geo.wifi.rasters import RADIUS_M, Grid, Site
from geo.wifi.streetscape.bends import Bending
from geo.wifi.streetscape.edges import MM
from geo.wifi.streetscape.paths import INDOORS
from geo.wifi.streetscape.scenes import Scene
from geo.wifi.streetscape.ways import Ways, kept

Floats = NDArray[np.float64]
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
    mhz, heights = radio.frequency_mhz, (site.height_m, client.height_m)
    found = kept(scene, grid, site.x, site.y, *heights, np.array(table, np.int64), bending(mhz))
    level = metres**2 - (site.height_m - client.height_m) ** 2
    heard = (found.ground != INDOORS) & (level <= RADIUS_M**2)
    loss, deviation = np.full(metres.shape, np.nan), np.full(metres.shape, np.nan)
    loss[heard] = combined(found, heard, mhz, BANDS.index(radio.band), *heights, metres[heard])
    behind = found.between.near[heard] > 0
    out_of_sight = OUT_OF_SIGHT[catalogue.environment].sigma_db
    deviation[heard] = np.where(behind, out_of_sight, IN_SIGHT.sigma_db)
    return loss, deviation


def bending(mhz: float) -> Bending:
    """What a bend counts for at that frequency, by Berg's model."""
    return Bending(berg.right_angle(mhz), berg.EXPONENT)


def combined(
    ways: Ways, where: NDArray[np.bool_], mhz: float, band: int, height_m: float, other_m: float,
    metres: Floats,
) -> Floats:  # fmt: skip
    """Loss in dB by all ways together in the cells of `where`, which lie `metres` away."""
    metres = np.maximum(metres, NEAREST_M)
    straight = street_canyon_db(metres, mhz, height_m, other_m).median
    power = 10 ** (-(straight + ways.between.loss[band][where] / 100) / 10)
    near, far = ways.between.near[where].astype(float), ways.between.far[where]
    behind = near > 0
    edge = np.sqrt(2 * near[behind] * far[behind] / MM**2 / (wavelength_m(mhz) * metres[behind]))
    over = straight[behind] + knife_edge_db(edge)
    around = np.maximum(ways.fields.metres[where][behind], NEAREST_M)
    corner = street_canyon_db(around, mhz, height_m, other_m).median
    power[behind] += 10 ** (-over / 10) + 10 ** (-corner / 10)
    return np.asarray(-10 * np.log10(power))
