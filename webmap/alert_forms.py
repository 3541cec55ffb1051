"""The form of a warning: what was typed, a message as its form shows it, and how two of them differ."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from flask import g

from core.db import db
from core.translation import translate
from geo.alerts import reading, texts
from geo.alerts.active import Message
from geo.alerts.drafting import CODES, Given
from geo.vocabulary import N_

USUAL: Final = timedelta(hours=12)
"""How long a new warning lasts unless something else is said."""
NAMES: Final[Mapping[str, str]] = {
    "hazard": N_("Hazard"),
    "severity": N_("How severe"),
    "urgency": N_("How urgent"),
    "certainty": N_("How certain"),
    "onset": N_("From"),
    "expires": N_("Until"),
    "place": N_("Where"),
    "zone": N_("Which zone"),
    "polygon": N_("An area of its own"),
}


class Other(NamedTuple):
    """A field of a draft that somebody else filled in differently; `lang` is empty where it has none."""

    label: str
    theirs: str
    lang: str = ""


def new(now: datetime) -> Given:
    """A form that nobody filled in yet."""
    return Given(place="commune", onset=clock(now), expires=clock(now + USUAL))


def typed(form: Mapping[str, str]) -> Given:
    """What a form says."""
    plain = {name: form.get(name, "") for name in NAMES}
    words = {
        lang: {name: form.get(f"{name}-{lang}", "") for name in texts.LONGEST} for lang in g.commune.languages
    }
    return Given(**plain, words=words)


def of(found: Message, *, kind: str = "") -> Given:
    """A message as its form shows it. For an all-clear (`kind` Cancel) only where it was is taken over: the
    words of a warning must not go out with it.
    """
    taken = ("area",) if kind == "Cancel" else tuple(texts.LONGEST)
    return Given(
        hazard=found.hazard,
        urgency=found.urgency,
        severity=found.severity,
        certainty=found.certainty,
        onset=clock(found.onset),
        expires=clock(found.expires),
        place=found.place,
        zone=reading.zone_key(db.session, found.id),
        polygon=reading.geojson(db.session, found.id) if found.place == "polygon" else "",
        words={lang: {name: getattr(said, name) for name in taken} for lang, said in found.texts.items()},
    )


def clock(moment: datetime) -> str:
    """A moment on the town's clock, as controls of forms have it."""
    return f"{g.commune.local(moment):%Y-%m-%dT%H:%M}"


def others(mine: Given, theirs: Given) -> Iterator[Other]:
    """What somebody else wrote otherwise, field by field, in the reader's language."""
    for name, label in NAMES.items():
        said = getattr(theirs, name)
        if said != getattr(mine, name):
            known = (
                N_("Another area is drawn.") if name == "polygon" and said else CODES.get(name, {}).get(said)
            )
            yield Other(translate(label), translate(known) if known else said.replace("T", " "))
    for lang in g.commune.languages:
        for name, label in texts.NAMES.items():
            said = theirs.words.get(lang, {}).get(name, "")
            if said != mine.words.get(lang, {}).get(name, "").replace("\r\n", "\n").strip():
                yield Other(translate(label), said, lang)
