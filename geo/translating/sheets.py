"""The texts of one thing in one language, source beside target; what translators and reviewers do to them.

A translation is kept with the hash of the text that its translator saw. Callers commit.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.languages import Said
from geo.commune import Commune
from geo.editing import stages, versions
from geo.editing.parts import FACTS
from geo.editing.rights import Person
from geo.editing.versions import Thing
from geo.loading.words import LONGEST
from geo.texts import source_hash
from geo.translating.models import TranslationNote
from geo.vocabulary import FIELDS, N_, PRIVATE_LAYERS

LONGEST_NOTE: Final = 2000


@dataclass(frozen=True)
class Piece:
    """One text: what it says in the language it is translated from, and in the one that it is wanted in."""

    field: str
    source: Said
    hash: str
    """Of the source text as shown: what a translation was made from."""
    target: Said | None
    rank: str
    """One of units.RANKS."""
    public: str | None
    """What the public reads of it now, if anything."""
    longest: int
    """Characters it may have."""


@dataclass(frozen=True)
class Sheet:
    """A thing's texts in a language. `base` is the version that a change begins from; 0 for none."""

    layer: str
    key: str
    lang: str
    names: Mapping[str, Said]
    pieces: Sequence[Piece]
    base: int
    stage: str
    by: str


@dataclass(frozen=True)
class Given:
    """What a translator sends for a field: a text, the hash of what they saw, or that it is still right."""

    text: str
    made_from: str
    still_right: bool = False


def sheet(session: Session, commune: Commune, layer: str, key: str, lang: str) -> Sheet:
    """The sheet; NotFound for a thing without texts, a language that the commune does not have."""
    if lang not in commune.languages or layer in PRIVATE_LAYERS:
        raise NotFound(N_("There is no such thing on the map."))
    thing = versions.find(session, layer, key)
    shown = {name: _shown(session, thing, name) for name in thing.parts if name != FACTS}
    newest = thing.parts[lang].content if lang in thing.parts else {}
    pieces = []
    for field in _fields(shown):
        order = [commune.source_language, *commune.languages]
        source = next((code for code in order if field in shown.get(code, {})), None)
        if source is not None and source != lang:
            told = {code: said[field]["text"] for code, said in shown.items() if field in said}
            public = told.get(lang) if lang in thing.parts and thing.parts[lang].published else None
            pieces.append(_piece(field, Said(told[source], source), lang, newest.get(field), told, public))
    names = {code: Said(said["name"]["text"], code) for code, said in shown.items() if "name" in said}
    part = thing.parts.get(lang)
    return Sheet(
        layer, key, lang, names, pieces,
        part.version if part else 0, part.state if part and part.version else "", part.by if part else "",
    )  # fmt: skip


def _shown(session: Session, thing: Thing, name: str) -> Mapping[str, Any]:
    """What is translated from: a part as the public reads it, or as it is where it never was public."""
    part = thing.parts[name]
    if part.state == "withdrawn" or not part.version:
        return {}
    if part.published in (None, part.version):
        return part.content
    return versions.version(session, thing.layer, thing.key, name, part.published or 0).content


def _fields(shown: Mapping[str, Mapping[str, Any]]) -> list[str]:
    there = {field for said in shown.values() for field in said}
    order = ["name", *FIELDS]
    stops = sorted((f for f in there if f not in order), key=lambda f: (len(f), f))
    return [*(field for field in order if field in there), *stops]


def _piece(
    field: str, source: Said, lang: str, there: Mapping[str, Any] | None, told: Mapping[str, str],
    public: str | None,
) -> Piece:  # fmt: skip
    longest = LONGEST["name" if field == "name" else "text"]
    digest = source_hash(source.text)
    if there is None:
        return Piece(field, source, digest, None, "missing", public, longest)
    made_from, state = there.get("source"), there.get("state", "machine")
    stale = made_from is not None and made_from not in {source_hash(text) for text in told.values()}
    target = Said(there["text"], lang, state, stale)
    return Piece(field, source, digest, target, "stale" if stale else state, public, longest)


def written(there: Mapping[str, Any], given: Mapping[str, Given]) -> dict[str, Any]:
    """The part with what was given: new texts are written by a person; those still right are so anew."""
    content = dict(there)
    for field, one in given.items():
        old = there.get(field)
        said = unicodedata.normalize("NFC", one.text.replace("\r\n", "\n")).strip()
        if not said:
            content.pop(field, None)
        elif old is None or said != old.get("text"):
            content[field] = {"text": said, "state": "written", "source": one.made_from}
        elif one.still_right:
            state = "written" if old.get("state", "machine") == "machine" else old["state"]
            content[field] = {**old, "state": state, "source": one.made_from}
    return content


def save(
    session: Session, commune: Commune, layer: str, key: str, lang: str, given: Mapping[str, Given], *,
    base: int, person: Person, now: datetime, origin: str = "desk",
) -> int:  # fmt: skip
    """Keep translations as a draft; the version's number. Raises as geo.editing.versions.save, Invalid."""
    person.check(layer, lang)
    known = {piece.field: piece for piece in sheet(session, commune, layer, key, lang).pieces}
    for field, one in given.items():
        if field not in known:
            raise Invalid(field, N_("This text is not translated into this language."))
        if not one.made_from.isalnum() or len(one.made_from) != 32:
            raise Invalid(field, N_("The original of this text is not known any more. Open the page again."))
    thing = versions.find(session, layer, key)
    there: Mapping[str, Any] = {}
    if lang in thing.parts and base:
        there = thing.parts[lang].content
        if thing.parts[lang].version != base:
            there = versions.version(session, layer, key, lang, base).content
    return versions.save(
        session, layer, key, lang, written(there, given), base=base, person=person, now=now, origin=origin
    )


def approve(
    session: Session, layer: str, key: str, lang: str, *, version: int, person: Person, now: datetime
) -> None:
    """A second person has read it: publish. Raises as geo.editing.stages.publish."""
    person.check(layer, lang)
    stages.publish(session, layer, key, {lang: version}, person=person, now=now)


def send_back(
    session: Session, layer: str, key: str, lang: str, said: str, *,
    version: int, person: Person, now: datetime,
) -> None:  # fmt: skip
    """Back to the translator, with what is to be mended. Raises Invalid without words, else as stages."""
    said = said.strip()[:LONGEST_NOTE]
    if not said:
        raise Invalid("said", N_("Write what is to be mended."))
    stages.send_back(session, layer, key, lang, version=version, person=person, now=now)
    session.add(TranslationNote(layer=layer, key=key, lang=lang, said=said, by=person.name, at=now))


def notes(session: Session, layer: str, key: str, lang: str, *, limit: int = 20) -> Sequence[TranslationNote]:
    """What reviewers wrote, the newest first."""
    of = (TranslationNote.layer == layer, TranslationNote.key == key, TranslationNote.lang == lang)
    query = select(TranslationNote).where(*of).order_by(TranslationNote.id.desc()).limit(limit)
    return session.scalars(query).all()
