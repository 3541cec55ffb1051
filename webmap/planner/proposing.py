"""A proposal as the screen shows it: how far it is, what it found, what it rests on, what conflicts."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from core.db import db
from core.translation import number, translate
from geo.wifi.models import Proposal, Scenario
from geo.wifi.siting import proposals, wording
from webmap.planner import curve, words


def newest(scenario: Scenario) -> Proposal | None:
    """The plan's newest proposal."""
    return next(iter(proposals.listed(db.session, scenario.id, limit=1)), None)


def sites(proposal: Proposal | None) -> list[dict[str, Any]]:
    """Places that it proposes, for the map."""
    chosen = (proposal.answer or {}).get("sites") or [] if proposal else []
    return [{name: site["hotspot"][name] for name in ("name", "lon", "lat")} for site in chosen]


def part(key: str, proposal: Proposal | None) -> str:
    """The part of the page that tells of it."""
    return render_template("planner/_proposal.html", key=key, **context(proposal))


def context(proposal: Proposal | None) -> dict[str, Any]:
    """What that part is made of."""
    answer: Mapping[str, Any] = (proposal.answer or {}) if proposal else {}
    whole = float(answer.get("worth_total") or 0)
    return {
        "proposal": proposal,
        "proposed": answer if answer.get("sites") else None,
        "open": proposal is not None and proposal.state in proposals.OPEN,
        "states": proposals.STATES,
        "share": answer["worth"] / whole if whole and "worth" in answer else None,
        "bound": answer["bound"] / whole if whole and "bound" in answer else None,
        "curve": curve.of(answer) if answer else None,
        "frame": curve,
        "assumed": [
            _said(wording.ASSUMPTIONS[each["code"]], each["values"]) for each in answer.get("assumptions", ())
        ],
        "trouble": _trouble(answer),
        "words": words,
    }


def _trouble(answer: Mapping[str, Any]) -> list[str]:
    """Why there are no sites: what failed, or which obligations conflict."""
    if problem := answer.get("problem"):
        message: str = problem["message"]
        return [translate(message, values=problem["values"])]
    if not answer.get("conflict"):
        return []
    which = "; ".join(_said(wording.CONFLICTS[each["kind"]], each["values"]) for each in answer["conflict"])
    told = [translate(wording.CONFLICT, values={"which": which})]
    if answer.get("needed_mad"):
        told.append(_said(wording.NEEDED, {"mad": answer["needed_mad"]}))
    return [*told, translate(wording.MEND)]


def _said(sentence: str, values: Mapping[str, Any]) -> str:
    written = {
        name: number(round(value, 1)) if isinstance(value, int | float) else value
        for name, value in values.items()
    }
    return translate(sentence, values=written)
