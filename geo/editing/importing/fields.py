"""What a column can be: its targets, a guess from its heading, and what must be said for all rows.

A mapping is plain JSON: {"columns": {column: target}, "constants": {name: text}}. Targets are "key", "kind",
"lon", "lat", "wkt", "name:fr", "text:summary:fr", "external:osm", "attribute:condition", "attribute" (a
further one under the column's own name), and the facts of geo/loading/attributes.py by their names.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.errors import Invalid
from core.languages import LANGUAGES
from geo.editing.importing.tables import Said
from geo.folding import fold
from geo.loading.attributes import DAYS, OWN
from geo.vocabulary import FIELDS, KINDS, N_, NAMELESS_LAYERS, PRECISIONS, SCHEMES

Mapped = Mapping[str, Any]
FOLDER: Final = "folder"
FACTS: Final[Mapping[str, str]] = {
    "precision": N_("How exact the place is: kind of source"),
    "precision_note": N_("Remark on the place's exactness"),
    "error_m": N_("How exact the place is, in metres"),
    "licence": N_("Licence of the data"),
    "sources": N_("Sources"),
    "coordinate_source": N_("Source of the coordinates"),
    "coordinate_licence": N_("Licence of the coordinates"),
}
PLACES: Final[Mapping[str, str]] = {
    "lon": N_("Longitude (x)"),
    "lat": N_("Latitude (y)"),
    "wkt": N_("Geometry as WKT"),
}
TEXTS: Final[Mapping[str, str]] = {
    "summary": N_("Summary (%(lang)s)"),
    "period": N_("Period (%(lang)s)"),
    "protection": N_("Protection (%(lang)s)"),
    "condition": N_("Condition (%(lang)s)"),
    "access": N_("Access (%(lang)s)"),
    "note": N_("Note (%(lang)s)"),
}
STATES: Final[Mapping[str, str]] = {
    "attested": N_("Found in a source"),
    "written": N_("Written by a person"),
    "machine": N_("Drafted by machine"),
}
"""How texts of a file came about; that somebody has read them is not for the file to say."""
CONSTANTS: Final = (
    *("kind", "precision", "error_m", "licence", "sources"),
    *("coordinate_source", "coordinate_licence", "state"),
)
LONGEST_CONSTANT: Final = 2000

_HEADINGS: Final[Mapping[str, str]] = {
    "lon": "lon long lng longitude x easting خط_الطول الطول",
    "lat": "lat latitude y northing خط_العرض العرض",
    "wkt": "wkt wkt_geom geom geometry geometrie the_geom الشكل",
    "key": "key id identifiant code clef cle المعرف رمز",
    "kind": "kind type categorie category nature النوع نوع صنف",
    "precision": "precision الدقة",
    "precision_note": "precision_note",
    "error_m": "error_m error erreur erreur_m accuracy exactitude هامش_الخطأ",
    "licence": "licence license الرخصة رخصة",
    "sources": "source sources المصدر المصادر",
    "coordinate_source": "coordinate_source source_coordonnees",
    "coordinate_licence": "coordinate_licence licence_coordonnees",
    "external:osm": "osm osm_id",
    "external:wikidata": "wikidata qid",
    "external:geonames": "geonames",
}
_NAMES: Final = {
    "nom": "fr",
    "intitule": "fr",
    "designation": "fr",
    "nombre": "es",
    "الاسم": "ar",
    "name": "",
}
_SAID: Final[Mapping[str, str]] = {
    "summary": "summary description desc resume الوصف وصف",
    "period": "period periode epoque الفترة",
    "protection": "protection classement الحماية",
    "note": "note notes remarque remarques observations ملاحظة ملاحظات",
}
_TONGUES: Final = {
    "ar": "ar ara arabe arabic عربية عربي بالعربية العربية",
    "fr": "fr fra francais french فرنسية بالفرنسية الفرنسية",
    "zgh": "zgh ber tzm amazighe amazigh tamazight امازيغية بالامازيغية الأمازيغية",
    "en": "en eng english anglais انجليزية بالانجليزية",
    "es": "es spa espagnol spanish espanol",
    "de": "de deu ger allemand german deutsch",
}


def targets(layer: str, form: str, langs: Sequence[str]) -> dict[str, Said]:
    """What a column of such a file may be: target → what it is called."""
    found = {"": Said(None, N_("Leave it out"))}
    if form == "csv":
        found |= {code: Said(None, label) for code, label in PLACES.items()}
    found |= {"key": Said(None, N_("Key: the last part of its address")), "kind": Said(None, N_("Kind"))}
    for lang in langs:
        found[f"name:{lang}"] = Said(None, N_("Name (%(lang)s)"), {"lang": LANGUAGES[lang].own_name})
    found |= {code: Said(None, label) for code, label in FACTS.items()}
    for field in FIELDS:
        for lang in langs:
            said = {"lang": LANGUAGES[lang].own_name}
            found[f"text:{field}:{lang}"] = Said(None, TEXTS.get(field, field), said)
    for name in (*OWN.get(layer, {}), *DAYS.get(layer, ())):
        found[f"attribute:{name}"] = Said(None, N_("Attribute %(name)s"), {"name": name})
    for scheme in SCHEMES:
        found[f"external:{scheme}"] = Said(None, N_("Number at %(name)s"), {"name": scheme})
    found["attribute"] = Said(None, N_("A further attribute, called as the column"))
    return found


def guessed(
    columns: Sequence[str], known: Mapping[str, Said], source: str, before: Mapped | None = None
) -> dict[str, Any]:
    """A mapping to begin with: what columns of these headings were last time, else what they sound like.

    What is said for all rows (precision, licence, sources) is of this file alone: it is neither guessed nor
    remembered.
    """
    earlier = (before or {}).get("columns", {})
    chosen: dict[str, str] = {}
    for column in columns:
        target = earlier[column] if column in earlier else sounds_like(column, source)
        taken = target in chosen.values() and target != "attribute"
        chosen[column] = "" if taken or target not in known else target
    return {"columns": chosen, "constants": {}}


def sounds_like(column: str, source: str) -> str:
    """The target that a heading names in French, English or Arabic; "" for none."""
    plain = _plain(column)
    for target, words in _HEADINGS.items():
        if plain in map(_plain, words.split()):
            return target
    lang, rest = _tongue(plain)
    for word, usual in _NAMES.items():
        if rest == _plain(word):
            return f"name:{lang or usual or source}"
    for field, words in _SAID.items():
        if rest in map(_plain, words.split()):
            return f"text:{field}:{lang or source}"
    return ""


def _tongue(plain: str) -> tuple[str, str]:
    """The language that the last word of a heading names, and what stands before it."""
    first, _, last = plain.rpartition(" ")
    for lang, words in _TONGUES.items():
        if first and last in map(_plain, words.split()):
            return lang, first
    return "", plain


def _plain(heading: str) -> str:
    return fold(re.sub(r"[_:()\[\]./-]+", " ", heading)).strip()


def chosen(
    layer: str, form: str, columns: Sequence[str], langs: Sequence[str], given: Mapped
) -> dict[str, Any]:
    """A mapping that somebody sent, checked. Raises Invalid: what cannot be known is asked for."""
    known = targets(layer, form, langs)
    asked = given.get("columns", {})
    mapped = {column: asked.get(column, "") for column in columns}
    for column, target in mapped.items():
        if target not in known:
            raise Invalid(column, N_("Choose what the column %(column)s is."), column=column)
    told = [target for target in mapped.values() if target and target != "attribute"]
    if len(told) != len(set(told)):
        twice = next(target for target in told if told.count(target) > 1)
        both = " / ".join(column for column, target in mapped.items() if target == twice)
        raise Invalid("columns", N_("Two columns are meant for the same: %(columns)s"), columns=both)
    constants = {
        name: said
        for name in CONSTANTS
        if (said := str(given.get("constants", {}).get(name, "")).strip()[:LONGEST_CONSTANT])
    }
    _complete(layer, form, told, constants)
    return {"columns": mapped, "constants": constants}


def _complete(layer: str, form: str, told: Sequence[str], constants: Mapping[str, str]) -> None:
    if form == "csv" and not ({"lon", "lat"} <= set(told) or "wkt" in told):
        raise Invalid("columns", N_("Say which columns hold longitude and latitude, or a geometry as WKT."))
    is_named = "key" in told or any(target.startswith("name:") for target in told)
    if layer not in NAMELESS_LAYERS and not is_named:
        raise Invalid("columns", N_("Say which column holds the name, or the key of what is there."))
    for name, known, message in (
        ("kind", KINDS[layer], N_("Choose of what kind they are: the file does not say.")),
        ("precision", PRECISIONS, N_("Choose how exact the places are: the file does not say.")),
        ("state", STATES, N_("Choose where the texts come from.")),
    ):
        said = constants.get(name)
        is_needed = name not in told and (name != "state" or any(":" in target for target in told))
        if (said is None and is_needed) or (said is not None and said not in known):
            raise Invalid(name, message)
    for name, message in (
        ("licence", N_("Name the licence of the data: the file does not say.")),
        ("sources", N_("Name the source: the file does not say.")),
    ):
        if name not in told and not constants.get(name):
            raise Invalid(name, message)
