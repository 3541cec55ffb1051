"""The commands `athar wifi …`: plans of the public Wi-Fi, their hotspots, and how far each has come."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from core import clock
from core.db import session_of
from geo.wifi import comments, lifecycle, scenarios, spots
from geo.wifi.vocabulary import STATUSES
from portal.commands import Commands

Say = Callable[..., None]


def add(commands: Commands, engine: Callable[[], Any], say: Say) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    what = commands.add_parser("wifi", help="plans of the public Wi-Fi").add_subparsers(
        required=True, metavar="WHAT"
    )
    plans = what.add_parser("plans", help="the plans, the approved one first")
    plans.add_argument("--limit", type=int, default=50)
    plans.add_argument("--offset", type=int, default=0)
    plans.set_defaults(run=lambda parsed: _plans(parsed, engine, say))
    listing = what.add_parser("hotspots", help="hotspots of a plan; without PLAN of the approved one")
    listing.add_argument("plan", nargs="?", metavar="PLAN")
    listing.set_defaults(run=lambda parsed: _hotspots(parsed, engine, say))
    status = what.add_parser("status", help="note that a hotspot of the approved plan was ordered, hung …")
    status.add_argument("hotspot", metavar="HOTSPOT")
    status.add_argument("status", choices=list(STATUSES))
    status.add_argument("--name", required=True, help="who notes it")
    status.add_argument("--note", default="")
    status.set_defaults(run=lambda parsed: _status(parsed, engine, say))


def _plans(parsed: argparse.Namespace, engine: Callable[[], Any], say: Say) -> int:
    limit, offset = min(max(parsed.limit, 1), 1000), max(parsed.offset, 0)
    with engine() as opened, session_of(opened) as session:
        found = scenarios.listed(session, limit=limit, offset=offset)
        for line in found.lines:
            plan = line.scenario
            waiting = comments.listed(session, plan.id, staff=True, limit=1).waiting
            say(
                f"{plan.key:<30} {plan.status:<10} {line.hotspots:>4} hotspots {plan.budget_mad:>13,.0f} MAD"
                f"{'  open to all' if plan.public else ''}{f'  {waiting} comment(s) wait' if waiting else ''}"
            )
        say(f"{len(found.lines)} of {found.total} plan(s).")
    return 0


def _hotspots(parsed: argparse.Namespace, engine: Callable[[], Any], say: Say) -> int:
    with engine() as opened, session_of(opened) as session:
        plan = scenarios.find(session, parsed.plan) if parsed.plan else scenarios.approved(session)
        if plan is None:
            say("athar: No plan is approved yet. Name one: `athar wifi plans` lists them.", sys.stderr)
            return 1
        for spot in spots.listed(session, plan.id):
            at = f"{spot.values.lat:.6f}, {spot.values.lon:.6f}"
            say(f"{spot.key:<10} {spot.status:<10} {spot.values.model:<20} {at:<22} {spot.values.name}")
    return 0


def _status(parsed: argparse.Namespace, engine: Callable[[], Any], say: Say) -> int:
    with engine() as opened, session_of(opened) as session:
        plan = scenarios.approved(session)
        if plan is None:
            say("athar: No plan is approved yet: only then are hotspots ordered and hung.", sys.stderr)
            return 1
        spot = lifecycle.step(
            session,
            plan.key,
            parsed.hotspot,
            parsed.status,
            note=parsed.note,
            seen=plan.revision,
            by=parsed.name[:80],
            now=clock.now(),
        )
        session.commit()
    say(f"{spot.key}: {spot.status}")
    return 0
