"""Published pictures as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from core.imaging import renditions
from core.languages import Said, say
from geo.models import Feature
from geo.pictures.licences import LICENCES, Licence
from geo.pictures.models import PUBLISHED, WITHDRAWN, Picture, PictureAlt


@dataclass(frozen=True)
class Shown:
    """A picture on a page. `alt` is in the first language of the reader's that has one."""

    sha256: str
    width: int
    height: int
    colour: str
    author: str
    code: str
    licence_note: str
    source: str
    taken_on: str | None
    """As 2026-11-24."""
    alt: Said

    @property
    def licence(self) -> Licence:
        """What is shown of its licence."""
        return LICENCES.get(self.code, Licence(self.code, ""))

    def srcset(self, suffix: str, most: int = renditions.WIDTHS[-1]) -> str:
        """Its files of a format for `srcset`, none wider than `most` but the narrowest."""
        there = [width for width in renditions.widths(self.width) if width > renditions.WIDTHS[0]]
        fitting = [width for width in there if width <= most] or there[:1]
        return ", ".join(f"{address(self.sha256, f'{width}.{suffix}')} {width}w" for width in fitting)

    @property
    def plain(self) -> str:
        """Address of the file for browsers that choose none."""
        return address(self.sha256, renditions.preview(self.width))

    @property
    def large(self) -> str:
        """Address of the file for other sites: as wide as they want it, where it is."""
        return address(self.sha256, f"{self._large}.webp")

    @property
    def large_size(self) -> tuple[int, int]:
        """Width and height of `large`, in pixels."""
        width = self._large
        return width, max(1, round(self.height * width / self.width))

    @property
    def _large(self) -> int:
        return max(width for width in renditions.widths(self.width) if width <= renditions.WIDTHS[-2])


def address(sha256: str, name: str) -> str:
    """Where a picture's file is served: named by its content, so that it never changes."""
    return f"/pictures/{sha256}/{name}"


def all_of(feature_id: Any) -> ScalarSelect[Any]:
    """A thing's published pictures as one JSON array, for `shown`: part of the question for the thing."""
    alts = (
        select(
            func.jsonb_object_agg(PictureAlt.lang, func.jsonb_build_array(PictureAlt.text, PictureAlt.state))
        )
        .where(PictureAlt.picture_id == Picture.id)
        .scalar_subquery()
    )
    row = func.jsonb_build_array(
        Picture.sha256,
        Picture.width,
        Picture.height,
        Picture.colour,
        Picture.author,
        Picture.licence,
        Picture.licence_note,
        Picture.source,
        Picture.taken_on,
        alts,
    )
    rows = func.jsonb_agg(aggregate_order_by(row, Picture.ordinal, Picture.id))
    return select(rows).where(Picture.feature_id == feature_id, Picture.state == PUBLISHED).scalar_subquery()


def shown(rows: Sequence[Sequence[Any]] | None, order: Sequence[str]) -> tuple[Shown, ...]:
    """What `all_of` read, in the order of the page."""
    found = []
    for row in rows or ():
        alts = {lang: Said(text, lang, state) for lang, (text, state) in (row[9] or {}).items()}
        found.append(Shown(*(*row[:9], say(alts, order))))
    return tuple(found)


class Known(NamedTuple):
    """What there is of a picture's name: whether anybody may see it, and layers that have it as a draft."""

    published: bool
    layers: frozenset[str]
    width: int


def of_name(session: Session, sha256: str) -> Known | None:
    """Who a picture's files are for; None for a name that no picture of a thing on the map has."""
    query = (
        select(Picture.state, Feature.layer, Picture.width)
        .join(Feature, Feature.id == Picture.feature_id)
        .where(Picture.sha256 == sha256, Picture.state != WITHDRAWN, Feature.withdrawn_at.is_(None))
        .limit(100)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    return Known(
        any(state == PUBLISHED for state, _, _ in rows), frozenset(layer for _, layer, _ in rows), rows[0][2]
    )
