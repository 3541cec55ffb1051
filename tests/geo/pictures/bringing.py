"""What tests of pictures do again and again: bring one, make its sizes, look for its files."""

from datetime import UTC, datetime
from functools import cache

from sqlalchemy.orm import Session

from core import store
from core.db import Engine
from core.imaging import intake, renditions
from core.imaging.intake import Cleaned
from core.settings import Settings
from core.store import Store
from geo.pictures import keeping, lists, making
from geo.pictures.keeping import Words
from geo.pictures.models import Picture
from tests.made_pictures import photo

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WORDS = Words(author="F. Amzil", licence="CC-BY-4.0")
SAID = Words("F. Amzil", "CC-BY-4.0", alts={"en": "A gate", "fr": "Une porte", "ar": "باب", "zgh": ""})
LANGUAGES = ("ar", "zgh", "fr", "en")


@cache
def cleaned(width: int = 400) -> Cleaned:
    """A picture of that width, as it comes from the process that reads it."""
    return intake.cleaned(photo((width, 300)))


def thing(session: Session, key: str = "kasbah") -> int:
    """Number of a monument."""
    return lists.thing(session, "monuments", key, ["fr"]).id


def bring(
    session: Session, files: Store, width: int = 400, key: str = "kasbah", words: Words = WORDS
) -> Picture:
    """A new draft of a monument."""
    where = thing(session, key)
    picture = keeping.bring(session, files, where, cleaned(width), words, by="F. Amzil", now=NOW)
    session.commit()
    return picture


def make(engine: Engine, files: Store, sha256: str) -> None:
    """What the worker does."""
    assert isinstance(files, store.Disk)
    making.make(engine, Settings(FILES_DIR=str(files.root)), sha256=sha256)


def whole(files: Store, picture: Picture) -> bool:
    """Whether every file of a picture is there."""
    names = renditions.names(picture.width)
    return all(files.exists(renditions.key(picture.sha256, name)) for name in names)
