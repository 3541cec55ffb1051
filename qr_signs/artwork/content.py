"""What stands on a sign, in every one of its languages, checked before anything is drawn."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from core import fonts
from core.errors import Invalid, Word
from core.languages import LANGUAGES, Said
from core.translation import metres, translate
from geo import locator, vocabulary
from geo.locator import Ground, Locator, Point
from geo.signage import Onward, Told, View
from geo.vocabulary import N_
from qr_signs import payload
from qr_signs.artwork.typography import LATIN, heading, typeset

LONGEST_NAME: Final = 120
LONGEST_TEXT: Final = 900
LETTERS: Final = {"ar": "a", "zgh": "z", "fr": "f", "en": "e", "es": "s", "de": "d"}
"""The letter behind a sign's address that opens the page in a language (portal/language.py reads them)."""
ARROWS: Final = ("left", "right", "ahead", "back")
WORDS: Final = {
    "scan": N_("Scan for the story and the map"),
    "or_type": N_("or type"),
    "safe": N_("We never ask for payment or passwords."),
    "here": N_("You are here"),
    "next": N_("Next stop"),
    "straight": N_("straight line"),
    "north": N_("North is up"),
    "sign": N_("Sign"),
}


FIELDS: Final = {
    "name": Word(N_("name")),
    "text": Word(N_("text")),
    "next": Word(N_("next stop")),
    "kind": Word(N_("kind")),
    "scan": Word(N_("call to scan")),
    "safe": Word(N_("safety line")),
    "tongue": Word(N_("list of languages")),
    "address": Word(N_("address")),
    "number": Word(N_("sign number")),
    "credit": Word(N_("credit")),
}
"""What the fields of a sign are called in messages; a template may use others."""


@dataclass(frozen=True)
class Design:
    """What the commune decided for all its signs. `text_languages` are those that must have a text."""

    languages: tuple[str, ...]
    text_languages: tuple[str, ...]
    host: str
    """Short host; payload.PROOF_HOST while none is decided."""
    commune: Mapping[str, str]
    """The commune's name per language."""
    crests: tuple[str, ...] = ()
    """Drawings as checked SVG (geo/loading/crests.py)."""


@dataclass(frozen=True)
class Way:
    """The way to the next stop, in words of each language."""

    names: Mapping[str, str]
    distance: Mapping[str, str]
    wind: Mapping[str, str]
    """Empty where the coordinates are too rough for a direction."""
    bearing: float
    sure: bool
    straight: bool


@dataclass(frozen=True)
class Content:
    """A sign's words and drawing. Mappings are language → text; a language without a text is left out."""

    code: str
    tag: str
    design: Design
    kind: Mapping[str, str]
    names: Mapping[str, str]
    texts: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    """Word of WORDS → language → text."""
    way: Way | None
    map: Locator | None
    following: Point | None
    """The next stop on the map, in its units."""
    drafts: tuple[str, ...]
    """Languages in which a text or a name of the sign is a machine's draft."""
    arrow: str = ""
    """Where a blade points, as its reader stands before it: one of ARROWS, or nowhere."""
    distance: str = ""
    """From the blade to what it points to."""

    @property
    def number(self) -> str:
        """The sign's number as printed."""
        return f"{self.code}-{self.tag}"

    @property
    def headings(self) -> tuple[str, ...]:
        """Languages whose name is set as a heading: a name that two languages share stands there once."""
        latin: dict[str, str] = {}
        for lang, name in self.names.items():
            latin.setdefault(name, lang)
        return tuple(lang for lang in self.names if latin[self.names[lang]] == lang)

    @property
    def payload(self) -> str:
        """What the symbol says."""
        return payload.of(self.design.host, self.code, self.tag)

    @property
    def digest(self) -> str:
        """SHA-256 of all that is printed: equal digests, equal signs."""
        whole = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def wording(self) -> str:
        """SHA-256 of the words alone, which a person approves."""
        said = [
            sorted(self.fields()),
            sorted((word, sorted(said.items())) for word, said in self.words.items()),
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def fields(self) -> list[tuple[str, str, str]]:
        """Every text as (field, language, text)."""
        listed = [("name", lang, text) for lang, text in self.names.items()]
        listed += [("text", lang, text) for lang, text in self.texts.items()]
        if self.way:
            listed += [("next", lang, text) for lang, text in self.way.names.items()]
        return listed


def compose(
    told: Told,
    code: str,
    tag: str,
    design: Design,
    ground: Ground,
    *,
    view: View | None = None,
    facing: int | None = None,
    arrow: str = "",
) -> Content:
    """The content of a sign for a thing. Invalid names the sign, the field and the language that is wrong.

    `view` is known of a sign that has a place of its own: its map, its next stop and its distance are then
    told from there, and with `facing` (degrees that its face looks to) also where its arrow points, unless
    `arrow` says so.
    """
    if arrow not in ("", *ARROWS):
        raise Invalid("arrow", N_("%(arrow)s is no direction: left, right, ahead or back."), arrow=arrow[:20])
    names, texts = told.texts.get("name", {}), told.texts.get("summary", {})
    _need(code, "name", names, design.languages)
    _need(code, "text", texts, design.text_languages)
    onward = told.onward.seen_from(view.at) if told.onward and view else told.onward
    near = [onward.at] if onward and onward.at else []
    here, error_m = (view.at, None) if view else (told.at, told.error_m)
    drawing = locator.drawing(ground, here=here, near=near, error_m=error_m)
    content = Content(
        code=code,
        tag=tag,
        design=design,
        kind=_spoken(vocabulary.KINDS.get(told.layer, {}).get(told.kind, ""), design.languages),
        names=_of(names, design.languages, heading),
        texts=_of(texts, design.languages, typeset),
        words={word: _spoken(message, design.languages) for word, message in WORDS.items()},
        way=_way(onward, design.languages) if onward else None,
        map=drawing,
        following=drawing.near[0] if drawing and drawing.near else None,
        arrow=arrow or (_arrow(view.bearing, facing) if view and facing is not None else ""),
        distance=metres(view.metres, _latin(design.languages)) if view else "",
        drafts=tuple(lang for lang in design.languages if _is_draft(names, lang) or _is_draft(texts, lang)),
    )
    _check(content)
    return content


def _arrow(bearing: float, facing: int) -> str:
    """Where a blade points, for a reader who stands before its face and looks at it."""
    turned = (bearing - facing - 180) % 360
    return ("ahead", "right", "back", "left")[round(turned / 90) % 4]


def _latin(languages: Sequence[str]) -> str:
    """The language whose way of writing numbers a distance that stands alone follows."""
    return next((lang for lang in languages if lang in LATIN), "fr")


def _of(
    texts: Mapping[str, Said], languages: Sequence[str], printed: Callable[[str, str], str]
) -> dict[str, str]:
    return {
        lang: printed(texts[lang].text.strip(), lang)
        for lang in languages
        if lang in texts and texts[lang].text.strip()
    }


def _is_draft(texts: Mapping[str, Said], lang: str) -> bool:
    return lang in texts and (texts[lang].state == "machine" or texts[lang].stale)


def _spoken(message: str, languages: Sequence[str]) -> dict[str, str]:
    return {lang: typeset(translate(message, lang), lang) for lang in languages} if message else {}


def _way(onward: Onward, languages: Sequence[str]) -> Way:
    winds = {} if onward.unsure else _spoken(vocabulary.COMPASS[onward.compass], languages)
    return Way(
        names=_of(onward.names, languages, heading),
        distance={lang: metres(onward.metres, lang) for lang in languages},
        wind=winds,
        bearing=round(onward.bearing, 1),
        sure=not onward.unsure,
        straight=onward.basis == "straight",
    )


def _need(code: str, field: str, texts: Mapping[str, Said], languages: Sequence[str]) -> None:
    for lang in languages:
        if lang not in texts or not texts[lang].text.strip():
            raise Invalid(
                field,
                N_(
                    "Sign %(code)s: the %(what)s in %(language)s is missing. Write it, or drop that language."
                ),
                code=code,
                what=FIELDS[field],
                language=own_name(lang),
            )


def own_name(lang: str) -> str:
    """A language's name in itself."""
    return LANGUAGES[lang].own_name if lang in LANGUAGES else lang


def _check(content: Content) -> None:
    """Every character can be shown, and no text is beyond all measure."""
    for field, lang, text in content.fields():
        most = LONGEST_TEXT if field == "text" else LONGEST_NAME
        if len(text) > most:
            raise Invalid(
                field,
                N_(
                    "Sign %(code)s: the %(what)s in %(language)s has %(length)s characters; at most %(most)s."
                ),
                code=content.code,
                what=FIELDS[field],
                language=own_name(lang),
                length=len(text),
                most=most,
            )
        if strange := fonts.strangers(text, lang):
            raise Invalid(
                field,
                N_(
                    "Sign %(code)s: the %(what)s in %(language)s has characters that signs cannot show:"
                    " %(which)s"
                ),
                code=content.code,
                what=FIELDS[field],
                language=own_name(lang),
                which=fonts.named(strange[:5]),
            )
