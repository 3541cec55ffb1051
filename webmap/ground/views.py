"""The desk of things: what waits for whoever asks, and each layer as table and map."""

from typing import Any, Final

from flask import Blueprint, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import open_to
from core.caching import unkept
from core.db import db
from core.errors import Invalid
from geo.editing import around, listing
from geo.editing.parts import FACTS
from geo.editing.rights import SEES, Person
from geo.vocabulary import KINDS, LAYERS, N_
from webmap import desks, maps, screens, style
from webmap.ground import fields, words

blueprint = Blueprint("ground", __name__, url_prefix="/desk", template_folder="../templates")
blueprint.after_request(unkept)

PER_PAGE: Final = 50
LAYER: Final = f"/ground/<any({', '.join(LAYERS)}):layer>"
WIDEST_DEGREES: Final = 0.2
"""Of a box whose things may be asked for, about 20 km."""


@blueprint.get("")
@open_to(*SEES)
def overview() -> ResponseReturnValue:
    """What waits for me, and the layers."""
    person = desks.person()
    seen = [layer for layer in LAYERS if person.may_see(layer)]
    waiting = listing.waiting(db.session, seen)
    mine = [
        (layer, part, stage, number)
        for (layer, part, stage), number in sorted(waiting.items(), key=_in_turn)
        if person.may_edit(layer, part)
    ]
    others = sum(waiting.values()) - sum(number for *_, number in mine)
    return render_template(
        "ground/overview.html",
        mine=mine,
        others=others,
        layers=seen,
        words=words,
        person=person,
        edited=[layer for layer in seen if person.may_edit(layer, FACTS)],
    )


def _in_turn(item: tuple[tuple[str, str, str], int]) -> tuple[int, bool, str, bool, str]:
    """What is to be reviewed first, then drafts; layer by layer, facts before languages."""
    (layer, part, stage), _ = item
    return (stage != "review", False, f"{LAYERS.index(layer):02}", part != FACTS, part)


@blueprint.get(LAYER)
@open_to(*SEES)
def table(layer: str) -> ResponseReturnValue:
    """A page of a layer: ?q=, ?stage=, ?part=, ?kind=, ?page=."""
    return listed(layer)


def listed(layer: str, *, told: Any = None, status: int = 200) -> ResponseReturnValue:
    """The table's page as it was asked for; `told` is what came of a change of many rows."""
    person = desks.person()
    person.see(layer)
    asked = {
        name: request.args.get(name, "").strip()[:100].replace("\0", "")
        for name in ("q", "stage", "part", "kind")
    }
    page = paging.asked()
    total, rows = listing.page(
        db.session,
        layer,
        g.order,
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
        sought=asked["q"],
        stage=asked["stage"],
        part=asked["part"] or None,
        kind=asked["kind"],
    )
    here = paging.of(page, total, PER_PAGE)
    spots = [
        {"key": row.key, "name": row.name.text, "lang": row.name.lang, "at": row.place}
        for row in rows
        if row.place
    ]
    html = render_template(
        "ground/table.html",
        layer=layer,
        rows=rows,
        total=total,
        here=here,
        asked=asked,
        words=words,
        kinds=KINDS[layer],
        may=person.may_edit(layer, FACTS),
        told=told,
        spots=spots,
        map=screens.desk(layer),
        sheets=screens.DESK_SHEETS,
        scripts=(*style.SCRIPTS, "ground-table.js"),
        bulk=fields.bulk(layer),
        can_import=imports(layer, person),
        kept={name: said for name, said in asked.items() if said},
    )
    return html, status


def imports(layer: str, person: Person) -> bool:
    """Whether there is a page to import into the layer, and it is theirs to use."""
    known = any(str(rule).startswith("/desk/import/") for rule in current_app.url_map.iter_rules())
    return known and person.may_edit(layer, FACTS)


@blueprint.get("/near.geojson")
@open_to(*SEES)
def near() -> ResponseReturnValue:
    """Shapes to snap to: ?bbox=west,south,east,north."""
    box = screens.box(request.args.get("bbox", "")[:200])
    if box is None or box.east - box.west > WIDEST_DEGREES or box.north - box.south > WIDEST_DEGREES:
        raise Invalid("bbox", N_("The box is too wide: zoom in."))
    person = desks.person()
    found = around.near(db.session, box, [layer for layer in LAYERS if person.may_see(layer)])
    return Response(found, mimetype="application/geo+json")


def script(value: Any) -> str:
    """A value for an inline script of a page of the desk."""
    return maps.as_script(value)
