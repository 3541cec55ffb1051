"""The words of the register: codes as they are kept, with the message each is shown as."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

PURPOSES: Final[Mapping[str, str]] = {
    "monument": N_("Monument"),
    "stop": N_("Stop of a walk"),
    "square": N_("Square or public place"),
    "hotspot": N_("Wi-Fi hotspot"),
    "route_start": N_("Start of a walk"),
    "service_desk": N_("Service desk"),
}
STATES: Final[Mapping[str, str]] = {
    "registered": N_("Registered"),
    "ordered": N_("Ordered"),
    "printed": N_("Printed"),
    "installed": N_("Installed"),
    "damaged": N_("Damaged"),
    "withdrawn": N_("Withdrawn"),
}
EVENTS: Final[Mapping[str, str]] = {
    "ordered": N_("Ordered"),
    "printed": N_("Printed"),
    "installed": N_("Installed"),
    "inspected": N_("Inspected"),
    "damaged": N_("Damaged"),
    "replaced": N_("Replaced"),
    "repointed": N_("Leads elsewhere"),
    "changed": N_("Details changed"),
    "withdrawn": N_("Withdrawn"),
}
REPORTS: Final[Mapping[str, str]] = {
    "damaged": N_("It is damaged or hard to read"),
    "sticker": N_("Something is stuck over it"),
    "moved": N_("It hangs in the wrong place or is loose"),
    "wrong": N_("What it says is wrong"),
    "other": N_("Something else"),
}
MATERIALS: Final[Mapping[str, str]] = {
    "aluminium": N_("Aluminium composite"),
    "enamel": N_("Enamelled steel"),
    "ceramic": N_("Ceramic"),
    "acrylic": N_("Acrylic"),
    "wood": N_("Wood"),
    "paper": N_("Paper"),
}
FIXINGS: Final[Mapping[str, str]] = {
    "wall": N_("Screwed to a wall"),
    "post": N_("On a post"),
    "stand": N_("Free-standing"),
    "rail": N_("On a rail"),
    "window": N_("Behind glass"),
}
BUILD_STATES: Final[Mapping[str, str]] = {
    "waiting": N_("waiting for the worker"),
    "running": N_("being made"),
    "done": N_("done"),
    "failed": N_("failed"),
    "stopped": N_("stopped"),
}
ITEM_STATES: Final[Mapping[str, str]] = {
    "print": N_("fit for print"),
    "proof": N_("proof, not for print"),
    "failed": N_("failed"),
    "waiting": N_("waiting"),
}
CHECKS: Final[Mapping[str, str]] = {
    "PDF/X-4": N_("PDF/X-4 file"),
    "output intent": N_("Press profile"),
    "boxes": N_("Trim and bleed"),
    "fonts embedded": N_("Fonts embedded"),
    "no RGB": N_("No screen colours"),
    "all vector": N_("All vector"),
    "black": N_("Symbol in black ink alone"),
    "ink": N_("Amount of ink"),
    "passive": N_("Nothing active in the file"),
    "glyphs": N_("Every letter has a glyph"),
    "Arabic joined": N_("Arabic letters joined"),
    "script ar": N_("Arabic script set right"),
    "script zgh": N_("Tifinagh set right"),
    "script fr": N_("Latin script set right"),
    "inside": N_("Everything inside the trim"),
    "apart": N_("Nothing overlaps"),
    "quiet zone": N_("Quiet zone"),
    "module size": N_("Module size"),
    "letters": N_("Letters large enough"),
    "read by zxing": N_("Read by the first decoder (ZXing)"),
    "read by zbar": N_("Read by the second decoder (ZBar)"),
    "ISO/IEC 15415 (estimate)": N_("ISO/IEC 15415, an estimate"),
    "damage": N_("Read after damage"),
}
