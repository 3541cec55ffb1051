"""The same change of many things at once, told row by row: what cannot be changed holds nothing else up."""

from typing import Any, Final, NamedTuple

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import open_to
from core.caching import unkept
from core.db import db
from core.errors import Invalid, Problem
from core.translation import translate
from geo.editing import stages, versions
from geo.editing.parts import FACTS
from geo.editing.rights import SEES
from geo.vocabulary import N_
from webmap import desks
from webmap.ground import fields, forms, telling
from webmap.ground.views import LAYER, listed

blueprint = Blueprint("ground_bulk", __name__, url_prefix="/desk", template_folder="../templates")
blueprint.after_request(unkept)

MOST: Final = 200
"""Things that one change may take."""


class Outcome(NamedTuple):
    """What came of one row: its key, whether it worked, and the sentences that say so."""

    key: str
    good: bool
    said: str
    lang: str = ""


@blueprint.post(LAYER)
@open_to(*SEES)
def change(layer: str) -> ResponseReturnValue:
    """Set a member of the facts of every chosen thing, or publish the facts of each."""
    desks.person().check(layer, FACTS)
    keys = list(dict.fromkeys(request.form.getlist("chosen")))
    if not keys:
        raise Invalid("chosen", N_("Choose some rows first."))
    if len(keys) > MOST:
        raise Invalid("chosen", N_("At most %(most)s things at once."), most=MOST)
    field = request.form.get("field", "")
    control = next((one for one in fields.bulk(layer) if one.name == field), None)
    if control is None and field != "publish":
        raise Invalid("field", N_("Choose one of the list."))
    told = [_one(layer, key, control) for key in keys]
    db.session.commit()
    return listed(layer, told=told)


def _one(layer: str, key: str, control: fields.Control | None) -> Outcome:
    """One row, in a savepoint of its own."""
    try:
        with db.session.begin_nested():
            return Outcome(
                key, True, translate(_publish(layer, key) if control is None else _set(layer, key, control))
            )
    except Problem as bad:
        wrong = telling.stopped(layer, FACTS, bad)
        said = "; ".join(f"{one.label}: {one.message}" if one.label else one.message for one in wrong)
        return Outcome(key, False, said, wrong[0].lang if wrong else "")


def _set(layer: str, key: str, control: fields.Control) -> str:
    there = versions.find(db.session, layer, key).parts[FACTS]
    content: dict[str, Any] = {**there.content}
    typed = {control.name: request.form.get(f"to-{control.name}", "")}
    fields.put(
        content, control.name, forms.value(control, typed, fields.get(content, control.name), g.commune.bbox)
    )
    number = versions.save(
        db.session, layer, key, FACTS, content, base=there.version, person=desks.person(), now=clock.now()
    )
    return N_("Saved as a draft.") if number != there.version else N_("Nothing was changed.")


def _publish(layer: str, key: str) -> str:
    there = versions.find(db.session, layer, key).parts[FACTS]
    stages.publish(db.session, layer, key, {FACTS: there.version}, person=desks.person(), now=clock.now())
    return N_("Published.")
