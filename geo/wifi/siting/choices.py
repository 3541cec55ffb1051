"""What an obligation can name: the commune's public places."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.features import Named, as_said, best_name
from geo.models import Feature
from geo.vocabulary import N_
from geo.wifi.served.quarters import Quarter
from geo.wifi.siting.obligations import EVERY_QUARTER

MOST_LISTED: Final = 500
"""Public places that are offered at once."""


def places(session: Session, order: Sequence[str], *, only: Collection[str] | None = None) -> Sequence[Named]:
    """Public places by name, in the first language of `order` that each has; with `only` those of the keys.

    At most MOST_LISTED, in the folder's order before they are sorted.
    """
    query = select(Feature.key, Feature.kind, best_name(Feature.id, order)).where(
        Feature.layer == "places", Feature.withdrawn_at.is_(None), Feature.place.is_not(None)
    )
    if only is not None:
        query = query.where(Feature.key.in_(only))
    rows = session.execute(query.order_by(Feature.id).limit(MOST_LISTED))
    found = [Named("places", key, kind, as_said(name, key)) for key, kind, name in rows]
    return sorted(found, key=lambda place: place.name.text.casefold())


def check(session: Session, rules: Mapping[str, Any], quarters: Sequence[Quarter]) -> None:
    """Invalid for a public place or a quarter that there is not; `rules` are checked otherwise."""
    wanted = rules.get("must_serve", ())
    there = {place.key for place in places(session, (), only=wanted)} if wanted else set()
    for key in wanted:
        if key not in there:
            raise Invalid("must_serve", N_("There is no public place %(key)s."), key=key[:80])
    known = {EVERY_QUARTER, *(quarter.key for quarter in quarters)}
    for key in rules.get("shares", {}):
        if key not in known:
            raise Invalid("shares", N_("There is no quarter %(key)s."), key=key[:80])
