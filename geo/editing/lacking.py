"""What a thing lacks, told before it is published: pure. What must not lack is checked (checking.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geo.commune import Commune
from geo.editing.parts import FACTS, WALKS, Content
from geo.vocabulary import N_, NAMELESS_LAYERS

PUBLIC_LAYERS: Final = ("monuments", "routes")
"""Layers whose things have a page, and should have a summary on it."""


@dataclass(frozen=True)
class Lack:
    """Something that a reader will miss: in which part, which field, and the sentence that says so."""

    part: str
    field: str
    message: str


def of(commune: Commune, layer: str, contents: Mapping[str, Content]) -> Sequence[Lack]:
    """Everything that is missing or should be looked at, facts first, then language by language."""
    found = [*_facts(layer, contents.get(FACTS, {}))]
    if layer in NAMELESS_LAYERS:
        return found
    for lang in commune.languages:
        said = contents.get(lang, {})
        if lang in commune.signs.languages and not said.get("name"):
            found.append(Lack(lang, "name", N_("The name is missing; signs are printed in this language.")))
        if layer in PUBLIC_LAYERS and lang in commune.signs.text_languages and not said.get("summary"):
            found.append(
                Lack(lang, "summary", N_("The summary is missing: it is shown in another language."))
            )
        for field, one in said.items():
            if one.get("state", "machine") == "machine":
                found.append(Lack(lang, field, N_("Drafted by machine: nobody has read it yet.")))
    return found


def _facts(layer: str, facts: Content) -> list[Lack]:
    found = []
    if not facts.get("sources"):
        found.append(Lack(FACTS, "sources", N_("No source is named.")))
    if layer == WALKS:
        return found
    if facts.get("error_m") is None:
        found.append(Lack(FACTS, "error_m", N_("How exact the place is, in metres, is not known.")))
    if facts.get("precision") in ("approximate", "schematic", "secondary"):
        found.append(Lack(FACTS, "precision", N_("The place was not surveyed on site.")))
    if facts.get("licence_risk"):
        found.append(Lack(FACTS, "licence_risk", N_("The place came without a licence: survey it anew.")))
    return found
