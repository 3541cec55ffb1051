"""People who edit the same thing: the second is told, nothing is lost, old versions come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bench.editors import save_at_once
from core.db import Engine, session_of
from geo.editing import versions
from geo.editing.versions import Stale
from geo.loading import folder
from tests.conftest import _database
from tests.geo import tiny
from tests.geo.editing_town import (
    EDITOR,
    GATE,
    NOW,
    SECOND,
    TRANSLATOR,
    content,
    edit,
    version,
)


def test_the_second_of_two_is_told_what_changed_and_loses_nothing(town: Session) -> None:
    mine, base = content(town, "facts"), version(town, "facts")
    edit(town, "facts", precision="official", error_m=3)
    mine.update(error_m=8, licence="other")
    with pytest.raises(Stale) as told:
        versions.save(town, *GATE, "facts", mine, base=base, person=SECOND, now=NOW)

    assert told.value.theirs.by == "F. Amzil"
    assert [(one.field, one.theirs, one.mine) for one in told.value.merged.clashes] == [("error_m", 3, 8)]
    merged = told.value.merged.content
    assert (merged["precision"], merged["licence"], merged["error_m"]) == ("official", "other", 8)
    assert versions.save(town, *GATE, "facts", merged, base=2, person=SECOND, now=NOW) == 3


def test_other_parts_of_the_same_thing_do_not_clash(town: Session) -> None:
    edit(town, "facts", error_m=3)
    assert edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"}) == 2


def test_an_old_version_comes_back_and_the_newer_stays_in_the_history(town: Session) -> None:
    edit(town, "facts", error_m=3)
    edit(town, "facts", error_m=4)
    assert versions.restore(town, *GATE, "facts", 1, base=3, person=EDITOR, now=NOW) == 4

    total, page = versions.history(town, *GATE, "facts", limit=3)
    assert (total, [(one.number, one.origin) for one in page]) == (
        4,
        [(4, "restored"), (3, "desk"), (2, "desk")],
    )
    [change] = versions.compare(town, *GATE, "facts", 3, 4)
    assert (change.field, change.before, change.after) == ("error_m", 4, 5)
    assert versions.compare(town, *GATE, "facts", 1, 4) == []


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Engine]:
    """The tiny town in a database of its own, for what has to be committed."""
    with _database("editing") as engine:
        with session_of(engine) as session:
            folder.apply(session, folder.read(tiny.Town(tmp_path).write()), now=NOW)
            session.commit()
        yield engine


def test_fifty_editors_at_once_lose_nothing(own_town: Engine) -> None:
    """Each adds a source of their own; whoever comes second merges and saves again."""
    kept = save_at_once(own_town, *GATE, 50)

    assert (kept.sources, kept.versions) == (50, 51)
    assert kept.tries > 50
    with session_of(own_town) as session:
        assert len(content(session, "facts")["sources"]) == 50
