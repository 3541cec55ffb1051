"""Rules of who may frame what: made by a command, kept by the browser, seen on the next request."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.db import Engine, session_of
from core.errors import Invalid, NotFound
from portal import cli
from webmap.embeds import partners

TARGET = "routes/gates-and-squares"
PARTNER = "https://partner.example"


@pytest.fixture
def client(own_app: Flask, own_engine: Engine) -> Iterator[FlaskClient]:
    """A reader for whom an edit shows at once; rules end with the test."""
    own_app.extensions.pop("published", None)
    yield own_app.test_client()
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM embed_rule"))


def _run(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: Any, *arguments: str
) -> tuple[int, str]:
    monkeypatch.setenv("DATABASE_URL", own_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PUBLIC_URL", "https://athar.example")
    status = cli.main(["embeds", *arguments])
    said = capsys.readouterr()
    return status, said.out + said.err


@pytest.fixture
def athar(own_engine: Engine, own_app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Runs `athar embeds …`: exit status and what it said; the site learns of it at once."""

    def run(*arguments: str) -> tuple[int, str]:
        done = _run(own_engine, monkeypatch, capsys, *arguments)
        own_app.extensions.pop("published", None)
        return done

    return run


def _ancestors(client: FlaskClient, query: str = "") -> str:
    policy = client.get(f"/embed/{TARGET}{query}").headers["Content-Security-Policy"]
    return re.search(r"frame-ancestors ([^;]*)", policy)[1]  # type: ignore[index]


def test_a_partner_gets_an_embed_that_it_alone_may_frame(client: FlaskClient, athar: Any) -> None:
    status, said = athar("allow", TARGET, PARTNER, "https://*.partner.example", "--name", "The partner")
    query = "?" + said.strip().split("?")[1]

    assert status == 0
    assert said.startswith(f"https://athar.example/embed/{TARGET}?e=")
    assert _ancestors(client, query) == f"{PARTNER} https://*.partner.example"
    assert _ancestors(client) == "*"
    assert client.get(f"/embed/map{query}").status_code == 404
    assert "The partner" in athar("list")[1]


def test_a_partners_embed_that_was_ended_is_gone_and_says_so(client: FlaskClient, athar: Any) -> None:
    query = "?" + athar("allow", TARGET, PARTNER)[1].strip().split("?")[1]
    assert client.get(f"/embed/{TARGET}{query}").status_code == 200

    assert athar("end", query.removeprefix("?e="))[0] == 0
    answer = client.get(f"/embed/{TARGET}{query}&lang=en")

    assert answer.status_code == 410
    assert "no longer offered" in answer.text
    assert _ancestors(client, query) == "*"


def test_what_everybody_may_take_can_be_closed_and_opened(client: FlaskClient, athar: Any) -> None:
    """Each change shows on the next request, though answers are kept ready-made."""
    seen = [_ancestors(client)]
    for command in (("only", TARGET, PARTNER), ("only", TARGET), ("open", TARGET)):
        assert athar(*command)[0] == 0
        seen.append(_ancestors(client))

    assert seen == ["*", PARTNER, "'none'", "*"]


def test_oembed_tells_nobody_of_what_is_for_some_sites_only(client: FlaskClient, athar: Any) -> None:
    page = f"https://athar.example/en/{TARGET}"
    token = athar("allow", TARGET, PARTNER)[1].strip().split("?e=")[1]
    private = f"https://athar.example/embed/{TARGET}?e={token}"

    assert client.get("/oembed", query_string={"url": page}).status_code == 200
    assert client.get("/oembed", query_string={"url": private}).status_code == 401
    athar("only", TARGET, PARTNER)
    for kind in ("json", "xml"):
        assert client.get("/oembed", query_string={"url": page, "format": kind}).status_code == 401
    assert "only some sites" in client.get(f"/en/embed?route={TARGET.split('/')[1]}").text


@pytest.mark.parametrize(
    "origin",
    [
        "partner.example",
        "https://partner.example/path",
        "https://partner.example; script-src *",
        "https://partner.example\r\nSet-Cookie: a=b",
        "https://partner.example https://evil.example",
        "javascript:alert(1)",
        "*",
        "'self'",
        "https://*",
        "https://*.*.example",
        "https://-partner.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 70 + "example",
        "https://partner.example:99999999",
        "https://pärtner.example",
        "",
        "https://",
    ],
)
def test_an_origin_that_is_none_is_refused_and_named(client: FlaskClient, athar: Any, origin: str) -> None:
    status, said = athar("allow", TARGET, "https://good.example", origin)

    assert status == 1
    assert "no origin" in said
    assert athar("list")[1] == ""


@pytest.mark.parametrize(
    "origin",
    [
        "https://partner.example:8443",
        "http://localhost:5000",
        "https://*.gov.example",
        "HTTPS://Partner.Example/",
        "https://[::1]:80",
    ],
)
def test_origins_are_kept_as_a_policy_writes_them(client: FlaskClient, athar: Any, origin: str) -> None:
    athar("only", TARGET, origin, origin)

    assert _ancestors(client) == origin.lower().rstrip("/")


@pytest.mark.parametrize("target", ["routes/nothing", "monuments/bab-zorgane", "", "routes", "../desk"])
def test_a_target_that_is_not_there_is_refused(athar: Any, target: str) -> None:
    assert athar("allow", target, PARTNER)[0] == 1


def test_too_many_sites_in_one_rule_are_refused(own_engine: Engine) -> None:
    with session_of(own_engine) as session:
        with pytest.raises(Invalid):
            partners.allow(session, "map", [f"https://p{number}.example" for number in range(21)])
        with pytest.raises(NotFound):
            partners.end(session, "nobody", now=None)  # type: ignore[arg-type]
