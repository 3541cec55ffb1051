"""A made-up sign, for tests of artworks that need no database."""

from dataclasses import replace
from typing import Any

from core.translation import translate
from geo.locator import Locator
from qr_signs.artwork.content import WORDS, Content, Design, Way

LANGUAGES = ("ar", "zgh", "fr", "en")
NAMES = {
    "ar": "باب الخميس (الكبير)",
    "zgh": "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵍⵅⵎⵉⵙ",
    "fr": "Porte du Jeudi (Bab el-Khemis)",
    "en": "Thursday Gate (Bab el-Khemis)",
}
TEXTS = {
    "ar": "باب شمالي ينعطف إلى اليمين، به باحة مكشوفة مساحتها 78 م² ومسجد صغير.",
    "fr": "Porte nord coudée à droite, avec une cour à ciel ouvert de 78 m² (et une mosquée).",
    "en": "North gate, bent to the right, with an open court of 78 m² (and a tiny mosque).",
}
DESIGN = Design(LANGUAGES, ("ar", "fr", "en"), "sign.example", dict.fromkeys(LANGUAGES, "Athar"))
MAP = Locator(
    walls=("M40 40L360 40L360 260L40 260",),
    walks=("M60 60L200 150",),
    gates=((40.0, 150.0),),
    near=((200.0, 150.0),),
    here=(120.0, 120.0),
    error_r=4.0,
    bar_units=80.0,
    bar_m=200,
)
WAY = Way(
    names=NAMES,
    distance=dict.fromkeys(LANGUAGES, "240 m"),
    wind=dict.fromkeys(("fr", "en"), "nord"),
    bearing=12.0,
    sure=True,
    straight=True,
)


def content(**changes: Any) -> Content:
    """The sign, with some things otherwise."""
    sign = Content(
        code="6ZV4Y8M",
        tag="9F3K",
        design=DESIGN,
        kind=dict.fromkeys(("ar", "fr"), "Porte"),
        names=NAMES,
        texts=TEXTS,
        words={
            word: {lang: translate(message, lang) for lang in LANGUAGES} for word, message in WORDS.items()
        },
        way=WAY,
        map=MAP,
        following=(200.0, 150.0),
        drafts=(),
    )
    return replace(sign, **changes)
