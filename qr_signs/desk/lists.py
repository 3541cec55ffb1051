"""What the desk's lists show: signs by state, by words, or because they need somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.languages import Said
from geo.features import as_said, best_name
from geo.folding import fold
from geo.models import Feature, FeatureText
from geo.vocabulary import N_
from qr_signs import silence
from qr_signs.models import Sign, SignArtwork, SignReport

TARGETS: Final = ("monuments", "places", "routes")


@dataclass(frozen=True)
class Line:
    """A sign in a list."""

    sign: Sign
    name: Said | None
    """Of what it leads to; None for a sign that leads nowhere."""
    layer: str | None
    key: str | None
    reports: int
    """Open ones."""


@dataclass(frozen=True)
class Found:
    """A page of signs, and how many there are in all."""

    lines: Sequence[Line]
    total: int


def found(
    session: Session, order: Sequence[str], *, state: str = "", words: str = "", limit: int, offset: int
) -> Found:
    """Signs by code: of a state; whose code begins with the words, or whose target's name holds them."""
    wanted = _narrowed(select(Sign.code), state, words)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    lines = _lines(session, order, wanted.order_by(Sign.code).limit(limit).offset(offset))
    return Found(lines, total)


def _narrowed(query: Select[Any], state: str, words: str) -> Select[Any]:
    if state:
        query = query.where(Sign.state == state)
    if words:
        code = words.upper().split("-")[0].replace("%", "").replace("_", "")
        named = select(FeatureText.feature_id).where(
            FeatureText.field == "name", FeatureText.folded.contains(fold(words), autoescape=True)
        )
        query = query.where(or_(Sign.code.startswith(code, autoescape=True), Sign.feature_id.in_(named)))
    return query


def one(session: Session, order: Sequence[str], code: str) -> Line:
    """A sign; NotFound."""
    lines = _lines(session, order, select(Sign.code).where(Sign.code == code))
    if not lines:
        raise NotFound(N_("No sign has this number."))
    return lines[0]


def _lines(session: Session, order: Sequence[str], codes: Select[Any]) -> list[Line]:
    reports = (
        select(func.count())
        .where(SignReport.code == Sign.code, SignReport.settled_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(Sign, Feature.layer, Feature.key, best_name(Feature.id, order).label("name"), reports)
        .outerjoin(Feature, Feature.id == Sign.feature_id)
        .where(Sign.code.in_(codes))
        .order_by(Sign.code)
    )
    return [
        Line(sign, as_said(name, key) if key else None, layer, key, open_reports)
        for sign, layer, key, name, open_reports in session.execute(query)
    ]


@dataclass(frozen=True)
class Attention:
    """Signs that need somebody: damaged ones, and silent ones with why."""

    damaged: Sequence[Line]
    silent: Sequence[tuple[Line, silence.Silent]]


def attention(session: Session, order: Sequence[str], today: date, *, limit: int) -> Attention:
    """Damaged signs by code, silent ones longest first; at most `limit` of each."""
    quiet = silence.silent(session, today, limit=limit)
    lines = {
        line.sign.code: line
        for line in _lines(session, order, select(Sign.code).where(Sign.code.in_([q.code for q in quiet])))
    }
    damaged = select(Sign.code).where(Sign.state == "damaged").order_by(Sign.code).limit(limit)
    return Attention(
        _lines(session, order, damaged), [(lines[each.code], each) for each in quiet if each.code in lines]
    )


@dataclass(frozen=True)
class Target:
    """Something that a sign may lead to."""

    layer: str
    key: str
    name: Said


def targets(session: Session, order: Sequence[str], words: str, *, limit: int) -> list[Target]:
    """Things on the map whose name holds the words, by layer and address."""
    if not words.strip():
        return []
    named = select(FeatureText.feature_id).where(
        FeatureText.field == "name", FeatureText.folded.contains(fold(words), autoescape=True)
    )
    query = (
        select(Feature.layer, Feature.key, best_name(Feature.id, order))
        .where(Feature.layer.in_(TARGETS), Feature.withdrawn_at.is_(None), Feature.id.in_(named))
        .order_by(Feature.layer, Feature.key)
        .limit(limit)
    )
    return [Target(layer, key, as_said(name, key)) for layer, key, name in session.execute(query)]


def artworks(session: Session, code: str, *, limit: int) -> Sequence[SignArtwork]:
    """Versions of a sign's artwork, newest first."""
    query = select(SignArtwork).where(SignArtwork.code == code).order_by(SignArtwork.id.desc())
    return session.scalars(query.limit(limit)).all()
