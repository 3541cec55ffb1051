"""Signs in the street, and how often they are scanned."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

NOW = text("now()")


class Sign(Base):
    """A printed code. It never changes and is never used again; where it leads may change."""

    __tablename__ = "sign"
    __table_args__ = (Index("ix_sign_feature_id", "feature_id"),)

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    feature_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("feature.id"))
    reason: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    """Why it was withdrawn, per language."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ScanDay(Base):
    """Scans of one code on one day (UTC) shown in one language: a number, and nothing about who scanned."""

    __tablename__ = "scan_day"

    code: Mapped[str] = mapped_column(ForeignKey("sign.code"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    scans: Mapped[int] = mapped_column(BigInteger)
