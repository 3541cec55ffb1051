"""The tiny town for tests that change it."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from geo.loading import folder
from tests.geo import tiny
from tests.geo.editing_town import NOW


@pytest.fixture
def town(session: Session, tmp_path: Path) -> Session:
    """The tiny town, loaded."""
    folder.apply(session, folder.read(tiny.Town(tmp_path).write()), now=NOW)
    session.commit()
    return session
