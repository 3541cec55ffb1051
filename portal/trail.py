"""The trail told: a page of it for administrators, and for everybody the ends of its days."""

from typing import Final

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, open_to
from core.db import db
from core.trail import reading
from geo.vocabulary import N_

blueprint = Blueprint("trail", __name__)

PER_PAGE: Final = 50
LONGEST: Final = 80
ACTS: Final = {"insert": N_("added"), "update": N_("changed"), "delete": N_("deleted")}


@blueprint.get("/desk/trail")
@open_to(Role.ADMIN)
def changes() -> ResponseReturnValue:
    """Who changed what, the newest first; of a table, one of its rows, or somebody."""
    asked = {name: _word(request.args.get(name, "")) for name in ("about", "key", "by")}
    before = request.args.get("before", "")
    found = reading.page(
        db.reading,
        limit=PER_PAGE + 1,
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
        **{name: value or None for name, value in asked.items()},
    )
    further = found[PER_PAGE - 1].seq if len(found) > PER_PAGE else None
    html = render_template("trail.html", entries=found[:PER_PAGE], asked=asked, further=further, acts=ACTS)
    return html, {"Cache-Control": "no-store"}


def _word(typed: str) -> str:
    return "".join(sign for sign in typed[:LONGEST] if sign.isprintable())


@blueprint.get("/audit/head")
@open_to(Role.PUBLIC)
def head() -> ResponseReturnValue:
    """The last entry of each of the last days, by number and hash, as JSON: for whoever keeps them."""
    days = reading.heads(db.reading, now=clock.now())
    listed = [{"day": each.day.isoformat(), "seq": each.seq, "hash": each.hash} for each in days]
    answer = jsonify({"chain": "sha256(previous hash + entry)", "days": listed})
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
