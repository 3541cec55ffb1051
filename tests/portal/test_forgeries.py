"""What other sites make a person's browser send changes nothing, at whatever address; nor does reading."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import event

from core.db import Engine
from tests.portal.people import BASE, HERE, Browser
from tests.portal.rules import ENDING, address, changing, tries

FORGED: Final = "This form was sent from another site."
FROM_AFAR: Final[tuple[dict[str, str], ...]] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
    {"Origin": "https://evil.example"},
    {"Origin": "https://athar.example.evil.example"},
    {"Origin": "http://athar.example:81"},
    {"Origin": "null"},
    {"Origin": ""},
    {},
)
"""What browsers say of requests that other sites make; the last, what none of the last years leaves out."""
KINDS: Final = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")
"""What a form of another site can send without asking first."""
WRITES: Final = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
NOTED: Final = ("UPDATE sign_in SET seen_at", "DELETE FROM sign_in", "UPDATE import_batch SET seen_at")
"""What is written down of reading: when somebody was last here."""

Everybody = tuple[Flask, tuple[Browser, Browser]]


@contextmanager
def _written(engine: Engine) -> Iterator[list[str]]:
    """The statements by which something was changed."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *more: Any) -> None:
        plain = " ".join(statement.split())
        if plain.startswith(WRITES):
            said.append(plain)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("said", FROM_AFAR, ids=str)
def test_no_form_of_another_site_is_taken(
    everybody: Everybody, people_engine: Engine, said: dict[str, str]
) -> None:
    app, (_, member) = everybody
    taken, rules = [], changing(app)
    with _written(people_engine) as written:
        for (rule, method), kind in zip(rules, cycle(KINDS), strict=False):
            answer = member.client.open(
                address(rule), method=method, base_url=BASE, content_type=kind, data=b"a=b",
                headers={**said, "Accept-Language": "en"},
            )  # fmt: skip
            if answer.status_code != 403 or FORGED not in answer.text:
                taken.append((method, str(rule), kind, answer.status_code))

    assert len(rules) > 60
    assert taken == []
    assert [each for each in written if not each.startswith(NOTED)] == []
    assert member.get("/account").status_code == 200


def test_the_same_forms_of_ours_are_taken(everybody: Everybody) -> None:
    """Else the test above would show nothing."""
    app, (_, member) = everybody
    for rule, method in changing(app):
        if str(rule) not in ENDING:
            answer = member.client.open(address(rule), method=method, base_url=BASE, headers=HERE)
            assert FORGED not in answer.text, str(rule)

    assert member.get("/account").status_code == 200


def test_reading_changes_nothing(everybody: Everybody, people_engine: Engine) -> None:
    """A picture or a link on another site makes browsers ask with GET, and nobody checks whence."""
    app, browsers = everybody
    wrong = {}
    for rule, method in tries(app):
        if method != "GET":
            continue
        for browser in browsers:
            with _written(people_engine) as written:
                browser.client.get(address(rule), base_url=BASE, headers={"Sec-Fetch-Site": "cross-site"})
            if found := [each for each in written if not each.startswith(NOTED)]:
                wrong[str(rule)] = found

    assert wrong == {}
