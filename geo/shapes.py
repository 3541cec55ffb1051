"""Shapes on the earth: column types and points. The one file that knows the SRID of what is stored.

Everything is stored in WGS 84, longitude then latitude (RFC 7946); metres come from geography or from the
commune's metric CRS, always by whole-number SRID (the text form is thousands of times slower).
"""

from typing import Annotated, NamedTuple

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy.orm import mapped_column

SRID = 4326
AnyShape = Annotated[WKBElement, mapped_column(Geometry("GEOMETRY", srid=SRID, spatial_index=False))]
PointShape = Annotated[WKBElement, mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))]
LineShape = Annotated[WKBElement, mapped_column(Geometry("LINESTRING", srid=SRID, spatial_index=False))]


class LonLat(NamedTuple):
    """A place, in decimal degrees east and north."""

    lon: float
    lat: float


class Box(NamedTuple):
    """A box in decimal degrees; west is smaller than east (no box crosses the date line)."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the point is in the box, its edge included."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north
