"""What was brought in a file and not taken over yet: its rows, and what each would do to the map.

Nothing of it is in the map's tables. A batch belongs to who brought it and goes after a week.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

Moment = DateTime(timezone=True)


class ImportBatch(Base):
    """A file that somebody brought. `stage`: read, shown (the preview is there), taking, taken."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_who", "who", "layer", "at"), Index("ix_import_batch_at", "at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
    """The file's name, made plain."""
    form: Mapped[str] = mapped_column(String(10))
    """csv, geojson, folder (lines of a data folder), gpx or gpkg."""
    columns: Mapped[list[str]] = mapped_column(JSONB)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What is to be known of the file: its encoding, its CRS; each as a problem is kept (told.py)."""
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    stage: Mapped[str] = mapped_column(String(10))
    who: Mapped[str] = mapped_column(String(40))
    """Who brought it, as the trail says it (core/trail/who.py)."""
    by: Mapped[str] = mapped_column(String(80))
    roles: Mapped[list[str]] = mapped_column(JSONB)
    """Which roles they held when they had it taken over."""
    at: Mapped[datetime] = mapped_column(Moment)


class ImportRow(Base):
    """A row of the file, and what it would do. `number` counts from 1, `line` is its place in the file."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_outcome", "batch_id", "outcome", "number"),
        Index(
            "ix_import_row_waiting",
            "batch_id",
            "key",
            postgresql_where=text("ticked AND taken IS NULL"),
        ),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    given: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Geometry and values as they were read."""
    outcome: Mapped[str | None] = mapped_column(String(10))
    """added, changed, unchanged or rejected; nothing before the preview."""
    key: Mapped[str | None] = mapped_column(String(80))
    name: Mapped[str | None] = mapped_column(String(300))
    contents: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Part → the content that would be kept, of the parts that change."""
    bases: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    """Part → the version that it would follow; 0 for none."""
    changes: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """[part, field, before, after]."""
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    near: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Things nearby with a name alike: key, name, metres."""
    same: Mapped[str | None] = mapped_column(String(80))
    """Which of them the person said it is."""
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    ticked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    taken: Mapped[str | None] = mapped_column(String(10))
    """done, stale or refused, once its turn has come."""
    told: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Why it was not taken."""


class ImportMapping(Base):
    """How the columns of the last file of a layer were meant, for the next one."""

    __tablename__ = "import_mapping"

    layer: Mapped[str] = mapped_column(String(20), primary_key=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Moment)
