"""What the desk's lists of pictures show: things, with how many pictures they have and what these lack."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import NotFound
from core.languages import Said
from geo.features import as_said, best_name
from geo.folding import fold
from geo.models import Feature, FeatureText
from geo.pictures.models import DRAFT, PUBLISHED, WITHDRAWN, Picture, PictureAlt
from geo.vocabulary import N_

STATES: Final = {
    DRAFT: N_("Draft"),
    PUBLISHED: N_("Published"),
    WITHDRAWN: N_("Withdrawn"),
    "none": N_("Without pictures"),
}
"""What a list may be narrowed to."""


@dataclass(frozen=True)
class Thing:
    """A thing that has pictures, or may have."""

    id: int
    layer: str
    key: str
    kind: str
    name: Said


@dataclass(frozen=True)
class Line:
    """A thing in the list, and its pictures by state."""

    thing: Thing
    drafts: int
    published: int
    withdrawn: int
    first: str | None
    """Name (sha256) of the picture that stands for it: the first that is not withdrawn."""


@dataclass(frozen=True)
class Found:
    """A page of things, and how many there are in all."""

    lines: Sequence[Line]
    total: int


def thing(session: Session, layer: str, key: str, order: Sequence[str]) -> Thing:
    """A thing on the map; NotFound for what was never there, or is no more."""
    query = select(Feature.id, Feature.kind, best_name(Feature.id, order)).where(
        Feature.layer == layer, Feature.key == key, Feature.withdrawn_at.is_(None)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such thing on the map."))
    return Thing(row[0], layer, key, row[1], as_said(row[2], key))


def of_thing(session: Session, feature_id: int) -> Sequence[Picture]:
    """Its pictures, those that are not withdrawn first, in the order of the page."""
    query = (
        select(Picture)
        .where(Picture.feature_id == feature_id)
        .order_by(Picture.state == WITHDRAWN, Picture.ordinal, Picture.id)
    )
    return session.scalars(query).all()


def latest(session: Session, by: str) -> Picture | None:
    """What the person brought last: the next is likely to be of the same author."""
    query = select(Picture).where(Picture.created_by == by).order_by(Picture.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def file_of(session: Session, feature_id: int, picture_id: int) -> Picture:
    """A picture of this very thing, to be looked at; NotFound for another's."""
    query = select(Picture).where(Picture.id == picture_id, Picture.feature_id == feature_id)
    picture = session.scalars(query).one_or_none() if is_id(picture_id) else None
    if picture is None:
        raise NotFound(N_("There is no such picture here."))
    return picture


def found(
    session: Session,
    layers: Collection[str],
    order: Sequence[str],
    *,
    state: str = "",
    lacks: str = "",
    words: str = "",
    limit: int,
    offset: int,
) -> Found:
    """Things of the layers, by layer and key: that have a picture of a state (any, without one), or none; one
    that says nothing in the language `lacks`; whose name holds the words.
    """
    wanted = select(Feature.id).where(Feature.layer.in_(layers), Feature.withdrawn_at.is_(None))
    wanted = _narrowed(wanted, state, lacks, words)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    page = wanted.order_by(Feature.layer, Feature.key).limit(limit).offset(offset)
    return Found(_lines(session, page, order), total)


def _of_it(*more: ColumnElement[bool]) -> Any:
    return exists().where(Picture.feature_id == Feature.id, *more)


def _narrowed(query: Select[Any], state: str, lacks: str, words: str) -> Select[Any]:
    if state == "none":
        query = query.where(~_of_it(Picture.state != WITHDRAWN))
    elif state:
        query = query.where(_of_it(Picture.state == state))
    elif not words:
        query = query.where(_of_it())
    if lacks:
        said = exists().where(PictureAlt.picture_id == Picture.id, PictureAlt.lang == lacks)
        query = query.where(_of_it(Picture.state != WITHDRAWN, ~said))
    if words:
        named = select(FeatureText.feature_id).where(
            FeatureText.field == "name", FeatureText.folded.contains(fold(words), autoescape=True)
        )
        query = query.where(Feature.id.in_(named))
    return query


def _lines(session: Session, page: Select[Any], order: Sequence[str]) -> list[Line]:
    def count(state: str) -> Any:
        of_state = Picture.feature_id == Feature.id, Picture.state == state
        return select(func.count()).select_from(Picture).where(*of_state).scalar_subquery()

    first = (
        select(Picture.sha256)
        .where(Picture.feature_id == Feature.id, Picture.state != WITHDRAWN)
        .order_by(Picture.ordinal, Picture.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Feature.id,
            Feature.layer,
            Feature.key,
            Feature.kind,
            best_name(Feature.id, order),
            count(DRAFT),
            count(PUBLISHED),
            count(WITHDRAWN),
            first,
        )
        .where(Feature.id.in_(page))
        .order_by(Feature.layer, Feature.key)
    )
    return [
        Line(Thing(row[0], row[1], row[2], row[3], as_said(row[4], row[2])), row[5], row[6], row[7], row[8])
        for row in session.execute(query)
    ]
