"""Coming in with an account: invitation, password, second step, devices, and what nobody may try."""

import re

import pytest
from flask import Flask
from sqlalchemy import event

from core import clock
from core.accounts import Role
from core.db import session_of
from core.people import passwords, register
from portal.accounts import ways
from tests.portal.conftest import Clock
from tests.portal.people import PASSWORD, Browser, invitation, signed_in, somebody


def test_an_invitation_is_taken_up_once(people: Flask) -> None:
    email, path = invitation(people.extensions["engine"], Role.STAFF)
    browser = Browser(people)

    page = browser.get(path)
    assert email in page.text and page.headers["Cache-Control"] == "no-store"
    answer = browser.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 303 and answer.headers["Location"] == "/account"
    assert "F. Amzil" in browser.get("/desk/signs").text

    assert Browser(people).post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 403
    assert Browser(people).enter(email).headers["Location"] == "/desk/signs"


def test_an_invitation_is_good_for_seven_days(people: Flask, watch: Clock) -> None:
    _, path = invitation(people.extensions["engine"], Role.STAFF)

    watch.later(days=7, seconds=1)

    assert Browser(people).get(path).status_code == 403


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaaa", "f.amzil@commune", "AMZIL commune example", "x" * 129]
)
def test_a_password_that_is_guessed_early_is_not_taken(people: Flask, password: str) -> None:
    _, path = invitation(people.extensions["engine"], Role.STAFF)
    browser = Browser(people)

    answer = browser.post(path, {"password": password, "again": password})

    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert browser.cookie is None


def test_two_passwords_that_differ_change_nothing(people: Flask) -> None:
    _, path = invitation(people.extensions["engine"], Role.STAFF)

    assert Browser(people).post(path, {"password": PASSWORD, "again": PASSWORD + "x"}).status_code == 422
    assert Browser(people).post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 303


def test_a_wrong_password_does_not_tell_who_has_an_account(people: Flask) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)

    known = Browser(people).enter(email, "not this one at all")
    unknown = Browser(people).enter("nobody@commune.example", "not this one at all")

    assert known.status_code == unknown.status_code == 422
    body = re.compile(r"nonce=\"[^\"]*\"|nonce-[^\"']*|<code.*?</code>")
    assert body.sub("", known.text).replace(email, "") == body.sub("", unknown.text).replace(
        "nobody@commune.example", ""
    )


def test_an_unknown_address_costs_the_same_work(people: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    engine = people.extensions["engine"]
    invited, _ = invitation(engine, Role.STAFF)
    _, email = somebody(engine, Role.STAFF)
    checked: list[str] = []
    asked: list[str] = []
    verify = type(passwords.HASHER).verify

    def counted(hasher: object, stored: str, password: str) -> bool:
        checked.append(stored.rsplit("$", 2)[0])
        return verify(passwords.HASHER, stored, password)

    monkeypatch.setattr(type(passwords.HASHER), "verify", counted)

    @event.listens_for(engine, "before_cursor_execute")
    def ask(*told: object) -> None:
        if "account" in str(told[2]) or "throttle" in str(told[2]):
            asked.append(str(told[2]))

    work = []
    for address in (email, invited, "nobody2@commune.example"):
        checked.clear()
        asked.clear()
        Browser(people).enter(address, "not this one at all")
        work.append((list(checked), list(asked)))

    event.remove(engine, "before_cursor_execute", ask)

    assert work[0] == work[1] == work[2] and len(work[0][1]) == 2
    assert work[0][0] == ["$argon2id$v=19$m=65536,t=3,p=4"]


def test_three_hours_of_wrong_passwords_are_a_dozen(
    people: Flask, watch: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    checked: list[str] = []
    fits = passwords.fits

    def counted(stored: str | None, password: str) -> bool:
        checked.append(password)
        return fits(stored, password)

    monkeypatch.setattr(passwords, "fits", counted)
    browser = Browser(people)

    statuses = set()
    for number in range(120):
        statuses.add(browser.enter(email, f"wrong {number}").status_code)
        watch.later(seconds=90)

    assert statuses == {422, 429}
    assert 5 <= len(checked) <= 20
    refused = browser.enter(email, PASSWORD)
    assert refused.status_code == 429 and 60 <= int(refused.headers["Retry-After"]) <= 3600


def test_success_and_a_day_forget_the_wrong_ones(people: Flask, watch: Clock) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    browser = Browser(people)
    for _ in range(4):
        browser.enter(email, "wrong")
    assert browser.enter(email).status_code == 303
    for _ in range(7):
        Browser(people).enter(email, "wrong")
    assert Browser(people).enter(email).status_code == 429

    watch.later(days=1, seconds=1)

    assert Browser(people).enter(email).status_code == 303


def test_tries_from_one_address_are_counted_together(people: Flask) -> None:
    engine = people.extensions["engine"]
    _, email = somebody(engine, Role.STAFF)
    outside = {"REMOTE_ADDR": "198.41.0.4"}

    def enter(address: str, password: str) -> int:
        form = {"email": address, "password": password}
        return Browser(people).post("/account/enter", form, environ_base=outside).status_code

    statuses = [enter(f"x{number}@commune.example", "wrong") for number in range(32)]

    assert statuses[:30] == [422] * 30 and statuses[31] == 429
    assert enter(email, PASSWORD) == 429
    assert Browser(people).enter(email).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " /desk",
        "http:evil.example",
        "/desk\r\nSet-Cookie: a=b",
        "/" + "x" * 400,
    ],
)
def test_nobody_is_sent_to_another_site(people: Flask, target: str) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)

    answer = Browser(people).enter(email, next=target)

    assert answer.headers["Location"] == "/desk/signs"
    assert ways.inside(target) is None


def test_a_person_goes_on_to_the_page_they_wanted(people: Flask) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    browser = Browser(people)
    closed = browser.get("/desk/walks?page=1")
    assert closed.status_code == 403
    door = re.search(r'href="(/account/enter\?next=[^"]*)"', closed.text)

    page = browser.get(door.group(1).replace("&amp;", "&") if door else "")
    wanted = re.search(r'name="next" value="([^"]*)"', page.text)

    answer = browser.enter(email, next=wanted.group(1) if wanted else "")
    assert answer.headers["Location"] == "/desk/walks?page=1"


def test_nobody_chooses_the_token_of_another(people: Flask) -> None:
    thief, _ = signed_in(people, Role.VIEWER)
    planted = thief.cookie
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    victim = Browser(people)
    victim.client.set_cookie("staff", planted or "", domain="athar.example", secure=True)

    victim.enter(email)

    assert victim.cookie != planted
    assert victim.get("/desk/signs").status_code == 200
    assert thief.get("/desk/signs").status_code == 403


def test_what_is_taken_away_is_taken_away_at_once(people: Flask) -> None:
    browser, account_id = signed_in(people, Role.STAFF)
    assert browser.get("/desk/signs").status_code == 200
    with session_of(people.extensions["engine"]) as session:
        register.allow(session, register.by_id(session, account_id), [], by="test", now=clock.now())
        session.commit()
    assert browser.get("/desk/signs").status_code == 403
    assert browser.get("/account").status_code == 200
    with session_of(people.extensions["engine"]) as session:
        register.shut(session, register.by_id(session, account_id), by="test", now=clock.now())
        session.commit()

    assert browser.get("/account").status_code == 403


def test_dangerous_acts_are_asked_for_once_more(people: Flask, watch: Clock) -> None:
    browser, _ = signed_in(people, Role.STAFF)
    assert browser.get("/account/password").status_code == 200
    watch.later(minutes=10, seconds=1)

    for path in ("/account/password", "/account/codes", "/account/keys"):
        answer = browser.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/account/confirm?next={path}"
    assert browser.post("/account/codes/off").status_code == 303
    assert browser.post("/account/passkeys/offer").status_code == 403
    assert browser.post("/account/confirm", {"password": "wrong"}).status_code == 422
    answer = browser.post("/account/confirm", {"password": PASSWORD, "next": "/account/keys"})

    assert answer.headers["Location"] == "/account/keys"
    assert browser.get("/account/keys").status_code == 200


def test_a_new_password_signs_out_other_devices(people: Flask) -> None:
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    here, there = Browser(people), Browser(people)
    here.enter(email)
    there.enter(email)
    fresh = "seven other donkeys walk"

    here.post("/account/password", {"password": fresh, "again": fresh})

    assert here.get("/account").status_code == 200 and there.get("/account").status_code == 403
    assert Browser(people).enter(email).status_code == 422
    assert Browser(people).enter(email, fresh).status_code == 303


def test_pages_of_everybody_stay_without_cookies(people: Flask) -> None:
    browser = Browser(people)

    for path in ("/fr/", "/account/enter", "/account/forgot", "/account/enter?next=/desk"):
        assert "Set-Cookie" not in browser.get(path).headers
