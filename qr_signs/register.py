"""The register of printed codes: what is behind one, and what a mistyped one may have meant."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from core.errors import NotFound
from geo.models import Feature, RouteStop
from geo.vocabulary import N_
from qr_signs import codes, tags
from qr_signs.models import Sign
from qr_signs.tags import Numbered


@dataclass(frozen=True)
class Entry:
    """A sign with what it leads to."""

    code: str
    layer: str | None
    key: str | None
    state: str
    """active or withdrawn."""


@dataclass(frozen=True)
class Opened:
    """A number that may be scanned or typed, with what its page is about."""

    number: str
    """As `codes.normalise` leaves it: code and tag, or the code alone while it needs none."""
    layer: str
    key: str


MOST_NUMBERS = 1000


def numbers(session: Session, things: Collection[tuple[str, str]], key: str) -> list[Opened]:
    """Numbers of active signs that open the page of one of the things (layer, key), by code. One query.

    A sign for a stop of a walk opens the page of what is at the stop.
    """
    stands_at = aliased(Feature)
    layer, thing = func.coalesce(stands_at.layer, Feature.layer), func.coalesce(stands_at.key, Feature.key)
    query = (
        select(Sign, layer, thing)
        .join(Feature, Feature.id == Sign.feature_id)
        .outerjoin(RouteStop, (RouteStop.route_id == Sign.feature_id) & (RouteStop.ordinal == Sign.stop))
        .outerjoin(stands_at, stands_at.id == RouteStop.feature_id)
        .where(Sign.withdrawn_at.is_(None), Feature.withdrawn_at.is_(None))
        .where(tuple_(layer, thing).in_(sorted(things)))
        .order_by(Sign.code)
        .limit(MOST_NUMBERS)
    )
    return [
        Opened(number, layer, thing)
        for sign, layer, thing in session.execute(query)
        for number in _openers(sign, key)
    ]


def _openers(sign: Sign, key: str) -> Iterator[str]:
    yield sign.code + (sign.tag or tags.tag(key, sign.code))
    if sign.printed_at is None:
        yield sign.code


def behind(session: Session, typed: str, key: str) -> Sign:
    """The sign that bears this number, however it was typed, withdrawn ones too.

    NotFound if none ever bore the code; WrongTag if the tag is not the sign's; NeedsTag where it was left out
    of the number of a sign that has been printed with one.
    """
    try:
        number = tags.split(typed)
    except ValueError:
        number = Numbered("", "")
    sign = session.get(Sign, number.code)
    if sign is None:
        raise NotFound(N_("No sign has this number."))
    if number.tag:
        if not tags.is_right(number.tag, sign.tag or tags.tag(key, sign.code)):
            raise WrongTag(N_("This is not a number of our signs."))
    elif sign.printed_at is not None:
        raise NeedsTag(N_("Type the whole number of the sign, with the four symbols at its end."))
    return sign


class WrongTag(NotFound):
    """The code is one of ours and the tag is not: mistyped at the end, or somebody made the sign up."""


class NeedsTag(NotFound):
    """The code alone is not enough any more."""


def target(session: Session, sign: Sign) -> Feature | None:
    """What the sign leads to; None for a withdrawn sign or a thing that is no longer on the map."""
    query = select(Feature).where(Feature.id == sign.feature_id, Feature.withdrawn_at.is_(None))
    return session.scalars(query).one_or_none() if sign.feature_id else None


def stop_of(session: Session, sign: Sign) -> Feature | None:
    """The thing at the stop that a sign for a stop leads to; None for other signs."""
    if sign.stop is None or sign.feature_id is None:
        return None
    stop = session.get(RouteStop, (sign.feature_id, sign.stop))
    return session.get(Feature, stop.feature_id) if stop is not None else None


def suggestions(session: Session, typed: str, key: str, most: int = 5) -> list[Entry]:
    """Active signs whose code is one slip away from what was typed, by code. At most one query.

    Where a tag was typed only the sign that it belongs to is told; where none was, only signs that need none.
    """
    typed_code, typed_tag = _parts(typed)
    near = codes.neighbours(typed_code)
    if not near:
        return []
    query = (
        select(Sign, Feature.layer, Feature.key)
        .join(Feature, Feature.id == Sign.feature_id)
        .where(Sign.code.in_(near), Sign.withdrawn_at.is_(None))
        .order_by(Sign.code)
        .limit(most)
    )
    found = []
    for sign, layer, target in session.execute(query):
        right = sign.tag or tags.tag(key, sign.code)
        if tags.is_right(typed_tag, right) if typed_tag else sign.printed_at is None:
            number = tags.number(sign.code, right) if typed_tag else sign.code
            found.append(Entry(number, layer, target, "active"))
    return found


def _parts(typed: str) -> tuple[str, str]:
    """What was typed, cut where a tag begins if it is long enough to have one."""
    plain = "".join(typed.split()).replace("-", "")[: codes.LONGEST_TYPED]
    if len(plain) < codes.LENGTH - 1 + tags.LENGTH:
        return typed, ""
    try:
        return plain[: -tags.LENGTH], codes.normalise(plain[-tags.LENGTH :])
    except ValueError:
        return typed, ""


def of_feature(session: Session, feature_id: int) -> str | None:
    """The active code of a thing, the oldest if it has several; None if it has none."""
    query = (
        select(Sign.code)
        .where(Sign.feature_id == feature_id, Sign.withdrawn_at.is_(None))
        .order_by(Sign.created_at, Sign.code)
        .limit(1)
    )
    return session.scalar(query)


def listed(session: Session, *, limit: int, offset: int = 0) -> list[Entry]:
    """Signs by code."""
    query = (
        select(Sign.code, Feature.layer, Feature.key, Sign.withdrawn_at)
        .outerjoin(Feature, Feature.id == Sign.feature_id)
        .order_by(Sign.code)
        .limit(limit)
        .offset(offset)
    )
    return [
        Entry(code, layer, key, "withdrawn" if withdrawn else "active")
        for code, layer, key, withdrawn in session.execute(query)
    ]
