"""What there is of many things at once: their newest parts and versions, at the desk or in public."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing import parts
from geo.editing.parts import FIRST

AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Known:
    """A thing's newest content and its version, part by part."""

    contents: Mapping[str, Mapping[str, Any]]
    versions: Mapping[str, int]
    withdrawn: bool = False
    """Whether the public sees it no more, of a thing that nobody has touched at the desk."""


_FEATURES: Final = text("""
SELECT f.id, f.key, f.withdrawn_at IS NOT NULL AS withdrawn FROM feature f
 WHERE f.layer = :layer AND f.key = ANY (:keys)
   AND NOT EXISTS (SELECT FROM record r WHERE r.layer = f.layer AND r.key = f.key)
""")
_RECORDS: Final = text("""
SELECT r.key, p.part, p.latest, v.content FROM record r
  JOIN record_part p ON p.record_id = r.id
  JOIN record_version v ON v.record_id = r.id AND v.part = p.part AND v.number = p.latest
 WHERE r.layer = :layer AND r.key = ANY (:keys)
""")


def things(session: Session, layer: str, keys: Iterable[str]) -> dict[str, Known]:
    """Those of the keys that there is a thing of, at the desk or in public."""
    asked = sorted(set(keys))
    found: dict[str, Known] = {}
    for start in range(0, len(asked), AT_ONCE):
        found |= _some(session, layer, asked[start : start + AT_ONCE])
    return found


def _some(session: Session, layer: str, keys: Sequence[str]) -> dict[str, Known]:
    values = {"layer": layer, "keys": list(keys)}
    rows = {row.id: row for row in session.execute(_FEATURES, values)}
    public = parts.all_published(session, layer, list(rows)) if rows else {}
    found = {
        rows[id_].key: Known(contents, dict.fromkeys(contents, FIRST), rows[id_].withdrawn)
        for id_, contents in public.items()
    }
    contents: dict[str, dict[str, Any]] = {}
    versions: dict[str, dict[str, int]] = {}
    for key, part, latest, content in session.execute(_RECORDS, values):
        contents.setdefault(key, {})[part] = content
        versions.setdefault(key, {})[part] = latest
    return {**found, **{key: Known(contents[key], versions[key]) for key in contents}}
