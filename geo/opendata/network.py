"""The public Wi-Fi as open data: the hotspots of the approved plan, in the shape of features.

What serves nobody outside is left out: models, channels, power, who changed what.
"""

from collections.abc import Mapping
from typing import Final

from geo.opendata.collections import Collection, Property
from geo.vocabulary import N_

LICENCE: Final = "not yet decided by the commune"

_BASE: Final = f"""(
SELECT h.id, h.key, 'hotspot'::text AS kind, h.name, h.place, h.place AS geom, h.status, h.height_m,
       at_place.layer || '/' || at_place.key AS at_place,
       COALESCE((SELECT max(c.at) FROM wifi_status_change AS c
                  WHERE c.hotspot_id = h.id AND c.after = h.status), s.approved_at) AS since,
       'approximate'::text AS precision, NULL::float8 AS error_m,
       'Placed on the map by the planner; not surveyed'::text AS precision_note,
       'Plan of the public Wi-Fi of the commune'::text AS coordinate_source,
       '{LICENCE}'::text AS coordinate_licence,
       jsonb_build_array('Approved plan of the public Wi-Fi: ' || s.title) AS sources,
       '{LICENCE}'::text AS licence, true AS licence_risk, h.changed_at
  FROM wifi_hotspot AS h
  JOIN wifi_scenario AS s ON s.id = h.scenario_id
  LEFT JOIN feature AS at_place ON at_place.id = h.feature_id AND at_place.withdrawn_at IS NULL
 WHERE s.status = 'approved' AND h.status <> 'removed') AS f"""

_NAMING: Final = "CROSS JOIN LATERAL (SELECT f.name AS text, NULL::text AS lang) AS name"
"""A hotspot has one name, of which no language is known."""

NETWORK: Final[Mapping[str, Collection]] = {
    "hotspots": Collection(
        "hotspots", N_("Public Wi-Fi"),
        N_("Hotspots of the approved plan, with how far each has come. Only those on air can be used."),
        {
            "status": Property("f.status", "string", N_("How far it has come, as in on_air"), True),
            "since": Property("f.since", "date-time", N_("Since when that is known to be so")),
            "height_m": Property("f.height_m", "number", N_("Height above ground in metres")),
            "at_place": Property("f.at_place", "string", N_("Layer and key of the place it hangs at"), True),
        },
        base=_BASE, where="true", naming=_NAMING, optional=True,
    ),
}  # fmt: skip
