"""What the numbers of a plan must be read with, as sentences in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import g

from core.translation import number, translate
from geo.vocabulary import N_
from geo.wifi import rules, warnings
from geo.wifi.catalogue import Catalogue
from geo.wifi.outlook import Outlook
from geo.wifi.radio import p2109
from geo.wifi.served.notes import NOTES

INDOORS: Final = N_(
    "Outdoors only: in half of all buildings a signal gets %(low)s to %(high)s dB weaker, or more,"
    " on its way in (ITU-R P.2109)."
)


@dataclass(frozen=True)
class Remark:
    """A sentence, of a hotspot or (None) of the plan; `forbids`: the place cannot be."""

    text: str
    hotspot: str | None = None
    forbids: bool = False


def warned(outlook: Outlook, names: Mapping[str, str]) -> list[Remark]:
    """What speaks against the plan: places that cannot be first, then money, then the rest."""
    found = [
        Remark(
            f"{names.get(key, '')}: "
            + _said(rules.TOLD[each.code].sentence, {**each.values, "thing": each.thing(g.order).text}),
            key,
            each.forbids,
        )
        for key, findings in outlook.findings.items()
        for each in findings
    ]
    told = [
        Remark(_said(warnings.WARNINGS[each.code], each.values), each.hotspot) for each in outlook.warnings
    ]
    return [*(each for each in found if each.forbids), *told, *(each for each in found if not each.forbids)]


def noted(outlook: Outlook) -> list[str]:
    """How the figures were made, and what is not known."""
    return [_said(NOTES[note.code], note.values) for note in outlook.demand.notes]


def _said(sentence: str, values: Mapping[str, Any]) -> str:
    written = {
        name: number(round(value, 1)) if isinstance(value, int | float) else value
        for name, value in values.items()
    }
    return translate(sentence, values=written)


def indoors(equipment: Catalogue) -> str:
    """What walls of which nothing is known take off a signal, by the frequencies of the catalogue."""
    used = sorted({radio.frequency_mhz for model in equipment.models.values() for radio in model.radios})
    low, high = (round(p2109.entry_db(mhz, 50.0, p2109.TRADITIONAL)) for mhz in (used[0], used[-1]))
    return translate(INDOORS, values={"low": number(low), "high": number(high)})
