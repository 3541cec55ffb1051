"""What was taken over from OpenStreetMap, in layers of its own: never mixed into the commune's own features.

Every row keeps type, id and version of its OSM object, so that each can be traced and credited (ODbL 1.0).
"""

from datetime import datetime
from typing import Any, Final

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from geo.shapes import SRID, AnyShape, LineShape, PointShape

LICENCE: Final = "ODbL 1.0"
CREDIT: Final = "© OpenStreetMap contributors"


class OsmImport(Base):
    """The one extract whose contents stand in the tables below, and what came of it."""

    __tablename__ = "osm_import"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    file_name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file, the box and the importer's version: the same three are not read twice."""
    data_time: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """State of OpenStreetMap that the extract says it holds."""
    box: Mapped[list[float]] = mapped_column(JSONB)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StreetNode(Base):
    """Where segments meet or end. `closed`: a gate or barrier that people on foot may not pass."""

    __tablename__ = "street_node"

    osm_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    geom: Mapped[PointShape]
    closed: Mapped[bool] = mapped_column(default=False)


class StreetSegment(Base):
    """A piece of an OSM way between two nodes, walkable both ways; drawn and tagged in the way's
    direction.
    """

    __tablename__ = "street_segment"
    __table_args__ = (
        Index("uq_street_segment_way_id", "way_id", "part", unique=True),
        Index("ix_street_segment_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    way_id: Mapped[int] = mapped_column(BigInteger)
    osm_version: Mapped[int]
    part: Mapped[int]
    """Counted from 0 along the way."""
    from_node: Mapped[int] = mapped_column(BigInteger)
    to_node: Mapped[int] = mapped_column(BigInteger)
    geom: Mapped[LineShape]
    length_m: Mapped[float]
    kind: Mapped[str] = mapped_column(String(20))
    """The value of `highway`: steps, footway, residential, ..."""
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Language → name; "" is the name on the spot."""
    wheelchair: Mapped[str] = mapped_column(String(7))
    """yes, no or unknown (geo/streets/tagging.py says how it is judged)."""
    width_m: Mapped[float | None]
    incline_percent: Mapped[float | None]
    """Rise in the direction of the way, as tagged."""
    step_count: Mapped[int | None]
    surface: Mapped[str | None] = mapped_column(String(40))


class Building(Base):
    """A building's outline. Heights are as tagged: nothing is guessed from what is not there."""

    __tablename__ = "building"
    __table_args__ = (Index("ix_building_geom", "geom", postgresql_using="gist"),)

    osm_type: Mapped[str] = mapped_column(String(8), primary_key=True)
    osm_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    osm_version: Mapped[int]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False))
    """Always valid (ST_MakeValid)."""
    kind: Mapped[str] = mapped_column(String(40))
    """The value of `building`."""
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    levels: Mapped[float | None]
    height_m: Mapped[float | None]
    """Above ground, roof included."""
    min_height_m: Mapped[float | None]
    material: Mapped[str | None] = mapped_column(String(40))


class OsmFeature(Base):
    """Anything else: water, walls, barriers, land use, names of places, points of heritage, lamp posts."""

    __tablename__ = "osm_feature"
    __table_args__ = (Index("ix_osm_feature_geom", "geom", postgresql_using="gist"),)

    layer: Mapped[str] = mapped_column(String(12), primary_key=True)
    """One of tagging.LAYERS."""
    osm_type: Mapped[str] = mapped_column(String(8), primary_key=True)
    osm_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    osm_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    tags: Mapped[dict[str, str]] = mapped_column(JSONB)
    geom: Mapped[AnyShape]


class LegGuide(Base):
    """What a leg that follows streets tells a walker, and why one does not. No row: straight, no streets."""

    __tablename__ = "leg_guide"

    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    obstacle: Mapped[str | None] = mapped_column(String(12))
    """far: a stop has no street near; apart: no street leads from one to the other. NULL: follows streets."""
    turns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Directions without words, in order (geo/streets/directions.py)."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Steps, slope, width, wheelchair (geo/streets/directions.py)."""


class RouteFinding(Base):
    """Something that a walk's check found, at stop or leg `ordinal` (NULL: the walk as a whole)."""

    __tablename__ = "route_finding"
    __table_args__ = (Index("ix_route_finding_route_id", "route_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"))
    ordinal: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(12))
    """One of checking.CODES."""
    feature_id: Mapped[int | None] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"))
    """The closed site or the risk zone."""
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    detour: Mapped[WKBElement | None] = mapped_column(Geometry("LINESTRING", srid=SRID, spatial_index=False))
    detour_m: Mapped[float | None]
    detour_turns: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
