"""Two signs that lead nowhere, for what counts their scans; and a shop where orders of signs are made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import Engine
from core.settings import Settings
from portal.cli import load
from qr_signs.builds.running import Shop
from tests.conftest import _database
from tests.qr_signs.tallies import CODES


@pytest.fixture
def signs(engine: Engine) -> Iterator[Engine]:
    """An engine on it; the signs and what was counted are gone afterwards."""
    with engine.begin() as connection:
        for code in CODES:
            connection.execute(text("INSERT INTO sign (code, reason) VALUES (:code, '{}')"), {"code": code})
    yield engine
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sign CASCADE"))


@pytest.fixture(scope="module")
def shop_engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database of these tests."""
    with _database("shop") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def shop(shop_engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    """Where orders are run, with one process."""
    settings = Settings(SECRET_KEY="s", SIGN_KEY="k", FILES_DIR=str(tmp_path / "files"))
    yield Shop(shop_engine, settings, processes=1)
    with shop_engine.begin() as connection:
        connection.execute(
            text("TRUNCATE sign_build_item, sign_build, sign_event, sign_wording, sign_artwork CASCADE")
        )
        connection.execute(text("UPDATE sign SET state = 'registered', printed_at = NULL, tag = NULL"))
