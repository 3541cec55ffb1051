"""The best sites for the money: against every choice tried, and what must hold for any question."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from geo.wifi.siting import bounds, checking, greedy, reducing, starting
from geo.wifi.siting.exact import solve
from geo.wifi.siting.instance import Instance, Must, Share, rows_of
from tests.geo.wifi.made_siting import KINDS, brute_force, made, with_rules

MIXES = [*[(kind,) for kind in KINDS], *combinations(KINDS, 2), tuple(KINDS)]


def test_a_conflict_is_found_where_no_site_can_be_paid_at_all() -> None:
    one = replace(made(6, 20), budget=10_000, musts=(Must("the library", (0, 1)),))
    found = solve(one, seconds=10)

    assert (found.status, found.conflict) == ("infeasible", (("must", "the library"), ("budget", "")))
    assert found.needed == int(one.costs[:2].min())


def served(one: Instance, sites: list[int]) -> float | None:
    """The most that these sites serve, by linear programming where they have not room for all."""
    if not one.limited:
        return float(one.weights[checking.reached(one, sites)].sum())
    assert one.people is not None and one.capacity is not None
    pairs = [(at, int(point)) for at, site in enumerate(sites) for point in one.covered(site)]
    if not pairs:
        return None if one.shares else 0.0
    rows, high = [], []
    for at, site in enumerate(sites):
        if np.isfinite(one.capacity[site]):
            rows.append([float(one.people[point]) * (mine == at) for mine, point in pairs])
            high.append(float(one.capacity[site]))
    for point in range(one.demand):
        rows.append([float(other == point) for _, other in pairs])
        high.append(1.0)
    for share in one.shares:
        amounts = dict(zip(share.points.tolist(), share.amounts.tolist(), strict=True))
        rows.append([-amounts.get(point, 0.0) for _, point in pairs])
        high.append(-share.least)
    found = linprog([-float(one.weights[point]) for _, point in pairs], rows, high, bounds=(0, 1))
    return -float(found.fun) if found.status == 0 else None


@pytest.mark.parametrize("kinds", MIXES, ids="+".join)
def test_the_answer_is_the_best_of_all_choices(kinds: tuple[str, ...]) -> None:
    for seed in (1, 2):
        one = with_rules(made(8, 24, seed=seed), *kinds, seed=seed)

        answer = solve(one, seconds=60)

        best = brute_force(one, served)
        if best is None:
            assert answer.status == "infeasible"
        else:
            assert (answer.status, round(answer.served, 5)) == ("optimal", round(best, 5))
            assert not checking.broken(one, answer.sites, answer.roots)
            assert answer.cost == checking.cost(one, answer.sites, answer.roots) <= one.budget


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_question_is_answered_by_both_ways_alike(seed: int) -> None:
    one = made(60, 400, seed=seed)
    asked_for_nothing = replace(one, musts=(Must("anywhere", tuple(range(one.sites))),))

    plain, program = solve(one, seconds=60), solve(asked_for_nothing, seconds=60)

    assert plain.status == program.status == "optimal"
    assert plain.served == program.served == plain.bound


def test_weights_need_not_be_whole() -> None:
    one = made(10, 60, seed=3)
    one = replace(one, weights=one.weights / 7)

    answer = solve(one, seconds=60)

    assert answer.status == "optimal" and 0 <= answer.gap <= 1e-6
    assert answer.served == pytest.approx(brute_force(one, served), rel=1e-6)


@pytest.mark.parametrize("kinds", [(), ("models",), ("musts", "shares"), ("mesh",)], ids=str)
def test_more_money_never_serves_less(kinds: tuple[str, ...]) -> None:
    one = with_rules(made(25, 120, seed=5), *kinds, seed=5)
    found = [
        solve(replace(one, budget=budget), seconds=60) for budget in range(1_500_000, 6_000_000, 700_000)
    ]

    values = [answer.served for answer in found if answer.status == "optimal"]

    assert len(values) > 3
    assert values == sorted(values)
    # Once the obligations can be met, they can be met with more money.
    states = [answer.status for answer in found]
    assert states == sorted(states)


def test_another_candidate_never_serves_less() -> None:
    one = made(30, 150, seed=6)
    values = []
    for many in (10, 20, 30):
        allowed = np.arange(one.sites) < many
        values.append(solve(replace(one, allowed=allowed), seconds=60).served)

    assert values == sorted(values) and values[0] < values[-1]


@pytest.mark.parametrize("kinds", [(), ("models", "forbidden"), ("mesh", "musts")], ids=str)
def test_the_order_of_sites_changes_nothing(kinds: tuple[str, ...]) -> None:
    one = with_rules(made(20, 100, seed=7), *kinds, seed=2)
    order = np.random.default_rng(1).permutation(one.sites)
    where = np.argsort(order)
    start, points = rows_of([one.covered(site) for site in order])
    turned = replace(
        one,
        start=start,
        points=points,
        costs=one.costs[order],
        place=one.places[order],
        allowed=one.free[order],
        rooted=one.roots[order],
        backhaul=one.backhauls[order],
        mesh=replace(one.mesh, pairs=where[one.mesh.pairs]),
        musts=[replace(must, sites=tuple(where[list(must.sites)].tolist())) for must in one.musts],
    )

    assert solve(turned, seconds=60).served == solve(one, seconds=60).served


@pytest.mark.parametrize("seed", range(6))
def test_sites_that_are_ruled_out_are_in_no_better_choice(seed: int) -> None:
    one = made(9, 40, seed=seed)
    given = starting.cover(one)
    _, best = greedy.search(given, rounds=0)
    for known in (best, 0.8 * best):
        never, always = bounds.settled(given, bounds.lowest(given, known), known)
        for many in range(one.sites + 1):
            for sites in combinations(range(one.sites), many):
                if one.costs[list(sites)].sum() <= one.budget and (served(one, list(sites)) or 0) > known:
                    assert not never[list(sites)].any()
                    assert set(np.flatnonzero(always)) <= set(sites)


def test_merging_points_changes_no_choice() -> None:
    one = made(12, 300, seed=8, reach=(0.2, 0.4))
    given = starting.cover(one)
    kept, smaller = reducing.smaller(given, np.ones(one.sites, bool))

    assert len(smaller.weights) < one.demand
    for sites in combinations(range(one.sites), 3):
        groups = np.unique(
            np.concatenate([smaller.points[smaller.start[s] : smaller.start[s + 1]] for s in sites])
        )
        assert smaller.weights[groups].sum() == served(one, [int(kept[site]) for site in sites])


def test_the_bound_is_never_below_an_answer() -> None:
    for seed in range(5):
        one = made(15, 80, seed=seed)
        given = starting.cover(one)
        assert bounds.lowest(given, 0.0).value >= solve(one, seconds=60).served


def test_somebody_who_says_stop_gets_the_best_so_far() -> None:
    one = made(300, 3000, seed=9, reach=(0.06, 0.14))
    one = replace(one, budget=6_000_000)
    calls = iter([False, False])

    answer = solve(one, seconds=60, stopped=lambda: next(calls, True))

    assert answer.status == "stopped"
    assert 0 < answer.served <= answer.bound and answer.cost <= one.budget


def test_without_time_the_answer_is_no_optimum() -> None:
    one = replace(made(300, 3000, seed=9, reach=(0.06, 0.14)), budget=6_000_000)

    answer = solve(one, seconds=0)

    assert answer.status == "limit" and answer.served < answer.bound and answer.gap > 0


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[float, float, float, float, tuple[int, ...]]] = []

    answer = solve(made(40, 300, seed=4), seconds=60, tell=lambda *how: told.append(how))

    best, bound, gap, _, sites = told[-1]
    assert (best, bound, sorted(sites)) == (answer.served, answer.bound, list(answer.sites)) and gap == 0


def test_nothing_to_build_is_an_answer() -> None:
    one = replace(made(10, 50), budget=100)

    answer = solve(one, seconds=60)

    assert (answer.status, answer.sites, answer.served, answer.cost) == ("optimal", (), 0.0, 0)


def test_obligations_that_conflict_are_named() -> None:
    one = made(20, 100, seed=11)
    cheap = int(np.argmin(one.costs))
    both = [cheap, (cheap + 1) % 20]
    one = replace(
        one,
        budget=int(one.costs[both].max()),
        musts=(Must("the library", (cheap,)), Must("the gate", (both[1],))),
        shares=(Share("north", np.arange(50), np.ones(50), 0.01),),
    )

    answer = solve(one, seconds=60)

    assert answer.status == "infeasible" and answer.irreducible
    assert answer.conflict == (("must", "the library"), ("must", "the gate"), ("budget", ""))
    assert answer.needed == int(one.costs[both].sum())


def test_what_nobody_can_serve_is_named_alone() -> None:
    one = replace(made(20, 100, seed=11), musts=(Must("the far farm", ()), Must("anywhere", (1, 2))))

    answer = solve(one, seconds=60)

    assert answer.conflict == (("must", "the far farm"),) and answer.needed is None
