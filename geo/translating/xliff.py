"""Texts as XLIFF 2.0, and read back. Source: OASIS, XLIFF Version 2.0, 5 August 2014; its glossary module.

A unit's id is layer.key.field; a segment's state is initial, translated, reviewed or final; the hash of the
original stands in an attribute of a namespace of ours, which tools have to keep (section 4.2.3). Files that
come in are read without document types, entities or network, and hold plain text only.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from core.errors import Invalid
from geo.translating.exchange import LARGEST_BYTES, MOST, Coming, Going
from geo.vocabulary import N_

CORE: Final = "urn:oasis:names:tc:xliff:document:2.0"
GLOSSARY: Final = "urn:oasis:names:tc:xliff:glossary:2.0"
OURS: Final = "urn:athar:translating:1"
VERSIONS: Final = ("2.0", "2.1")
"""2.1 has the same core."""
STATES: Final = {
    "missing": "initial",
    "stale": "initial",
    "machine": "initial",
    "written": "translated",
    "reviewed": "reviewed",
    "attested": "final",
}
_HASH: Final = f"{{{OURS}}}source"
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no place for. A text that has such a sign comes back as one whose original was changed."""


def written(units: Sequence[Going], source: str, target: str, original: str) -> bytes:
    """A file of units that are translated from `source` into `target`."""
    names: Any = {None: CORE, "gls": GLOSSARY, "athar": OURS}
    root = etree.Element(
        _core("xliff"), {"version": "2.0", "srcLang": source, "trgLang": target}, nsmap=names
    )
    file = _within(root, "file", id="texts", original=original, canResegment="no")
    file.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for each in units:
        _unit(file, each)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _unit(file: Any, each: Going) -> None:
    unit = _within(file, "unit", id=each.id, name=_fit(each.name))
    unit.set(_HASH, each.hash)
    if each.terms:
        glossary = etree.SubElement(unit, f"{{{GLOSSARY}}}glossary")
        for term in each.terms:
            entry = etree.SubElement(glossary, f"{{{GLOSSARY}}}glossEntry")
            etree.SubElement(entry, f"{{{GLOSSARY}}}term").text = _fit(term.term)
            etree.SubElement(entry, f"{{{GLOSSARY}}}translation").text = _fit(term.form)
            if term.note:
                etree.SubElement(entry, f"{{{GLOSSARY}}}definition").text = _fit(term.note)
    note = _within(_within(unit, "notes"), "note", category="context", appliesTo="source")
    layer, key, field = each.id.split(".")
    note.text = _fit(f"{each.name}: {field} ({layer}/{key})")
    segment = _within(unit, "segment", state=STATES[each.state])
    _within(segment, "source").text = _fit(each.source)
    if each.target is not None:
        _within(segment, "target").text = _fit(each.target)


def _core(name: str) -> str:
    return f"{{{CORE}}}{name}"


def _within(parent: Any, element: str, **attributes: str) -> Any:
    return etree.SubElement(parent, _core(element), attributes)


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def read(data: bytes, target: str) -> list[Coming]:
    """The units of a file that came back for a language. Raises Invalid, with what is wrong with the file."""
    root = _parsed(data)
    if etree.QName(root).localname != "xliff" or etree.QName(root).namespace != CORE:
        raise Invalid("file", N_("This is no XLIFF 2 file."))
    if root.get("version") not in VERSIONS:
        raise Invalid("file", N_("This is no XLIFF 2 file."))
    if (root.get("trgLang") or "").lower() != target:
        raise Invalid("file", N_("The file is for another language."))
    found: list[Coming] = []
    for unit in root.iter(_core("unit")):
        if len(found) >= MOST:
            raise Invalid("file", N_("The file has more than %(most)s texts."), most=MOST)
        found.append(_coming(unit))
    if not found:
        raise Invalid("file", N_("There is no text in this file."))
    return found


def _parsed(data: bytes) -> Any:
    if len(data) > LARGEST_BYTES:
        raise Invalid("file", N_("The file is too large."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("file", N_("The file must be in UTF-8.")) from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Invalid("file", N_("The file declares a document type; that is not taken."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False,
        encoding="utf-8",
    )  # fmt: skip
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        raise Invalid("file", N_("The file is no well-formed XML.")) from None


def _coming(unit: Any) -> Coming:
    sources: list[str] = []
    targets: list[str] = []
    odd = ""
    for part in unit.iterchildren(_core("segment"), _core("ignorable")):
        for name, into in (("source", sources), ("target", targets)):
            element = part.find(_core(name))
            if element is None:
                into.append(sources[-1] if name == "target" and part.tag == _core("ignorable") else "")
            elif len(element):
                odd = "markup"
            else:
                into.append(element.text or "")
    whole = "".join(targets) if all(targets) else ""
    return Coming(unit.get("id") or "", "".join(sources), whole, unit.get(_HASH) or "", odd)
