"""A database with two signs that lead nowhere, for what counts their scans."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from core.db import Engine
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
