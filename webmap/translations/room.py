"""What the translators' pages share: who may come, who acts, and the words for fields and layers."""

from typing import Final

from flask import Blueprint, Response, g, render_template

from core.accounts import Role
from core.caching import unkept
from core.errors import NotFound, Problem
from core.translation import translate
from geo.editing.checking import BadRecord
from geo.editing.rights import SEES
from geo.translating.terms import KINDS
from geo.translating.units import RANK_NAMES
from geo.vocabulary import N_, PRIVATE_LAYERS
from webmap.desks import person
from webmap.words import LAYER_NAMES, STAGES, TEXTS

blueprint = Blueprint("translations", __name__, url_prefix="/desk", template_folder="../templates")
blueprint.after_request(unkept)

READS: Final = SEES
WRITES: Final = tuple(role for role in SEES if role is not Role.VIEWER)
PER_PAGE: Final = 50
LAYERS: Final = {layer: name for layer, name in LAYER_NAMES.items() if layer not in PRIVATE_LAYERS}


def language(into: str) -> str:
    """The language, if the commune has it; NotFound."""
    if into not in g.commune.languages:
        raise NotFound(N_("The commune does not have this language."))
    return into


def field_name(field: str) -> str:
    """What a field is called, in the reader's language."""
    stop = field.removeprefix("stop-")
    if stop != field:
        return translate(N_("Stop %(number)s"), values={"number": stop})
    return translate(TEXTS.get(field, field))


def page(name: str, wrong: Problem | None = None, /, *, status: int = 422, **values: object) -> Response:
    """A page of the room; what is wrong stands on top of it."""
    html = render_template(
        f"translations/{name}.html",
        wrong=wrong,
        problems=wrong.problems if isinstance(wrong, BadRecord) else (),
        ranks=RANK_NAMES,
        layers=LAYERS,
        stages=STAGES,
        kinds=KINDS,
        field_name=field_name,
        me=person(),
        **values,
    )
    return Response(html, status if wrong else 200)
