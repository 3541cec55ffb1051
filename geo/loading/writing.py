"""Records into the database: what is new, changed, gone or back, with as many statements for a thousand as
for ten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from geo import models
from geo.folding import fold
from geo.loading.bulk import among, copy
from geo.loading.records import Counts, FeatureRecord, Folder, RouteRecord
from geo.opendata import telling, thinning
from geo.shapes import SRID
from geo.streets import following
from geo.texts import source_hash
from geo.vocabulary import LAYERS

MANY: Final = 1000
"""From so many new things on, the planner should not guess until the server's own analysis comes by."""
OWN_TABLES: Final[Mapping[str, Any]] = {
    "monuments": models.Monument.__table__,
    "places": models.Place.__table__,
    "risk_zones": models.RiskZone.__table__,
    "routes": models.Route.__table__,
}
FEATURE: Final[Any] = models.Feature.__table__
TEXT: Final[Any] = models.FeatureText.__table__


@dataclass(frozen=True)
class _Known:
    """What the database has of a thing."""

    id: int
    content_hash: str
    withdrawn: bool


def write(session: Session, folder: Folder, *, now: datetime) -> dict[str, Counts]:
    """See geo.loading.folder.apply."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": models.LOAD_LOCK})
    texts = Texts(folder.config["source_language"], folder.config["languages"])
    counts: dict[str, Counts] = {}
    layers = {**{layer: () for layer in OWN_TABLES}, **folder.features}
    layers["routes"] = [route.feature for route in folder.routes]
    there = _all_layers(session, layers)
    for layer in (layer for layer in LAYERS if layer in there):
        counts[layer] = _layer(session, layer, there[layer], texts, now)
    moved = any(count.added or count.changed or count.removed for count in counts.values())
    counts["commune"] = _commune(session, folder, moved, now)
    if moved:
        _stops(session, folder.routes)
    if moved or counts["commune"] != Counts(unchanged=1):
        # Also when only the languages changed: the walks' checks depend on them.
        following.legs(session, now=now)
    if sum(count.added + count.changed for count in counts.values()) >= MANY:
        session.execute(text("ANALYZE feature, feature_text, monument, place, risk_zone"))
    if moved:
        thinning.rebuild(session)
    if moved or counts["commune"] != Counts(unchanged=1):
        telling.rebuild(session)
    return {layer: count for layer, count in counts.items() if layer in folder.features or count != Counts()}


def _all_layers(session: Session, layers: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[FeatureRecord]]:
    """The folder's layers, and empty ones for layers that only the database has: their things are gone."""
    there = session.scalars(select(models.Feature.layer).distinct()).all()
    return {**dict.fromkeys(there, ()), **layers}


def _layer(
    session: Session, layer: str, records: Sequence[FeatureRecord], texts: "Texts", now: datetime
) -> Counts:
    query = select(FEATURE.c.key, FEATURE.c.id, FEATURE.c.content_hash, FEATURE.c.withdrawn_at).where(
        FEATURE.c.layer == layer
    )
    known = {
        key: _Known(id_, digest, withdrawn is not None)
        for key, id_, digest, withdrawn in session.execute(query)
    }
    new = [record for record in records if record.key not in known]
    changed = [
        record
        for record in records
        if (old := known.get(record.key)) and (old.withdrawn or old.content_hash != record.content_hash)
    ]
    there = {record.key for record in records}
    desks = _of_the_desk(session, layer)
    gone = [
        old.id
        for key, old in known.items()
        if key not in there and not old.withdrawn and desks.get(key, True)
    ]
    held = [record for record in changed if record.key in desks]
    changed = [record for record in changed if record.key not in desks]
    ids = {key: old.id for key, old in known.items()}
    if new:
        copy(session, FEATURE, (row_of(record, now) for record in new))
        fresh = select(FEATURE.c.key, FEATURE.c.id).where(FEATURE.c.layer == layer)
        ids = {key: id_ for key, id_ in session.execute(fresh)}
    if changed:
        rows = [{**row_of(record, now), "of_id": ids[record.key], "withdrawn_at": None} for record in changed]
        columns: dict[str, Any] = {
            name: bindparam(name) for name in rows[0] if name not in ("of_id", "layer", "key")
        }
        session.connection().execute(
            update(FEATURE).where(FEATURE.c.id == bindparam("of_id")).values(columns), rows
        )
    own_rows(session, layer, [(ids[record.key], record) for record in (*new, *changed)])
    texts.replace(session, [(ids[record.key], record) for record in (*new, *changed)])
    if gone:
        session.execute(update(FEATURE).where(among(FEATURE.c.id, gone)).values(withdrawn_at=now))
    for record in held:
        session.execute(
            update(FEATURE).where(FEATURE.c.id == ids[record.key]).values(content_hash=record.content_hash)
        )
    back = sum(known[record.key].withdrawn for record in changed)
    return Counts(
        added=len(new) + back,
        changed=len(changed) - back + len(held),
        unchanged=len(records) - len(new) - len(changed) - len(held),
        removed=len(gone),
    )


def _of_the_desk(session: Session, layer: str) -> dict[str, bool]:
    """Keys of things that were changed at the desk, and whether the folder has them too.

    A load leaves them as they are: geo/editing/loads.py puts both changes together.
    """
    rows = session.execute(text("SELECT key, from_folder FROM record WHERE layer = :layer"), {"layer": layer})
    return {key: from_folder for key, from_folder in rows}


def row_of(record: FeatureRecord, now: datetime) -> dict[str, Any]:
    """The row of `feature` that a record makes."""
    geometry, entrance = record.geometry, record.entrance
    return {
        "layer": record.layer,
        "key": record.key,
        "kind": record.kind,
        "geom": f"SRID={SRID};{geometry.wkt}" if geometry is not None else None,
        "entrance": f"SRID={SRID};POINT({entrance[0]} {entrance[1]})" if entrance else None,
        "content_hash": record.content_hash,
        "changed_at": now,
        **record.columns,
    }


def own_rows(session: Session, layer: str, records: Sequence[tuple[int, FeatureRecord]]) -> None:
    """Write the rows of the layer's own table, for features by number."""
    table: Table | None = OWN_TABLES.get(layer)
    if table is None or not records:
        return
    rows = [{"id": id_, **record.own} for id_, record in records]
    ids = [id_ for id_, _ in records]
    there = set(session.scalars(select(table.c.id).where(among(table.c.id, ids))))
    copy(session, table, (row for row in rows if row["id"] not in there))
    if old := [{**row, "of_id": row["id"]} for row in rows if row["id"] in there]:
        columns: dict[str, Any] = {name: bindparam(name) for name in old[0] if name not in ("id", "of_id")}
        session.connection().execute(
            update(table).where(table.c.id == bindparam("of_id")).values(columns),
            [{name: value for name, value in row.items() if name != "id"} for row in old],
        )


class Texts:
    """Writes texts, with the hash of the text that each translation was made from."""

    def __init__(self, source_language: str, languages: Sequence[str]) -> None:
        self._order = [source_language, *languages]

    def replace(self, session: Session, records: Sequence[tuple[int, FeatureRecord]]) -> None:
        """The texts of these things become those of the records."""
        if not records:
            return
        ids = [id_ for id_, _ in records]
        query = select(TEXT.c.feature_id, TEXT.c.field, TEXT.c.lang, TEXT.c.text, TEXT.c.source_hash).where(
            among(TEXT.c.feature_id, ids)
        )
        before = {
            (id_, field, lang, said): made_from
            for id_, field, lang, said, made_from in session.execute(query)
        }
        if before:
            session.execute(delete(TEXT).where(among(TEXT.c.feature_id, ids)))
        copy(session, TEXT, (row for id_, record in records for row in self._rows(id_, record, before)))

    def _rows(
        self, id_: int, record: FeatureRecord, before: Mapping[tuple[int, str, str, str], str | None]
    ) -> list[dict[str, Any]]:
        said = {(one.field, one.lang): one.text for one in record.texts}
        rows = []
        for one in record.texts:
            source = next(lang for lang in self._order if (one.field, lang) in said)
            made_from = None if one.lang == source else source_hash(said[one.field, source])
            # A translation that was not touched was made from the text as it was then: it may be stale now.
            kept = one.made_from or before.get((id_, one.field, one.lang, one.text))
            rows.append(
                {
                    "feature_id": id_,
                    "field": one.field,
                    "lang": one.lang,
                    "text": one.text,
                    "state": one.state,
                    "note": one.note,
                    "source_hash": (kept or made_from) if made_from else None,
                    "folded": fold(one.text) if one.field == "name" else None,
                }
            )
        return rows


def _stops(session: Session, routes: Sequence[RouteRecord]) -> None:
    """The stops of every walk, as the folder says."""
    ids = (
        {
            (layer, key): id_
            for layer, key, id_ in session.execute(select(FEATURE.c.layer, FEATURE.c.key, FEATURE.c.id))
        }
        if routes
        else {}
    )
    stops: Any = models.RouteStop.__table__
    session.execute(delete(stops))
    rows = [
        {
            "route_id": ids["routes", route.feature.key],
            "ordinal": ordinal,
            "feature_id": ids[layer, key],
            "kind": kind,
        }
        for route in routes
        for ordinal, (layer, key, kind) in enumerate(route.stops, 1)
    ]
    if rows:
        session.execute(insert(stops), rows)


def _commune(session: Session, folder: Folder, moved: bool, now: datetime) -> Counts:
    commune = session.get(models.Commune, 1)
    if commune is None:
        session.add(models.Commune(config=folder.config, folder_hash=folder.hash, version=1, loaded_at=now))
        session.flush()
        return Counts(added=1)
    changed = commune.config != folder.config
    if changed or moved or commune.folder_hash != folder.hash:
        commune.config, commune.folder_hash = dict(folder.config), folder.hash
        commune.version += 1
        commune.loaded_at = now
        session.flush()
    return Counts(changed=1) if changed else Counts(unchanged=1)
