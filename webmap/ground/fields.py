"""The controls of a layer's facts: one for each member that the folder's format knows. Data only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geo.editing.parts import WALKS
from geo.loading.attributes import DAYS, LENGTHS, OWN, SHORT, WORDS
from geo.vocabulary import KINDS, N_, PRECISIONS, SCHEMES, THEMES
from webmap.ground import words


@dataclass(frozen=True)
class Control:
    """How a member is asked for. `name` is its place in the facts, such as `attributes.condition`.

    `kind` is choice, flag, number, text, lines (a list, one a line), day, moment or place (a position).
    """

    name: str
    label: str
    kind: str
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    least: float | None = None
    most: float | None = None
    longest: int = 2000
    needed: bool = False
    hint: str = ""

    @property
    def id(self) -> str:
        """Id of its element in the page."""
        return "f-" + self.name.replace(".", "-")


LABELS: Final[Mapping[str, str]] = {
    "condition": N_("Condition"),
    "access": N_("Access"),
    "inside_walls": N_("Inside the walls"),
    "wifi_candidate": N_("Could carry public Wi-Fi"),
    "record": N_("A record of something past, not a zoning"),
    "official": N_("From an official source"),
    "measure": N_("What is measured"),
    "unit": N_("Unit"),
    "value": N_("Value"),
    "event_time": N_("When it happened"),
    "hazard": N_("Hazard"),
    "level": N_("Level"),
    "reported_by": N_("Reported by"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
}
SCHEME_NAMES: Final[Mapping[str, str]] = {
    "osm": "OpenStreetMap", "wikidata": "Wikidata", "geonames": "GeoNames", "hcp": "HCP", "iso": "ISO 3166",
    "hasc": "HASC", "usgs": "USGS",
}  # fmt: skip
_LICENCE: Final = Control("licence", N_("Licence"), "text", needed=True, hint=N_("Of this entry as a whole."))
_SOURCES: Final = Control(
    "sources", N_("Sources"), "lines", hint=N_("One a line: what it is taken from, or an address.")
)
_PLACED: Final = (
    Control("precision", N_("How the place is known"), "choice", PRECISIONS, needed=True),
    Control(
        "error_m", N_("How exact, in metres"), "number", unit="m", least=0, most=1_000_000,
        hint=N_("The real place lies within so many metres. Leave it empty if that is not known."),
    ),
    Control("precision_note", N_("Remark on the place"), "text"),
    Control(
        "entrance", N_("Entrance"), "place",
        hint=N_("Latitude and longitude, such as 30.4712, -8.8791; empty if it is the place itself."),
    ),
    Control("coordinate_source", N_("Source of the place"), "text"),
    Control("coordinate_licence", N_("Licence of the place"), "text"),
    Control("licence_risk", N_("The place came without a licence"), "flag"),
)  # fmt: skip


def facts(layer: str) -> Sequence[Control]:
    """The controls of a layer, in the order of its form."""
    kind = Control("kind", N_("Kind"), "choice", KINDS[layer], needed=True)
    if layer == WALKS:
        return (
            kind,
            Control("status", N_("State"), "choice", words.ROUTE_STATUSES, needed=True),
            Control("theme", N_("Theme"), "choice", THEMES),
            Control("loop", N_("Ends where it begins"), "flag"),
            _LICENCE,
            _SOURCES,
        )
    ids = (Control(f"external_ids.{scheme}", SCHEME_NAMES[scheme], "text", longest=200) for scheme in SCHEMES)
    return (kind, *_own(layer), *_PLACED, _LICENCE, _SOURCES, *ids)


def _own(layer: str) -> Iterator[Control]:
    for name, default in OWN.get(layer, {}).items():
        yield _attribute(name, default)
    for name in DAYS.get(layer, ()):
        yield Control(f"attributes.{name}", LABELS[name], "day", hint=N_("Such as 2026-03-31."))


def _attribute(name: str, default: Any) -> Control:
    place, label = f"attributes.{name}", LABELS[name]
    if name in WORDS:
        return Control(place, label, "choice", WORDS[name])
    if isinstance(default, bool):
        return Control(place, label, "flag")
    if name == "value":
        return Control(place, label, "number")
    if name == "event_time":
        hint = N_("With its offset, such as 2023-09-08T22:11:02Z.")
        return Control(place, label, "moment", hint=hint, longest=40)
    return Control(place, label, "text", longest=LENGTHS.get(name, SHORT))


BULK: Final = ("choice", "flag")


def bulk(layer: str) -> Sequence[Control]:
    """What can be set for many things at once: whatever means the same for each of them."""
    return [
        one
        for one in facts(layer)
        if one.kind in BULK or one.name in ("licence", "error_m", "coordinate_source")
    ]


def get(content: Mapping[str, Any], name: str) -> Any:
    """The member at a control's place; None if there is none."""
    outer, _, inner = name.partition(".")
    value = content.get(outer)
    if not inner:
        return value
    return value.get(inner) if isinstance(value, Mapping) else None


def put(content: dict[str, Any], name: str, value: Any) -> None:
    """Set the member at a control's place; None takes it away."""
    outer, _, inner = name.partition(".")
    if inner:
        there = content.get(outer)
        content[outer] = dict(there) if isinstance(there, Mapping) else {}
        content, outer = content[outer], inner
    if value is None and outer not in ("error_m", "theme"):
        content.pop(outer, None)
    else:
        content[outer] = value
