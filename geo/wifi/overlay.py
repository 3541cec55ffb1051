"""Coverage of a plan as pictures to lay over a web map: how likely each service is, never a sharp circle.

Where buildings are known, a class of service ends where it is as likely as not, with a soft edge. Where only
statistics speak, colour fades with the probability and is hatched: nobody knows where it ends.
"""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.memory import Memory
from geo.shapes import LonLat
from geo.wifi import classes, coverage, spots
from geo.wifi.catalogue import BANDS, Catalogue
from geo.wifi.rasters import Basis, Grid, Site
from geo.wifi.warnings import Placed

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
MOST_CELLS: Final = 1_500_000
"""Of a picture; hotspots that lie far apart are drawn coarser."""
VOICE: Final = (27, 111, 140)
BROWSING: Final = (224, 163, 58)
"""Colours that people who confuse red and green tell apart, on light ground and on dark."""
STRONGEST: Final = 165
"""Opacity where service is sure, of 255."""
SHADES: Final = 15
"""Steps of opacity; the palette has SHADES + 1 of them for each of MIXES + 1 mixtures."""
MIXES: Final = 7
HATCH_PX: Final = 6
FAINTEST: Final = 0.2
"""Where only statistics speak, a chance below this is not drawn: no edge of the reckoned area shows."""

MOST_KEPT: Final = 150
"""Hotspots whose chances a process keeps: 180 KB each."""

_CORNERS: Final = text("""
SELECT ST_X(p), ST_Y(p) FROM (
  SELECT n, ST_Transform(ST_SetSRID(ST_MakePoint(x, y), CAST(:crs AS integer)), 4326) AS p
    FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS c (x, y, n)) AS corner
 ORDER BY n
""")


@dataclass(frozen=True, eq=False)
class Chances:
    """One hotspot's chances of browsing or better and of voice, by cell, 0 to 255."""

    grid: Grid
    browsing: Bytes
    voice: Bytes
    basis: Basis


_kept: Final = Memory[Chances](MOST_KEPT)


@dataclass(frozen=True)
class Picture:
    """A PNG that lies between south-west and north-east, its rows and columns even in web mercator."""

    png: bytes
    south_west: LonLat
    north_east: LonLat
    basis: Basis

    def as_json(self) -> dict[str, Any]:
        """As a web map takes it: the picture in its own address, corners latitude first."""
        return {
            "url": "data:image/png;base64," + base64.b64encode(self.png).decode(),
            "bounds": [
                [self.south_west.lat, self.south_west.lon],
                [self.north_east.lat, self.north_east.lon],
            ],
            "basis": self.basis,
        }


def of(
    session: Session, commune: Commune, catalogue: Catalogue, placed: Sequence[Placed], *, offset_db: float
) -> list[Picture]:
    """At most two pictures: of hotspots among known buildings, and of those that rest on statistics."""
    found = [
        _chances(session, commune, catalogue, spots.site(each.values, each.x, each.y), offset_db)
        for each in placed
        if each.values.model in catalogue.models
    ]
    by_basis: dict[Basis, list[Chances]] = {}
    for each in found:
        by_basis.setdefault(each.basis, []).append(each)
    return [_picture(session, commune, basis, by_basis[basis]) for basis in sorted(by_basis)]


def _chances(
    session: Session, commune: Commune, catalogue: Catalogue, site: Site, offset_db: float
) -> Chances:
    """Kept in each process while the published data stay the same: of a plan, only what is dragged is new."""
    key = (commune.key, commune.version, repr(catalogue), site, offset_db)
    return _kept.of(session, key, lambda: _reckoned(session, commune, catalogue, site, offset_db))


def _reckoned(
    session: Session, commune: Commune, catalogue: Catalogue, site: Site, offset_db: float
) -> Chances:
    covers = [
        coverage.of(session, commune, catalogue, site, band, offset_db=offset_db)
        for band in BANDS
        if catalogue.models[site.model].radio(band)
    ]
    chances = [classes.chances(each.down_dbm, each.up_dbm, each.sd_db, catalogue.demands) for each in covers]
    browsing, voice = (np.maximum.reduce([each[n] for each in chances]) for n in range(2))
    return Chances(covers[0].grid, _bytes(browsing), _bytes(voice), covers[0].basis)


def _bytes(chance: Floats) -> Bytes:
    return np.rint(np.nan_to_num(chance) * 255).astype(np.uint8)


def _picture(session: Session, commune: Commune, basis: Basis, parts: Sequence[Chances]) -> Picture:
    grid, step = _around([part.grid for part in parts])
    browsing = np.zeros((grid.rows, grid.columns), dtype=np.uint8)
    voice = np.zeros_like(browsing)
    for part in parts:
        row = math.floor((part.grid.south - grid.south) / grid.cell_m)
        column = math.floor((part.grid.west - grid.west) / grid.cell_m)
        for whole, own in ((browsing, part.browsing), (voice, part.voice)):
            thin = own[::step, ::step]
            here = whole[row : row + thin.shape[0], column : column + thin.shape[1]]
            np.maximum(here, thin[: here.shape[0], : here.shape[1]], out=here)
    corners, rows, columns = _warp(session, commune.metric_crs, grid)
    inside = (rows >= 0) & (rows < grid.rows) & (columns >= 0) & (columns < grid.columns)
    at = np.where(inside, rows * grid.columns + columns, 0)
    chances = [np.where(inside, whole.ravel()[at], 0) for whole in (browsing, voice)]
    return Picture(_png(_codes(basis, *chances)), *corners, basis)


def _around(grids: Sequence[Grid]) -> tuple[Grid, int]:
    """The grid that holds all of them, and how many of their cells go into one of its own."""
    cell = grids[0].cell_m
    west, south = min(grid.west for grid in grids), min(grid.south for grid in grids)
    columns = round(max(grid.west + grid.columns * cell for grid in grids) - west) / cell
    rows = round(max(grid.south + grid.rows * cell for grid in grids) - south) / cell
    step = max(1, math.ceil(math.sqrt(rows * columns / MOST_CELLS)))
    return Grid(west, south, math.ceil(columns / step), math.ceil(rows / step), cell * step), step


def _warp(
    session: Session, metric_crs: int, grid: Grid
) -> tuple[tuple[LonLat, LonLat], NDArray[np.int64], NDArray[np.int64]]:
    """Corners of the picture, and for each of its pixels the row and column of the grid.

    Metres are a smooth function of longitude and mercator's latitude: over some kilometres a quadratic one,
    fitted to 25 places that the database transforms, is exact to far less than a cell.
    """
    east, north = grid.west + grid.columns * grid.cell_m, grid.south + grid.rows * grid.cell_m
    given = {"crs": metric_crs, "x": [grid.west, east, east, grid.west]}
    ends = session.execute(_CORNERS, given | {"y": [grid.south, grid.south, north, north]}).all()
    lons, lats = [lon for lon, _ in ends], [lat for _, lat in ends]
    low, high = _mercator(min(lats)), _mercator(max(lats))
    grain = np.linspace(0, 1, 5)
    u, v = (axis.ravel() for axis in np.meshgrid(grain, grain))
    places = [
        LonLat(min(lons) + (max(lons) - min(lons)) * right, _latitude(high + (low - high) * down))
        for right, down in zip(u, v, strict=True)
    ]
    metres = np.array(spots.in_metres(session, places, metric_crs))
    fit, *_ = np.linalg.lstsq(_terms(u, v), metres, rcond=None)
    across = (np.arange(grid.columns) + 0.5)[None, :] / grid.columns
    down = (np.arange(grid.rows) + 0.5)[:, None] / grid.rows
    x, y = (
        fit[0, n] + fit[1, n] * across + fit[2, n] * down + fit[3, n] * across**2
        + fit[4, n] * across * down + fit[5, n] * down**2
        for n in range(2)
    )  # fmt: skip
    rows = np.floor((y - grid.south) / grid.cell_m).astype(np.int64)
    columns = np.floor((x - grid.west) / grid.cell_m).astype(np.int64)
    return (LonLat(min(lons), min(lats)), LonLat(max(lons), max(lats))), rows, columns


def _terms(u: Floats, v: Floats) -> Floats:
    return np.stack([np.ones_like(u), u, v, u**2, u * v, v**2], axis=1)


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _latitude(mercator: float) -> float:
    return math.degrees(math.atan(math.sinh(mercator)))


def _codes(basis: Basis, browsing: Bytes, voice: Bytes) -> Bytes:
    """Number of each pixel's colour in the palette."""
    chance, talk = browsing / 255, voice / 255
    if basis == "buildings":
        chance, talk = np.clip(chance * 4 - 1.5, 0, 1), np.clip(talk * 4 - 1.5, 0, 1)
    else:
        chance = np.clip((chance - FAINTEST) / (1 - FAINTEST), 0, 1) * 0.9
    shade = np.rint(chance * SHADES).astype(np.int64)
    if basis == "statistics":
        row, column = np.ogrid[: shade.shape[0], : shade.shape[1]]
        shade = np.where((row + column) % HATCH_PX < HATCH_PX // 2, shade, shade // 2)
    return (shade * (MIXES + 1) + np.rint(talk * MIXES).astype(np.int64)).astype(np.uint8)


def _png(codes: Bytes) -> bytes:
    image = Image.fromarray(codes, "P")
    palette, opacity = [], []
    for shade in range(SHADES + 1):
        for mix in range(MIXES + 1):
            part = mix / MIXES
            palette += [
                round(talk * part + page * (1 - part)) for talk, page in zip(VOICE, BROWSING, strict=True)
            ]
            opacity.append(round(STRONGEST * shade / SHADES))
    image.putpalette(palette)
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(opacity), compress_level=3)
    return file.getvalue()
