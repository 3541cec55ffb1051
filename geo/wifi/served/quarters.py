"""Quarters and villages: by them a plan is looked at for fairness. Most are known as a point only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said, say
from geo.wifi.served.points import Floats

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Quarter:
    """A named part of the commune: its anchors and areas with one name and kind are taken together."""

    key: str
    kind: str
    """quarter or village; town, where nothing else is known."""
    names: Mapping[str, Said]
    population: float | None = None
    """People of it, where the folder gives a figure."""

    def name(self, order: Sequence[str]) -> Said:
        """In the first language of `order` that has one."""
        return say(self.names, order) if self.names else Said(self.key, "und")


@dataclass(frozen=True, eq=False)
class Quarters:
    """All of them; `shapes` are their points and areas in metres, `owner` the quarter of each shape."""

    listed: tuple[Quarter, ...]
    shapes: tuple[Any, ...]
    owner: Indices

    def of(self, x: Floats, y: Floats) -> Indices:
        """The quarter whose area holds each point, else the one with the nearest point; -1: none is known."""
        if not self.shapes or not len(x):
            return np.full(len(x), -1, dtype=np.int64)
        return np.asarray(self.owner[self._tree.nearest(shapely.points(x, y))], dtype=np.int64)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)


_ANCHORS: Final = text("""
SELECT f.key, f.kind, ST_AsBinary(ST_Transform(f.geom, CAST(:crs AS integer))) AS shape,
       CASE WHEN jsonb_typeof(f.attributes->'population') = 'number'
            THEN (f.attributes->>'population')::float8 END AS population,
       COALESCE((SELECT jsonb_object_agg(t.lang, jsonb_build_array(t.text, t.state))
                   FROM feature_text t WHERE t.feature_id = f.id AND t.field = 'name'), '{}') AS names
  FROM feature f
 WHERE f.layer = 'quarters' AND f.withdrawn_at IS NULL AND f.geom IS NOT NULL ORDER BY f.id
""")


def of(session: Session, metric_crs: int, limits: Any) -> Quarters:
    """Quarters and villages inside the commune, in the folder's order; the town where there is nothing else.

    Two of a kind that share a name in any language are one: sources may give a quarter two anchors.
    """
    rows: Sequence[Any] = session.execute(_ANCHORS, {"crs": metric_crs}).all()
    if any(row.kind != "town" for row in rows):
        rows = [row for row in rows if row.kind != "town"]
    found: dict[tuple[str, str, str], int] = {}
    listed: list[Quarter] = []
    shapes: list[Any] = []
    owner: list[int] = []
    for row in rows:
        shape = shapely.from_wkb(bytes(row.shape))
        if limits is not None and not shapely.intersects(limits, shape):
            continue
        names = {lang: Said(said, lang, state) for lang, (said, state) in row.names.items()}
        known = [(row.kind, lang, said.text) for lang, said in names.items()]
        index = next((found[name] for name in known if name in found), len(listed))
        if index == len(listed):
            listed.append(Quarter(row.key, row.kind, names, row.population))
        found |= dict.fromkeys(known, index)
        shapes.append(shape)
        owner.append(index)
    return Quarters(tuple(listed), tuple(shapes), np.array(owner, dtype=np.int64))
