"""A copy of the shipped commune with made-up risk zones, for tests alone: nothing of it is shipped."""

import json
import shutil
from pathlib import Path
from typing import Any

AT = (-8.8771, 30.4703)
"""A place in the town."""


def _ring(east: float, north: float, side: float) -> list[list[float]]:
    west, south = AT[0] + east, AT[1] + north
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
    return [list(corner) for corner in (*corners, corners[0])]


def zone(key: str, kind: str, geometry: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A made-up zone."""
    names = {"fr": f"Zone {key}", "ar": f"منطقة {key}", "en": f"Zone {key}"}
    advice = {"fr": "Éloignez-vous des murs.", "ar": "ابتعدوا عن الجدران.", "en": "Keep away from the walls."}
    return {
        "type": "Feature",
        "id": key,
        "geometry": geometry,
        "properties": {
            **{"kind": kind, "names": names, "texts": {"advice": advice}, "precision": "approximate"},
            **{
                "error_m": 20,
                "licence": "made up for a test",
                "sources": ["made up"],
                "attributes": attributes,
            },
        },
    }


def folder(shipped: Path, path: Path) -> Path:
    """The commune's folder with three zones: an official area, an unofficial one, an unofficial line."""
    shutil.copytree(shipped, path)
    file = path / "risk_zones.geojson"
    document = json.loads(file.read_text(encoding="utf-8"))
    line = [[AT[0] - 0.004, AT[1] - 0.002], [AT[0] - 0.001, AT[1] - 0.001], [AT[0] + 0.001, AT[1] - 0.003]]
    high = {"type": "Polygon", "coordinates": [_ring(0, 0, 0.003)]}
    said = {"type": "Polygon", "coordinates": [_ring(-0.006, 0.002, 0.004)]}
    told = {"reported_by": "Association du quartier", "hazard": "flash_flooding", "valid_until": "2099-01-01"}
    document["features"] += [
        zone("high", "collapse", high, official=True, level="high"),
        zone("said", "flood", said, level="moderate", **told),
        zone("lane", "fire", {"type": "LineString", "coordinates": line}, level="severe"),
    ]
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path
