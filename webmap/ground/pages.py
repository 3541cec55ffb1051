"""The page of one thing, or of one that is to be: a part's form, its state, what lacks, its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.db import db
from core.errors import NotFound
from core.translation import translate
from geo import search
from geo.editing import around, lacking, versions
from geo.editing.parts import FACTS, WALKS
from geo.editing.rights import Person
from geo.editing.versions import Part, Stale, Thing
from geo.vocabulary import N_
from webmap import desks, drawing, maps, screens, style
from webmap.ground import fields, forms, telling, words
from webmap.ground.telling import Wrong

SCRIPTS: Final = (*style.SCRIPTS, "draw-shape.js", "draw-map.js", "ground-map.js")
FEW: Final = 6
"""Versions that the page itself lists."""
FOUND: Final = 8
PAGES: Final = ("monuments", WALKS)
"""Layers whose things have a page of their own."""
NOTHING: Final = Part({}, 0, "draft", None, "", None)


@dataclass
class Draft:
    """What was typed and is not kept: contents by part, what is wrong with them, what was sought."""

    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    wrong: Sequence[Wrong] = ()
    base: int | None = None
    sought: str = ""
    key: str = ""


def by_script() -> bool:
    """Whether the page's script asks, which wants JSON."""
    return request.accept_mimetypes.best == "application/json"


def part_of(part: str) -> str:
    """The part that an address names; NotFound for any other word."""
    if part != FACTS and part not in g.commune.languages:
        raise NotFound(N_("There is no such thing on the map."))
    return part


def thing(
    layer: str, key: str, part: str, draft: Draft | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page of a thing with a part's form."""
    person = desks.person()
    person.see(layer)
    there = versions.find(db.session, layer, key)
    draft = draft or Draft()
    now = there.parts.get(part_of(part), NOTHING)
    content = draft.contents.get(part, now.content)
    _, history = versions.history(db.session, layer, key, part, limit=FEW)
    lacks = lacking.of(g.commune, layer, there.contents)
    source = (
        there.parts.get(g.commune.source_language) if part not in (FACTS, g.commune.source_language) else None
    )
    html = render_template(
        "ground/thing.html",
        thing=there,
        layer=layer,
        key=key,
        part=part,
        now=now,
        content=content,
        base=now.version if draft.base is None else draft.base,
        name=name_of(there),
        draft=draft,
        dirty=bool(draft.contents),
        done=words.DONE.get(request.args.get("done", "")),
        history=history,
        lacks=[one for one in lacks if one.part == part],
        all_lacks=lacks,
        parts=(FACTS, *g.commune.languages),
        may=person.may_edit(layer, part),
        own=desks.is_own(history),
        open_parts=_open_parts(person, there),
        source=source.content if source else {},
        has_page=layer in PAGES,
        **shared(layer, content, draft),
    )
    return html, status


def new(layer: str, draft: Draft | None = None, status: int = 200) -> ResponseReturnValue:
    """The page of a thing that is to be."""
    desks.person().check(layer, FACTS)
    draft = draft or Draft()
    content = draft.contents.get(FACTS, {"error_m": None, "licence_risk": False, "sources": []})
    html = render_template(
        "ground/new.html",
        layer=layer,
        part=FACTS,
        content=content,
        draft=draft,
        dirty=bool(draft.contents),
        may=True,
        base=0,
        **shared(layer, content, draft),
    )
    return html, status


def shared(layer: str, content: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """What the form of facts and the map need, whether the thing is there yet or not."""
    listed = content.get("stops") if layer == WALKS else None
    pairs = [
        (str(stop.get("layer")), str(stop.get("id")))
        for stop in (listed if isinstance(listed, list) else [])
        if isinstance(stop, dict)
    ]
    named = around.stops(db.session, pairs, g.order) if pairs else {}
    drawn = [
        {"at": named[f"{place}/{key}"].place, "name": named[f"{place}/{key}"].name.text}
        for place, key in pairs
        if f"{place}/{key}" in named
    ]
    offered = [(one, item) for one in ("monuments", "places") for item in _found(one, draft.sought)]
    settings = {
        "near": url_for("ground.near"),
        "box": [*g.commune.bbox],
        "labels": {name: translate(said) for name, said in LABELS.items()},
        "stops": drawn,
        "draws": layer != WALKS,
    }
    return {
        "controls": fields.facts(layer),
        "get": fields.get,
        "words": words,
        "told": telling.label,
        "stops": pairs,
        "named": named,
        "offered": offered,
        "text_fields": forms.text_fields(layer, content),
        "wrong": {one.field: one for one in reversed(draft.wrong)},
        "map": screens.desk(layer),
        "settings": maps.as_script(settings),
        "sheets": screens.DESK_SHEETS,
        "scripts": SCRIPTS,
        "as_json": forms.as_json,
    }


def _found(layer: str, sought: str) -> Sequence[search.Item]:
    if not sought:
        return ()
    return search.found(db.session, layer, order=g.order, query=sought, limit=FOUND).items


def name_of(there: Thing) -> tuple[str, str]:
    """A thing's name in the reader's language as the desk has it, and the language that it is in."""
    for lang in (*g.order, *g.commune.languages):
        said = there.parts.get(lang, NOTHING).content.get("name")
        if isinstance(said, Mapping) and said.get("text"):
            return str(said["text"]), lang
    return there.key, "und"


def _open_parts(person: Person, there: Thing) -> list[tuple[str, Part]]:
    """Parts that could be published now, by whoever looks."""
    return [
        (name, one)
        for name, one in there.parts.items()
        if one.state != "published" and one.version and person.may_edit(there.layer, name)
    ]


def refused(layer: str, wrong: Sequence[Wrong], page: ResponseReturnValue) -> ResponseReturnValue:
    """422: each problem with its field, as JSON for the script, else the page with the form again."""
    if not by_script():
        return page
    problems = [
        {"field": one.field, "label": one.label, "message": one.message, "lang": one.lang} for one in wrong
    ]
    return jsonify(message=translate(N_("This cannot be kept as it is.")), problems=problems), 422


def stale(layer: str, key: str, part: str, problem: Stale) -> ResponseReturnValue:
    """409: both changes side by side, to choose from where they clash."""
    content, there = problem.merged.content, problem.theirs
    clashes = [
        {
            "field": one.field,
            "label": telling.label(layer, part, one.field),
            "base": telling.value(layer, part, one.field, one.base),
            "theirs": telling.value(layer, part, one.field, one.theirs),
            "mine": telling.value(layer, part, one.field, one.mine),
        }
        for one in problem.merged.clashes
    ]
    message = translate(problem.message, values=problem.values)
    if by_script():
        answer = jsonify(
            message=message,
            version=there.number,
            by=there.by,
            clashes=clashes,
            content=content,
            theirs=[one.field for one in problem.merged.theirs],
        )
        return answer, 409
    clashing = {one["field"] for one in clashes}
    html = render_template(
        "ground/merge.html",
        layer=layer,
        key=key,
        part=part,
        message=message,
        clashes=clashes,
        version=there,
        content=forms.as_json(content),
        name=name_of(versions.find(db.session, layer, key)),
        words=words,
        theirs=[
            one for one in telling.changes(layer, part, problem.merged.theirs) if one.field not in clashing
        ],
        mine=[one for one in telling.changes(layer, part, problem.merged.mine) if one.field not in clashing],
    )
    return html, 409


LABELS: Final = {
    **drawing.LABELS,
    "outside": N_("This lies outside the commune."),
    "swapped": N_("Latitude and longitude were swapped: they have been put in order."),
    "unreadable": N_("These are no coordinates: write latitude and longitude, such as 30.4712, -8.8791."),
}
"""Words of the scripts of the map."""
