"""For staff: what the checks of walks found, and points of heritage from OpenStreetMap to look at."""

from typing import Final

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.errors import NotFound
from geo import routes
from geo.streets import candidates, guides, ways
from geo.vocabulary import N_
from webmap.views import FURTHEST_PAGE, whole

blueprint = Blueprint("webmap_desk", __name__, url_prefix="/desk/walks", template_folder="templates")

PER_PAGE: Final = 50


@blueprint.get("")
@open_to(Role.STAFF)
def walks() -> ResponseReturnValue:
    """Every walk with what its check found; candidates for monuments, a page of them."""
    page = whole(request.args.get("page", ""), "page", 1, FURTHEST_PAGE)
    total, offered = candidates.listed(db.session, g.order, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    pages = max(1, -(-total // PER_PAGE))
    if page > pages:
        raise NotFound(N_("This list has no such page."))
    html = render_template(
        "webmap/walks_desk.html",
        walks=routes.listed(db.session, g.order, g.commune.walking_speed_kmh),
        remarks=guides.remarks(db.session, g.order),
        ids={walk.key: walk.route_id for walk in ways.walks(db.session)},
        candidates=offered,
        total=total,
        alike=candidates.ALIKE,
        here=(page, pages),
    )
    return html, {"Cache-Control": "no-store"}
