"""Signs in the street, and how often they are scanned."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base

NOW = text("now()")


class Sign(Base):
    """A printed code and the object that bears it. The code never changes and is never used again; where it
    leads may change. What is not known of the object is NULL.
    """

    __tablename__ = "sign"
    __table_args__ = (
        Index("ix_sign_feature_id", "feature_id"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="whole_point"),
        CheckConstraint("facing BETWEEN 0 AND 359", name="facing"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    tag: Mapped[str | None] = mapped_column(String(8))
    """Stands behind the code since the first artwork was made: what is printed outlives the key."""
    feature_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("feature.id"))
    purpose: Mapped[str] = mapped_column(String(12), default="monument", server_default="monument")
    """One of qr_signs.vocabulary.PURPOSES."""
    stop: Mapped[int | None] = mapped_column(SmallInteger)
    """Of a sign for a stop: which stop of the route it leads to, counted from 1."""
    loaded_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the line of signs.json last applied: an unchanged line leaves alone what the desk changed since."""
    reason: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    """Why it was withdrawn, per language."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(12), default="registered", server_default="registered")
    """The life cycle's present state: one of qr_signs.vocabulary.STATES."""
    printed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """First printing: from then on the page asks for the tag."""
    spot: Mapped[str | None] = mapped_column(String(300))
    """Where it hangs, in words for the fitter."""
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    """Degrees (WGS 84) of the sign itself; NULL: that of its target."""
    facing: Mapped[int | None] = mapped_column(SmallInteger)
    """Where the reader's back points, in degrees from north: the direction that the face looks to."""
    material: Mapped[str | None] = mapped_column(String(40))
    fixing: Mapped[str | None] = mapped_column(String(40))
    size: Mapped[str | None] = mapped_column(String(20))
    """As qr_signs.artwork.sizes reads it: A3, A4 landscape, 300x400, blade."""
    manager: Mapped[str | None] = mapped_column(String(120))
    """Who looks after it: an office, not a private person."""


class SignEvent(Base):
    """A step of a sign's life: what happened on which day, who wrote it down, and a photo."""

    __tablename__ = "sign_event"
    __table_args__ = (Index("ix_sign_event_code_at", "code", "at", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("sign.code"))
    kind: Mapped[str] = mapped_column(String(12))
    """One of qr_signs.vocabulary.EVENTS."""
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(String(1000))
    photo: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the picture's file (core/files.py)."""
    artwork_id: Mapped[int | None] = mapped_column(ForeignKey("sign_artwork.id"))
    """Of a printing: what was printed."""
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class SignReport(Base):
    """What a passer-by tells of a sign. Nothing about them is kept."""

    __tablename__ = "sign_report"
    __table_args__ = (Index("ix_sign_report_code", "code", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("sign.code"))
    kind: Mapped[str] = mapped_column(String(12))
    """One of qr_signs.vocabulary.REPORTS."""
    note: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str | None] = mapped_column(String(120))


class SignWording(Base):
    """A person read the words of an artwork and takes them as they are; other words need another reading."""

    __tablename__ = "sign_wording"

    code: Mapped[str] = mapped_column(ForeignKey("sign.code"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class SignArtwork(Base):
    """A version of a sign's artwork: what a printer gets, and what preflight found."""

    __tablename__ = "sign_artwork"
    __table_args__ = (
        Index("uq_sign_artwork_code_sha256", "code", "sha256", unique=True),
        Index("ix_sign_artwork_code_made_at", "code", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("sign.code"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the print PDF."""
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    size: Mapped[str] = mapped_column(String(20))
    template: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(1))
    version: Mapped[int] = mapped_column(SmallInteger)
    module_mm: Mapped[float]
    content_hash: Mapped[str] = mapped_column(String(64))
    passed: Mapped[bool]
    """Whether preflight found it fit for print."""
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SignBuild(Base):
    """An order to make artworks: of which signs, how, and how far it is."""

    __tablename__ = "sign_build"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    asked_by: Mapped[str] = mapped_column(String(120))
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting, running, done, failed or stopped."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None] = mapped_column(String(1000))
    items: Mapped[list["SignBuildItem"]] = relationship(
        order_by="SignBuildItem.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


class SignBuildItem(Base):
    """One sign of a build: waiting until its files are whole, so that a killed build goes on where it was."""

    __tablename__ = "sign_build_item"

    build_id: Mapped[int] = mapped_column(ForeignKey("sign_build.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(ForeignKey("sign.code"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting, print, proof (sound, but words or host are not settled) or failed."""
    artwork_id: Mapped[int | None] = mapped_column(ForeignKey("sign_artwork.id"))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    files: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    """Name → SHA-256 of each file made."""


class ScanDay(Base):
    """Scans of one code on one day (UTC) shown in one language: a number, and nothing about who scanned."""

    __tablename__ = "scan_day"

    code: Mapped[str] = mapped_column(ForeignKey("sign.code"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    scans: Mapped[int] = mapped_column(BigInteger)
