"""Published pictures whose alternative text a language lacks, or has only as a machine's draft."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from core.db import is_id
from geo.features import as_said, best_name
from geo.models import Feature
from geo.pictures.lists import Thing
from geo.pictures.models import PUBLISHED, Picture, PictureAlt

MACHINE: Final = "machine"


@dataclass(frozen=True)
class Untold:
    """A picture, whose it is, and what is said of it so far: language → text, each with its state."""

    picture: Picture
    thing: Thing
    said: Mapping[str, PictureAlt]


def count(session: Session, langs: Collection[str], layers: Collection[str]) -> dict[str, int]:
    """How many there are, of each language."""
    return {
        lang: session.scalar(select(func.count()).select_from(_of(lang, layers).subquery())) or 0
        for lang in langs
    }


def listed(
    session: Session, lang: str, layers: Collection[str], order: Sequence[str], *, limit: int, offset: int
) -> tuple[int, list[Untold]]:
    """How many there are, and a page of them: by layer, thing, and their order there."""
    wanted = _of(lang, layers)
    total = _count(session, wanted)
    query = (
        select(Picture, Feature.layer, Feature.key, Feature.kind, best_name(Feature.id, order))
        .join(Feature, Feature.id == Picture.feature_id)
        .where(Picture.id.in_(wanted))
        .order_by(Feature.layer, Feature.key, Picture.ordinal, Picture.id)
        .limit(limit)
        .offset(offset)
    )
    return total, [
        Untold(
            picture,
            Thing(picture.feature_id, layer, key, kind, as_said(name, key)),
            {alt.lang: alt for alt in picture.alts},
        )
        for picture, layer, key, kind, name in session.execute(query)
    ]


def _count(session: Session, wanted: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def _of(lang: str, layers: Collection[str]) -> Select[Any]:
    told = exists().where(
        PictureAlt.picture_id == Picture.id, PictureAlt.lang == lang, PictureAlt.state != MACHINE
    )
    return (
        select(Picture.id)
        .join(Feature, Feature.id == Picture.feature_id)
        .where(
            Picture.state == PUBLISHED,
            Feature.withdrawn_at.is_(None),
            Feature.layer.in_(layers),
            ~told,
        )
    )


def layer_of(session: Session, picture_id: int) -> str | None:
    """The layer of the thing whose picture it is; None if there is none."""
    query = select(Feature.layer).join(Picture, Picture.feature_id == Feature.id)
    return session.scalar(query.where(Picture.id == picture_id)) if is_id(picture_id) else None
