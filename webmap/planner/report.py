"""The report of a plan for the council: a page of HTML in the reader's language, set as PDF/UA."""

import logging
from threading import Lock
from typing import Any, Final

from core import fonts
from geo.locator import Ground
from geo.vocabulary import N_
from geo.wifi.catalogue import BANDS
from geo.wifi.exports import maps
from geo.wifi.exports.plan import CHANCES, Plan
from geo.wifi.exports.quantities import ASSUMED, CONFIRMED, GROUPS, UNKNOWN
from geo.wifi.figures import FAIRNESS, UNITS
from geo.wifi.served.notes import NOTES
from geo.wifi.vocabulary import BACKHAULS, DEMANDS, PLANS, STATUSES
from geo.wifi.warnings import WARNINGS

VARIANT: Final = "pdf/ua-1"
MOST_HOTSPOTS: Final = 150
"""Hotspots of a report at the most: it is made while somebody waits."""
CHANCE_NAMES: Final = {
    0.9: N_("very likely (9 of 10)"),
    0.5: N_("as likely as not (5 of 10)"),
    0.1: N_("possible (1 of 10)"),
}

_making = Lock()
"""One report at a time in each process: readers never wait for paper."""


def told(plan: Plan, ground: Ground) -> dict[str, Any]:
    """What the template needs, beside the plan."""
    return {
        "plan": plan,
        "scenario": plan.scenario,
        "maps": [
            (band, drawn)
            for band in BANDS
            if plan.areas_of(band) and (drawn := maps.drawing(plan, ground, band)) is not None
        ],
        "bare": maps.drawing(plan, ground, None) if not plan.areas else None,
        "sizes": maps,
        "chances": [(chance, CHANCE_NAMES[chance]) for chance in reversed(CHANCES)],
        "statuses": STATUSES,
        "plans": PLANS,
        "backhauls": BACKHAULS,
        "demands": DEMANDS,
        "units": UNITS,
        "groups": GROUPS,
        "states": (ASSUMED, CONFIRMED),
        "unknown": UNKNOWN,
        "notes": NOTES,
        "warnings": WARNINGS,
        "fairness": FAIRNESS,
    }


def pdf(html: str) -> bytes:
    """The page as a tagged PDF. It may ask for nothing outside itself."""
    with _making:
        fonts.prepare()
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher

        logging.getLogger("fontTools").setLevel(logging.WARNING)
        page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",)))
        document: bytes = page.write_pdf(pdf_variant=VARIANT)
    return document
