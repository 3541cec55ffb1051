"""The best sites for the money, proven; beside spopt's MCLP with the same HiGHS.

Instances are made up: sites and people strewn over a square, each site covering 85 of 100 people within its
reach, costs of 4,000 to 9,000 MAD under 60,000 MAD. spopt knows no costs: beside it each site costs the same,
so that the budget allows so many sites; then both are asked the same.
"""

import json
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench import peers
from bench.harness import Table
from geo.wifi.siting.answer import Answer
from geo.wifi.siting.exact import solve
from geo.wifi.siting.instance import Instance, Must
from geo.wifi.siting.model import Model, solver
from tests.geo.wifi.made_siting import made

BUDGET = 6_000_000
REACH = (0.06, 0.14)
SITES_BESIDE = 10
PEER_S = 100.0
"""For spopt's solver; an instance that it does not prove in this time counts as that long."""
PATIENCE_S = 600.0
"""For spopt in all: it writes every pair of site and point down in Python before its solver begins."""
PEER = """
import json, sys, time
import numpy as np, pulp
from spopt.locate import MCLP
given = np.load(sys.argv[1])
far = np.full((len(given["weights"]), len(given["start"]) - 1), 2.0)
for site in range(far.shape[1]):
    far[given["points"][given["start"][site]:given["start"][site + 1]], site] = 0.0
began = time.monotonic()
model = MCLP.from_cost_matrix(far, given["weights"], 1.0, p_facilities=int(sys.argv[2]))
built = time.monotonic()
model.solve(pulp.HiGHS(msg=False, timeLimit=float(sys.argv[3]), gapRel=0.0))
ended = time.monotonic()
print(json.dumps({"build": built - began, "solve": ended - built, "served": model.problem.objective.value()}))
"""


def run() -> Table:
    """The table of siting."""
    table = Table("Wi-Fi siting: the best sites under 60,000 MAD, sites × points of demand")
    solve(asked(40, 200), seconds=10)  # what is compiled is compiled
    for sites, points, bar in ((200, 2_000, 1.0), (1_000, 20_000, 15.0)):
        answer = solve(asked(sites, points), seconds=120)
        name = f"{sites:,} × {points:,}, proven"
        table.add(name, _until_proven(answer), "s", most=bar, digits=2)
    answer = solve(asked(5_000, 20_000), seconds=120)
    table.add("5,000 × 20,000, gap in 120 s", 100 * answer.gap, "%", most=0.2, digits=3)
    table.add("5,000 × 20,000, time taken", answer.seconds, "s")
    _beside(table, 200, 2_000)
    _beside(table, 1_000, 20_000, least=5.0)
    _with_rules(table)
    return table


def asked(sites: int, points: int) -> Instance:
    """An instance of that size."""
    return replace(made(sites, points, reach=REACH), budget=BUDGET)


def _until_proven(answer: Answer) -> float:
    return answer.seconds if answer.status == "optimal" else float("inf")


def _beside(table: Table, sites: int, points: int, least: float | None = None) -> None:
    """Ours and spopt's MCLP on a question that both can state: so many sites, whatever they cost."""
    one = asked(sites, points)
    one = replace(one, costs=np.full(sites, BUDGET // SITES_BESIDE))
    answer = solve(one, seconds=120)
    name = f"{sites:,} × {points:,}, {SITES_BESIDE} sites"
    alone = _highs(one)
    table.add(f"{name}, beside HiGHS on merged points", answer.seconds, "s", peer=("HiGHS", alone), digits=2)
    peer = _spopt(one)
    if peer is None:
        table.add(
            name, _until_proven(answer), "s", peer=("spopt MCLP gave no answer within", PATIENCE_S), digits=2
        )
        table.add(f"{name}, times faster than spopt, at least", PATIENCE_S / answer.seconds, "×", least=least)
        return
    taken = peer["build"] + peer["solve"]
    if peer["served"] > answer.bound + 1e-3 or answer.served + 1e-3 < peer["served"]:
        raise RuntimeError(f"spopt found {peer['served']}, ours {answer.served} within {answer.bound}")
    table.add(name, _until_proven(answer), "s", peer=("spopt MCLP, HiGHS", taken), digits=2)
    table.add(f"{name}, served", answer.served, "", peer=("spopt MCLP, HiGHS", peer["served"]), digits=0)
    table.add(f"{name}, times faster than spopt", taken / answer.seconds, "×", least=least)
    table.add(f"{name}, times faster than its solver alone", peer["solve"] / answer.seconds, "×", least=least)


def _highs(one: Instance) -> float:
    """Seconds that HiGHS takes for the same program without bounds of ours, at most PEER_S."""
    began = time.monotonic()
    highs = solver(PEER_S)
    Model(one).load(highs)
    highs.run()
    return time.monotonic() - began


def _spopt(one: Instance) -> dict[str, float] | None:
    """Seconds of building and of solving, and what is served; None if there was no answer in time."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "instance.npz")
        np.savez(path, start=one.start, points=one.points, weights=one.weights)
        command = [str(peers.interpreter("spopt")), "-c", PEER, str(path), str(SITES_BESIDE), str(PEER_S)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            return None
    return {name: float(value) for name, value in json.loads(ran.stdout.splitlines()[-1]).items()}


def _with_rules(table: Table) -> None:
    """Two places that must be served, as a mixed integer program."""
    one = asked(200, 2_000)
    rows = one.rows
    musts = tuple(
        Must(str(point), tuple(rows[one.points == point].tolist()))
        for point in np.unique(one.points)[[3, 700]].tolist()
    )
    began = time.monotonic()
    answer = solve(replace(one, musts=musts), seconds=120)
    if answer.status != "optimal":
        raise RuntimeError(f"two mandatory places: {answer.status}")
    table.add("200 × 2,000, two places that must be served, proven", time.monotonic() - began, "s", digits=2)
