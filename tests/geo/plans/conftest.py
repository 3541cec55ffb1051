"""Planners at work in the tiny town, which is loaded once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine, session_of
from tests.conftest import _database
from tests.geo.plans.planning import Bench, bench, load


@pytest.fixture(scope="session")
def plans_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the tiny town."""
    with _database("plans") as engine:
        with session_of(engine) as session:
            load(session, tmp_path_factory.mktemp("plans") / "tiny")
            session.commit()
        yield engine


@pytest.fixture
def desk(plans_engine: Engine) -> Iterator[Bench]:
    """A planner's session on the tiny town; whatever is committed in it is taken back after the test."""
    with plans_engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield bench(session)
        transaction.rollback()


@pytest.fixture
def office(plans_engine: Engine) -> Iterator[Engine]:
    """The tiny town without plans, for what has to be committed."""
    yield plans_engine
    with plans_engine.begin() as connection:
        connection.execute(text("TRUNCATE wifi_scenario CASCADE"))
