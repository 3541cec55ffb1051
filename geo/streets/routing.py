"""The shortest ways on foot between stops, by Dijkstra's algorithm (SciPy's) over the segments around them.

Every stop becomes a node of its own on the segment beside it. What is loaded grows with the walk, not with
the town; each search ends at a bounded distance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.streets.network import Anchor, Floats, Ids, Network

DETOUR: Final = 4.0
"""Ways longer than so many times the straight line, and SPARE_M more, are looked for without a bound."""
SPARE_M: Final = 500.0
SMALLEST_M: Final = 0.01
"""SciPy takes 0 for no edge."""


@dataclass(frozen=True)
class Part:
    """A segment, or a part of it, as it is walked: backwards where `since` is greater than `until`."""

    segment: int
    since: float
    until: float


@dataclass(frozen=True)
class Path:
    """A way between two stops. Metres along the streets, without the steps from the stop to the street."""

    parts: tuple[Part, ...]
    metres: float


class Graph:
    """The network with the stops on it. Nodes are numbered; the stops come last."""

    def __init__(
        self, network: Network, anchors: Sequence[Sequence[Anchor]], banned: Collection[int] = ()
    ) -> None:
        passable = ~np.isin(network.ids, np.array(sorted(banned), dtype=np.int64))
        passable &= ~(np.isin(network.starts, network.closed) | np.isin(network.ends, network.closed))
        self.ids: Ids = network.ids[passable]
        both = np.concatenate([network.starts[passable], network.ends[passable]])
        nodes, numbers = np.unique(both, return_inverse=True)
        self.plain = len(nodes)
        self.starts, self.ends = numbers[: len(self.ids)], numbers[len(self.ids) :]
        self.lengths: Floats = network.lengths[passable]
        self.anchors = self._chosen(anchors)
        self._edges()

    def _chosen(self, anchors: Sequence[Sequence[Anchor]]) -> list[Anchor | None]:
        """For each stop the nearest segment of the most connected part that is near enough."""
        if not len(self.ids):
            return [None for _ in anchors]
        sizes, labels = self._parts()
        rows = {int(self.ids[row]): row for row in np.flatnonzero(np.isin(self.ids, _segments(anchors)))}
        chosen: list[Anchor | None] = []
        for near in anchors:
            there = [anchor for anchor in near if anchor.segment in rows]
            size = {anchor: sizes[labels[self.starts[rows[anchor.segment]]]] for anchor in there}
            chosen.append(min(there, key=lambda anchor: (-size[anchor], anchor.metres), default=None))
        return chosen

    def _parts(self) -> tuple[Any, Any]:
        """Metres of street in each connected part, and the part of each node."""
        ones = np.ones(len(self.ids))
        links = csr_matrix((ones, (self.starts, self.ends)), shape=(self.plain, self.plain))
        many, labels = connected_components(links, directed=False)
        return np.bincount(labels[self.starts], weights=self.lengths, minlength=many), labels

    def _edges(self) -> None:
        """Segments are cut where stops are; of two edges between the same nodes the shorter counts."""
        on: dict[int, list[tuple[float, int]]] = {}
        for stop, anchor in enumerate(self.anchors):
            if anchor is not None:
                on.setdefault(anchor.segment, []).append((anchor.fraction, self.plain + stop))
        cut = np.isin(self.ids, np.array(sorted(on), dtype=np.int64))
        whole = ~cut
        size = int(whole.sum())
        columns: list[list[Any]] = [[], [], [], [], [], []]
        for row in np.flatnonzero(cut):
            points = [
                (0.0, int(self.starts[row])),
                *sorted(on[int(self.ids[row])]),
                (1.0, int(self.ends[row])),
            ]
            for (since, a), (until, b) in pairwise(points):
                for column, value in zip(
                    columns,
                    (self.ids[row], a, b, self.lengths[row] * (until - since), since, until),
                    strict=True,
                ):
                    column.append(value)
        of_segment, from_, to = (np.array(column, dtype=np.int64) for column in columns[:3])
        metres, cut_since, cut_until = (np.array(column, dtype=np.float64) for column in columns[3:])
        self.edge_segment = np.concatenate([self.ids[whole], of_segment])
        self.edge_a = np.concatenate([self.starts[whole], from_])
        self.edge_b = np.concatenate([self.ends[whole], to])
        self.edge_m = np.maximum(np.concatenate([self.lengths[whole], metres]), SMALLEST_M)
        self.edge_since = np.concatenate([np.zeros(size), cut_since])
        self.edge_until = np.concatenate([np.ones(size), cut_until])
        total = self.plain + len(self.anchors)
        low, high = np.minimum(self.edge_a, self.edge_b), np.maximum(self.edge_a, self.edge_b)
        keys = low * total + high
        order = np.lexsort((self.edge_m, keys))
        self.keys, first = np.unique(keys[order], return_index=True)
        self.best = order[first]
        self.matrix = csr_matrix(
            (self.edge_m[self.best], (low[self.best], high[self.best])), shape=(total, total)
        )

    def path(self, a: int, b: int, straight_m: float) -> Path | None:
        """The shortest way from stop `a` to stop `b` (numbers from 0); None where none leads there.

        `straight_m` bounds the first search; only if nothing is found within it, the whole graph is searched.
        """
        if self.anchors[a] is None or self.anchors[b] is None:
            return None
        source, target = self.plain + a, self.plain + b
        for limit in (straight_m * DETOUR + SPARE_M, np.inf):
            metres, before = dijkstra(
                self.matrix, directed=False, indices=source, return_predecessors=True, limit=limit
            )
            if np.isfinite(metres[target]):
                return Path(self._walked(before, source, target), float(metres[target]))
        return None

    def distances(self) -> Floats:
        """Metres between all stops, shape (stops, stops); infinite where no street leads."""
        stops = np.arange(self.plain, self.plain + len(self.anchors))
        found: Floats = dijkstra(self.matrix, directed=False, indices=stops)
        return found[:, stops]

    def _walked(self, before: Any, source: int, target: int) -> tuple[Part, ...]:
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        total = self.plain + len(self.anchors)
        parts: list[Part] = []
        for a, b in pairwise(nodes):
            edge = self.best[np.searchsorted(self.keys, min(a, b) * total + max(a, b))]
            since, until = float(self.edge_since[edge]), float(self.edge_until[edge])
            if self.edge_a[edge] != a:
                since, until = until, since
            segment = int(self.edge_segment[edge])
            if since == until:
                continue  # two stops at the same place of a street
            if parts and parts[-1].segment == segment and parts[-1].until == since:
                parts[-1] = Part(segment, parts[-1].since, until)
            else:
                parts.append(Part(segment, since, until))
        return tuple(parts)


def _segments(anchors: Sequence[Sequence[Anchor]]) -> Ids:
    return np.array(sorted({anchor.segment for near in anchors for anchor in near}), dtype=np.int64)
