"""Pictures of things on the ground, and what each shows, in words, in every language."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base

Moment = DateTime(timezone=True)
DRAFT: Final = "draft"
PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"


class Picture(Base):
    """A photograph of one thing. Its files are named by `sha256` and lie in the store (core.imaging)."""

    __tablename__ = "picture"
    __table_args__ = (
        Index("uq_picture_feature_id_sha256", "feature_id", "sha256", unique=True),
        Index("ix_picture_sha256", "sha256"),
        Index(
            "ix_picture_published",
            "feature_id",
            "ordinal",
            "id",
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the pixels, upright (core.imaging.renditions.digest)."""
    width: Mapped[int]
    """Pixels of the largest file."""
    height: Mapped[int]
    colour: Mapped[str] = mapped_column(String(6))
    """Its average, in hexadecimal: what stands there until it has come."""
    author: Mapped[str] = mapped_column(String(120))
    """As they want to be named; empty while it is not known."""
    licence: Mapped[str] = mapped_column(String(30))
    """A key of geo.pictures.licences.LICENCES; empty while it is not known."""
    licence_note: Mapped[str] = mapped_column(String(300))
    """What the author permitted, where they gave no open licence."""
    source: Mapped[str] = mapped_column(String(300))
    """Where it was found, for one that somebody else published."""
    taken_on: Mapped[date | None] = mapped_column(Date)
    ordinal: Mapped[int]
    """Order on the page; the first is the one of lists."""
    state: Mapped[str] = mapped_column(String(10))
    """draft, published or withdrawn."""
    version: Mapped[int]
    """Grows with every change, so that nobody overwrites what they have not seen."""
    ready_at: Mapped[datetime | None] = mapped_column(Moment)
    """When every size was made."""
    problem: Mapped[str] = mapped_column(String(200))
    """Why they could not be made the last time, as a message id; empty: they could, or are being made."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    published_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    gone_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the files of a withdrawn one were deleted."""

    alts: Mapped[list["PictureAlt"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )


class PictureAlt(Base):
    """What a picture shows, for who cannot see it: in one language."""

    __tablename__ = "picture_alt"

    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10))
    """reviewed (written or checked by a person) or machine (drafted, not checked)."""
