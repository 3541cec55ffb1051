"""Where a warning holds: the commune, a risk zone or an area of its own; checked, and without holes.

CAP 1.2 writes rings as latitude, longitude, and knows no holes. Here everything is longitude, latitude as
elsewhere; geo/alerts/cap.py turns it round, in one place.
"""

import json
import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.ops import split
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.vocabulary import N_
from geo.wifi.limits import AREA
from geo.zones import GROUND

MOST_POINTS: Final = 1_000
"""Of all rings together: telephones draw them, and cell broadcast carries far fewer."""
LONGEST: Final = 60_000
"""Characters of a drawn area."""
COARSEST: Final = 0.01
"""Degrees to which the area of a zone is simplified at the most."""
DECIMALS: Final = 5
"""About a metre."""

_COMMUNE: Final = text(f"SELECT ST_AsBinary(geom) FROM ({AREA}) AS area")
_ZONE: Final = text(f"""
SELECT f.id, ST_AsBinary({GROUND}) AS shape FROM feature f JOIN risk_zone z ON z.id = f.id
 WHERE f.layer = 'risk_zones' AND f.key = :key AND f.withdrawn_at IS NULL AND NOT z.record
   AND ST_Dimension(f.geom) >= 1
""")


class Area(NamedTuple):
    """An area as WKT of a MULTIPOLYGON without holes, and the zone that it is, if it is one."""

    wkt: str
    zone_id: int | None = None


def of_commune(session: Session) -> Area:
    """The commune's own area; Invalid where its boundary is not known."""
    shape = session.scalar(_COMMUNE)
    if shape is None:
        raise Invalid("place", N_("The boundary of the commune is not known: draw the area."))
    return Area(_kept(shapely.from_wkb(bytes(shape)), simplify=True))


def of_zone(session: Session, key: str) -> Area:
    """The ground of a risk zone that is no record of the past; Invalid for any other."""
    row = session.execute(_ZONE, {"key": key[:80].replace("\0", "")}).one_or_none()
    if row is None:
        raise Invalid("zone", N_("Choose a risk zone. Records of the past are none."))
    return Area(_kept(shapely.from_wkb(bytes(row.shape)), simplify=True), row.id)


def drawn(given: str, commune: Commune) -> Area:
    """A GeoJSON Polygon or MultiPolygon, longitude first; Invalid says what is wrong with it."""
    parts = _parts(_read(given))
    if sum(len(ring) for rings in parts for ring in rings) > MOST_POINTS:
        raise Invalid("polygon", N_("This area has too many points; at most %(most)s."), most=MOST_POINTS)
    if any(len(rings) != 1 for rings in parts):
        raise Invalid(
            "polygon", N_("An area of a warning has no holes: draw it around them, or as two areas.")
        )
    for (ring,) in parts:
        _checked(ring, commune)
    areas = [Polygon(ring) for (ring,) in parts]
    if not all(area.is_valid for area in areas):
        raise Invalid("polygon", N_("The line around this area crosses itself."))
    # Corners keep their order, so that a draft kept again stays the same; areas on each other become one.
    whole = shapely.transform(MultiPolygon(areas), lambda corners: corners.round(DECIMALS))
    return Area(str(whole.wkt) if whole.is_valid else _kept(shapely.union_all(areas)))


def _read(given: str) -> Any:
    if not given.strip():
        raise Invalid("polygon", N_("No area is drawn yet: draw it on the map, or give it as GeoJSON."))
    if len(given) > LONGEST:
        raise Invalid("polygon", N_("This area has too many points; at most %(most)s."), most=MOST_POINTS)
    try:
        value = json.loads(given)
    except (ValueError, RecursionError):
        return None
    return value.get("geometry") if isinstance(value, dict) and value.get("type") == "Feature" else value


def _parts(value: Any) -> list[list[list[tuple[float, float]]]]:
    unread = Invalid(
        "polygon", N_("The area must be a GeoJSON Polygon: rings of pairs of longitude and latitude.")
    )
    if not isinstance(value, dict) or value.get("type") not in ("Polygon", "MultiPolygon"):
        raise unread
    given: Any = value.get("coordinates")
    listed: Any = [given] if value["type"] == "Polygon" else given
    try:
        parts = [[[(_number(at[0]), _number(at[1])) for at in ring] for ring in rings] for rings in listed]
    except (TypeError, ValueError, IndexError, KeyError):
        raise unread from None
    if not parts or not all(rings and all(rings) for rings in parts):
        raise unread
    return parts


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _checked(ring: list[tuple[float, float]], commune: Commune) -> None:
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise Invalid(
            "polygon", N_("The line around an area must end where it began, with three corners at least.")
        )
    box = commune.context_bbox
    if all(box.holds(lon, lat) for lon, lat in ring):
        return
    if all(box.holds(lat, lon) for lon, lat in ring):
        raise Invalid("polygon", N_("Latitude and longitude are swapped: longitude comes first."))
    raise Invalid("polygon", N_("This area lies outside the surroundings of the commune."))


def _kept(shape: Any, *, simplify: bool = False) -> str:
    """Rounded, without holes, as WKT; what is stored with too many points is simplified until it fits."""
    tolerance = 1e-5
    while simplify and tolerance < COARSEST and shapely.get_num_coordinates(shape) > MOST_POINTS // 2:
        shape, tolerance = shapely.simplify(shape, tolerance), tolerance * 2
    whole = shapely.set_precision(shape, 10**-DECIMALS)
    pieces = [piece for part in shapely.get_parts(whole) for piece in without_holes(part)]
    pieces = [piece for piece in pieces if piece.geom_type == "Polygon" and not piece.is_empty]
    if not pieces:
        raise Invalid("polygon", N_("This area is too small to be drawn."))
    return str(MultiPolygon(pieces).wkt)


def without_holes(part: Any) -> Iterator[Any]:
    """The same ground as pieces without holes: cut straight through each hole, from west to east."""
    if part.geom_type != "Polygon" or not part.interiors:
        yield part
        return
    west, _, east, _ = part.bounds
    height = Polygon(part.interiors[0]).representative_point().y
    for piece in split(part, LineString([(west - 1, height), (east + 1, height)])).geoms:
        yield from without_holes(piece)
