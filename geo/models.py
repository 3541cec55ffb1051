"""What is on the ground: one table of geolocated features, what is said of them, and the walks between them.

Every layer (monuments, places, walls, ...) shares `feature`: geometry, precision, source and licence are the
same question for all of them. What only one layer has stands in a table of its own, joined by id.
"""

from datetime import date, datetime
from typing import Any, Final

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from geo.shapes import SRID, AnyShape, LineShape, PointShape

NOW = text("now()")
LOAD_LOCK: Final = 0x6C6F6164
"""Advisory lock of a load and of an import: they wait for each other."""


class Commune(Base):
    """The one commune this database is about: the checked contents of its commune.toml."""

    __tablename__ = "commune"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    folder_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the folder as it was loaded: the same folder is not read twice."""
    version: Mapped[int] = mapped_column(BigInteger)
    """Grows with every change of published data; kept pages of an older version are not shown."""
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    checked_on: Mapped[date | None]
    """The day, as the town counts days, for which walks were last checked against zones (geo/streets)."""


class Feature(Base):
    """A thing on the ground. `key` is its id in the folder and the last part of its address: permanent."""

    __tablename__ = "feature"
    __table_args__: tuple[Index, ...] = (
        Index("uq_feature_layer_key", "layer", "key", unique=True),
        Index("ix_feature_geom", "geom", postgresql_using="gist"),
        Index("ix_feature_layer_kind", "layer", "kind", "key", postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_feature_layer_id", "layer", "id", postgresql_where=text("withdrawn_at IS NULL")),
        Index(
            "ix_feature_last_change",
            text("COALESCE(withdrawn_at, changed_at) DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_feature_monument_place",
            text("(place::geography)"),
            postgresql_using="gist",
            postgresql_where=text("layer = 'monuments' AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    geom: Mapped[AnyShape | None]
    entrance: Mapped[PointShape | None]
    place: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=SRID, spatial_index=False),
        Computed("COALESCE(entrance, ST_PointOnSurface(geom))", persisted=True),
    )
    """Where a person goes: the entrance, else a point on the thing itself."""
    precision: Mapped[str] = mapped_column(String(12))
    """surveyed, official, osm, secondary, approximate or schematic."""
    precision_note: Mapped[str | None]
    error_m: Mapped[float | None]
    """Radius in metres within which the real place is expected; a judgement unless surveyed."""
    coordinate_source: Mapped[str | None]
    coordinate_licence: Mapped[str | None]
    licence: Mapped[str]
    licence_risk: Mapped[bool] = mapped_column(default=False)
    sources: Mapped[list[str]] = mapped_column(JSONB, default=list)
    external_ids: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """Further plain values of the layer, shown with its data."""
    content_hash: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Set when the thing left the folder; its row stays, so that its address and its signs can say so."""

    texts: Mapped[list["FeatureText"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    __mapper_args__ = {"polymorphic_on": "layer"}


class Monument(Feature):
    """A monument: its condition since the earthquake of 2023 and who may go in, as far as a source says."""

    __tablename__ = "monument"
    __mapper_args__ = {"polymorphic_identity": "monuments"}

    id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(20), default="unknown")
    access: Mapped[str] = mapped_column(String(10), default="unknown")
    inside_walls: Mapped[str] = mapped_column(String(12), default="unknown")


class Place(Feature):
    """A public place. `wifi_candidate` is a suggestion by kind of place: nothing is decided or built."""

    __tablename__ = "place"
    __table_args__: tuple[Index, ...] = (
        Index("ix_place_wifi", "id", postgresql_where=text("wifi_candidate")),
    )
    __mapper_args__ = {"polymorphic_identity": "places"}

    id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True)
    wifi_candidate: Mapped[bool] = mapped_column(default=False)
    inside_walls: Mapped[str] = mapped_column(String(12), default="unknown")


class RiskZone(Feature):
    """An area or line where a hazard is, was or may be. `record` marks a past event, which is no zoning."""

    __tablename__ = "risk_zone"
    __mapper_args__ = {"polymorphic_identity": "risk_zones"}

    id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True)
    record: Mapped[bool] = mapped_column(default=False)
    official: Mapped[bool] = mapped_column(default=False)
    measure: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(20))
    value: Mapped[float | None]
    event_time: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hazard: Mapped[str | None] = mapped_column(String(30))
    """One of geo.vocabulary.HAZARDS; NULL: the first of the zone's kind."""
    level: Mapped[str | None] = mapped_column(String(10))
    """One of geo.vocabulary.LEVELS, as the source judges it."""
    reported_by: Mapped[str | None] = mapped_column(String(200))
    """Who says so, where no office does."""


class Quarter(Feature):
    """A named part of the town or a village: an anchor for its name, not its limits."""

    __mapper_args__ = {"polymorphic_identity": "quarters"}


class Boundary(Feature):
    """Limits of the commune, its province, its region."""

    __mapper_args__ = {"polymorphic_identity": "boundary"}


class Wall(Feature):
    """The town wall, or the area inside it."""

    __mapper_args__ = {"polymorphic_identity": "walls"}


class Reference(Feature):
    """A point taken over from elsewhere as it is, kept apart because of its licence."""

    __mapper_args__ = {"polymorphic_identity": "reference"}


class Infrastructure(Feature):
    """What an access point may hang at or be connected to: lamp posts, masts, fibre, buildings with power."""

    __mapper_args__ = {"polymorphic_identity": "infrastructure"}


class Route(Feature):
    """A walk. Its geometry is the legs, joined; `status` tells a proposal from an adopted route."""

    __tablename__ = "route"
    __mapper_args__ = {"polymorphic_identity": "routes"}

    id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(10))
    loop: Mapped[bool]
    theme: Mapped[str | None] = mapped_column(String(20))
    """One of geo.vocabulary.THEMES."""
    stops: Mapped[list["RouteStop"]] = relationship(
        order_by="RouteStop.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


class RouteStop(Base):
    """A stop, counted from 1 in walking order. Kind: attraction, waypoint or service."""

    __tablename__ = "route_stop"
    __table_args__ = (Index("ix_route_stop_feature_id", "feature_id"),)

    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id"))
    kind: Mapped[str] = mapped_column(String(12))


class RouteLeg(Base):
    """From stop `ordinal` to the next one (the last leg of a loop leads back to the first)."""

    __tablename__ = "route_leg"

    route_id: Mapped[int] = mapped_column(ForeignKey("route.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    geom: Mapped[LineShape]
    length_m: Mapped[float]
    basis: Mapped[str] = mapped_column(String(10))
    """straight: as the crow flies; streets: along the street network."""


class FeatureText(Base):
    """One text: of one thing, for one field, in one language. Adding a language needs no migration."""

    __tablename__ = "feature_text"
    __table_args__ = (
        Index(
            "ix_feature_text_folded",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )

    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    """name, or one of geo.vocabulary.FIELDS; of a walk also stop-1, stop-2, ..."""
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str]
    state: Mapped[str] = mapped_column(String(10))
    """attested (found in a source), reviewed (checked by a person) or machine (drafted, not checked)."""
    note: Mapped[str | None]
    """How a name was made, in the words of the source."""
    source_hash: Mapped[str | None] = mapped_column(String(32))
    """Hash of the source-language text this one was translated from; another hash now means it is stale."""
    folded: Mapped[str | None]
    """The name as search compares it (geo/folding.py); NULL for other fields."""
