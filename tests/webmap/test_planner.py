"""The planner's endpoints: what is told when something cannot be, and to whom nothing is open."""

import json
import re
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
from geo.wifi.siting import task
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


def _oblige(client: FlaskClient, **fields: Any) -> Any:
    """The form of what a proposal has to keep to, sent as it is on the page but for these fields."""
    page: str = client.get("/fr/planner/plan-a").text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("as_of", "held")}
    given = {name: found[1] for name, found in hidden.items() if found}
    return client.post("/fr/planner/plan-a/rules", data={**given, **fields}, headers=HERE)


def _rules(office: Flask) -> Any:
    with office.extensions["sessions"]() as session:
        return scenarios.find(session, "plan-a").rules


def test_what_a_proposal_keeps_to_is_saved_and_told_in_words(office: Flask) -> None:
    client = _planner(office)
    answer = _oblige(
        client, must_serve="square", **{"share-*": "12,5"}, hops="2", online="5", service="voice",
        risk_zones="excluded", unknown_backhaul="assumed", models="round", seconds="60",
    )  # fmt: skip

    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/planner/plan-a#proposal")
    assert _rules(office) == {
        "must_serve": ["square"], "shares": {"*": 0.125}, "hops": 2, "online": 0.05, "service": "voice",
        "models": ["round"],
    }  # fmt: skip
    told = client.get("/fr/planner/plan-a").text.split('data-part="duties"')[1].split("</ul>")[0]
    for word in ("La place", "12,5", "Round"):
        assert word in told
    assert _oblige(client).status_code == 303
    assert _rules(office) == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("share-*", "120"), ("share-*", "nan"), ("share-*", "viel"), ("share-nowhere", "5"), ("online", "-1"),
        ("hops", "9"), ("hops", "1.5e400"), ("seconds", "0"), ("seconds", "1e9"), ("service", "television"),
        ("must_serve", "nowhere"), ("models", "nothing"), ("risk_zones", "loved"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_to_is_told_beside_its_field(office: Flask, field: str, typed: str) -> None:
    client = _planner(office)
    answer = _oblige(client, **{field: typed})

    assert answer.status_code == 422
    assert answer.text.count('id="d-wrong"') == 1
    assert re.search(r'<details class="obliging"[^>]* open', answer.text)
    assert _rules(office) == {}


def test_what_somebody_else_made_it_keep_to_is_not_overwritten(office: Flask) -> None:
    amina, brahim = _planner(office), _planner(office, "Brahim")
    before = re.findall(r'name="(as_of|held)" value="([^"]*)"', amina.get("/fr/planner/plan-a").text)
    assert _oblige(brahim, hops="1").status_code == 303
    answer: Any = amina.post("/fr/planner/plan-a/rules", data={**dict(before), "hops": "2"}, headers=HERE)

    assert answer.status_code == 409
    assert "Brahim" in answer.text
    assert _rules(office) == {"hops": 1}
    _oblige(brahim)
    assert _send(office.test_client(), "/rules", rules={}, seen=1).status_code == 403


def test_obligations_that_conflict_are_told_by_name(office: Flask) -> None:
    client = _planner(office)
    _oblige(client, must_serve="square")
    _send(client, "/settings", budget_mad=100, seen=10**6)
    asked = client.post("/fr/planner/plan-a/proposals", json={}, headers=HERE)
    with office.extensions["sessions"]() as session:
        number = scenarios.find(session, "plan-a").id
    task.propose(office.extensions["engine"], Settings(), scenario_id=number)
    answer: Any = client.get(asked.json["url"]).json  # type: ignore[index]

    assert not answer["open"] and answer["sites"] == []
    assert "proposal-infeasible" in answer["parts"]["proposal"]
    assert "La place" in answer["parts"]["proposal"] and "100 MAD" in answer["parts"]["proposal"]
    refused = client.post(asked.json["url"] + "/adopt", json={"instead": True}, headers=HERE)  # type: ignore[index]
    assert refused.status_code == 422
    assert client.get("/fr/planner/plan-a/state").json["hotspots"] == []  # type: ignore[index]
    _send(client, "/settings", budget_mad=60000, seen=10**6)
    _oblige(client)


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
