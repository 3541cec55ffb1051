"""People take their data along; administrators erase a person, and are asked once more."""

import json

from flask import Flask
from sqlalchemy import text

from core.accounts import Role
from core.db import Engine
from tests.portal.people import Browser, signed_in, somebody


def _there(app: Flask, account_id: int) -> bool:
    engine: Engine = app.extensions["engine"]
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT 1 FROM account WHERE id = :id"), {"id": account_id})
    return found is not None


def _unconfirmed(app: Flask, account_id: int) -> None:
    engine: Engine = app.extensions["engine"]
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE sign_in SET confirmed_at = confirmed_at - interval '1 hour' WHERE account_id = :id"),
            {"id": account_id},
        )


def test_somebody_downloads_what_is_held_about_them(app: Flask) -> None:
    browser, account_id = signed_in(app, Role.STAFF)

    page, answer = browser.get("/account"), browser.get("/account/data")

    assert 'href="/account/data"' in page.text
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    held = json.loads(answer.text)
    assert [row["id"] for row in held["rows"]["account"]] == [account_id]
    assert "password" not in held["rows"]["account"][0]
    assert {row["account_id"] for row in held["rows"]["sign_in"]} == {account_id}


def test_data_are_handed_out_only_to_who_showed_that_it_is_them(app: Flask) -> None:
    browser, account_id = signed_in(app, Role.STAFF)
    _unconfirmed(app, account_id)

    assert browser.get("/account/data").status_code in (302, 303, 403)
    assert Browser(app).get("/account/data").status_code in (302, 303, 401, 403)


def test_an_administrator_erases_a_person_after_writing_the_address(app: Flask) -> None:
    browser, _ = signed_in(app, Role.ADMIN)
    account_id, email = somebody(app.extensions["engine"], Role.STAFF)
    path = f"/desk/people/{account_id}/erase"

    assert f'href="{path}"' in browser.get(f"/desk/people/{account_id}").text
    asked = browser.get(path)
    assert email in asked.text and f"erased person {account_id}" in asked.text
    wrong = browser.post(path, {"email": "another@commune.example"})
    assert wrong.status_code == 200 or wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert _there(app, account_id)

    done = browser.post(path, {"email": f"  {email.upper()} "})
    assert done.status_code == 303
    assert not _there(app, account_id)
    assert browser.get(path).status_code == 404


def test_others_erase_nobody_and_get_no_page_of_it(app: Flask) -> None:
    account_id, email = somebody(app.extensions["engine"], Role.STAFF)
    planner, _ = signed_in(app, Role.STAFF, Role.PLANNER)

    for browser in (planner, Browser(app)):
        assert browser.get(f"/desk/people/{account_id}/erase").status_code in (302, 303, 401, 403)
        assert browser.post(f"/desk/people/{account_id}/erase", {"email": email}).status_code in (
            303,
            401,
            403,
        )
    assert _there(app, account_id)


def test_somebody_erased_is_out_at_once(app: Flask) -> None:
    admin, _ = signed_in(app, Role.ADMIN)
    browser, account_id = signed_in(app, Role.STAFF)
    engine: Engine = app.extensions["engine"]
    with engine.connect() as connection:
        email = connection.scalar(text("SELECT email FROM account WHERE id = :id"), {"id": account_id})

    admin.post(f"/desk/people/{account_id}/erase", {"email": email})

    assert browser.get("/account").status_code in (302, 303, 401, 403)
