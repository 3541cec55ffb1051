"""What is written in a warning: its words in each language, and its times on the town's clock; checked."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import Invalid, Word
from geo.commune import Commune
from geo.vocabulary import N_

LONGEST: Final[Mapping[str, int]] = {"headline": 160, "description": 2000, "instruction": 2000, "area": 200}
"""Characters; CAP 1.2 recommends that a headline has no more."""
NEEDED: Final = ("headline", "description", "instruction")
"""What a language that is written in must have."""
NAMES: Final[Mapping[str, str]] = {
    "headline": N_("Headline"),
    "description": N_("What happens"),
    "instruction": N_("What to do"),
    "area": N_("Where, in words"),
}
LONGEST_STAY: Final = timedelta(days=31)
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_SPACES: Final = re.compile(r"[ \t]+")

Words = dict[str, dict[str, str]]
"""Language → field → text."""


def checked(given: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> Words:
    """The texts that were written, tidy; languages of which nothing was written are left out.

    Invalid where the commune's first language lacks a text, where another is written in part only, and for
    texts that are too long or hold characters that nobody sees.
    """
    found: Words = {}
    for lang in languages:
        texts = {name: _tidy(f"{name}-{lang}", given.get(lang, {}).get(name, ""), name) for name in LONGEST}
        if not any(texts[name] for name in NEEDED) and lang != languages[0]:
            continue
        for name in NEEDED:
            if not texts[name]:
                raise Invalid(
                    f"{name}-{lang}",
                    N_("“%(text)s” is missing: a language needs headline, what happens and what to do.")
                    if lang != languages[0]
                    else N_("“%(text)s” is missing in the commune's first language."),
                    text=Word(NAMES[name]),
                )
        found[lang] = texts
    return found


def _tidy(field: str, said: str, name: str) -> str:
    plain = said.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSEEN.search(plain) or (name != "description" and name != "instruction" and "\n" in plain.strip()):
        raise Invalid(field, N_("This text holds a character that cannot be kept."))
    tidy = "\n".join(_SPACES.sub(" ", line).strip() for line in plain.split("\n")).strip()
    tidy = unicodedata.normalize("NFC", tidy)
    if len(tidy) > LONGEST[name]:
        raise Invalid(
            field, N_("%(length)s characters are too many; at most %(most)s."),
            length=len(tidy), most=LONGEST[name],
        )  # fmt: skip
    return tidy if any(unicodedata.category(sign)[0] not in "ZC" for sign in tidy) else ""


def moment(field: str, given: str, commune: Commune, *, late: bool = False) -> datetime:
    """A time on the town's clock as forms send it (2026-11-28T18:30), in UTC.

    When Ramadan begins an hour comes twice: the first is meant, or with `late` the second. Invalid for a time
    that cannot be read, and for one that the clock leaps over when Ramadan ends.
    """
    try:
        local = datetime.fromisoformat(given[:19])
        if local.tzinfo is not None or not 2000 <= local.year < 2200:
            raise ValueError
    except ValueError:
        raise Invalid(field, N_("Give day and time, such as 2026-11-28T18:30.")) from None
    zone = ZoneInfo(commune.timezone)
    there = local.replace(tzinfo=zone, fold=int(late)).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) != local:
        raise Invalid(field, N_("The clock is changed then: there is no such time."))
    return there


def times(onset: datetime, expires: datetime, now: datetime) -> None:
    """Invalid unless the end is still to come, and comes after the beginning, not much later."""
    if expires <= onset:
        raise Invalid("expires", N_("The end must come after the beginning."))
    if expires <= now:
        raise Invalid("expires", N_("Its end is past: give it a later one."))
    if expires - onset > LONGEST_STAY:
        raise Invalid(
            "expires", N_("A warning lasts %(days)s days at most: update it."), days=LONGEST_STAY.days
        )
