"""Public Wi-Fi for whoever walks through the town: what is on air, and the way to the nearest.

The browser works out what is near with the position that its owner lets it use: no position is sent here.
"""

from typing import Any, Final

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.translation import metres, minutes, translate
from geo import search
from geo.features import Way
from geo.vocabulary import COMPASS, N_
from geo.wifi import public
from geo.wifi.public import PublicHotspot
from geo.wifi.vocabulary import TOLD

pages = Blueprint("public_wifi", __name__, template_folder="templates")

OFFERED: Final = 200
"""Monuments that one may choose to set out from; others lead here from their own page."""
LONGEST_MINUTES: Final = 60
WORDS: Final = {
    "close": N_("close by"),
    "looking": N_("Looking for where you are …"),
    "nearest": N_("The nearest: {name}"),
    "within": N_("Your place is known to ± {metres}."),
    "far": N_("You are outside the town; distances are from where you are."),
    "failed": N_("Your place could not be found. Allow the browser to use it, or go outdoors."),
}


@pages.get("/wifi")
@open_to(Role.PUBLIC, same_for_all=True)
def nearest() -> ResponseReturnValue:
    """The hotspots, those on air first; ?from=monuments/KEY tells the way from there."""
    layer, _, key = request.args.get("from", "")[:120].replace("\0", "").partition("/")
    start = public.start(db.session, layer, key, g.order) if layer else None
    hotspots = public.network(db.reading, g.published.stamp)
    on_air: list[tuple[PublicHotspot, Way | None]] = [(each, None) for each in hotspots if each.on_air]
    if start is not None:
        speed = g.commune.walking_speed_kmh
        on_air = [*public.ways(hotspots, start.at, speed, error_m=start.error_m)]
    monuments = search.found(db.session, "monuments", order=g.order, limit=OFFERED).items if on_air else ()
    return render_template(
        "webmap/wifi.html",
        start=start,
        on_air=on_air,
        faulty=[hotspot for hotspot in hotspots if hotspot.status == "faulty"],
        coming=[hotspot for hotspot in hotspots if hotspot.status not in ("on_air", "faulty")],
        told=TOLD,
        monuments=monuments,
        nearby_m=public.NEARBY_M,
        words=_words() if on_air else {},
    )


def _words() -> dict[str, Any]:
    """What the page's script says: it counts in tens of metres, and each language has its own plural."""
    return {
        **{name: translate(words) for name, words in WORDS.items()},
        "comma": translate(", "),
        "metres": [metres(10 * tens, g.lang) for tens in range(1, 100)],
        "kilometres": metres(2600, g.lang),
        "minutes": [minutes(number) for number in range(1, LONGEST_MINUTES + 1)],
        "compass": [translate(wind) for wind in COMPASS.values()],
        "speed": g.commune.walking_speed_kmh,
        "box": list(g.commune.bbox),
    }
