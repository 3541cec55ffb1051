"""A planner at work in the tiny town."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.geo.wifi.planning import Bench, bench


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Bench:
    """The tiny town with a boundary, and a catalogue of two models."""
    return bench(session, tmp_path / "tiny")
