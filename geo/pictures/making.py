"""The sizes and formats of a picture, made in the background from its cleaned pixels."""

import io

from PIL import Image
from sqlalchemy import select, update

from core import clock, jobs, store
from core.db import Engine, session_of
from core.errors import Unavailable
from core.imaging import renditions
from core.settings import Settings
from core.store import Store
from geo.pictures.models import Picture
from geo.vocabulary import N_

JOB = "pictures.make"
AGAIN = N_("The sizes of this picture could not be made. Please send the picture again.")
LATER = N_("The store of pictures does not answer; it is tried again by itself.")


@jobs.task(JOB)
def make(engine: Engine, settings: Settings, *, sha256: str) -> None:
    """Make what is lacking of a picture's files. Begun twice, it makes nothing twice."""
    with session_of(engine) as session:
        width = session.scalar(select(Picture.width).where(Picture.sha256 == sha256).limit(1))
    if width is None:
        return
    try:
        whole = _made(store.of(settings), sha256, width)
    except Unavailable as away:
        _note(engine, sha256, problem=LATER)
        raise jobs.Again(str(away)) from away
    _note(engine, sha256, problem="" if whole else AGAIN, ready=whole)


def _made(files: Store, sha256: str, width: int) -> bool:
    """Whether every file is there now. The master goes once it is not needed any more."""
    lacking = [name for name in renditions.names(width) if not files.exists(renditions.key(sha256, name))]
    if lacking:
        kept = files.open(renditions.key(sha256, renditions.MASTER))
        if kept is None:
            return False
        with Image.open(io.BytesIO(b"".join(kept.chunks)), formats=("WEBP",)) as master:
            picture = master.convert("RGB")
        if renditions.digest(picture) != sha256:
            return False
        for name in lacking:
            files.put(renditions.key(sha256, name), io.BytesIO(renditions.encoded(picture, name)))
    files.delete(renditions.key(sha256, renditions.MASTER))
    return True


def _note(engine: Engine, sha256: str, *, problem: str, ready: bool = False) -> None:
    with session_of(engine) as session:
        values = {"problem": problem, **({"ready_at": clock.now()} if ready else {})}
        session.execute(update(Picture).where(Picture.sha256 == sha256).values(values))
        session.commit()
