"""What every layer's reading functions share: a thing's texts, its best name, the way to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, ScalarSelect, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.types import String

from core.languages import Said
from geo.models import FeatureText, RouteLeg
from geo.texts import source_hash

Texts = Mapping[str, Mapping[str, Said]]
"""Field → language → what is said."""

COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@dataclass(frozen=True)
class Named:
    """A thing one can go to: enough for a line in a list and a link."""

    layer: str
    key: str
    kind: str
    name: Said


@dataclass(frozen=True)
class Way:
    """How to get to a thing from here, as the crow flies unless `basis` says streets.

    `unsure` tells that the two places are nearer to each other than their coordinates are exact: no direction
    can be given honestly.
    """

    to: Named
    metres: float
    minutes: int
    compass: str
    """One of COMPASS."""
    unsure: bool
    basis: str = "straight"


def compass(bearing_degrees: float) -> str:
    """The nearest of eight winds; 0 is north, 90 east."""
    return COMPASS[round(bearing_degrees / 45) % 8]


def leg_bearing() -> Any:
    """Bearing from the start of a RouteLeg to its end, in degrees, on the ellipsoid."""
    ends = (func.ST_StartPoint(RouteLeg.geom), func.ST_EndPoint(RouteLeg.geom))
    return func.degrees(func.ST_Azimuth(*(cast(end, Geography) for end in ends)))


def walking_minutes(metres: float, speed_kmh: float) -> int:
    """Whole minutes on foot, rounded up, at least one."""
    return max(1, ceil(metres / (speed_kmh * 1000 / 60)))


def all_texts(feature_id: ColumnElement[int] | Any) -> ScalarSelect[Any]:
    """A thing's texts as one JSON array of [field, lang, text, state, source_hash, note], in fixed order."""
    row = func.jsonb_build_array(
        FeatureText.field,
        FeatureText.lang,
        FeatureText.text,
        FeatureText.state,
        FeatureText.source_hash,
        FeatureText.note,
    )
    rows = func.jsonb_agg(aggregate_order_by(row, FeatureText.field, FeatureText.lang))
    return select(rows).where(FeatureText.feature_id == feature_id).scalar_subquery()


def as_texts(rows: Sequence[Sequence[Any]] | None) -> dict[str, dict[str, Said]]:
    """What `all_texts` read, with stale translations told from fresh ones."""
    texts: dict[str, dict[str, Said]] = {}
    current = {(field, source_hash(text)) for field, _, text, *_ in rows or ()}
    for field, lang, text, state, made_from, _ in rows or ():
        stale = made_from is not None and (field, made_from) not in current
        texts.setdefault(field, {})[lang] = Said(text, lang, state, stale)
    return texts


def best_name(feature_id: ColumnElement[int] | Any, order: Sequence[str]) -> ScalarSelect[Any]:
    """The name in the first language of `order` that has one, as JSON [text, lang, state]; NULL if there is
    none.
    """
    name = aliased(FeatureText)
    rank = func.array_position(cast(literal(list(order), ARRAY(String)), ARRAY(String)), name.lang)
    return (
        select(func.jsonb_build_array(name.text, name.lang, name.state, type_=JSONB))
        .where(name.feature_id == feature_id, name.field == "name")
        .order_by(rank.nulls_last(), name.lang)
        .limit(1)
        .scalar_subquery()
    )


def as_said(name: Sequence[str] | None, fallback: str) -> Said:
    """What `best_name` read; a thing without a name shows its `fallback`."""
    return Said(name[0], name[1], name[2]) if name else Said(fallback, "und")
