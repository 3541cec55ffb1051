"""What speaks against an access point at a place: monuments, active risk zones, limits, walls of buildings.

The planner's hand, the candidates and the proposal are judged by these same rules. What refuses a place and
what only warns is said with each code in TOLD.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.languages import Said, say
from geo.commune import Commune
from geo.shapes import LonLat
from geo.vocabulary import N_
from geo.wifi import facades
from geo.wifi.catalogue import Catalogue
from geo.wifi.limits import AREA
from geo.zones import ACTIVE_ZONES

ON_M: Final = 5.0
"""So near to a monument is on it, in metres."""
INDOORS_M: Final = 0.5
"""Deeper than this in a building's outline is inside: outlines are not exact to the wall."""
OPEN_KINDS: Final = ("square", "souk", "weekly_market", "palm_grove", "historic_quarter", "kasbah_quarter")
"""Monuments that are ground or a quarter and no building: one may stand there, with the heritage office."""
FORBIDDING: Final = ("collapse", "flood", "fire")
"""Hazards in whose active zones nothing is put up; in zones of the others it is warned of."""


class Rule(NamedTuple):
    """What a code means: whether it forbids the place, and the sentence with its named values."""

    forbids: bool
    sentence: str


TOLD: Final[Mapping[str, Rule]] = {
    "outside": Rule(True, N_("This place lies outside the commune.")),
    "limits_unsure": Rule(
        False,
        N_(
            "This place lies outside the commune on the map, but its boundary is known to %(metres)s m only:"
            " have it checked."
        ),
    ),
    "on_monument": Rule(
        True,
        N_(
            "This is on a monument, %(thing)s: nothing is fixed to a protected façade. Move the access point"
            " at least %(keep)s m away."
        ),
    ),
    "near_monument": Rule(
        False,
        N_("A monument is %(metres)s m away, %(thing)s: the heritage office has to agree."),
    ),
    "monument_unsure": Rule(
        False,
        N_(
            "A monument is %(metres)s m away on the map, %(thing)s, but its place is known to %(error)s m"
            " only: look on the spot."
        ),
    ),
    "risk_forbids": Rule(
        True, N_("This place lies in an active risk zone, %(thing)s: nothing is put up there.")
    ),
    "risk_warns": Rule(False, N_("This place lies in an active risk zone, %(thing)s.")),
    "in_building": Rule(
        True,
        N_("This is inside a building: move the access point to its outer wall, %(metres)s m away."),
    ),
    "on_roof": Rule(
        False, N_("This is on the roof of a building that is %(metres)s m high: its owner has to agree.")
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against a place. `values` fill the sentence, but for `thing`."""

    code: str
    layer: str | None = None
    key: str | None = None
    names: Mapping[str, Said] = field(default_factory=dict)
    """Of the monument or zone, by language."""
    values: Mapping[str, float] = field(default_factory=dict)
    better: LonLat | None = None
    """Where it could stand instead."""

    @property
    def forbids(self) -> bool:
        """Whether nothing may be put up here."""
        return TOLD[self.code].forbids

    def thing(self, order: Sequence[str]) -> Said:
        """Name of the monument or zone in the first language of `order` that has one, else its key."""
        return say(self.names, order) if self.names else Said(self.key or "", "und")


class Spot(NamedTuple):
    """A place to be judged; `height_m` above ground, None where it is not decided."""

    lon: float
    lat: float
    height_m: float | None = None


_QUERY: Final = text(f"""
WITH zone AS ({ACTIVE_ZONES}), limits AS ({AREA}), spot AS (
  SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS at
    FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS s (lon, lat, n)
), found AS (
  SELECT spot.n, CASE WHEN ST_DWithin(limits.geom::geography, spot.at::geography, limits.error_m)
                      THEN 'unsure' ELSE 'outside' END AS what, NULL::bigint AS id, limits.error_m AS metres
    FROM spot, limits WHERE NOT ST_Intersects(limits.geom, spot.at)
   UNION ALL
  SELECT spot.n, 'zone', zone.id, NULL FROM spot JOIN zone ON ST_Intersects(zone.geom, spot.at)
   UNION ALL
  SELECT spot.n, 'monument', f.id, ST_Distance(f.geom::geography, spot.at::geography)
    FROM spot JOIN feature f ON f.layer = 'monuments' AND f.withdrawn_at IS NULL
     AND f.geom && ST_Expand(spot.at, CAST(:east AS float8), CAST(:north AS float8))
)
SELECT found.n - 1 AS n, found.what, found.metres, f.layer, f.key, f.kind, f.precision, f.error_m,
       COALESCE((SELECT jsonb_object_agg(t.lang, jsonb_build_array(t.text, t.state)) FROM feature_text t
                  WHERE t.feature_id = f.id AND t.field = 'name'), '{{}}') AS names
  FROM found LEFT JOIN feature f ON f.id = found.id
 ORDER BY found.n, found.what, found.metres NULLS FIRST, f.id
""")


def of(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    spots: Sequence[Spot],
    *,
    today: date | None = None,
) -> list[list[Finding]]:
    """What speaks against each of the spots, nearest monument first. Two queries, however many they are.

    `today` says which zones are active; now, if it is not given.
    """
    found: list[list[Finding]] = [[] for _ in spots]
    here = [n for n, spot in enumerate(spots) if commune.bbox.holds(spot.lon, spot.lat)]
    for n in set(range(len(spots))).difference(here):
        found[n].append(Finding("outside"))
    if not here:
        return found
    lons, lats = [spots[n].lon for n in here], [spots[n].lat for n in here]
    keep = max(catalogue.heritage_m, ON_M)
    # A little more than that in degrees: the query measures exactly what is in the box.
    north = 1.01 * keep / 110_500
    east = north / max(0.01, float(np.cos(np.radians(np.abs(lats).max()))))
    day = (today or clock.today()).isoformat()
    asked = {"lons": lons, "lats": lats, "today": day, "east": east, "north": north}
    for row in session.execute(_QUERY, asked):
        if (finding := _finding(row, keep)) is not None:
            found[here[row.n]].append(finding)
    places = [LonLat(*place) for place in zip(lons, lats, strict=True)]
    for n, wall in facades.of(session, commune.metric_crs, places).items():
        if wall.metres > facades.CLEAR_M + INDOORS_M:
            found[here[n]].append(_walled(spots[here[n]], wall))
    return found


def warnings_at(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    lon: float,
    lat: float,
    *,
    height_m: float | None = None,
    today: date | None = None,
) -> list[Finding]:
    """Everything that speaks against this one place, what forbids it first."""
    (found,) = of(session, commune, catalogue, [Spot(lon, lat, height_m)], today=today)
    return sorted(found, key=lambda finding: not finding.forbids)


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid the place."""
    return [finding for finding in findings if finding.forbids]


def _finding(row: Any, keep_m: float) -> Finding | None:
    names = {lang: Said(said, lang, state) for lang, (said, state) in row.names.items()}
    if row.what == "outside":
        return Finding("outside")
    if row.what == "unsure":
        return Finding("limits_unsure", values={"metres": round(row.metres)})
    if row.what == "zone":
        code = "risk_forbids" if row.kind in FORBIDDING else "risk_warns"
        return Finding(code, row.layer, row.key, names)
    if row.metres > keep_m:
        return None
    values = {"metres": round(row.metres), "keep": round(keep_m), "error": round(row.error_m or 0.0)}
    code = "near_monument"
    if row.metres <= ON_M and row.kind not in OPEN_KINDS and row.precision != "schematic":
        code = "on_monument"
    elif row.precision == "schematic" or (row.error_m or 0.0) > keep_m:
        code = "monument_unsure"
    return Finding(code, row.layer, row.key, names, values)


def _walled(spot: Spot, wall: facades.Wall) -> Finding:
    if spot.height_m is not None and wall.height_m is not None and spot.height_m > wall.height_m:
        return Finding("on_roof", values={"metres": wall.height_m})
    return Finding("in_building", values={"metres": round(wall.metres, 1)}, better=wall.outside)
