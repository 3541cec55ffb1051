"""Obligations as rows of the question: which sites, or which points of demand, each is about."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.vocabulary import N_
from geo.wifi.demand import KINDS, Demand
from geo.wifi.siting import choices
from geo.wifi.siting.instance import Floats, Instance, Ints, Must, Share
from geo.wifi.siting.obligations import EVERY_QUARTER, Rules

SAME_M: Final = 1.0
"""A point of demand so near to a public place is that place."""


def builds(keys: Sequence[str], rules: Rules) -> list[Must]:
    """One obligation for each candidate that has to be built; `keys` are the candidates of the sites."""
    return [
        Must(key, tuple(at for at, candidate in enumerate(keys) if candidate == key))
        for key in rules.must_build
    ]


_PLACES: Final = text("""
SELECT key, ST_X(p) AS x, ST_Y(p) AS y FROM (
  SELECT key, ST_Transform(place, CAST(:crs AS integer)) AS p FROM feature
   WHERE layer = 'places' AND withdrawn_at IS NULL AND place IS NOT NULL AND key = ANY(:keys)) AS f
""")


def places(
    session: Session, commune: Commune, wanted: Demand, instance: Instance, rules: Rules
) -> list[Must]:
    """One obligation for each public place that has to be served."""
    given = {"crs": commune.metric_crs, "keys": list(rules.must_serve)}
    at = {row.key: (row.x, row.y) for row in session.execute(_PLACES, given)}
    numbers = np.flatnonzero(wanted.kind == KINDS.index("places"))
    found = []
    for key in rules.must_serve:
        if key not in at:
            raise Invalid("must_serve", N_("There is no public place %(key)s."), key=key[:80])
        x, y = at[key]
        near = numbers[np.hypot(wanted.x[numbers] - x, wanted.y[numbers] - y) < SAME_M]
        sites = np.unique(instance.rows[np.isin(instance.points, near)])
        found.append(Must(key, tuple(int(site) for site in sites)))
    return found


def shares(wanted: Demand, instance: Instance, rules: Rules) -> list[Share]:
    """The least shares of quarters, of residents where they are known, else of public places."""
    known = {quarter.key: number for number, quarter in enumerate(wanted.quarters)}
    reachable = np.zeros(len(wanted), bool)
    reachable[instance.points] = True
    found = []
    for key, share in rules.shares.items():
        if key != EVERY_QUARTER and key not in known:
            raise Invalid("shares", N_("There is no quarter %(key)s."), key=key[:80])
        for name, number in known.items() if key == EVERY_QUARTER else [(key, known[key])]:
            if key == EVERY_QUARTER and name in rules.shares:
                continue
            points, amounts = _of_quarter(wanted, number)
            could = float(amounts[reachable[points]].sum()) if len(points) else 0.0
            if key == EVERY_QUARTER and could < share * float(amounts.sum()):
                continue
            if len(points):
                found.append(Share(name, points, amounts, share))
    return found


def _of_quarter(wanted: Demand, number: int) -> tuple[Ints, Floats]:
    for kind in ("residents", "places"):
        points = np.flatnonzero((wanted.quarter == number) & (wanted.kind == KINDS.index(kind)))
        if len(points) and wanted.amount[points].sum() > 0:
            return points, wanted.amount[points]
    return np.zeros(0, np.int64), np.zeros(0)


def called(session: Session, languages: Sequence[str], wanted: Demand, rules: Rules) -> dict[str, str]:
    """What to call quarters, and the places that obligations name, by key."""
    found = {quarter.key: quarter.name(languages).text for quarter in wanted.quarters}
    named = choices.places(session, languages, only=rules.must_serve) if rules.must_serve else ()
    return found | {place.key: place.name.text for place in named}
