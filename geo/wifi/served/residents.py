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
from geo.wifi.served.points import NOWHERE, Floats, Note, Points, grid
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
MOST: Final = 40_000
"""Points that stand for them at the most, about: cells are larger where there would be more."""
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
    if not quarters.shapes:
        return NOWHERE
    grounds = [_ground(shape) for shape in quarters.shapes]
    cell = max(CELL_M, float(np.sqrt(shapely.area(grounds).sum() / MOST)))
    spots = [np.column_stack(grid(ground, cell)) for ground in grounds]
    of = np.repeat(quarters.owner, [len(each) for each in spots])
    # Grounds of one quarter may overlap: a spot counts once.
    rows: Floats = np.unique(np.column_stack((of, np.concatenate(spots))), axis=0).astype(np.float64)
    inside = Points(rows[:, 1], rows[:, 2], rows[:, 0]).within(limits)
    mine = quarters.of(inside.x, inside.y) == inside.amount
    left = np.setdiff1d(quarters.owner, inside.amount[mine])
    alone = [shapely.point_on_surface(quarters.shapes[np.argmax(quarters.owner == of)]) for of in left]
    of = np.concatenate((inside.amount[mine], left)).astype(np.int64)
    x = np.concatenate((inside.x[mine], shapely.get_x(alone)))
    y = np.concatenate((inside.y[mine], shapely.get_y(alone)))
    many = np.bincount(of, minlength=len(quarters.listed))
    return Points(x, y, _shares(quarters.listed, people)[of] / many[of])


def _ground(shape: Any) -> Any:
    """Where people of an anchor or an area may live: the area itself, or what is around the anchor."""
    return shape if shapely.get_dimensions(shape) == 2 else shapely.buffer(shape, AROUND_M)


def _shares(listed: Sequence[Quarter], people: float) -> Floats:
    """People of each quarter: its own figure where there is one; the rest in equal parts, villages less."""
    known = np.array([min(max(quarter.population or 0.0, 0.0), people) for quarter in listed])
    open_ = np.array([quarter.population is None for quarter in listed], dtype=bool)
    weight = np.where(open_, [VILLAGE if quarter.kind == "village" else 1.0 for quarter in listed], 0.0)
    if not known.any() and not weight.any():
        weight = np.ones(len(listed))
    if known.sum() > people or not weight.any():
        # The quarters' figures are shares of the census then, never more people than it has.
        return np.asarray(known * (people / known.sum()), dtype=np.float64)
    return np.asarray(known + weight * ((people - known.sum()) / weight.sum()), dtype=np.float64)
