"""The commands `athar signs …`: list, mint, build, approve."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import cluster
from core.db import Engine, session_of
from core.errors import Conflict, Invalid
from core.settings import PROJECT, Settings
from geo import published
from geo.loading import folder as loading
from geo.vocabulary import N_
from portal.commands import Commands
from qr_signs import register, signs_file, signs_writing

MOST_SIGNS = 1_000_000
BUILD_MARK = ".build.json"
"""File of an --out directory that tells which order it holds, so that the same command goes on with it."""


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    what = commands.add_parser("signs", help="printed codes and signs").add_subparsers(
        required=True, metavar="WHAT"
    )
    listing = what.add_parser("list", help="every code and where it leads")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=lambda parsed: _list(parsed, engine, say))
    mint = what.add_parser("mint", help="add codes to DIR/signs.json for what has none")
    mint.add_argument("dir", type=Path)
    mint.set_defaults(run=lambda parsed: _mint(parsed, say))
    export = what.add_parser("export", help="write the register into DIR/signs.json")
    export.add_argument("dir", type=Path)
    export.set_defaults(run=lambda parsed: _export(parsed, engine, say))
    build = what.add_parser("build", help="make artworks, checked and ready for the printer")
    build.add_argument("codes", nargs="*", metavar="CODE")
    build.add_argument("--all", action="store_true", help="every sign that is not withdrawn")
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    build.add_argument("--size", default="A4", help="A6 to A2, 'A4 landscape', 300x400, blade")
    build.add_argument("--level", default="H", help="error correction L, M, Q or H (default: H)")
    build.add_argument("--distance", type=float, metavar="M", help="reading distance in metres")
    build.add_argument("--languages", default="", metavar="es,de", help="further languages on the sign")
    build.add_argument("--arrow", default="", help="left, right, ahead or back, for blades")
    build.add_argument("--sheet", default="", help="impose on SRA3, A3, A2, A1 or A0")
    build.set_defaults(run=lambda parsed: _build(parsed, engine, say))
    approve = what.add_parser("approve", help="say that a person read the wording of signs")
    approve.add_argument("codes", nargs="*", metavar="CODE")
    approve.add_argument("--all", action="store_true", help="every sign that is not withdrawn")
    approve.add_argument("--by", required=True, metavar="NAME", help="who read it")
    approve.add_argument("--languages", default="", metavar="es,de", help="further languages on the sign")
    approve.set_defaults(run=lambda parsed: _approve(parsed, engine, say))


def warn(engine: Callable[[], Any], settings: Settings) -> None:
    """Shout what no longer fits the signs in the street; it keeps no site from being served."""
    from qr_signs.builds import warnings

    known = settings.with_secret(cluster.state_directory(PROJECT))
    with engine() as opened, session_of(opened) as session:
        try:
            for warning in warnings.of(session, known):
                sys.stderr.write(f"\nathar: WARNING: {warning}\n\n")
        except Invalid as wrong:
            sys.stderr.write(f"\nathar: WARNING: {wrong}\n\n")


def _list(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[[str], None]) -> int:
    with engine() as opened, session_of(opened) as session:
        state = published.current(session)
        base = Settings.from_environment().PUBLIC_URL or (state.commune.public_url if state else "")
        rows = [
            {
                "code": sign.code,
                "path": f"/q/{sign.code}",
                "url": f"{base.rstrip('/')}/q/{sign.code}" if base else None,
                "layer": sign.layer,
                "key": sign.key,
                "state": sign.state,
            }
            for sign in register.listed(session, limit=MOST_SIGNS, offset=0)
        ]
    if parsed.json:
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            say(f"{row['code']}  {row['state']:<9}  {row['layer'] or '-'}/{row['key'] or '-'}")
    return 0


def _mint(parsed: argparse.Namespace, say: Callable[[str], None]) -> int:
    made = signs_writing.mint(parsed.dir, loading.read(parsed.dir).keys)
    say(f"{made} code(s) added to {parsed.dir / 'signs.json'}")
    return 0


def _export(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[[str], None]) -> int:
    with engine() as opened, session_of(opened) as session:
        written = signs_writing.export(session, parsed.dir)
        session.commit()
    say(f"{written} sign(s) written to {parsed.dir / signs_file.FILE}")
    return 0


def _codes(parsed: argparse.Namespace) -> list[str]:
    if bool(parsed.codes) == parsed.all:
        raise Invalid("codes", N_("Name the codes of signs, or choose all of them."))
    return [code.upper().split("-")[0] for code in parsed.codes]


def _build(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[[str], None]) -> int:
    """Make an order and run it here; 1 if any sign failed."""
    from qr_signs.builds import orders, running

    options = orders.Options(
        size=parsed.size,
        level=parsed.level.upper(),
        distance_m=parsed.distance,
        languages=tuple(lang for lang in parsed.languages.split(",") if lang),
        arrow=parsed.arrow,
        sheet=parsed.sheet,
    )
    codes = _codes(parsed)
    settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
    warn(engine, settings)
    with engine() as opened:
        build_id = _order(opened, parsed.out, codes, options)
        shop = running.Shop(opened, settings)
        if not running.run(shop, build_id, _bar):
            raise Conflict(N_("Order %(number)s is being made by another process."), number=build_id)
        _deliver(shop.directory(build_id), parsed.out)
        with session_of(opened) as session:
            progress = orders.progress(session, orders.find(session, build_id))
            failed = [each for each in orders.items(session, build_id, limit=10**6) if each.state == "failed"]
    counts = ", ".join(f"{many} {state}" for state, many in sorted(progress.counts.items()))
    say(f"order {build_id} {progress.build.state}: {counts}; files in {parsed.out}")
    for each in failed:
        for problem in each.problems:
            sys.stderr.write(f"{each.code}: {problem['field']}: {problem['message'] % problem['values']}\n")
    if progress.build.problem:
        sys.stderr.write(f"athar: {progress.build.problem}\n")
    return int(bool(failed) or progress.build.state != "done")


def _order(engine: Engine, out: Path, codes: list[str], options: Any) -> int:
    """The order of an --out directory if it is the same one and not done; else a new one."""
    from qr_signs.builds import orders

    asked = {"codes": sorted(codes), "options": {**options.as_json(), "languages": list(options.languages)}}
    mark = out / BUILD_MARK
    with session_of(engine) as session:
        if mark.exists() and (kept := json.loads(mark.read_text(encoding="utf-8"))).get("asked") == asked:
            build = orders.find(session, kept["build"])
            if build.state in ("stopped", "failed"):
                orders.resume(session, build)
            if build.state != "done":
                session.commit()
                return int(build.id)
        build = orders.place(session, codes, options, by="command line")
        session.commit()
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"build": build.id, "asked": asked}), encoding="utf-8")
    return int(build.id)


def _bar(done: int, total: int) -> None:
    """A progress bar on a terminal; a line at the end elsewhere."""
    if sys.stderr.isatty():
        width = 30
        full = round(width * done / max(total, 1))
        sys.stderr.write(f"\r[{'#' * full}{'.' * (width - full)}] {done}/{total}")
        if done == total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def _deliver(made: Path, out: Path) -> None:
    """Bring the files of an order to where they were asked for; a second name where the disk allows it."""
    for path in sorted(made.rglob("*")):
        target = out / path.relative_to(made)
        if path.is_dir() or path.name.startswith("."):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)


def _approve(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[[str], None]) -> int:
    from qr_signs.builds import wording

    settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
    codes = _codes(parsed)
    extra = [lang for lang in parsed.languages.split(",") if lang]
    with engine() as opened, session_of(opened) as session:
        approved = wording.approve(session, settings, codes, by=parsed.by, extra=extra)
        session.commit()
    say(f"{approved} sign(s): wording approved by {parsed.by}")
    return 0
