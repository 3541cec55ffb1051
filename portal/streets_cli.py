"""The commands `athar import-osm`, `athar osm candidates` and `athar routes check`."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core import clock
from core.db import session_of
from core.errors import Invalid
from geo import published
from geo.opendata import telling
from geo.streets import candidates, checking, guides, importing, ways
from geo.streets.guides import Remark
from geo.vocabulary import REMARKS
from portal.commands import Commands

Say = Callable[..., None]

STAGES: Final = (
    *("nodes", "ways", "relations", "outlines", "nodes outside the box"),
    *("segments", "buildings", "features", "done"),
)
"""What an import does, in order; some files need no outlines or nodes outside the box."""
WIDTH: Final = 30


def add(commands: Commands, engine: Callable[[], Any], say: Say) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    importer = commands.add_parser(
        "import-osm", help="streets, buildings and more from an extract of OpenStreetMap, in one transaction"
    )
    importer.add_argument("file", type=Path, metavar="FILE.osm.pbf")
    importer.set_defaults(run=lambda parsed: _import(parsed, engine, say))
    osm = commands.add_parser("osm", help="what was taken over from OpenStreetMap").add_subparsers(
        required=True, metavar="WHAT"
    )
    listing = osm.add_parser("candidates", help="points of heritage for editors to look at")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--offset", type=int, default=0)
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=lambda parsed: _candidates(parsed, engine, say))
    walks = commands.add_parser("routes", help="walks").add_subparsers(required=True, metavar="WHAT")
    check = walks.add_parser("check", help="check every walk; exit status 1 if something was found")
    check.set_defaults(run=lambda parsed: _check(engine, say))


def _import(parsed: argparse.Namespace, engine: Callable[[], Any], say: Say) -> int:
    from core import schema

    try:
        with engine() as opened:
            schema.upgrade(opened)
            with session_of(opened) as session:
                done = importing.run(session, parsed.file, now=clock.now(), progress=Bar())
                if not done.unchanged:
                    # Walks were drawn anew: the database no longer takes ready texts for whole.
                    telling.rebuild(session)
                session.commit()
    except Invalid as bad:
        say(f"athar: {bad}", sys.stderr)
        return 2
    if done.unchanged:
        say("This file is in already: nothing was changed.")
    for what, many in done.counts.items():
        say(f"{what:<11} {many:>9}")
    if not done.unchanged:
        say(f"{done.followed} leg(s) of walks follow streets. © OpenStreetMap contributors, ODbL 1.0.")
    return 0


class Bar:
    """A progress bar on a terminal; a line a stage elsewhere."""

    def __init__(self) -> None:
        self.stage = ""

    def __call__(self, stage: str, done: int) -> None:
        """Show where the import is."""
        if not sys.stderr.isatty():
            if stage != self.stage:
                sys.stderr.write(f"{stage} …\n" if stage != "done" else "done\n")
        else:
            full = round(WIDTH * (STAGES.index(stage) + 1) / len(STAGES))
            many = f"{done:,}" if done else ""
            sys.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {stage} {many}".ljust(78))
            if stage == "done":
                sys.stderr.write("\n")
        self.stage = stage
        sys.stderr.flush()


def _candidates(parsed: argparse.Namespace, engine: Callable[[], Any], say: Say) -> int:
    with engine() as opened, session_of(opened) as session:
        state = published.current(session)
        order = state.commune.languages if state else ("en",)
        total, found = candidates.listed(session, order, limit=parsed.limit, offset=parsed.offset)
    if parsed.json:
        say(json.dumps({"total": total, "candidates": [asdict(each) for each in found]}, ensure_ascii=False))
        return 0
    for each in found:
        near = f"{each.metres:,.0f} m from {each.nearest}" if each.nearest else "no monument"
        state_ = f"is {each.linked}" if each.linked else near
        alike = f", name alike {each.alike:.0%}" if each.alike >= candidates.ALIKE and not each.linked else ""
        say(f"{each.osm:<18} {each.kind:<16} {each.name or '(no name)'}: {state_}{alike}")
    say(f"{len(found)} of {total} candidate(s). © OpenStreetMap contributors, ODbL 1.0. Nothing is merged.")
    return 0


def _check(engine: Callable[[], Any], say: Say) -> int:
    with engine() as opened, session_of(opened) as session:
        if checking.renew(session, now=clock.now()):
            published.touch(session)
        session.commit()
        state = published.current(session)
        order = state.commune.languages if state else ("en",)
        found = guides.remarks(session, order)
        for walk in ways.walks(session):
            say(f"{walk.key}: {len(walk.stops)} stops")
            for remark in found.get(walk.route_id, ()):
                say(f"  {_sentence(remark)}")
            if walk.route_id not in found:
                say("  nothing found")
    return int(bool(found))


def _sentence(remark: Remark) -> str:
    """What was found, for a person at the command line."""
    code = f"{remark.code}_{remark.values['why']}" if remark.code == "no_street" else remark.code
    thing = f"{remark.thing.name} ({remark.thing.key})" if remark.thing else ""
    said = REMARKS[code] % {
        **remark.values,
        "thing": thing,
        "langs": ", ".join(remark.values.get("langs", ())),
    }
    place = f"stop {remark.ordinal}: " if remark.ordinal is not None else ""
    detour = f" A detour of {remark.detour_m:,.0f} m avoids it." if remark.detour_m else ""
    return f"{place}{said}{detour}"
