"""A proposal's answer as plain values: for its row, the planner's screen, and taking its sites over."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.translation import translate
from geo.vocabulary import COMPASS
from geo.wifi import figures, serving
from geo.wifi.siting import checking
from geo.wifi.siting.answer import Answer
from geo.wifi.siting.pareto import Step
from geo.wifi.siting.preparing import Option, Prepared


def answer(prepared: Prepared, found: Answer, steps: Sequence[Step]) -> dict[str, Any]:
    """Everything, ready for JSON. Money is in MAD, what is served in worth and by kind."""
    one = prepared.instance
    return {
        "status": found.status,
        "worth": round(found.served, 6),
        "worth_total": round(float(one.weights.sum()), 6),
        "bound": round(found.bound, 6),
        "gap": round(found.gap, 6) if np.isfinite(found.gap) else None,
        "seconds": round(found.seconds, 2),
        "cost_mad": found.cost / 100,
        "budget_mad": one.budget / 100,
        "candidates": len({option.candidate.key for option in prepared.options}),
        "options": one.sites,
        "bases": list(prepared.bases),
        "assumptions": _assumptions(prepared),
        "sites": _sites(prepared, found),
        "figures": _figures(prepared, found.sites, found.cost).as_json(),
        "curve": curve(prepared, steps),
        "conflict": [_obligation(prepared, kind, name) for kind, name in found.conflict],
        "irreducible": found.irreducible,
        "needed_mad": None if found.needed is None else _short(found.needed / 100),
    }


def curve(prepared: Prepared, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What each budget could serve."""
    return [_step(prepared, step) for step in steps]


def _assumptions(prepared: Prepared) -> list[dict[str, Any]]:
    told = list(prepared.assumptions) + ([("statistics", {})] if "statistics" in prepared.bases else [])
    return [{"code": code, "values": dict(values)} for code, values in told]


def _sites(prepared: Prepared, found: Answer) -> list[dict[str, Any]]:
    """Each chosen site with what it adds to the others, those that add most first."""
    one = prepared.instance
    many = np.zeros(one.demand, np.int64)
    for site in found.sites:
        many[one.covered(site)] += 1
    told = []
    for site in found.sites:
        mine = one.covered(site)
        alone = mine[many[mine] == 1]
        root = site in found.roots
        option = prepared.options[site]
        told.append(
            {
                "candidate": option.candidate.key,
                "kind": option.candidate.kind,
                "cost_mad": int(one.costs[site] + (one.backhauls[site] if root else 0)) / 100,
                "adds": round(float(one.weights[alone].sum()), 6),
                "serves": round(float(one.weights[mine].sum()), 6),
                "error_m": option.candidate.error_m,
                "warnings": [finding.code for finding in option.candidate.warnings],
                "hotspot": _hotspot(prepared, option, root),
            }
        )
    return sorted(told, key=lambda site: -site["adds"])


def _hotspot(prepared: Prepared, option: Option, root: bool) -> dict[str, Any]:
    """As geo.wifi.checks takes it."""
    at = option.candidate
    name = at.name(prepared.languages).text
    side = translate(COMPASS[at.side], prepared.languages[0]) if at.side else ""
    return {
        "name": f"{name[:100]} ({side})" if side else name[:120],
        "lon": at.lon,
        "lat": at.lat,
        "height_m": at.height_m,
        "model": option.model.key,
        "azimuth_deg": option.azimuth_deg,
        "backhaul": at.backhaul if root else "mesh",
        "public_place": prepared.places.get(at.feature_id) if at.feature_id else None,
    }


def _figures(prepared: Prepared, sites: Sequence[int], cost: int) -> figures.Figures:
    """What is served at the median, by kind and quarter."""
    served = checking.reached(prepared.instance, sites).astype(np.int8)
    return figures.of(prepared.demand, serving.of(served), money_mad=cost / 100)


def _step(prepared: Prepared, step: Step) -> dict[str, Any]:
    """A point of the curve."""
    found = step.answer
    kinds = _figures(prepared, found.sites, found.cost).kinds
    return {
        "budget_mad": step.budget / 100,
        "status": found.status,
        "worth": round(found.served, 6),
        "bound": round(found.bound, 6),
        "cost_mad": found.cost / 100,
        "sites": len(found.sites),
        "served": {kind: round(served.browsing, 1) for kind, served in kinds.items()},
    }


def _obligation(prepared: Prepared, kind: str, name: str) -> dict[str, Any]:
    """An obligation with the values of its sentence in wording.CONFLICTS."""
    values: dict[str, Any] = {}
    if kind == "budget":
        values = {"mad": _short(prepared.instance.budget / 100)}
    elif kind == "share":
        share = next(each.share for each in prepared.instance.shares if each.name == name)
        values = {"name": prepared.called.get(name, name), "percent": _short(round(100 * share, 1))}
    elif name:
        values = {"name": prepared.called.get(name, name)}
    return {"kind": kind, "key": name, "values": values}


def _short(number: float) -> float:
    """Whole numbers without a point, to be read in a sentence."""
    return int(number) if number == int(number) else number
