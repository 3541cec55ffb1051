"""Administrators: invitations, roles, letters; the same from the command line."""

import email
import re
from email import policy
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from core import clock, jobs
from core.accounts import Role
from core.db import Engine, session_of
from core.people import register
from portal import cli, work
from portal.accounts import letters, words
from tests.portal.conftest import Clock
from tests.portal.people import BASE, PASSWORD, Browser, present, signed_in, somebody

INVITATION = {"name": "Z. Idder", "lang": "ar", "roles": ["translator", "editor"], "languages": ["zgh"]}


def _letters(app: Flask) -> list[str]:
    folder = Path(app.config["SETTINGS"].FILES_DIR) / "spool"
    files = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    return [
        email.message_from_bytes(file.read_bytes(), policy=policy.default).get_content() for file in files
    ]


def _path(letter: str) -> str:
    found = re.search(rf"{BASE}(/account/link/\S+)", letter)
    assert found is not None
    return found.group(1)


def test_who_is_invited_gets_a_letter_and_what_they_may_do(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)

    answer = admin.post("/desk/people/invite", {**INVITATION, "email": "Z.Idder@commune.example"})

    assert answer.status_code == 303
    page = admin.get(answer.headers["Location"]).text
    assert "Z. Idder" in page and "z.idder@commune.example" in page
    (letter,) = _letters(people)
    theirs = Browser(people)
    theirs.post(_path(letter), {"password": PASSWORD, "again": PASSWORD})
    assert "Z. Idder" in theirs.get("/account").text
    assert theirs.get("/desk/people").status_code == 403
    listed = admin.get("/desk/letters").text
    assert "z.idder@commune.example" in listed
    number = re.findall(r"/desk/letters/(\d+)\"", listed)[0]
    file = admin.get(f"/desk/letters/{number}")
    assert file.mimetype == "message/rfc822" and file.headers["Cache-Control"] == "no-store"
    file.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("name", "a\x07b"),
        ("email", "a@b.ma\r\nBcc: all@commune.example"),
        ("email", "nobody"),
        ("lang", "xx"),
        ("roles", ["public"]),
        ("roles", ["member"]),
        ("roles", ["mayor"]),
        ("languages", []),
    ],
)
def test_a_wrong_invitation_is_told_and_nothing_is_written(people: Flask, field: str, value: object) -> None:
    admin, _ = signed_in(people, Role.ADMIN)

    answer = admin.post("/desk/people/invite", {**INVITATION, "email": "bad@commune.example", field: value})

    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert _letters(people) == []
    with session_of(people.extensions["engine"]) as session:
        assert register.by_email(session, "bad@commune.example") is None


def test_a_hostile_name_is_text_everywhere(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)
    name = '"><script>alert(1)</script>{{7*7}}'
    answer = admin.post(
        "/desk/people/invite", {**INVITATION, "name": name, "email": "hostile@commune.example"}
    )

    for path in (answer.headers["Location"], "/desk/people", _path(_letters(people)[0])):
        page = admin.get(path).text
        assert "<script>alert" not in page and name in unescape(page)


def test_one_address_has_one_account(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)
    _, theirs = somebody(people.extensions["engine"])

    answer = admin.post("/desk/people/invite", {**INVITATION, "email": theirs.upper()})

    assert answer.status_code == 422 and theirs in answer.text


def test_shutting_ends_everything_and_opening_gives_it_back(people: Flask) -> None:
    engine = people.extensions["engine"]
    admin, _ = signed_in(people, Role.ADMIN)
    theirs, number = signed_in(people, Role.STAFF)
    _, email = somebody(engine, Role.STAFF)

    assert admin.post(f"/desk/people/{number}/shut").status_code == 303
    assert theirs.get("/desk/signs").status_code == 403 and present(engine, number) == 0
    assert admin.post(f"/desk/people/{number}/letter").status_code == 422
    assert admin.post(f"/desk/people/{number}/open").status_code == 303
    assert theirs.get("/desk/signs").status_code == 403
    assert Browser(people).enter(email).status_code == 303


def test_another_letter_makes_the_first_good_for_nothing(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)
    answer = admin.post("/desk/people/invite", {**INVITATION, "email": "twice@commune.example"})
    admin.post(f"{answer.headers['Location']}/letter")

    first, second = (_path(letter) for letter in _letters(people))

    assert Browser(people).get(first).status_code == 403
    assert Browser(people).get(second).status_code == 200


def test_roles_are_given_and_noted(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)
    theirs, number = signed_in(people)
    assert theirs.get("/desk/signs").status_code == 403

    admin.post(f"/desk/people/{number}/roles", {"roles": ["staff", "translator"], "languages": ["ar"]})

    assert theirs.get("/desk/signs").status_code == 200
    with session_of(people.extensions["engine"]) as session:
        event = register.events(session, number, limit=1)[0]
    assert (event.kind, event.by, event.detail) == ("roles", "F. Amzil", "translator, staff, ar")


def test_numbers_that_are_nobody_s(people: Flask) -> None:
    admin, _ = signed_in(people, Role.ADMIN)
    for number in (0, 10**15, 10**30):
        assert admin.get(f"/desk/people/{number}").status_code == 404
        for act in ("roles", "shut", "open", "letter", "sign-out", "codes/off"):
            assert admin.post(f"/desk/people/{number}/{act}").status_code == 404
        assert admin.get(f"/desk/letters/{number}").status_code == 404
        assert admin.post(f"/desk/letters/{number}/again").status_code == 404


def test_an_administrator_shows_that_it_is_them(people: Flask, watch: Clock) -> None:
    admin, number = signed_in(people, Role.ADMIN)
    watch.later(minutes=11)

    answer = admin.post(f"/desk/people/{number}/roles", {"roles": []})

    assert answer.status_code == 303 and answer.headers["Location"].startswith("/account/confirm")
    assert admin.get("/desk/people").status_code == 200


def test_a_forgotten_password_is_told_to_nobody_else(people: Flask) -> None:
    engine, settings = people.extensions["engine"], people.config["SETTINGS"]
    _, email = somebody(engine, Role.STAFF)

    asked = [
        Browser(people).post("/account/forgot", {"email": who}).text for who in (email, "no@one.example")
    ]
    assert len({re.sub(r"nonce-?=?\S*", "", page) for page in asked}) == 1
    with engine.connect() as connection:
        waiting = connection.execute(
            text("SELECT args FROM jobs.procrastinate_jobs WHERE task_name = :name ORDER BY id DESC LIMIT 2"),
            {"name": letters.FORGOT},
        ).scalars()
        for values in list(waiting):
            jobs.TASKS[letters.FORGOT](engine, settings, **values)

    (letter,) = _letters(people)
    fresh = "seven other donkeys walk"
    theirs = Browser(people)
    assert theirs.post(_path(letter), {"password": fresh, "again": fresh}).status_code == 303
    assert theirs.get("/desk/signs").status_code == 200


def test_every_task_of_letters_is_known_to_the_worker() -> None:
    assert work.JOBS and {"mail.send", letters.FORGOT} <= set(jobs.TASKS)


def test_every_role_has_a_word() -> None:
    from core.accounts import GIVEN

    assert list(words.ROLES) == [str(role) for role in GIVEN]


def test_the_first_administrator_comes_from_the_command_line(
    people: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine: Engine = people.extensions["engine"]
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PUBLIC_URL", BASE)
    who = "first@commune.example"

    assert cli.main(["user", "invite", who, "--name", "The mayor", "--role", "admin"]) == 0
    path = capsys.readouterr().out.strip().removeprefix(BASE)
    browser = Browser(people)
    browser.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert browser.get("/desk/people").status_code == 200

    assert cli.main(["user", "roles", who, "--role", "admin", "--role", "staff"]) == 0
    assert cli.main(["user", "list"]) == 0
    assert re.search(rf"{who} +The mayor +in use +staff, admin", capsys.readouterr().out)
    assert cli.main(["user", "sign-out", who]) == 0
    assert browser.get("/desk/people").status_code == 403
    assert cli.main(["user", "link", who]) == 0
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith(f"{BASE}/account/link/")
    assert cli.main(["user", "shut", "nobody@commune.example"]) == 1
    assert cli.main(["user", "invite", who, "--name", "The mayor"]) == 1
    assert "has an account already" in capsys.readouterr().err


def test_links_in_the_log_are_without_their_tokens(people: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="athar.access"):
        Browser(people).get("/account/link/abcdefgh12345")

    paths = [getattr(record, "fields", {}).get("path") for record in caplog.records]
    assert "/account/link/…" in paths and clock.now()
