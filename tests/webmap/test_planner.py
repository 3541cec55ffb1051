"""The planner's endpoints: what is told when something cannot be, and to whom nothing is open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.accounts import Role
from core.settings import Settings
from geo.wifi import scenarios
from portal import staff
from portal.app import create_app
from tests.conftest import _database
from tests.geo.made_streets import at
from tests.geo.plans.planning import CONFIG, NOW, good
from tests.geo.plans.planning import load as load_town

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on a tiny town with equipment."""
    with _database("planning") as engine:
        app = create_app(Settings(SECRET_KEY="test"), engine)
        with app.extensions["sessions"]() as session:
            load_town(session, Path(tmp_path_factory.mktemp("planning")) / "tiny")
            session.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(CONFIG)},
            )
            scenarios.create(session, "Plan A", budget_mad=60000, by="Amina", now=NOW)
            session.commit()
        yield app
        app.extensions["scan_counter"].close()


def _planner(app: Flask, name: str = "Amina") -> FlaskClient:
    client = app.test_client()
    client.post(f"/desk/enter/{staff.token('test', name, (Role.PLANNER,))}", headers=HERE)
    return client


def _send(client: FlaskClient, path: str, **body: Any) -> Any:
    return client.post(f"/fr/planner/plan-a{path}", json=body, headers=HERE)


def test_a_planner_comes_in_at_the_plans(office: Flask) -> None:
    client = office.test_client()
    answer = client.post(f"/desk/enter/{staff.token('test', 'Amina', (Role.PLANNER,))}", headers=HERE)

    assert answer.headers["Location"].endswith("/planner")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_values_that_cannot_be_name_their_field(office: Flask) -> None:
    client = _planner(office)
    answer = _send(client, "/hotspots", values=good(height_m=400))

    assert answer.status_code == 422
    assert answer.json["field"] == "height_m"
    assert "400" in answer.json["message"]
    state: Any = client.get("/fr/planner/plan-a/state").json
    assert state["hotspots"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"values": 3}', b'{"values": {"lon": NaN}}'])
def test_what_cannot_be_read_is_told(office: Flask, body: bytes) -> None:
    answer: Any = _planner(office).post(
        "/fr/planner/plan-a/hotspots", data=body, content_type="application/json", headers=HERE
    )

    assert answer.status_code == 422
    assert answer.json["message"]


def test_a_move_that_is_tried_is_not_kept(office: Flask) -> None:
    client = _planner(office)
    placed = _send(client, "/hotspots", values=good())
    key, revision = placed.json["hotspot"], placed.json["revision"]
    lon, lat = at(60, 20)
    tried = _send(client, f"/hotspots/{key}/try", values={"lon": lon, "lat": lat})

    assert tried.status_code == 200
    assert set(tried.json["parts"]) == {"headline", "numbers"}
    assert tried.json["pictures"][0]["url"].startswith("data:image/png;base64,")
    assert client.get(f"/fr/planner/plan-a/state?seen={revision}").status_code == 204
    _send(client, f"/hotspots/{key}/remove", seen=revision)


def test_a_conflict_names_who_and_brings_the_newest_state(office: Flask) -> None:
    amina, brahim = _planner(office), _planner(office, "Brahim")
    placed = _send(amina, "/hotspots", values=good())
    key, seen = placed.json["hotspot"], placed.json["revision"]
    assert _send(brahim, f"/hotspots/{key}", seen=seen, values={"height_m": 5}).status_code == 200
    answer = _send(amina, f"/hotspots/{key}", seen=seen, values={"height_m": 6})

    assert answer.status_code == 409
    assert "Brahim" in answer.json["message"]
    assert answer.json["state"]["hotspots"][0]["height_m"] == 5
    _send(amina, f"/hotspots/{key}/remove", seen=answer.json["state"]["revision"])


def test_nobody_else_sees_a_plan_or_changes_one(office: Flask) -> None:
    visitor = office.test_client()

    assert visitor.get("/fr/planner").status_code == 200
    assert b"plan-a" not in visitor.get("/fr/planner").data
    assert visitor.get("/fr/planner/plan-a").status_code == 404
    assert visitor.get("/fr/planner/plan-a/state").status_code == 404
    refused = _send(visitor, "/hotspots", values=good())
    assert refused.status_code == 403
    assert refused.json["message"]
    assert _send(visitor, "/comments", text="Bonjour").status_code == 404


def test_a_commune_without_equipment_says_so(office: Flask) -> None:
    engine = office.extensions["engine"]
    with engine.begin() as connection:
        before = connection.execute(text("SELECT config FROM commune")).scalar_one()
        connection.execute(text("UPDATE commune SET config = config - 'wifi'"))
    bare = create_app(Settings(SECRET_KEY="test"), engine)
    try:
        assert b"wifi.toml" in bare.test_client().get("/en/planner").data
        client = _planner(bare)
        assert client.get("/en/planner/plan-a").status_code == 200
        assert _send(client, "/hotspots", values=good()).status_code == 409
    finally:
        bare.extensions["scan_counter"].close()
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE commune SET config = CAST(:config AS jsonb)"), {"config": json.dumps(before)}
            )
