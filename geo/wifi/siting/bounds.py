"""What no choice of sites can exceed, and the sites that it rules out.

The Lagrangian relaxation of maximal covering: that a point is served only by a site that is built is not
required but priced, point j at `prices[j]` between 0 and its weight, and the budget at `money` a centime. For
every choice of prices

    bound = sum(weights - prices) + money * budget + sum over places of max(0, best of its sites' worth),
    worth of site i = sum of prices of the points that it covers - money * its cost

is at least what any allowed choice serves (Galvão and ReVelle, "A Lagrangean heuristic for the maximal
covering location problem", European Journal of Operational Research 88 (1996)). Obligations only take choices
away, so the bound holds with them, too. Prices are improved by deflected subgradients; a site with which, or
without which, the bound falls below a known choice is settled for good.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from geo.wifi.siting.greedy import Cover
from geo.wifi.siting.instance import Flags, Floats, Ints

SAFE: Final = 1e-9
"""Of the bound, by which sums of that many numbers may be off: nothing is ruled out within it."""
DEFLECTION: Final = 0.7
"""Of the last direction that the next one keeps."""
MEMORY: Final = 0.85
"""Of the sites' averages that a step leaves as they were."""


LARGEST_TABLE: Final = 5_000_000
"""Sites times units of money, up to which whole sites are packed under the budget for a closer bound."""


class Pace(NamedTuple):
    """How patiently prices are improved."""

    steps: int
    length: float
    """Of the first step, as a part of Polyak's."""
    patience: int
    """Steps without a better bound, after which they become shorter."""
    shortest: float


ROOT: Final = Pace(700, 1.0, 12, 1e-3)
NODE: Final = Pace(60, 0.5, 6, 1e-2)


class Bound(NamedTuple):
    """A bound, the prices that it follows from, the sites' worth at them, and how often each was taken."""

    value: float
    whole: float
    """The same with whole sites only: at most `value`; but the worths are those of `value`."""
    prices: Floats
    worth: Floats
    taken: Floats
    """(n,) between 0 and 1, of the latest steps: close to the linear relaxation's choice."""


def lowest(given: Cover, best: float, prices: Floats | None = None, pace: Pace = ROOT) -> Bound:
    """The lowest bound found from these prices on, or the first one below `best`, a known choice's weight."""
    begin = given.weights * 0.5 if prices is None else np.minimum(prices, given.weights)
    value, kept, worth, taken = _descend(given, begin.astype(np.float64), best, pace)
    whole = value
    unit = int(np.gcd.reduce(given.costs)) or 1
    if given.budget // unit * len(given.costs) <= LARGEST_TABLE:
        whole = min(value, float((given.weights - kept).sum()) + _packed(given, kept, unit))
    return Bound(float(value), float(whole), kept, worth, taken)


def settled(given: Cover, bound: Bound, least: float) -> tuple[Flags, Flags]:
    """Sites that no choice of this weight or more has, and sites that every one has.

    Both are proven: with the site, or without it, the bound would lie below.
    """
    margin = least - SAFE * abs(bound.value)
    top, second = _two_best(given.place, bound.worth, given.allowed)
    rest = bound.value - np.maximum(top[given.place], 0.0)
    others = np.where(bound.worth == top[given.place], np.maximum(second[given.place], 0.0), np.inf)
    never = ~given.allowed | (rest + bound.worth < margin)
    return never, ~never & (rest + others < margin)


@njit(cache=True)
def _two_best(place: Ints, worth: Floats, allowed: Flags) -> tuple[Floats, Floats]:
    """For each place, the greatest worth among its sites and the second."""
    top = np.full(place.max() + 1, -np.inf)
    second = np.full(place.max() + 1, -np.inf)
    for site in range(len(place)):
        if not allowed[site]:
            continue
        at = place[site]
        if worth[site] > top[at]:
            second[at] = top[at]
            top[at] = worth[site]
        elif worth[site] > second[at]:
            second[at] = worth[site]
    return top, second


@njit(cache=True)
def _choice(given: Cover, profit: Floats, money: float, take: Ints) -> tuple[float, float]:
    """At this price of money: the best worth of each place, summed, and its cost; `take` is filled."""
    worth = np.zeros(len(take))
    take[:] = -1
    for site in range(len(profit)):
        mine = profit[site] - money * given.costs[site]
        if given.allowed[site] and mine > worth[given.place[site]]:
            worth[given.place[site]] = mine
            take[given.place[site]] = site
    cost = 0.0
    for site in take:
        if site >= 0:
            cost += given.costs[site]
    return worth.sum(), cost


@njit(cache=True)
def _knapsack(given: Cover, profit: Floats, take: Ints, other: Ints) -> tuple[float, float, float]:
    """The price of money with the lowest bound; the two choices that meet there, and the first's share."""
    total, cost = _choice(given, profit, 0.0, take)
    if cost <= given.budget:
        return 0.0, total, 1.0
    low, high = 0.0, 0.0
    for site in range(len(profit)):
        high = max(high, profit[site] / max(given.costs[site], 1))
    for _ in range(60):
        middle = 0.5 * (low + high)
        _, cost = _choice(given, profit, middle, take)
        if cost > given.budget:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * high:
            break
    _, dear = _choice(given, profit, low, other)
    total, cheap = _choice(given, profit, high, take)
    part = 1.0 if dear <= cheap else min(1.0, max(0.0, (dear - given.budget) / (dear - cheap)))
    return high, total, part


@njit(cache=True)
def _packed(given: Cover, prices: Floats, unit: int) -> float:
    """The most that the prices of whole sites come to under the budget, at most one a place: by a table of
    what each amount of money buys.
    """
    profit = np.zeros(len(given.costs))
    _profit(given, prices, profit)
    order = np.argsort(given.place, kind="mergesort")
    bought = np.zeros(given.budget // unit + 1)  # 0 too for what cannot be spent to the end
    first = 0
    while first < len(order):
        last = first
        while last < len(order) and given.place[order[last]] == given.place[order[first]]:
            last += 1
        for money in range(len(bought) - 1, -1, -1):
            best = bought[money]
            for at in range(first, last):
                site = order[at]
                rest = money - given.costs[site] // unit
                if given.allowed[site] and rest >= 0:
                    best = max(best, bought[rest] + profit[site])
            bought[money] = best
        first = last
    most: float = bought[-1]
    return most


@njit(cache=True)
def _slope(given: Cover, take: Ints, other: Ints, part: float, slope: Floats, taken: Floats) -> None:
    """Subgradient at the two choices, mixed so that they just cost the budget; the averages follow."""
    slope[:] = -1.0
    taken *= MEMORY
    for choice in range(2):
        share = part if choice == 0 else 1.0 - part
        if share <= 0.0:
            continue
        for site in take if choice == 0 else other:
            if site >= 0:
                taken[site] += (1.0 - MEMORY) * share
                for at in range(given.start[site], given.start[site + 1]):
                    slope[given.points[at]] += share


@njit(cache=True)
def _step(given: Cover, prices: Floats, slope: Floats, direction: Floats, ahead: float) -> bool:
    """Move the prices against the slope, by Polyak's length towards `ahead` less; False if none can move."""
    length = 0.0
    for point in range(len(prices)):
        stuck = (prices[point] <= 0.0 and slope[point] > 0) or (
            prices[point] >= given.weights[point] and slope[point] < 0
        )
        direction[point] = 0.0 if stuck else slope[point] + DEFLECTION * direction[point]
        length += direction[point] ** 2
    if length <= 1e-18:
        return False
    for point in range(len(prices)):
        moved = prices[point] - ahead / length * direction[point]
        prices[point] = min(given.weights[point], max(0.0, moved))
    return True


@njit(cache=True)
def _profit(given: Cover, prices: Floats, profit: Floats) -> None:
    """The prices of each allowed site's points, summed."""
    for site in range(len(profit)):
        total = 0.0
        if given.allowed[site]:
            for at in range(given.start[site], given.start[site + 1]):
                total += prices[given.points[at]]
        profit[site] = total


@njit(cache=True)
def _descend(given: Cover, prices: Floats, best: float, pace: Pace) -> tuple[float, Floats, Floats, Floats]:
    """Deflected subgradient steps; the best prices seen and what follows from them."""
    n, m = len(given.costs), len(given.weights)
    take = np.full(given.place.max() + 1, -1)
    other = take.copy()
    profit, slope, direction, taken, worth = np.zeros(n), np.zeros(m), np.zeros(m), np.zeros(n), np.zeros(n)
    kept, value = prices.copy(), np.inf
    length, since = pace.length, 0
    for _ in range(pace.steps):
        _profit(given, prices, profit)
        money, total, part = _knapsack(given, profit, take, other)
        bound = (given.weights - prices).sum() + money * given.budget + total
        since = 0 if bound < value * (1 - 1e-6) else since + 1
        if bound < value:
            value = bound
            kept[:] = prices
            worth[:] = profit - money * given.costs
        if value < best:
            break
        if since >= pace.patience:
            length, since = length * 0.6, 0
            if length < pace.shortest:
                break
            prices[:] = kept
            direction[:] = 0.0
            continue
        _slope(given, take, other, part, slope, taken)
        if not _step(given, prices, slope, direction, length * max(bound - best, 1e-4 * abs(bound))):
            break
    return value, kept, worth, taken
