"""The languages Athar can speak, how one is chosen, and what is said when a text is missing in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Language(NamedTuple):
    """`own_name` as its speakers write it; `locale` is what Babel formats numbers with."""

    own_name: str
    locale: str
    rtl: bool = False

    @property
    def dir(self) -> str:
        """Direction of writing, as HTML's `dir` wants it."""
        return "rtl" if self.rtl else "ltr"


LANGUAGES: Mapping[str, Language] = {
    "ar": Language("العربية", "ar_MA", rtl=True),
    "zgh": Language("ⵜⴰⵎⴰⵣⵉⵖⵜ", "zgh"),
    "fr": Language("Français", "fr"),
    "en": Language("English", "en_GB"),
    "es": Language("Español", "es"),
    "de": Language("Deutsch", "de"),
}

ALIASES: Mapping[str, str] = {"ber": "zgh", "tzm": "zgh", "shi": "zgh", "ary": "ar"}
"""Tags that phones send for languages we speak under another tag: Berber, Central Atlas Tamazight, Tashelhit,
Moroccan Arabic (ISO 639).
"""


@dataclass(frozen=True)
class Said:
    """A text and the language it is really in: the page marks it when that is not the reader's.

    `state` is attested, reviewed or machine; `stale` tells that the source text changed afterwards.
    """

    text: str
    lang: str
    state: str = "attested"
    stale: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def spoken(tag: str, offered: Sequence[str]) -> str | None:
    """The offered language that a BCP 47 tag asks for (`fr-CH` asks for `fr`), or None."""
    primary = tag.strip().lower().replace("_", "-").split("-")[0]
    primary = ALIASES.get(primary, primary)
    return primary if primary in offered else None


def accepted(header: str) -> list[str]:
    """Language tags of an Accept-Language header, best first (RFC 9110 12.5.4).

    Tags of quality 0 and what cannot be read are left out; equal qualities keep their order. At most the
    first 4,000 characters are read.
    """
    ranked: list[tuple[float, str]] = []
    for part in header[:4000].split(","):
        tag, _, rest = part.partition(";")
        quality = _quality(rest)
        if tag.strip() and quality > 0:
            ranked.append((quality, tag.strip()))
    ranked.sort(key=lambda item: -item[0])
    return [tag for _, tag in ranked]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    if name.strip().lower() != "q":
        return 0.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def choose(wishes: Iterable[str | None], offered: Sequence[str]) -> str:
    """The first wish that is offered, else the commune's first language."""
    for wish in wishes:
        if wish and (lang := spoken(wish, offered)):
            return lang
    return offered[0]


def fallback(lang: str, offered: Sequence[str]) -> list[str]:
    """In which order languages are tried for a text that is wanted in `lang`.

    Readers of Tamazight in Morocco read Arabic or French, so the commune's order decides after the wish;
    English comes before the other foreign languages when the reader's own is foreign.
    """
    foreign = [code for code in ("en", "fr") if lang in ("en", "es", "de") and code in offered]
    return list(dict.fromkeys([lang, *foreign, *offered]))


def say(texts: Mapping[str, Said], order: Sequence[str]) -> Said:
    """The first text that `order` finds, else any (by tag), else an empty one in the first language."""
    for lang in (*order, *sorted(texts)):
        if (said := texts.get(lang)) is not None and said.text:
            return said
    return Said("", order[0])
