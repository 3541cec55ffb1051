"""The shipped site as a process of its own, and a town that tests may change."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bench.harness import server
from core.accounts import Role
from core.db import Engine, session_of
from core.settings import Settings
from geo import published
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.geo.plans.planning import CONFIG
from tests.webmap.galleries import who
from tests.wifi_plans import cleared, hotspot, scenario

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def live(town_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the shipped commune's site under the real server.

    GDAL holds Python's lock while it reads: in this process it would wait for itself.
    """
    files = tmp_path_factory.mktemp("files")
    url = town_engine.url.render_as_string(hide_password=False)
    with server(url, WORKER="0", FILES_DIR=str(files)) as address:
        yield address


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """A database with the shipped commune that a module may change."""
    with _database("own") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="module")
def own_app(own_engine: Engine) -> Iterator[Flask]:
    """The application on it."""
    app = create_app(Settings(SECRET_KEY="test", PUBLIC_URL="https://athar.example"), own_engine)
    app.testing = True
    yield app
    for counter in ("scan_counter", "embed_counter"):
        app.extensions[counter].close()


@pytest.fixture(scope="module")
def planner(own_engine: Engine, own_app: Flask) -> Iterator[FlaskClient]:
    """A planner of a town with a catalogue and a plan of three hotspots, one of a model that is no more."""
    catalogue = json.loads(json.dumps(CONFIG))
    catalogue["models"][0]["name"] = "=cmd|' /C calc'!A0"
    with session_of(own_engine) as session:
        shipped_wifi = session.scalar(text("SELECT config->'wifi' FROM commune"))
        session.execute(
            text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
            {"wifi": json.dumps(catalogue)},
        )
        plan = scenario(session, "first", "submitted")
        lon, lat = session.execute(
            text("SELECT ST_X(place), ST_Y(place) FROM feature WHERE key = 'place-assarag' LIMIT 1")
        ).one()
        hotspot(session, plan, "one", (lon, lat), model="round", name="Assarag <1>", backhaul="fibre")
        hotspot(session, plan, "two", (lon + 0.002, lat), model="sector", name="ساحة", backhaul="mesh")
        hotspot(session, plan, "old", (lon, lat + 0.002), model="gone", name="Ancien")
        hotspot(session, plan, "away", (lon, lat + 0.003), "removed", model="round", name="Enlevé")
        published.touch(session)
        session.commit()
    own_app.extensions.pop("published", None)
    client = own_app.test_client()
    client.post(f"/desk/enter/{staff.token('test', 'F. Amzil', [Role.PLANNER])}", headers=HERE)
    yield client
    with session_of(own_engine) as session:
        cleared(session)
        session.execute(
            text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
            {"wifi": json.dumps(shipped_wifi or {})},
        )
        session.commit()
    own_app.extensions.pop("published", None)


@pytest.fixture
def no_catalogue(own_app: Flask, own_engine: Engine) -> Iterator[None]:
    """The commune has no wifi.toml for a while."""
    with session_of(own_engine) as session:
        kept = session.scalar(text("SELECT config->'wifi' FROM commune"))
        session.execute(text("UPDATE commune SET config = config - 'wifi'"))
        published.touch(session)
        session.commit()
    own_app.extensions.pop("published", None)
    try:
        yield
    finally:
        with session_of(own_engine) as session:
            session.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(kept)},
            )
            published.touch(session)
            session.commit()
        own_app.extensions.pop("published", None)


@pytest.fixture(scope="module")
def gallery_engine(shipped: Path) -> Iterator[Engine]:
    """A database with the shipped commune whose pictures a module may change."""
    with _database("galleries") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def gallery(gallery_engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """A site whose pictures a test may change; none is there."""
    with gallery_engine.begin() as connection:
        connection.execute(text("DELETE FROM picture"))
        connection.execute(text("UPDATE commune SET version = version + 1"))
    settings = Settings(SECRET_KEY="test", FILES_DIR=str(tmp_path), PUBLIC_URL="https://athar.example")
    app = create_app(settings, gallery_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].close()


@pytest.fixture
def editor(gallery: Flask) -> FlaskClient:
    """Who keeps all but walks."""
    return who(gallery, Role.EDITOR)
