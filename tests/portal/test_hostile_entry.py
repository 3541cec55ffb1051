"""What nobody types by mistake, at the doors of accounts: refused with a sentence, never an error of ours."""

import base64
import json
from typing import Any

import pytest
from flask import Flask

from core.accounts import Role
from tests.portal.people import BASE, HERE, Browser, signed_in

HOSTILE = (
    "\0",
    "a\0@b.ma",
    "' OR 1=1 --",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "\ud7ff" * 300,
    "x" * 9000,
)


def _client_data(**said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


MADE: tuple[Any, ...] = (
    None,
    [],
    "x",
    {},
    {"response": "x"},
    {"response": {}},
    {"response": {"clientDataJSON": "%%%"}},
    {"response": {"clientDataJSON": 7}},
    {"response": {"clientDataJSON": _client_data(challenge=7)}},
    {"response": {"clientDataJSON": _client_data(challenge="AAAA")}, "rawId": "AAAA", "id": "AAAA"},
    {"response": {"clientDataJSON": "x" * 30_000}},
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_the_doors_take_nothing_odd(people: Flask, typed: str) -> None:
    browser = Browser(people)

    assert browser.enter(typed, typed, next=typed).status_code in (422, 429)
    assert browser.post("/account/second", {"between": typed, "code": typed}).status_code == 403
    assert browser.post("/account/forgot", {"email": typed}).status_code == 200
    assert browser.post("/account/link/x", {"password": typed, "again": typed}).status_code == 403
    assert browser.get("/account/enter", query_string={"next": typed}).status_code == 200
    assert browser.cookie is None


@pytest.mark.parametrize("made", MADE)
def test_passkeys_that_are_none(people: Flask, made: Any) -> None:
    ours, _ = signed_in(people, Role.STAFF)
    nobody = Browser(people)

    for browser, path in (
        (nobody, "/account/passkeys/enter"),
        (ours, "/account/passkeys/confirm"),
        (ours, "/account/passkeys/keep"),
    ):
        answer = browser.post(path, json={"made": made, "next": "//evil.example", "name": "\ud800"})
        assert answer.status_code in (403, 422) and answer.is_json and answer.json
        assert answer.json["error"].strip()
    assert nobody.cookie is None


def test_a_challenge_of_another_purpose_or_site_is_none(people: Flask) -> None:
    ours, _ = signed_in(people, Role.STAFF)
    offered = ours.post("/account/passkeys/offer").json
    asked = Browser(people).post("/account/passkeys/ask").json
    assert offered and asked and offered["challenge"] != asked["challenge"]
    assert asked["rpId"] == offered["rp"]["id"] == "athar.example"
    assert asked["userVerification"] == "required"

    for challenge in (offered["challenge"], asked["challenge"]):
        made = {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {"clientDataJSON": _client_data(challenge=challenge, origin="https://evil.example")},
        }
        assert Browser(people).post("/account/passkeys/enter", json={"made": made}).status_code == 403


def test_what_is_no_json_is_told(people: Flask) -> None:
    answer = people.test_client().post(
        "/account/passkeys/enter",
        data=b"\xff{",
        base_url=BASE,
        headers={**HERE, "Content-Type": "application/json"},
    )

    assert answer.status_code == 422
