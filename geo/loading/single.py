"""One thing at a time, as the desk publishes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from core import jobs
from core.db import Engine, session_of
from core.settings import Settings
from geo import models
from geo.loading.records import FeatureRecord, RouteRecord
from geo.loading.writing import FEATURE, Texts, own_rows, row_of
from geo.opendata import telling, thinning
from geo.published import touch
from geo.streets import following

STOP: Final[Any] = models.RouteStop.__table__
REFRESH: Final = "geo.refresh"


def publish(session: Session, record: FeatureRecord | RouteRecord, *, now: datetime) -> int:
    """Publish one thing, new, changed or back; its number. The caller commits.

    What is worked out from many things (ready texts, thinned tiles) is brought up by a background job.
    """
    feature = record.feature if isinstance(record, RouteRecord) else record
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": models.LOAD_LOCK})
    config: Any = session.scalars(select(models.Commune.config)).one()
    where = (FEATURE.c.layer == feature.layer, FEATURE.c.key == feature.key)
    id_: int | None = session.scalar(select(FEATURE.c.id).where(*where))
    row = row_of(feature, now)
    if id_ is None:
        id_ = int(session.scalars(insert(FEATURE).values(row).returning(FEATURE.c.id)).one())
    else:
        # The hash stays that of the folder's line: only when that changes has a load something to say.
        del row["content_hash"]
        session.execute(update(FEATURE).where(FEATURE.c.id == id_).values({**row, "withdrawn_at": None}))
    own_rows(session, feature.layer, [(id_, feature)])
    Texts(config["source_language"], config["languages"]).replace(session, [(id_, feature)])
    if isinstance(record, RouteRecord):
        _stops(session, id_, record.stops)
    _follow(session, feature.layer, id_, now)
    return id_


def withdraw(session: Session, feature_id: int, *, now: datetime) -> None:
    """Take one thing away from the public; its tombstone stays. The caller commits."""
    of = update(FEATURE).where(FEATURE.c.id == feature_id)
    layer = session.scalars(of.values(withdrawn_at=now).returning(FEATURE.c.layer)).one()
    _follow(session, layer, feature_id, now)


def _follow(session: Session, layer: str, id_: int, now: datetime) -> None:
    """What follows from a change of one thing: walks over it or around it, pages that show it."""
    stop = select(models.RouteStop.route_id).where(models.RouteStop.feature_id == id_).limit(1)
    if layer in ("routes", "risk_zones") or session.scalar(stop) is not None:
        following.legs(session, now=now)
    touch(session)
    jobs.defer(session, REFRESH, lock=REFRESH)


def _stops(session: Session, route_id: int, stops: Sequence[tuple[str, str, str]]) -> None:
    session.execute(delete(STOP).where(STOP.c.route_id == route_id))
    query = select(FEATURE.c.layer, FEATURE.c.key, FEATURE.c.id)
    query = query.where(FEATURE.c.key.in_([key for _, key, _ in stops]))
    ids = {(layer, key): id_ for layer, key, id_ in session.execute(query)}
    rows = [
        {"route_id": route_id, "ordinal": ordinal, "feature_id": ids[layer, key], "kind": kind}
        for ordinal, (layer, key, kind) in enumerate(stops, 1)
    ]
    session.execute(insert(STOP), rows)


@jobs.task(REFRESH)
def refresh(engine: Engine, settings: Settings) -> None:
    """Work out anew what is worked out from many things."""
    with session_of(engine) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": models.LOAD_LOCK})
        thinning.rebuild(session)
        telling.rebuild(session)
        session.commit()
