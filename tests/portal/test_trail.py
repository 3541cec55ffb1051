"""The trail as administrators see it, as the command line tells it, and as everybody may keep it."""

from pathlib import Path

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from core.trail import who
from portal import cli
from tests.portal.people import Browser, signed_in, somebody


def test_who_changed_roles_stands_in_the_trail(people: Flask) -> None:
    browser, number = signed_in(people, Role.ADMIN)
    other, _ = somebody(people.extensions["engine"], Role.VIEWER)
    browser.post(f"/desk/people/{other}/roles", {"roles": ["editor"]})

    page = browser.get(f"/desk/trail?about=account&key={other}&by=account:{number}")
    assert page.status_code == 200
    assert f"account {other}</code>" in page.text
    assert "editor" in page.text
    assert "F. Amzil" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    # From an entry to all of who did it, and to all of what it is about.
    assert f'href="/desk/trail?by=account:{number}"' in page.text
    assert f'href="/desk/trail?about=account&amp;key={other}"' in page.text


def test_who_came_by_a_one_time_address_is_named_too(people: Flask, people_engine: Engine) -> None:
    from portal.staff import token

    browser = Browser(people)
    browser.post(f"/desk/enter/{token('test', 'B. Idrissi', [Role.STAFF])}")
    with people_engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT max(id) FROM trail_person").scalar_one()
    from core.db import session_of

    with session_of(people_engine) as session:
        assert who.names(session, [f"door:{number}", "door:999999", "public"]) == {
            f"door:{number}": "B. Idrissi"
        }


def test_odd_questions_to_the_trail_are_answered(people: Flask) -> None:
    browser, _ = signed_in(people, Role.ADMIN)
    for asked in (
        "before=x",
        "before=" + "9" * 30,
        "before=1",
        "about=%00",
        "by=<script>",
        "key=" + "k" * 500,
    ):
        page = browser.get(f"/desk/trail?{asked}")
        assert page.status_code in (200, 400), asked
        assert "<script>" not in page.text


def test_the_heads_are_everybodys(people: Flask) -> None:
    answer = Browser(people).get("/audit/head")

    assert answer.status_code == 200
    assert answer.json == {"chain": "sha256(previous hash + entry)", "days": []}  # the first day is not over


def test_the_command_tells_whole_from_broken(
    people_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", people_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FILES_DIR", str(tmp_path))
    assert cli.main(["audit", "verify"]) == 0
    assert "whole" in capsys.readouterr().out
    assert cli.main(["audit", "head"]) == 0
    assert cli.main(["audit", "show", "--limit", "1", "--about", "commune"]) == 0
    assert " insert commune 1 " in capsys.readouterr().out
    assert cli.main(["audit", "seal"]) in (0, 1)

    assert cli.main(["audit", "verify", "--head", "2026-03-01:1:" + "0" * 64]) == 1
    out, err = capsys.readouterr()
    assert "Entry 1 is not the one that was published for 2026-03-01" in out
    assert "1 fault(s)" in err
    assert cli.main(["audit", "verify", "--head", "nonsense"]) == 1
    assert "A head is DAY" in capsys.readouterr().err
