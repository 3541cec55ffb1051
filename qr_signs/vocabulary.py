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
