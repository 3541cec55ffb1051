"""A warning as a document of the Common Alerting Protocol, version 1.2 (OASIS Standard, 1 July 2010).

The schema accepts swapped coordinates and open rings: order, closed rings and offsets are made here, and have
tests of their own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from core.languages import LANGUAGES
from core.translation import translate
from geo.alerts.active import Message, Words
from geo.alerts.reading import Earlier
from geo.alerts.vocabulary import CATEGORIES, EXERCISE
from geo.commune import Commune
from geo.vocabulary import HAZARDS, HIPS

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA: Final = "application/cap+xml"
CODE_LIST: Final = "UNDRR-ISC HIP 2025"
"""Name of the list that the event's code is of."""


def document(
    message: Message,
    earlier: Sequence[Earlier],
    rings: Sequence[Sequence[Sequence[float]]],
    commune: Commune,
    base: str,
) -> bytes:
    """The document, UTF-8. `rings` are closed and of longitude, latitude; `base` is the site's address.

    A draft is sent by nobody: its time is that of its making.
    """
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(alert, "identifier", message.identifier)
    _add(alert, "sender", message.sender)
    _add(alert, "sent", stamp(commune.local(message.sent or message.drafted_at)))
    _add(alert, "status", message.status)
    _add(alert, "msgType", message.kind)
    _add(alert, "scope", "Public")
    if message.status == "Exercise":
        _add(alert, "note", " ".join(translate(EXERCISE, lang) for lang in message.texts))
    if earlier:
        told = (f"{each.sender},{each.identifier},{stamp(commune.local(each.sent))}" for each in earlier)
        _add(alert, "references", " ".join(told))
    for lang in (lang for lang in commune.languages if lang in message.texts):
        _info(alert, message, message.texts[lang], rings, commune, base)
    written: bytes = etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _info(
    alert: etree._Element,
    message: Message,
    words: Words,
    rings: Sequence[Sequence[Sequence[float]]],
    commune: Commune,
    base: str,
) -> None:
    kind, code = HIPS[message.hazard]
    info = _add(alert, "info")
    _add(info, "language", LANGUAGES[words.lang].locale.replace("_", "-"))
    _add(info, "category", CATEGORIES[kind])
    _add(info, "event", translate(HAZARDS[message.hazard], words.lang))
    for name in ("urgency", "severity", "certainty"):
        _add(info, name, getattr(message, name))
    _pair(info, "eventCode", CODE_LIST, code)
    _add(info, "effective", stamp(commune.local(message.sent or message.drafted_at)))
    _add(info, "onset", stamp(commune.local(message.onset)))
    _add(info, "expires", stamp(commune.local(message.expires)))
    _add(info, "senderName", commune.name([words.lang, *commune.languages]).text)
    _add(info, "headline", headline(message, words))
    _add(info, "description", words.description)
    _add(info, "instruction", words.instruction)
    _add(info, "web", f"{base}/{words.lang}/risks/warnings/{message.identifier}")
    area = _add(info, "area")
    _add(area, "areaDesc", where(words, commune))
    for ring in rings:
        _add(area, "polygon", " ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring))
    if message.place == "commune" and commune.ids.get("hcp"):
        _pair(area, "geocode", "HCP", commune.ids["hcp"])


def headline(message: Message, words: Words) -> str:
    """What a reader sees first: that it is an exercise, where it is one."""
    return f"{translate(EXERCISE, words.lang)} {words.headline}" if message.is_exercise else words.headline


def where(words: Words, commune: Commune) -> str:
    """The area in words; where nobody wrote any, the commune's name."""
    return words.area or commune.name([words.lang, *commune.languages]).text


def stamp(moment: datetime) -> str:
    """A time as CAP writes it: with its offset, never Z; that of Universal Time is -00:00 (section 3.3.2)."""
    text = moment.replace(microsecond=0).isoformat()
    return f"{text[:19]}-00:00" if moment.utcoffset() == timedelta(0) else text


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _pair(parent: etree._Element, name: str, value_name: str, value: str) -> None:
    pair = _add(parent, name)
    _add(pair, "valueName", value_name)
    _add(pair, "value", value)
