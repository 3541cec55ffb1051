"""Files that no picture needs any more: deleted by hand or by a timer (`athar pictures tidy`)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session, aliased

from core.imaging import renditions
from core.store import Store
from geo.pictures.keeping import TIDY_LOCK
from geo.pictures.models import WITHDRAWN, Picture

GRACE: Final = timedelta(days=30)
"""For which the files of a withdrawn picture stay, so that it can be taken back."""
LEFT: Final = timedelta(days=1)
"""After which a file without a picture is left over: of an upload that was not finished."""


class Tidied(NamedTuple):
    """How many withdrawn pictures lost their files, and how many files of no picture were deleted."""

    pictures: int
    files: int


def tidy(session: Session, files: Store, *, now: datetime) -> Tidied:
    """Delete what is not needed. The caller commits; nobody brings a picture until then.

    It may be killed and run again: files of a withdrawn picture are only noted as deleted once they are.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TIDY_LOCK})
    old = _withdrawn(session, now)
    for picture in old:
        for name in (*renditions.names(picture.width), renditions.MASTER):
            files.delete(renditions.key(picture.sha256, name))
        picture.gone_at = now
    session.flush()
    needed = set(session.scalars(select(Picture.sha256).where(Picture.gone_at.is_(None))))
    left = 0
    for key, put_at in list(files.listed("pictures")):
        if key.split("/")[2] not in needed and put_at < now - LEFT:
            files.delete(key)
            left += 1
    return Tidied(len(old), left)


def _withdrawn(session: Session, now: datetime) -> list[Picture]:
    """Those whose grace is over and whose files no other picture shows."""
    other = aliased(Picture)
    shown = exists().where(other.sha256 == Picture.sha256, other.state != WITHDRAWN)
    query = (
        select(Picture)
        .where(
            Picture.state == WITHDRAWN, Picture.gone_at.is_(None), Picture.withdrawn_at < now - GRACE, ~shown
        )
        .order_by(Picture.id)
        .limit(1000)
    )
    return list(session.scalars(query))
