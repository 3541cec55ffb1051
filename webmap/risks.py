"""Risks for everybody: warnings in force, zones and what lies in them, what happened, what is not known."""

from typing import Final

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import Role, open_to
from core.db import db
from core.translation import number, translate
from geo.alerts import reading
from geo.alerts.vocabulary import CERTAINTIES, KINDS, SEVERITIES, STATES, URGENCIES
from geo.hazards import exposure, listing
from geo.hazards import people as census
from webmap import alert_area, screens, style

pages = Blueprint("risks", __name__, template_folder="templates")

PER_PAGE: Final = 50
WORDS: Final = {
    "severity": SEVERITIES,
    "certainty": CERTAINTIES,
    "urgency": URGENCIES,
    "kind": KINDS,
    "state": STATES,
}
"""Labels of a warning's codes."""


@pages.get("/risks")
@open_to(Role.PUBLIC, same_for_all=True)
def overview() -> ResponseReturnValue:
    """Warnings, zones on a map and as a list, what happened; ?near= metres, ?page= of zones."""
    near_m = exposure.near(request.args.get("near", ""))
    page = paging.asked()
    box = g.commune.bbox
    zones, total = listing.touching(
        db.session, box, g.order, g.today, record=False, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    records, record_total = listing.touching(db.session, box, g.order, g.today, record=True, limit=PER_PAGE)
    earlier, _ = reading.issued(db.session, clock.now(), limit=10, offset=0)
    return render_template(
        "risks/risks.html",
        zones=zones,
        records=records,
        record_total=record_total,
        here=paging.of(page, total, PER_PAGE),
        exposed=exposure.of(db.session, g.commune, g.published.stamp, near_m),
        near_m=near_m,
        offered=exposure.NEAR_M,
        method=method(),
        earlier=[message for message in earlier if message.state != "active"],
        map=screens.risks(),
        style=style,
        words=WORDS,
    )


@pages.get("/risks/zones/<key>")
@open_to(Role.PUBLIC, same_for_all=True)
def zone(key: str) -> ResponseReturnValue:
    """One zone: what it is, who says so, what to do, what lies in it; ?near= metres, ?page= of things."""
    near_m = exposure.near(request.args.get("near", ""))
    page = paging.asked()
    found, around = listing.find(db.session, key, g.order, g.today)
    exposed = exposure.of(db.session, g.commune, g.published.stamp, near_m).get(found.id)
    total = sum(exposed.things[sort].any for sort in ("monuments", "places", "hotspots")) if exposed else 0
    return render_template(
        "risks/zone.html",
        zone=found,
        exposed=exposed,
        near_m=near_m,
        offered=exposure.NEAR_M,
        here=paging.of(page, total, PER_PAGE),
        things=exposure.things(
            db.session,
            g.commune,
            found.id,
            g.order,
            near_m=near_m,
            limit=PER_PAGE,
            offset=(page - 1) * PER_PAGE,
        ),
        method=method(),
        map=screens.risks(around),
        style=style,
    )


@pages.get("/risks/warnings")
@open_to(Role.PUBLIC, same_for_all=True)
def warnings() -> ResponseReturnValue:
    """Every warning that was issued, the newest first, with what became of it."""
    page = paging.asked()
    found, total = reading.issued(db.session, clock.now(), limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    here = paging.of(page, total, PER_PAGE)
    return render_template("risks/warnings.html", messages=found, here=here, words=WORDS)


@pages.get("/risks/warnings/<identifier>")
@open_to(Role.PUBLIC, same_for_all=True)
def warning(identifier: str) -> ResponseReturnValue:
    """One warning, in force or not any more: it stays reachable with its state."""
    message = reading.find(db.session, identifier, clock.now())
    return render_template(
        "risks/warning.html",
        message=message,
        earlier=reading.before(db.session, message.id),
        words=WORDS,
        area=alert_area.of(message.id),
        style=style,
        sheets=screens.DRAWN_SHEETS,
        scripts=alert_area.SHOWN_SCRIPTS,
    )


def method() -> list[str]:
    """How the people were reckoned, in the reader's language."""
    return [
        translate(sentence, values={name: number(value) for name, value in values.items()})
        for sentence, values in census.sentences(census.spread(db.session, g.commune))
    ]
