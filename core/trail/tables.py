"""Which tables the trail does not watch, and why. Every other one is watched: a test holds that."""

from collections.abc import Mapping
from typing import Final

_LOADED: Final = (
    "written whole by a load, whose folder stands in the trail by its hash; the desk's changes as versions"
)
_STREETS: Final = "written whole by an import of streets, which stands in the trail"
_MADE: Final = "made from other tables, and made anew at any time"
_COUNT: Final = "counts without persons"
_ENTRY: Final = "who is in: ends by itself within hours, and tells nothing of what was changed"

UNWATCHED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("feature", "feature_text", "monument", "place", "risk_zone"), _LOADED),
    **dict.fromkeys(("route", "route_stop", "route_leg", "leg_guide", "route_finding"), _LOADED),
    **dict.fromkeys(("osm_import", "osm_feature", "street_node", "street_segment", "building"), _STREETS),
    **dict.fromkeys(("ready_feature", "ready_whole", "stored_tile", "tile_cell", "wifi_coverage"), _MADE),
    **dict.fromkeys(("translation_unit", "translation_count"), _MADE),
    **dict.fromkeys(("scan_day", "embed_day"), _COUNT),
    **dict.fromkeys(("sign_in", "throttle", "used_token"), _ENTRY),
    "trail_person": "names behind numbers, so that they can be erased",
    "erased_person": "numbers and dates; what was erased stands in the watched account",
    "account_event": "a trail of its own, told to the person; what it tells of stands in the watched account",
    "letter": "holds an address that lets somebody in; what it is about stands in the account",
    "sign_build_item": "steps of a job; the build is watched",
    "import_row": "what was brought: gone in a week; what is taken over stands as versions",
    "import_mapping": "how columns were meant last: a convenience of the next import",
    "wifi_reading": "measurements, written once with their watched survey",
}
