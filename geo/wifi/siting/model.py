"""The question as a mixed integer program for HiGHS, with every obligation.

Columns: a site is built (0 or 1); a group of points is served (0 to 1). With a mesh, a site that is built is
at one level: 0 with its own backhaul, h one hop behind a site of level h - 1. With capacity, what an
overloaded site serves of a group is a column of its own (0 to 1): people are shared out among the sites in
any proportion, which is exact, since a group's people need not all use one site.
"""

from collections.abc import Collection, Sequence
from typing import Final, Literal

import highspy
import numpy as np

from geo.wifi.siting import reducing
from geo.wifi.siting.instance import Flags, Floats, Instance, Ints

TOLERANCE: Final = 1e-9
"""Of whole columns: with it no sum of costs up to ten million dirhams is off by a centime."""
Group = tuple[str, str]
"""A kind of obligation and its name: what can be left out, and what a conflict is told by."""


class Model:
    """Rows and columns; `without` are obligations that are left out, `only` the sites that may be built."""

    def __init__(
        self, instance: Instance, only: Flags | None = None, without: Collection[Group] = ()
    ) -> None:
        self.instance, self.without = instance, frozenset(without)
        usable = instance.usable if ("budget", "") not in self.without else _regardless(instance)
        if ("backhaul", "") in self.without:
            usable = usable | instance.free
        self.sites: Ints = np.flatnonzero(usable if only is None else usable & only)
        self.column = np.full(instance.sites, -1)
        self.column[self.sites] = np.arange(len(self.sites))
        self.costs: list[float] = []
        self.worth: list[float] = []
        self.whole: list[bool] = []
        self.indices: list[Sequence[int] | Ints] = []
        self.values: list[Sequence[float] | Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for _ in self.sites:
            self._column(0.0, whole=True)
        self._money = instance.costs[self.sites].astype(float)
        self._places()
        self.root = self._backhauls()
        self._demand()
        self._musts()
        self._shares()
        if ("budget", "") not in self.without:
            costs = np.array(self.costs)
            paid = np.flatnonzero(costs)
            self._row(paid, costs[paid], high=float(instance.budget))
        if not self.worth:
            self._column(0.0)  # HiGHS looks at no rows where there are no columns: a conflict would be missed

    def _column(self, worth: float, *, cost: float = 0.0, whole: bool = False) -> int:
        self.worth.append(worth)
        self.costs.append(cost)
        self.whole.append(whole)
        return len(self.worth) - 1

    def _row(
        self,
        indices: Sequence[int] | Ints,
        values: Sequence[float] | Floats,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> None:
        self.indices.append(indices)
        self.values.append(values)
        self.low.append(low)
        self.high.append(high)

    def _places(self) -> None:
        """At most one site at a place."""
        places = self.instance.places[self.sites]
        order = np.argsort(places, kind="stable")
        for same in np.split(order, np.flatnonzero(np.diff(places[order])) + 1):
            if len(same) > 1:
                self._row(same, np.ones(len(same)), high=1.0)

    def _backhauls(self) -> Ints:
        """What each site costs, and its level in the mesh; the column that says it has its own backhaul."""
        one, mesh = self.instance, self.instance.mesh
        own = one.backhauls[self.sites].astype(float)
        meshed = one.meshed[self.sites]
        root = np.arange(len(self.sites))
        if ("backhaul", "") in self.without:
            own, meshed = np.zeros(len(own)), np.zeros(len(own), bool)
        for at in range(len(self.sites)):
            self.costs[at] = float(self._money[at] + (0.0 if meshed[at] else own[at]))
        levels = {}
        for at in np.flatnonzero(meshed).tolist():
            rooted = bool(one.roots[self.sites[at]])
            root[at] = self._column(0.0, cost=own[at], whole=True) if rooted else -1
            levels[at] = [self._column(0.0, whole=True) for _ in range(mesh.hops)]
            mine = [*([int(root[at])] if rooted else []), *levels[at]]
            self._row([*mine, at], [*[1.0] * len(mine), -1.0], 0.0, 0.0)
        near = _neighbours(mesh.pairs, self.column, len(self.sites)) if levels else []
        for at, mine in levels.items():
            for hop, level in enumerate(mine):
                behind = [
                    int(root[other]) if hop == 0 else levels[other][hop - 1]
                    for other in near[at]
                    if hop or root[other] >= 0
                ]
                self._row([level, *behind], [1.0, *[-1.0] * len(behind)], high=0.0)
        return root

    def _demand(self) -> None:
        """Groups of points, served by sites that are built."""
        one = self.instance
        limited = one.overloaded[self.sites] & (("capacity", "") not in self.without)
        points, columns = reducing.entries(one.start, one.points, self.sites)
        group, weights = reducing.merged(
            points, columns, len(self.sites), one.weights, self._apart(points, columns, limited)
        )
        self.group = group
        people = np.zeros(len(weights))
        if one.people is not None:
            np.add.at(people, group[group >= 0], one.people[group >= 0])
        mine = reducing.firsts(group)[points]
        order = np.lexsort((columns[mine], group[points[mine]]))
        columns, groups = columns[mine][order], group[points[mine]][order]
        loads: dict[int, tuple[list[int], list[float]]] = {}
        self.served = np.array([self._column(float(weight)) for weight in weights], np.int64)
        for number, sites in enumerate(np.split(columns, np.flatnonzero(np.diff(groups)) + 1)):
            if len(weights):
                self._served(number, sites, limited, people[number], loads)
        capacity = one.capacity
        for site, (mine_, load) in loads.items():
            if capacity is not None:
                row = [*mine_, site]
                self._row(row, [*load, -float(capacity[self.sites[site]])], high=0.0)

    def _served(
        self,
        number: int,
        sites: Ints,
        limited: Flags,
        people: float,
        loads: dict[int, tuple[list[int], list[float]]],
    ) -> None:
        """A group is served as far as its sites are built, and as far as the overloaded ones have room."""
        indices = []
        for site in sites:
            if limited[site] and people > 0:
                part = self._column(0.0)
                self._row([part, int(site)], [1.0, -1.0], high=0.0)
                mine, load = loads.setdefault(int(site), ([], []))
                mine.append(part)
                load.append(people)
                indices.append(part)
            else:
                indices.append(int(site))
        self._row([int(self.served[number]), *indices], [1.0, *[-1.0] * len(indices)], high=0.0)

    def _apart(self, points: Ints, columns: Ints, limited: Flags) -> Ints | None:
        """Points that are not merged: people before an overloaded site are worth differently by the head."""
        if not limited.any() or self.instance.people is None:
            return None
        apart = np.zeros(len(self.instance.weights), np.int64)
        there = np.unique(points[limited[columns]])
        apart[there] = np.where(self.instance.people[there] > 0, there + 1, 0)
        return apart

    def _musts(self) -> None:
        for must in self.instance.musts:
            if ("must", must.name) not in self.without:
                sites = self.column[list(must.sites)] if must.sites else np.zeros(0, np.int64)
                sites = np.unique(sites[sites >= 0])
                self._row(sites, np.ones(len(sites)), low=1.0)

    def _shares(self) -> None:
        for share in self.instance.shares:
            if ("share", share.name) not in self.without:
                groups = self.group[share.points]
                there = groups >= 0
                amounts = np.bincount(groups[there], share.amounts[there], len(self.served)).astype(float)
                used = np.flatnonzero(amounts)
                self._row(self.served[used], amounts[used], low=share.least * (1 - 1e-9))

    def load(self, highs: highspy.Highs, goal: Literal["served", "cost", "any"] = "served") -> None:
        """Hand it to the solver: the most served, the least cost, or anything that keeps the rules."""
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.worth), len(self.low)
        goals = {"served": self.worth, "cost": self.costs, "any": [0.0] * len(self.worth)}
        program.col_cost_ = np.array(goals[goal])
        program.sense_ = highspy.ObjSense.kMaximize if goal == "served" else highspy.ObjSense.kMinimize
        program.col_lower_, program.col_upper_ = np.zeros(len(self.worth)), np.ones(len(self.worth))
        program.row_lower_, program.row_upper_ = np.array(self.low), np.array(self.high)
        start = np.zeros(len(self.indices) + 1, np.int64)
        np.cumsum([len(row) for row in self.indices], out=start[1:])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = start
        program.a_matrix_.index_ = np.concatenate([np.asarray(row, np.int64) for row in self.indices])
        program.a_matrix_.value_ = np.concatenate([np.asarray(row, float) for row in self.values])
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[whole] for whole in self.whole]
        highs.passModel(program)

    def read(self, values: Floats) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The sites that a solution builds, and those of them with a backhaul of their own."""
        built = np.flatnonzero(values[: len(self.sites)] > 0.5)
        roots = [at for at in built if self.root[at] >= 0 and values[self.root[at]] > 0.5]
        return tuple(int(self.sites[at]) for at in built), tuple(int(self.sites[at]) for at in roots)

    def start_from(self, highs: highspy.Highs, sites: Sequence[int], roots: Sequence[int]) -> None:
        """Begin with this choice; the solver finds what follows from it."""
        values = np.zeros(len(self.worth))
        values[self.column[list(sites)]] = 1.0
        values[self.root[self.column[list(roots)]]] = 1.0
        columns = np.arange(len(self.sites))
        if set(sites) == set(roots):
            columns = np.flatnonzero(self.whole)
        highs.setSolution(len(columns), columns.astype(np.int32), values[columns])


def solver(seconds: float) -> highspy.Highs:
    """HiGHS, silent, with so much time, and with tolerances that keep money exact."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", 1e-7),
        ("mip_abs_gap", 1e-7),
        ("mip_feasibility_tolerance", TOLERANCE),
    ):
        highs.setOptionValue(name, value)
    return highs


def _regardless(instance: Instance) -> Flags:
    """Sites that could be built if money did not count."""
    return instance.free & (instance.roots | instance.meshed)


def _neighbours(pairs: Ints, column: Ints, many: int) -> list[list[int]]:
    """Of each column's site, those it can pass its traffic to."""
    near: list[list[int]] = [[] for _ in range(many)]
    for one, other in column[pairs].tolist():
        if one >= 0 and other >= 0:
            near[one].append(other)
            near[other].append(one)
    return near
