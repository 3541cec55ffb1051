"""Recordings of texts: somebody reads out, or tells, what a page says of a thing, in a language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    ScalarSelect,
    String,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, is_id
from core.errors import Invalid, NotFound
from core.languages import Said
from core.sounds import Sound
from geo.features import as_said, best_name
from geo.models import Feature
from geo.vocabulary import N_

LONGEST: Final[Mapping[str, int]] = {"transcript": 20_000, "speaker": 120, "licence": 200}
"""Characters."""
SPOKEN: Final[Mapping[str, Sequence[str]]] = {
    "monuments": ("summary", "period", "protection", "condition", "access"),
    "routes": ("summary",),
}
"""Layer → fields of the texts whose recordings its pages play."""


class Recording(Base):
    """One recording: of one text of a thing, in one language. The file is kept by core.files."""

    __tablename__ = "recording"
    __table_args__ = (
        Index("uq_recording_feature_id_field_lang", "feature_id", "field", "lang", unique=True),
        Index("ix_recording_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    feature_id: Mapped[int] = mapped_column(ForeignKey("feature.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(20))
    """Which text: one of those that SPOKEN names for the thing's layer."""
    lang: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    suffix: Mapped[str] = mapped_column(String(4))
    """Kind of file: a key of core.sounds.KINDS."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    seconds: Mapped[float]
    transcript: Mapped[str]
    """What is said, word for word: for who cannot hear, and for search."""
    speaker: Mapped[str | None] = mapped_column(String(120))
    licence: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(8))
    """folder (recordings.json) or desk; what the desk uploads, a load of the folder leaves alone."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


@dataclass(frozen=True)
class Heard:
    """A recording as a page plays it."""

    address: str
    lang: str
    seconds: float
    transcript: str
    speaker: str | None
    licence: str

    @property
    def duration(self) -> str:
        """Minutes and seconds, as players write them."""
        return f"{round(self.seconds) // 60}:{round(self.seconds) % 60:02d}"


def address(sha256: str, suffix: str) -> str:
    """Where a recording's file is served: named by its content, so that it never changes."""
    return f"/recordings/{sha256}.{suffix}"


def all_of(feature_id: Any) -> ScalarSelect[Any]:
    """A thing's recordings as one JSON array, for `heard`: part of the question that reads the thing."""
    row = func.jsonb_build_array(
        Recording.field,
        Recording.lang,
        Recording.sha256,
        Recording.suffix,
        Recording.seconds,
        Recording.transcript,
        Recording.speaker,
        Recording.licence,
    )
    rows = func.jsonb_agg(aggregate_order_by(row, Recording.field, Recording.lang))
    return select(rows).where(Recording.feature_id == feature_id).scalar_subquery()


def heard(rows: Sequence[Sequence[Any]] | None, order: Sequence[str]) -> dict[str, Heard]:
    """What `all_of` read: for each field the recording in the first language of `order` that has one."""
    best: dict[str, Heard] = {}
    ranks = {lang: rank for rank, lang in enumerate(order)}
    for field, lang, sha256, suffix, *told in sorted(
        rows or (), key=lambda row: ranks.get(row[1], len(ranks))
    ):
        best.setdefault(field, Heard(address(sha256, suffix), lang, *told))
    return best


@dataclass(frozen=True)
class Line:
    """A recording in the desk's list."""

    recording: Recording
    layer: str
    key: str
    name: Said


def listed(session: Session, order: Sequence[str], *, limit: int, offset: int) -> tuple[list[Line], int]:
    """Recordings, the newest first, and how many there are."""
    query = (
        select(Recording, Feature.layer, Feature.key, best_name(Feature.id, order))
        .join(Feature, Feature.id == Recording.feature_id)
        .order_by(Recording.created_at.desc(), Recording.id.desc())
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(select(func.count()).select_from(Recording)) or 0
    return [Line(row[0], row[1], row[2], as_said(row[3], row[2])) for row in session.execute(query)], total


def of_address(session: Session, sha256: str, suffix: str) -> Recording | None:
    """A recording whose file has this name, if any thing has it: other kept files are nobody's business."""
    query = select(Recording).where(Recording.sha256 == sha256, Recording.suffix == suffix).limit(1)
    return session.scalars(query).one_or_none()


@dataclass(frozen=True)
class Given:
    """What is known of a recording that somebody brings: of which thing and text, and its words."""

    layer: str
    key: str
    field: str
    lang: str
    transcript: str
    speaker: str
    licence: str


def checked(given: Given, languages: Collection[str]) -> Given:
    """The same, trimmed; Invalid says what is wrong with it."""
    if given.layer not in SPOKEN:
        raise Invalid("target", N_("Choose the monument or walk that is spoken of."))
    if given.field not in SPOKEN[given.layer]:
        raise Invalid("field", N_("Choose the text that is spoken."))
    if given.lang not in languages:
        raise Invalid("lang", N_("Choose the language that is spoken."))
    plain = Given(
        given.layer,
        given.key,
        given.field,
        given.lang,
        *("\n".join(line.strip() for line in getattr(given, name).splitlines()).strip() for name in LONGEST),
    )
    for name, most in LONGEST.items():
        said = getattr(plain, name)
        if not said and name != "speaker":
            raise Invalid(name, N_("Every recording needs its transcript and its licence."))
        if len(said) > most:
            raise Invalid(
                name,
                N_("%(length)s characters are too many; at most %(most)s."),
                length=len(said),
                most=most,
            )
        if "\0" in said:
            raise Invalid(name, N_("This text holds a character that cannot be kept."))
    return plain


def keep(
    session: Session, given: Given, sound: Sound, sha256: str, size: int, *, origin: str, now: datetime
) -> Recording:
    """Put a checked recording in place of the one that the same text has.

    The caller commits, and touches what is published.

    NotFound for a thing that is not on the map.
    """
    query = select(Feature.id).where(
        Feature.layer == given.layer, Feature.key == given.key, Feature.withdrawn_at.is_(None)
    )
    feature_id = session.scalar(query)
    if feature_id is None:
        raise NotFound(N_("There is no such thing on the map."))
    there = select(Recording).where(
        Recording.feature_id == feature_id, Recording.field == given.field, Recording.lang == given.lang
    )
    recording = session.scalars(there).one_or_none() or Recording(
        feature_id=feature_id, field=given.field, lang=given.lang
    )
    recording.sha256, recording.suffix, recording.size = sha256, sound.suffix, size
    recording.seconds = sound.seconds
    recording.transcript, recording.licence = given.transcript, given.licence
    recording.speaker = given.speaker or None
    recording.origin, recording.created_at = origin, now
    session.add(recording)
    return recording


def remove(session: Session, recording_id: int) -> None:
    """Take a recording off the pages. The caller commits, and touches what is published.

    NotFound for one that is not there.
    """
    recording = session.get(Recording, recording_id) if is_id(recording_id) else None
    if recording is None:
        raise NotFound(N_("There is no such recording."))
    session.delete(recording)
