"""What the desk keeps of a thing beside what is published: its parts, each with all its versions.

A thing has parts that change and are published by themselves: its facts (where it is, of what kind, from
which source), and its texts in each language. A thing that nobody has touched at the desk has no row here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

Moment = DateTime(timezone=True)


class Record(Base):
    """A thing as the desk knows it. Without `feature_id` it was never published."""

    __tablename__ = "record"
    __table_args__ = (
        Index("uq_record_layer_key", "layer", "key", unique=True),
        Index("ix_record_feature_id", "feature_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    feature_id: Mapped[int | None] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"))
    from_folder: Mapped[bool]
    """Whether the commune's folder has it; what was made at the desk is not withdrawn by a load."""
    made_at: Mapped[datetime] = mapped_column(Moment)


class RecordPart(Base):
    """How far a part has come: draft, review, published or withdrawn. `part` is "facts" or a language."""

    __tablename__ = "record_part"
    __table_args__ = (
        Index("ix_record_part_state", "state", "part", postgresql_where=text("state <> 'published'")),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    latest: Mapped[int]
    """Number of the newest version."""
    published: Mapped[int | None]
    """Number of the version that the public sees."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)


class RecordVersion(Base):
    """A part as it was once. Versions are only ever added."""

    __tablename__ = "record_version"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    origin: Mapped[str] = mapped_column(String(10))
    """folder, merged (of folder and desk), desk, import, restored or reviewed."""
    who: Mapped[str] = mapped_column(String(40))
    """Who wrote it, as the trail says it (core/trail/who.py)."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)
