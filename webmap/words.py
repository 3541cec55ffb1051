"""Words that all desks of the map share: layers, stages, texts. Labels are gettext message ids."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import LAYERS, N_
from webmap import style

LAYER_NAMES: Final[Mapping[str, str]] = {
    **{layer: style.LAYERS[layer].name for layer in LAYERS if layer in style.LAYERS},
    "infrastructure": N_("Lamp posts, power and fibre"),
}
STAGES: Final[Mapping[str, str]] = {
    "draft": N_("Draft"),
    "review": N_("In review"),
    "published": N_("Published"),
    "withdrawn": N_("Withdrawn"),
}
TEXTS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "summary": N_("Summary"),
    "period": N_("Period"),
    "protection": N_("Protection"),
    "condition": N_("Condition"),
    "access": N_("Access"),
    "advice": N_("What to do"),
    "note": N_("Note"),
}
