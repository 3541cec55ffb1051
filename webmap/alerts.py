"""Warnings for machines: documents of the Common Alerting Protocol, and a feed that names them."""

from typing import Final

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, open_to
from core.db import db
from geo.alerts import cap, reading
from geo.alerts.vocabulary import KINDS, STATES
from webmap.ogc import answers, asked

blueprint = Blueprint("alerts", __name__, template_folder="templates")

ENTRIES: Final = 50
"""Messages on a page of the feed."""
FURTHEST: Final = 200
"""Pages of the feed at the most."""


@blueprint.get("/alerts/<identifier>.xml")
@open_to(Role.PUBLIC, same_for_all=True)
def document(identifier: str) -> ResponseReturnValue:
    """A message that was issued, as CAP 1.2. It never changes: what follows it is a message of its own."""
    message = reading.find(db.session, identifier, clock.now())
    body = cap.document(
        message,
        reading.before(db.session, message.id),
        reading.rings(db.session, message.id),
        g.commune,
        answers.base(),
    )
    return Response(body, content_type=f"{cap.MEDIA}; charset=utf-8", headers=answers.EVERYWHERE)


@blueprint.get("/alerts.atom")
@open_to(Role.PUBLIC, same_for_all=True)
def feed() -> ResponseReturnValue:
    """Messages that were issued, the newest first (RFC 4287), a page at a time (RFC 5005)."""
    page = asked.whole(request.args.get("page"), "page", 1, least=1, most=FURTHEST)
    messages, total = reading.issued(db.session, clock.now(), limit=ENTRIES, offset=(page - 1) * ENTRIES)
    text = render_template(
        "risks/alerts.xml",
        messages=messages,
        page=page,
        more=page * ENTRIES < total and page < FURTHEST,
        base=answers.base(),
        stamp=lambda moment: cap.stamp(g.commune.local(moment)).replace("-00:00", "+00:00"),
        headline=cap.headline,
        kinds=KINDS,
        states=STATES,
        media=cap.MEDIA,
    )
    return Response(text, content_type="application/atom+xml; charset=utf-8", headers=answers.EVERYWHERE)
