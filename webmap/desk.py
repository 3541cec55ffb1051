"""For staff: what the checks of walks found, and points of heritage from OpenStreetMap to look at."""

from typing import Final

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import Role, open_to
from core.db import db
from geo import routes
from geo.streets import candidates, guides, ways
from webmap.views import whole

blueprint = Blueprint("webmap_desk", __name__, url_prefix="/desk/walks", template_folder="templates")

PER_PAGE: Final = 50


@blueprint.get("")
@open_to(Role.STAFF)
def walks() -> ResponseReturnValue:
    """Every walk with what its check found; candidates for monuments, a page of them."""
    page = whole(request.args.get("page", ""), "page", 1, paging.FURTHEST)
    total, offered = candidates.listed(db.session, g.order, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    html = render_template(
        "webmap/walks_desk.html",
        walks=routes.listed(db.session, g.order, g.commune.walking_speed_kmh),
        remarks=guides.remarks(db.session, g.order),
        ids={walk.key: walk.route_id for walk in ways.walks(db.session)},
        candidates=offered,
        total=total,
        alike=candidates.ALIKE,
        here=paging.of(page, total, PER_PAGE),
    )
    return html, {"Cache-Control": "no-store"}
