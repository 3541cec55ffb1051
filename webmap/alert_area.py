"""The area of a warning: drawn in its form, shown on its pages with and without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import g, url_for

from core.db import db
from core.translation import translate
from geo.alerts import area, reading, shown
from geo.locator import HEIGHT, WIDTH, Sheet, lines
from geo.shapes import Box
from geo.vocabulary import N_
from webmap import maps, screens, style
from webmap.drawing import LABELS
from webmap.maps import MapParts

SCRIPTS: Final = (*style.SCRIPTS, "draw-shape.js", "draw-map.js", "alert-area.js")
SHOWN_SCRIPTS: Final = (*style.SCRIPTS, "alert-shown.js")
OFFERED: Final = 200
"""Risk zones that one may choose as an area."""
MARGIN: Final = 40
"""Units around the area in its drawing."""


@dataclass(frozen=True)
class Drawing:
    """The area, the commune's limits and the walls as SVG path data; the bar is `bar_m` metres long."""

    area: Sequence[str]
    limits: Sequence[str]
    walls: Sequence[str]
    bar_m: int
    bar_units: float


@dataclass(frozen=True)
class Shown:
    """What a page needs to show an area: the drawing without a script, the map, the area for the map."""

    drawing: Drawing
    map: MapParts
    geometry: str


def of(alert_id: int) -> Shown:
    """The area of a message."""
    rings = reading.rings(db.session, alert_id)
    lons, lats = zip(*(spot for ring in rings for spot in ring), strict=True)
    box = Box(min(lons), min(lats), max(lons), max(lats))
    geometry = reading.geojson(db.session, alert_id)
    return Shown(_drawing(alert_id), screens.warned(box), geometry)


def _drawing(alert_id: int) -> Drawing:
    warned, commune = shown.drawn_over(db.session, alert_id, g.commune.metric_crs)
    rings = lines(warned)
    sheet = Sheet.around([spot for ring in rings for spot in ring], WIDTH, HEIGHT, MARGIN)
    bar_m, bar_units = sheet.bar(WIDTH / 3)
    return Drawing(
        area=[sheet.path(ring) for ring in rings],
        limits=[sheet.path(ring) for ring in lines(commune)] if commune else [],
        walls=[sheet.path(wall) for wall in g.published.ground.walls],
        bar_m=bar_m,
        bar_units=bar_units,
    )


def drawn() -> dict[str, Any]:
    """What the form's map needs."""
    settings = {
        "shapes": url_for("alerts_desk.shapes"),
        "surroundings": [*g.commune.context_bbox],
        "most": area.MOST_POINTS,
        "labels": {
            **{name: translate(said) for name, said in LABELS.items()},
            **{
                name: translate(said, values={"most": area.MOST_POINTS}) for name, said in AREA_LABELS.items()
            },
        },
    }
    return {
        "map": screens.warning(),
        "settings": maps.as_script(settings),
        "sheets": screens.DRAWN_SHEETS,
        "scripts": SCRIPTS,
    }


AREA_LABELS: Final = {
    "few": N_("An area needs three corners."),
    "finished": N_("Drawn. Corners can be dragged; “Draw an area” adds another one."),
    "points": N_("This area has too many points; at most %(most)s."),
    "holes": N_("An area of a warning has no holes: draw it around them, or as two areas."),
    "crossing": N_("The line around this area crosses itself."),
    "far": N_("This area lies outside the surroundings of the commune."),
    "outside": N_("Part of this area lies outside the commune. That may be meant."),
}
"""Words of the map of a warning's form, beside those of every drawing."""
