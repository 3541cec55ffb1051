"""Whoever may open a page may not reach through it what is another person's, or of another thing."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.routing import Rule

from core import clock
from core.accounts import GIVEN, Role
from core.db import Engine, session_of
from core.people.models import Passkey, SignIn
from geo.editing.importing.models import ImportBatch
from geo.models import Feature
from geo.pictures.models import DRAFT, Picture
from geo.wifi.models import Comment, Proposal, Survey
from tests.portal.people import Browser, signed_in
from tests.portal.rules import methods, rules
from tests.wifi_plans import NOW, hotspot, scenario

OWN: Final = ("batch_id", "passkey_id", "sign_in_id")
"""Places of rules with the number of something that is one person's alone."""
WITHIN: Final = ("picture_id", "comment", "proposal", "survey_id", "hotspot")
"""Places with something that is of another thing, which the address names before it."""
SHARED: Final = {
    "account_id": "administrators look after every account",
    "alert_id": "warnings are the risk officers' together",
    "build_id": "orders of signs are the desk's together",
    "letter_id": "administrators see every letter",
    "recording_id": "recordings are the desk's together",
    "report_id": "reports of passers-by are the desk's together",
    "term_id": "the term list is the translators' together",
}
"""Numbers that whoever holds the role may name, and why."""
ALONE: Final = ("/desk/translations/<lang:into>/pictures/<int:picture_id>",)
"""A picture that is named by itself: every translator may say what it shows."""
CLOSED: Final = re.compile("/desk|/account|/<lang:lang>/planner")
TYPED: Final = {
    "seen": "1",
    "revision": "1",
    "what": "show",
    "status": "ordered",
    "lon": "-8.88",
    "lat": "30.47",
}
"""What forms must say, so that they fail by what they are about and not by what they lack."""
COUNTED: Final = (
    "import_batch", "import_row", "passkey", "picture", "picture_alt", "sign_in", "wifi_comment",
    "wifi_hotspot", "wifi_proposal", "wifi_scenario", "wifi_survey",
)  # fmt: skip

Rows = dict[str, str]
Everybody = tuple[Flask, tuple[Browser, Browser]]


@pytest.fixture(scope="module")
def theirs(everybody: Everybody, people_engine: Engine) -> Iterator[Rows]:
    """What belongs to somebody: place in a rule → what stands there."""
    _, account = signed_in(everybody[0], Role.EDITOR)
    with session_of(people_engine) as session:
        plan = scenario(session, "theirs", "draft")
        scenario(session, "ours", "draft")
        hotspot(session, plan, "square", (-8.877, 30.4717))
        kasbah = select(Feature.id).where(Feature.layer == "monuments", Feature.key == "kasbah")
        made: dict[str, Any] = {
            "batch_id": ImportBatch(
                layer="monuments", title="x.csv", form="csv", columns=["a"], remarks=[], mapping={},
                stage="read", who=f"account:{account}", by="H. Tazi", roles=[], at=clock.now(),
            ),
            "passkey_id": Passkey(
                account_id=account, credential=b"a", public_key=b"b", sign_count=0, name="x", created_at=NOW
            ),
            "picture_id": Picture(
                feature_id=session.scalars(kasbah).one(), sha256="a" * 64, width=9, height=9,
                colour="ffffff", author="", licence="", licence_note="", source="", ordinal=1, state=DRAFT,
                version=1, problem="", created_at=NOW, created_by="H. Tazi",
            ),
            "comment": Comment(scenario_id=plan.id, text="Here?", shown=False, at=NOW),
            "proposal": Proposal(scenario_id=plan.id, asked={}, by="H. Tazi", asked_at=NOW),
            "survey_id": Survey(scenario_id=plan.id, title="x", digest="a" * 64, by="H. Tazi", at=NOW),
        }  # fmt: skip
        session.add_all(made.values())
        session.flush()
        rows = {name: str(row.id) for name, row in made.items()}
        theirs = select(SignIn.id).where(SignIn.account_id == account)
        rows["sign_in_id"] = str(session.scalars(theirs).one())
        session.commit()
    yield {**rows, "hotspot": "square"}
    with people_engine.begin() as connection:
        connection.execute(text("DELETE FROM wifi_scenario WHERE key IN ('ours', 'theirs')"))
        connection.execute(text("DELETE FROM picture"))


def _named(rule: Rule) -> set[str]:
    return {place.rpartition(":")[2] for place in re.findall("<([^>]+)>", str(rule))}


def _filled(rule: Rule, rows: Rows) -> str:
    """The address of somebody else's row, by a way of one's own: our plan, another monument."""
    ways = {**rows, "lang": "en", "into": "es", "layer": "monuments", "key": "bab-zorgane"}
    if "/planner" in str(rule):
        ways["key"] = "ours"

    def one(place: re.Match[str]) -> str:
        kind, _, name = place.group(1).rpartition(":")
        choice = re.fullmatch(r"any\(([^,)]+).*\)", kind)
        return choice.group(1) if choice else ways[name]

    return re.sub("<([^>]+)>", one, str(rule))


def _kept(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [
            sorted(map(str, connection.execute(text(f"SELECT to_jsonb(t) - 'seen_at' FROM {table} t"))))
            for table in COUNTED
        ]


def test_every_number_in_an_address_is_somebodys_or_has_a_reason(everybody: Everybody) -> None:
    app, _ = everybody
    numbers = {
        name
        for rule in rules(app)
        if CLOSED.match(str(rule))
        for name in re.findall(r"<int:(\w+)>", str(rule))
    }
    assert numbers - {*OWN, *WITHIN} == set(SHARED)


def test_nobody_reaches_what_is_not_theirs(people: Flask, people_engine: Engine, theirs: Rows) -> None:
    browser, _ = signed_in(people, *GIVEN)
    tried, reached = set(), {}
    before = _kept(people_engine)
    for rule in rules(people):
        about = _named(rule) & {*OWN, *WITHIN}
        if not about or str(rule) in ALONE or not CLOSED.match(str(rule)):
            continue
        for method in methods(rule):
            path = _filled(rule, theirs)
            answer = browser.get(path) if method == "GET" else browser.post(path, TYPED)
            if answer.status_code not in (403, 404):
                reached[method, str(rule)] = answer.status_code
            tried |= about

    assert reached == {}
    assert tried == {*OWN, *WITHIN}
    assert _kept(people_engine) == before
