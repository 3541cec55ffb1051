"""Every field of every form that pages show is filled with what would be a script; it runs nowhere.

The forms are found in the pages. Whoever adds one that pages do not show says below how it is sent.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core import clock
from core.accounts import GIVEN
from core.db import Engine, session_of
from core.people import register
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests import made_pictures, recorded
from tests.conftest import _database
from tests.forms import HERE, Field, Form, Upload, Walker
from tests.geo.plans.planning import CONFIG
from tests.journeys.conftest import DESK, Open, serving
from tests.portal.conftest import at_least_cost
from tests.portal.people import PASSWORD
from tests.webmap.test_maps import PAYLOADS

SCRIPT: Final = "<img src=x onerror=window.hacked=1>"
ALL: Final = " ".join(PAYLOADS)
QUOTED: Final = "\"'><svg onload=window.hacked=1>"
NUMBERS: Final = {
    "lon": "-8.877",
    "lat": "30.47",
    "height_m": "4",
    "latitude": "30.47",
    "longitude": "-8.877",
}
"""Fields of text that take numbers."""
LEFT: Final = frozenset(
    {
        "/desk/leave",
        "/account/sign-ins/end",
        "/account/password",
        "/desk/people/<int:account_id>/shut",
        "/desk/people/<int:account_id>/roles",
        "/desk/people/<int:account_id>/sign-out",
        "/desk/people/<int:account_id>/erase",
    }
)
"""Forms after which the one who fills in would be somebody else: no text in them is kept."""
NO_TEXT: Final = frozenset(
    {
        "/<lang:lang>/planner/<key>/hotspots/<hotspot>/remove",
        "/<lang:lang>/planner/<key>/proposals/<int:proposal>/adopt",
        "/<lang:lang>/planner/<key>/proposals/<int:proposal>/stop",
        "/<lang:lang>/planner/<key>/surveys/<int:survey_id>/compare",
        "/<lang:lang>/planner/<key>/surveys/<int:survey_id>/remove",
        "/<lang:lang>/planner/<key>/surveys/<int:survey_id>/use",
        "/<lang:lang>/planner/<key>/surveys/forget-offset",
        "/account/codes/off",
        "/account/codes/papers",
        "/account/keys/<int:passkey_id>/remove",
        "/account/sign-ins/<int:sign_in_id>/end",
        "/desk/alerts/<int:alert_id>/issue",
        "/desk/import/<layer>/<int:batch_id>/again",
        "/desk/letters/<int:letter_id>/again",
        "/desk/people/<int:account_id>/codes/off",
        "/desk/people/<int:account_id>/open",
        "/desk/pictures/<layer>/<key>/<int:picture_id>/<any(withdraw, restore, up, down):act>",
        "/desk/recordings/<int:recording_id>/remove",
    }
)
"""Buttons without a field of text, on pages that stand only after other acts."""
NO_PAGE: Final = {
    "/account/enter": "e-mail and password of who is not in",
    "/account/second": "a code of six digits",
    "/account/link/<token>": "a password",
    "/account/passkeys/ask": "no text",
    "/account/passkeys/confirm": "what a device signed",
    "/account/passkeys/enter": "what a device signed",
    "/account/passkeys/keep": "what a device signed; its name is a text: tests/journeys/test_accounts.py",
    "/account/passkeys/offer": "no text",
    "/desk/enter/<token>": "no text",
    "/<lang:lang>/planner/<key>/hotspots/<hotspot>/status": "stands on approved plans",
    "/<lang:lang>/planner/<key>/hotspots/<hotspot>/try": "asked by a script, keeps nothing",
    "/desk/alerts/<int:alert_id>/<any(Update, Cancel):kind>": "the fields of /desk/alerts/new once more",
    "/desk/ground/<any(monuments, places, quarters, boundary, walls, risk_zones, infrastructure, reference,"
    " routes):layer>/<key>/<part>/merge": "the fields of the part once more",
    "/desk/pictures/<layer>/<key>/<int:picture_id>/words": "stands once the worker made the picture",
    "/desk/signs/inspect/<code>": "stands on signs that hang",
    "/desk/signs/reports/<int:report_id>/settle": "stands once a report came",
    "/desk/translations/<lang:into>/<layer>/<key>/review": "stands once somebody else wrote:"
    " tests/portal/test_translating.py",
    "/desk/translations/<lang:into>/pictures/<int:picture_id>": "stands once a picture is published",
    "/desk/translations/<lang:into>/take": "a file that was looked at",
}
"""Rules with forms that this walk does not meet, and why: those with a text are its holes."""


def _fill(form: Form, name: str) -> str:
    """A script, as long as the field may take."""
    if name in ("name", "title"):
        return SCRIPT
    return NUMBERS.get(name, QUOTED if "url" in name or "source" in name else ALL)


def _file(form: Form, field: Field) -> Upload:
    """A file with scripts in its name and in what it says."""
    if "image" in field.accept:
        return made_pictures.photo(comment=SCRIPT.encode()), f"{SCRIPT}.jpg"
    if "audio" in field.accept:
        return recorded.tone(), f"{SCRIPT}.mp3"
    if "surveys" in form.action:
        return f'lat,lon,dbm,ssid\n30.47,-8.877,-60,"{SCRIPT}"\n'.encode(), f"{SCRIPT}.csv"
    rows = f'"{SCRIPT}",30.47,-8.877,school,"{SCRIPT}"\n"{SCRIPT}",x,-8.876,"{SCRIPT}",\n'
    return f'name,lat,lon,kind,"{SCRIPT}"\n{rows}'.encode(), f"{SCRIPT}.csv"


@pytest.fixture
def filled(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Flask, FlaskClient]]:
    """Address and application of a site of its own, and the client of somebody with every role."""
    at_least_cost(monkeypatch)
    with _database("filled") as engine:
        load(engine, shipped)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(CONFIG)},
            )
        app = create_app(Settings(SECRET_KEY="test", SIGN_KEY="k", FILES_DIR=str(tmp_path)), engine)
        client = app.test_client()
        email = _person(engine)
        client.post("/account/enter", data={"email": email, "password": PASSWORD}, headers=HERE)
        with serving(app) as address:
            yield address, app, client
        for counter in ("scan_counter", "embed_counter"):
            app.extensions[counter].close()


def _person(engine: Engine) -> str:
    """The e-mail address of somebody with every role, whose name is a script."""
    with session_of(engine) as session:
        account, token = register.invite(
            session, "amina@commune.example", SCRIPT, lang="en", roles=GIVEN, languages=["en", "fr", "ar"],
            by=SCRIPT, now=clock.now(),
        )  # fmt: skip
        register.take_up(session, token, PASSWORD, now=clock.now())
        session.commit()
        return account.email


def _starts(app: Flask) -> list[str]:
    """Every page that needs nothing in its address."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [str(rule).replace("<lang:lang>", "en") for rule in rules if not rule.arguments - {"lang"}]


def _sign(app: Flask) -> list[str]:
    """The pages of a sign."""
    with session_of(app.extensions["engine"]) as session:
        code = session.scalar(text("SELECT code FROM sign ORDER BY code LIMIT 1"))
    return [f"/q/{code}", f"/q/{code}/report", f"/desk/signs/inspect/{code}", "/desk/signs/attention"]


def test_nothing_that_is_written_in_any_form_runs_anywhere(
    open_page: Open, filled: tuple[str, Flask, FlaskClient]
) -> None:
    base, app, client = filled
    walker = Walker(app, client, _fill, _file, LEFT)
    walker.walk(*_starts(app), *_sign(app))
    changing = {str(rule) for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert changing - walker.tried - LEFT - NO_TEXT - set(NO_PAGE) == set()

    page = open_page("/en/", base=base, size=DESK)
    cookie = client.get_cookie("staff")
    assert cookie is not None
    page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": base}])
    shown = 0
    for path in walker.pages:
        page.goto(base + path)
        shown += "window.hacked" in page.content()
        assert page.evaluate("window.hacked") is None, path
        assert page.locator("[onerror], [onload], [src=x], a[href^='javascript']").count() == 0, path
    assert shown > 30
