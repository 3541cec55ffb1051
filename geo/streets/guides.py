"""What a leg tells its walker, and what a walk's check found, with names in the reader's language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.languages import Said, say
from geo.features import Named, as_said, best_name, compass
from geo.models import Feature
from geo.streets.models import LegGuide, RouteFinding


@dataclass(frozen=True)
class Direction:
    """One line of directions. `turn` and `way` are words of geo.vocabulary.TURNS and WAYS."""

    turn: str
    compass: str
    way: str
    name: Said | None
    """Of the street: in the reader's language, else as it stands on the spot."""
    metres: float
    step_count: int | None
    wall: str | None
    """left or right: on which side a town wall stays."""
    past: tuple[Named, ...]
    """Monuments that one passes."""


@dataclass(frozen=True)
class Guide:
    """A leg's directions and facts. `obstacle` is why it is straight: far or apart; None where it is not."""

    obstacle: str | None
    directions: tuple[Direction, ...]
    steps: bool
    step_count: int | None
    incline_percent: float | None
    width_m: float | None
    wheelchair: str
    """yes, no or unknown."""


@dataclass(frozen=True)
class Remark:
    """Something found by a walk's check; `code` is one of checking.CODES, `thing` the site or zone."""

    code: str
    ordinal: int | None
    thing: Named | None
    values: Mapping[str, Any]
    detour_m: float | None
    detour: tuple[Direction, ...]


def of(session: Session, route_id: int, order: Sequence[str]) -> dict[int, Guide]:
    """The guide of each leg by the ordinal of its first stop; none without streets. Two queries."""
    rows = session.scalars(select(LegGuide).where(LegGuide.route_id == route_id)).all()
    named = _passed(session, [turn for row in rows for turn in row.turns], order)
    return {
        row.ordinal: Guide(
            obstacle=row.obstacle,
            directions=_directions(row.turns, named, order),
            steps=bool(row.facts.get("steps")),
            step_count=row.facts.get("step_count"),
            incline_percent=row.facts.get("incline_percent"),
            width_m=row.facts.get("width_m"),
            wheelchair=row.facts.get("wheelchair", "unknown"),
        )
        for row in rows
    }


def remarks(
    session: Session, order: Sequence[str], route_id: int | None = None
) -> dict[int, tuple[Remark, ...]]:
    """What the checks found, by route id, in the order of its stops: of one walk, or of all. Two queries."""
    query = (
        select(RouteFinding, Feature.layer, Feature.key, Feature.kind, best_name(Feature.id, order))
        .outerjoin(Feature, Feature.id == RouteFinding.feature_id)
        .order_by(RouteFinding.route_id, RouteFinding.ordinal.nulls_first(), RouteFinding.id)
    )
    if route_id is not None:
        query = query.where(RouteFinding.route_id == route_id)
    rows = session.execute(query).all()
    named = _passed(session, [turn for row in rows for turn in row[0].detour_turns or ()], order)
    found: dict[int, tuple[Remark, ...]] = {}
    for finding, layer, key, kind, name in rows:
        remark = Remark(
            code=finding.code,
            ordinal=finding.ordinal,
            thing=Named(layer, key, kind, as_said(name, key)) if key is not None else None,
            values=finding.values,
            detour_m=finding.detour_m,
            detour=_directions(finding.detour_turns or (), named, order),
        )
        found[finding.route_id] = (*found.get(finding.route_id, ()), remark)
    return found


def _directions(
    turns: Collection[Mapping[str, Any]], named: Mapping[str, Named], order: Sequence[str]
) -> tuple[Direction, ...]:
    return tuple(
        Direction(
            turn=turn["turn"],
            compass=compass(turn["bearing"]),
            way=turn["way"],
            name=_name(turn["names"], order),
            metres=turn["metres"],
            step_count=turn["step_count"],
            wall=turn["wall"],
            past=tuple(named[key] for _, key in turn["past"] if key in named),
        )
        for turn in turns
    )


def _name(names: Mapping[str, str], order: Sequence[str]) -> Said | None:
    if not names:
        return None
    if order[0] in names:
        return Said(names[order[0]], order[0])
    if "" in names:
        return Said(names[""], "und")
    return say({lang: Said(name, lang) for lang, name in names.items()}, order)


def _passed(session: Session, turns: Collection[Mapping[str, Any]], order: Sequence[str]) -> dict[str, Named]:
    """The monuments of the turns' `past`, by key."""
    keys = {key for turn in turns for _, key in turn["past"]}
    if not keys:
        return {}
    query = select(Feature.layer, Feature.key, Feature.kind, best_name(Feature.id, order)).where(
        Feature.layer == "monuments", Feature.key.in_(keys), Feature.withdrawn_at.is_(None)
    )
    return {
        key: Named(layer, key, kind, as_said(name, key)) for layer, key, kind, name in session.execute(query)
    }
