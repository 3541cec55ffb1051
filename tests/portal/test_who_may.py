"""Every address and every role: who is let in and who is refused. A new view without a line here fails."""

from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import create_engine

from core import clock
from core.accounts import GIVEN, Role
from core.db import Engine
from core.settings import Settings
from geo.editing import rights
from portal.app import create_app
from tests.portal.conftest import at_least_cost
from tests.portal.people import BASE, HERE, SECRET, Browser, somebody
from tests.portal.rules import address, tries

PUBLIC: Final = frozenset(Role)
MEMBER: Final = frozenset(Role) - {Role.PUBLIC}
STAFF: Final = frozenset({Role.STAFF})
ADMIN: Final = frozenset({Role.ADMIN})
PLANNER: Final = frozenset({Role.PLANNER})
PICTURES: Final = frozenset({Role.EDITOR, Role.TOURISM})
SEES: Final = frozenset(rights.SEES)
WRITES: Final = SEES - {Role.VIEWER}
IMPORT: Final = frozenset({Role.EDITOR, Role.PLANNER, Role.RISK})
RISK: Final = frozenset({Role.RISK})

OPEN_TO: Final = {
    "/": PUBLIC,
    "/<lang:lang>/": PUBLIC,
    "/<lang:lang>/planner": PLANNER,
    "GET /<lang:lang>/planner$": PUBLIC,
    "GET /<lang:lang>/planner/<key>$": PUBLIC,
    "GET /<lang:lang>/planner/<key>/state$": PUBLIC,
    "GET /<lang:lang>/planner/compare$": PUBLIC,
    "POST /<lang:lang>/planner/<key>/comments$": PUBLIC,
    "/desk/": STAFF,
    "/desk/translations": SEES,
    "POST /desk/translations/": WRITES,
    "/desk/terms": SEES,
    "POST /desk/terms": frozenset({Role.TRANSLATOR, Role.EDITOR}),
    "POST /desk/terms/seed": frozenset({Role.EDITOR}),
    "POST /desk/terms/<int:term_id>/remove": frozenset({Role.EDITOR}),
    "/desk$": SEES,
    "/desk/ground/": SEES,
    "/desk/near.geojson": SEES,
    "/desk/enter/": PUBLIC,
    "/desk/leave": PUBLIC,
    "/desk/alerts": RISK,
    "/desk/people": ADMIN,
    "/desk/import": IMPORT,
    "/desk/trail": ADMIN,
    "/desk/letters": ADMIN,
    "/desk/pictures": PICTURES,
    "/account": MEMBER,
    "/account/enter": PUBLIC,
    "/account/second": PUBLIC,
    "/account/forgot": PUBLIC,
    "/account/link/": PUBLIC,
    "/account/passkeys/ask": PUBLIC,
    "/account/passkeys/enter": PUBLIC,
}
"""Who may what, by the longest beginning of an address that fits, "$" being its end; with a method, for
that alone. What is closed stands under /desk, /account or /{lang}/planner; everything else is for everybody.
Plans that are open for consultation are everybody's to read and to comment on.
"""
PERSONS: Final = (None, Role.MEMBER, *GIVEN)
"""Who tries: nobody known, somebody with an account and no role, and one of each role."""
REFUSED: Final = "This page is for the commune"


@pytest.fixture(scope="module")
def frozen(people_engine: Engine) -> Iterator[tuple[Flask, dict[Role | None, Browser]]]:
    """The application on a database that takes no change, and a browser of each person.

    No time passes there: when somebody was last seen is a change.
    """
    town = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), people_engine)
    cookies: dict[Role | None, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        at_least_cost(patch)
        moment = clock.now()
        patch.setattr(clock, "now", lambda: moment)
        for role in PERSONS[1:]:
            browser = Browser(town)
            _, email = somebody(people_engine, *([role] if role in GIVEN else []))
            assert browser.enter(email).status_code == 303
            cookies[role] = browser.cookie or ""
        url = people_engine.url.render_as_string(hide_password=False)
        engine = create_engine(
            url, connect_args={"options": "-c default_transaction_read_only=on -c timezone=UTC"}
        )
        app = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), engine)
        browsers: dict[Role | None, Browser] = {role: Browser(app) for role in PERSONS}
        for role, cookie in cookies.items():
            browsers[role].client.set_cookie("staff", cookie, domain="athar.example", secure=True)
        yield app, browsers
    engine.dispose()


def _may(rule: str, method: str) -> frozenset[Role]:
    fitting = [
        begin for begin in OPEN_TO if f"{rule}$".startswith(begin) or f"{method} {rule}$".startswith(begin)
    ]
    return OPEN_TO[max(fitting, key=len)]


def test_every_view_is_open_to_whom_the_table_says(frozen: tuple[Flask, dict[Role | None, Browser]]) -> None:
    app, _ = frozen
    wrong = {}
    for rule, method in tries(app):
        said: frozenset[Role] = getattr(app.view_functions[rule.endpoint], "open_to", frozenset())
        held = PUBLIC if Role.PUBLIC in said else MEMBER if Role.MEMBER in said else said
        if held != _may(str(rule), method):
            wrong[f"{method} {rule}"] = sorted(said)

    assert wrong == {}


@pytest.mark.parametrize("who", PERSONS)
def test_who_may_not_is_refused_and_who_may_is_not(
    frozen: tuple[Flask, dict[Role | None, Browser]], who: Role | None
) -> None:
    app, browsers = frozen
    tried, wrong = 0, []
    for rule, method in tries(app):
        may = _may(str(rule), method)
        if may == PUBLIC and who is not None:
            continue
        held = {Role.PUBLIC} | ({Role.MEMBER, who} if who else set())
        answer = browsers[who].client.open(
            address(rule), method=method, base_url=BASE, headers={**HERE, "Accept-Language": "en"}
        )
        tried += 1
        refused = answer.status_code == 403 and REFUSED in answer.text
        if refused is bool(may & held):
            wrong.append((method, str(rule), answer.status_code))

    assert tried > 40
    assert wrong == []


def test_a_door_for_one_is_no_door_for_others(frozen: tuple[Flask, dict[Role | None, Browser]]) -> None:
    """Nothing of the desk is in what the others get: no name, no link."""
    _, browsers = frozen
    for role in (None, Role.MEMBER, Role.ADMIN):
        assert "/desk/signs/" not in browsers[role].get("/q/2W3Z5Z1").text
    assert "/desk/signs/" in browsers[Role.STAFF].get("/q/2W3Z5Z1").text
