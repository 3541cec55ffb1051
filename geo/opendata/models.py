"""Tables of the vector tiles: what stands for many things at low zooms, and tiles that are ready."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from geo.shapes import SRID


class TileCell(Base):
    """A cell of the grid of a zoom, and the thing that stands for the `many` in it.

    Cells are counted from the north-west corner of the world, CELLS a tile's side (geo/opendata/thinning.py).
    """

    __tablename__ = "tile_cell"
    __table_args__ = (Index("ix_tile_cell_feature_id", "feature_id"),)

    layer: Mapped[str] = mapped_column(String(20), primary_key=True)
    z: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    feature_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feature.id", ondelete="CASCADE"))
    many: Mapped[int]


class ReadyFeature(Base):
    """A feature of a large collection as text of GeoJSON, in two parts: its name stands between them.

    Only good while the feature's `changed_at` is the same (geo/opendata/telling.py).
    """

    __tablename__ = "ready_feature"
    __table_args__ = (Index("ix_ready_feature_place", "place", postgresql_using="gist"),)

    collection: Mapped[str] = mapped_column(String(20), primary_key=True)
    row: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Its name by language."""
    head: Mapped[str]
    rest: Mapped[str]
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))


class ReadyWhole(Base):
    """One row: the collections whose ready texts are all there and of the present state of their sources.

    Whoever writes to a source, by whatever way, empties it in the same transaction: triggers of the database
    do (migration 0009). It is filled by geo.opendata.telling.rebuild alone.
    """

    __tablename__ = "ready_whole"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    collections: Mapped[list[str]] = mapped_column(ARRAY(String(20)))


class StoredTile(Base):
    """A tile that is ready. Each tile has one slot that it shares with others: the table cannot grow."""

    __tablename__ = "stored_tile"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    """Collection, place in the pyramid and language."""
    stamp: Mapped[str] = mapped_column(String(60))
    """State of the data it was made from: in another state it is made anew."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
