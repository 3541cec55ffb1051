"""What is published now: the commune and the ground of its small maps, read again when the data changed."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.orm import Session

from geo import locator, models, zones
from geo.commune import Commune, from_config
from geo.shapes import Box
from geo.streets import checking, network


@dataclass(frozen=True)
class Published:
    """One state of the published data. `stamp` names it: equal stamps, equal pages."""

    stamp: str
    commune: Commune
    ground: locator.Ground
    frame: Box | None
    """Around the walled town (or the walks, where no wall is known), in degrees."""
    streets: bool = False
    """Whether streets and buildings of OpenStreetMap are loaded."""
    checked_on: date | None = None
    """The town's day for which the walks were last checked against risk zones."""


_kept: WeakKeyDictionary[Engine | Connection, Published] = WeakKeyDictionary()
_lock = Lock()


def current(session: Session) -> Published | None:
    """The present state; None before the first load. One small query while nothing changes."""
    row = session.execute(
        select(
            models.Commune.version,
            models.Commune.folder_hash,
            models.Commune.loaded_at,
            models.Commune.checked_on,
        )
    ).one_or_none()
    if row is None:
        return None
    stamp = f"{row.version}-{row.folder_hash[:12]}-{row.loaded_at:%y%m%d%H%M%S%f}"
    bind = session.get_bind()
    kept = _kept.get(bind)
    if kept is None or kept.stamp != stamp:
        config = session.execute(select(models.Commune.config)).scalar_one()
        commune = from_config(config, row.version)
        ground = locator.ground(session, commune.metric_crs)
        kept = Published(stamp, commune, ground, locator.frame(session), network.is_loaded(session))
    if kept.checked_on != row.checked_on:
        kept = replace(kept, checked_on=row.checked_on)
    with _lock:
        _kept[bind] = kept
    return kept


def catch_up(session: Session, state: Published, *, now: datetime) -> bool:
    """A new day has begun in the town: check the walks anew if other zones hold than before.

    Whether anything was written: then the caller commits. Somebody else who is at it, or a load under way,
    is left to it.
    """
    today = state.commune.day(now)
    if state.checked_on == today or not session.scalar(
        select(func.pg_try_advisory_xact_lock(models.LOAD_LOCK))
    ):
        return False
    before = zones.active(session, state.checked_on) if state.checked_on else None
    if before == zones.active(session, today):
        session.execute(update(models.Commune).values(checked_on=today))
    elif checking.renew(session, now=now):
        touch(session)
    return True


def touch(session: Session) -> None:
    """Something that pages show has changed, beside the folder's data: the caller commits, pages follow."""
    session.execute(update(models.Commune).values(version=models.Commune.version + 1))


def last_known(bind: Engine | Connection) -> Published | None:
    """The state that was last read, for the time the database is away."""
    return _kept.get(bind)
