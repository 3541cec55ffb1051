"""Where the people of the census live, as well as can be said: in known buildings, else around quarters.

Neither is a count: the census tells one figure for the commune, and everything below is a way to spread it.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.wifi.served.points import NOWHERE, Floats, Note, Points, grid, joined
from geo.wifi.served.quarters import Quarter, Quarters

FACT: Final = "population"
"""The commune's figure that is spread."""
HOMES: Final = (
    *("yes", "residential", "apartments", "house", "detached", "semidetached_house", "terrace", "bungalow"),
    *("dormitory", "farm", "riad", "mixed_use", "mixed"),
)
"""Kinds of buildings that people live in. `yes` is among them: most homes are drawn without more."""
STOREY_M: Final = 3.0
"""A storey, where only a building's height is known."""
LEAST_FLOOR_M2: Final = 5.0
"""With less floor than this for each person, the buildings are only some of those that there are."""
AROUND_M: Final = 350.0
"""An anchor's people live within so many metres of it: the error that most anchors are given with."""
CELL_M: Final = 30.0
VILLAGE: Final = 0.25
"""An assumption: a village has so many people for one of a quarter of the town."""

_BUILDINGS: Final = text("""
SELECT ST_X(p) AS x, ST_Y(p) AS y,
       ST_Area(shape) * GREATEST(1, COALESCE(levels, round(height_m / :storey), 1)) AS floor_m2
  FROM (SELECT osm_type, osm_id, levels, height_m, shape, ST_PointOnSurface(shape) AS p
          FROM (SELECT *, ST_Transform(geom, CAST(:crs AS integer)) AS shape FROM building
                 WHERE kind = ANY(:homes)) AS b) AS b
 ORDER BY osm_type, osm_id
""")


def of(session: Session, commune: Commune, limits: Any, quarters: Quarters) -> tuple[Points, list[Note]]:
    """Points with people, who add up to the census's figure; none if it or their whereabouts are unknown."""
    people = next((fact.value for fact in commune.facts if fact.id == FACT), 0.0)
    if people <= 0:
        return NOWHERE, [Note("residents_unknown")]
    homes = _homes(session, commune.metric_crs).within(limits)
    floor = float(homes.amount.sum())
    if floor >= LEAST_FLOOR_M2 * people:
        spread = Points(homes.x, homes.y, homes.amount * (people / floor))
        return spread, [Note("residents_buildings", {"people": people, "buildings": len(homes)})]
    notes = [Note("buildings_few", {"buildings": len(homes)})] if len(homes) else []
    spread = _around(quarters, people, limits)
    if not len(spread):
        return NOWHERE, [*notes, Note("residents_unplaced", {"people": people})]
    told = {"people": people, "quarters": len(quarters.listed), "metres": AROUND_M, "village": VILLAGE}
    return spread, [*notes, Note("residents_quarters", told)]


def _homes(session: Session, metric_crs: int) -> Points:
    asked = {"crs": metric_crs, "homes": list(HOMES), "storey": STOREY_M}
    rows = np.array([tuple(row) for row in session.execute(_BUILDINGS, asked)], dtype=np.float64)
    return Points(*rows.reshape(-1, 3).T)


def _around(quarters: Quarters, people: float, limits: Any) -> Points:
    """Each quarter's share on a grid over the ground that is nearer to it than to any other."""
    shares = _shares(quarters.listed, people)
    parts = []
    for index, share in enumerate(shares):
        spots = [
            _ground(shape) for shape, of in zip(quarters.shapes, quarters.owner, strict=True) if of == index
        ]
        places = np.unique(np.concatenate(spots), axis=0)
        points = Points(places[:, 0], places[:, 1], np.ones(len(places)))
        own = points.within(limits)
        mine = quarters.of(own.x, own.y) == index
        x, y = own.x[mine], own.y[mine]
        if not len(x):
            x, y = spots[0][:1, 0], spots[0][:1, 1]
        parts.append(Points(x, y, np.full(len(x), share / len(x))))
    return joined(parts)


def _ground(shape: Any) -> Floats:
    """Where people of an anchor or an area may live, shape (n, 2): the area itself, or what is around."""
    area = shape if shapely.get_dimensions(shape) == 2 else shapely.buffer(shape, AROUND_M)
    return np.column_stack(grid(area, CELL_M))


def _shares(listed: Sequence[Quarter], people: float) -> Floats:
    """People of each quarter: its own figure where there is one; the rest in equal parts, villages less."""
    known = np.array([max(quarter.population or 0.0, 0.0) for quarter in listed])
    open_ = np.array([quarter.population is None for quarter in listed], dtype=bool)
    weight = np.where(open_, [VILLAGE if quarter.kind == "village" else 1.0 for quarter in listed], 0.0)
    if known.sum() > people or not weight.any():
        # The quarters' figures are shares of the census then, never more people than it has.
        return np.asarray(known * (people / known.sum()) if known.any() else known, dtype=np.float64)
    return np.asarray(known + weight * ((people - known.sum()) / weight.sum()), dtype=np.float64)
