"""What is published now: the commune and the ground of its small maps, read again when the data changed."""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.orm import Session

from geo import locator, models
from geo.commune import Commune, from_config
from geo.shapes import Box
from geo.streets import network


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


_kept: WeakKeyDictionary[Engine | Connection, Published] = WeakKeyDictionary()
_lock = Lock()


def current(session: Session) -> Published | None:
    """The present state; None before the first load. One small query while nothing changes."""
    row = session.execute(
        select(models.Commune.version, models.Commune.folder_hash, models.Commune.loaded_at)
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
        with _lock:
            _kept[bind] = kept
    return kept


def touch(session: Session) -> None:
    """Something that pages show has changed, beside the folder's data: the caller commits, pages follow."""
    session.execute(update(models.Commune).values(version=models.Commune.version + 1))


def last_known(bind: Engine | Connection) -> Published | None:
    """The state that was last read, for the time the database is away."""
    return _kept.get(bind)
