"""Codes of an app and on paper; how long somebody is in, and how it ends."""

import re
from urllib.parse import urlsplit

import pyotp
from flask import Flask

from core import clock
from core.accounts import Role
from core.db import session_of
from core.people import register, second, sessions
from tests.portal.conftest import Clock
from tests.portal.people import Browser, present, signed_in, somebody


def _with_codes(people: Flask, watch: Clock) -> tuple[str, pyotp.TOTP, list[str]]:
    """A person who set up codes in the browser: e-mail, the app, the codes on paper."""
    _, email = somebody(people.extensions["engine"], Role.STAFF)
    browser = Browser(people)
    browser.enter(email)
    page = browser.get("/account/codes").text
    sealed = re.search(r'name="sealed" value="([^"]*)"', page)
    secret = re.search(r'<code dir="ltr">([A-Z2-7]{32})</code>', page)
    assert sealed and secret
    app = pyotp.TOTP(secret.group(1))
    assert browser.post("/account/codes", {"sealed": sealed.group(1), "code": "000000"}).status_code == 422
    shown = browser.post("/account/codes", {"sealed": sealed.group(1), "code": app.at(watch.now())}).text
    papers = re.findall(r'<code dir="ltr">([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})</code>', shown)
    assert len(set(papers)) == second.CODES
    return email, app, papers


def _to_second(people: Flask, email: str) -> tuple[Browser, str]:
    browser = Browser(people)
    page = browser.enter(email)
    between = re.search(r'name="between" value="([^"]*)"', page.text)
    assert page.status_code == 200 and between and browser.cookie is None
    return browser, between.group(1)


def test_the_app_s_code_lets_in_once(people: Flask, watch: Clock) -> None:
    email, app, _ = _with_codes(people, watch)
    browser, between = _to_second(people, email)
    assert browser.get("/desk/signs").status_code == 403
    used = {"between": between, "code": app.at(watch.now())}
    assert browser.post("/account/second", used).status_code == 422
    watch.later(seconds=30)
    code = {"between": between, "code": app.at(watch.now())}

    assert browser.post("/account/second", code).headers["Location"] == "/desk/signs"
    assert Browser(people).post("/account/second", code).status_code == 422


def test_a_code_on_paper_lets_in_once(people: Flask, watch: Clock) -> None:
    email, _, papers = _with_codes(people, watch)
    browser, between = _to_second(people, email)

    form = {"between": between, "code": papers[3].upper().replace("-", " ")}

    assert browser.post("/account/second", form).status_code == 303
    assert Browser(people).post("/account/second", form).status_code == 422
    assert "recovery_code" not in browser.get("/account").text


def test_codes_cannot_be_tried_at_will_or_later(people: Flask, watch: Clock) -> None:
    email, app, papers = _with_codes(people, watch)
    browser, between = _to_second(people, email)
    watch.later(seconds=60)

    statuses = [
        browser.post("/account/second", {"between": between, "code": f"{number:06}"}).status_code
        for number in range(8)
    ]

    assert statuses[:5] == [422] * 5 and statuses[-1] == 429
    assert browser.post("/account/second", {"between": between, "code": papers[0]}).status_code == 429
    assert browser.post("/account/second", {"between": "made.up", "code": app.now()}).status_code == 403


def test_a_forgotten_password_leaves_the_second_step(people: Flask, watch: Clock) -> None:
    email, _, _ = _with_codes(people, watch)
    engine = people.extensions["engine"]
    with session_of(engine) as session:
        account = register.by_email(session, email)
        assert account is not None
        token = register.link(session, account, register.FORGOTTEN, now=watch.now())
        session.commit()
    browser = Browser(people)
    fresh = "seven other donkeys walk"

    answer = browser.post(f"/account/link/{token}", {"password": fresh, "again": fresh})

    assert urlsplit(answer.headers["Location"]).path == "/account/enter"
    assert browser.cookie is None


def test_a_day_and_idleness_end_it(people: Flask, watch: Clock) -> None:
    idle, _ = signed_in(people, Role.STAFF)
    watch.later(hours=4, seconds=1)
    assert idle.get("/desk/signs").status_code == 403

    busy, _ = signed_in(people, Role.STAFF)
    for _ in range(4):
        watch.later(hours=2, minutes=59)
        assert busy.get("/desk/signs").status_code == 200
    watch.later(minutes=5)
    assert busy.get("/desk/signs").status_code == 403


def test_everywhere_is_signed_out(people: Flask) -> None:
    engine = people.extensions["engine"]
    account_id, email = somebody(engine, Role.STAFF)
    browsers = [Browser(people) for _ in range(3)]
    for browser in browsers:
        browser.enter(email)
    assert present(engine, account_id) == 3

    browsers[0].post("/account/sign-ins/end")

    assert [browser.get("/desk/signs").status_code for browser in browsers] == [403, 403, 403]


def test_only_ones_own_devices_and_keys_can_be_ended(people: Flask) -> None:
    engine = people.extensions["engine"]
    victim, account_id = signed_in(people, Role.STAFF)
    other, _ = signed_in(people, Role.STAFF)
    with session_of(engine) as session:
        theirs = sessions.listed(session, account_id, now=clock.now())[0].id

    for number in (theirs, 0, 10**18, 10**30):
        assert other.post(f"/account/sign-ins/{number}/end").status_code == 404
        assert other.post(f"/account/keys/{number}/remove").status_code == 404
    assert victim.get("/desk/signs").status_code == 200
