"""A town whose plans have sites proposed."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from core import clock
from core.db import Engine, session_of
from geo import published
from geo.wifi import scenarios
from tests.conftest import _database
from tests.geo.made_streets import area
from tests.geo.plans.planning import CONFIG
from tests.geo.wifi_town import WifiTown

QUARTERS = ("north", "south")


@pytest.fixture(scope="session")
def siting_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A town of two quarters with squares to serve, fibre in the south, power in the north."""
    place = WifiTown(tmp_path_factory.mktemp("siting") / "tiny")
    for number, (east, north) in enumerate([(300, 300), (500, 300), (300, 900), (600, 900), (900, 900)]):
        place.add("places", f"square-{number}", "square", east, north, name=f"Place {number}")
    for key, north in zip(QUARTERS, (900, 300), strict=True):
        shape = area((0, north - 300), (1200, north - 300), (1200, north + 300), (0, north + 300))
        place.add("quarters", key, "quarter", shape=shape)
    place.add("infrastructure", "fibre", "fibre_point", 320, 300)
    place.add("infrastructure", "power", "powered_building", 890, 900)
    with _database("siting") as engine:
        with session_of(engine) as session:
            place.load(session)
            session.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(CONFIG)},
            )
            published.touch(session)
            session.commit()
        yield engine


@pytest.fixture
def office(siting_town: Engine) -> Iterator[Engine]:
    """The town without plans, with a plan called A."""
    with session_of(siting_town) as session:
        scenarios.create(session, "A", budget_mad=20_000, by="Amina", now=clock.now())
        session.commit()
    yield siting_town
    with siting_town.begin() as connection:
        connection.execute(text("TRUNCATE wifi_scenario CASCADE"))
        connection.execute(text("TRUNCATE jobs.procrastinate_jobs CASCADE"))
