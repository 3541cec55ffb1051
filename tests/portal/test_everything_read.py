"""Whatever a view reads of a request, an argument or a field of a form: no value of it does harm.

Which names a view reads is heard from the view itself, so that no new one escapes.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask import Flask, Request
from lxml import html
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core.accounts import GIVEN
from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from tests.portal.conftest import at_least_cost
from tests.portal.people import BASE, HERE, SECRET, Browser, signed_in
from tests.portal.rules import ENDING, address, tries

MARK: Final = "zq9"
HOSTILE: Final = (
    f"\"'><script>{MARK}()</script><img src={MARK} onerror={MARK}()>",
    f"x\r\nX-Injected: {MARK}\r\n\r\n<script>{MARK}()</script>",
    f"//{MARK}.example/\\@{MARK}.example",
    f"https://{MARK}.example/",
    f"javascript:{MARK}()",
    f"../../../../etc/passwd\0{MARK}",
    "%' OR 1=1; SELECT pg_sleep(9)--\\_%" * 20,
    "1e999",
    "-99999999999999999999999",
    "\u202e\U0001d173" * 50,
)
NOT_OFFERED: Final = 501
"""What oEmbed prescribes for a format that is not offered."""
_heard: set[str] = set()


class _Heard(ImmutableMultiDict[str, str]):
    """Arguments or fields that remember what of them was asked for."""

    def __getitem__(self, key: str) -> Any:
        _heard.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *more: Any, **named: Any) -> Any:
        _heard.add(key)
        return super().get(key, *more, **named)

    def getlist(self, key: str, *more: Any) -> Any:
        _heard.add(key)
        return super().getlist(key, *more)

    def __contains__(self, key: object) -> bool:
        _heard.add(str(key))
        return super().__contains__(key)


class _Listening(Request):
    parameter_storage_class = _Heard


@pytest.fixture(scope="module")
def heard(people_engine: Engine) -> Iterator[tuple[Flask, Browser]]:
    """The application, hearing what views read, and the browser of somebody with every role."""
    app = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), people_engine)
    app.request_class = _Listening
    with pytest.MonkeyPatch.context() as patch:
        at_least_cost(patch)
        yield app, signed_in(app, *GIVEN)[0]
    app.extensions["scan_counter"].close()


def _names(browser: Browser, rule: Rule, method: str) -> list[str]:
    """What the view reads, asked with what it was heard to read until it reads nothing more."""
    known: set[str] = set()
    for _ in range(4):
        _heard.clear()
        _ask(browser, rule, method, dict.fromkeys(sorted(known), "1"))
        if set(_heard) <= known:
            break
        known |= _heard
    return sorted(known)


def _ask(browser: Browser, rule: Rule, method: str, values: dict[str, str]) -> TestResponse:
    where = "query_string" if method == "GET" else "data"
    path = address(rule)
    return browser.client.open(path, method=method, base_url=BASE, headers=HERE, **{where: values})  # type: ignore[arg-type]


def _harm(answer: TestResponse) -> list[str]:
    """What a value did that it must not do."""
    fallen = answer.status_code >= 500 and answer.status_code != NOT_OFFERED
    found = [f"status {answer.status_code}"] if fallen else []
    if any(name.lower() == "x-injected" or "\n" in value for name, value in answer.headers):
        found.append("a header of the value's own")
    goal = answer.headers.get("Location", "/")
    if not re.match(r"/(?![/\\])", goal) and not goal.startswith(f"{BASE}/"):
        found.append(f"sent to {goal}")
    if answer.mimetype in ("text/html", "image/svg+xml") and MARK in answer.text:
        found += _run(answer.text)
    return found


def _run(page: str) -> list[str]:
    """Elements and attributes of a page that would run, load or open what the value says."""
    root = html.fromstring(page.encode())
    scripts = [each for each in root.iter("script") if (each.text or "").startswith(MARK)]
    drawn = root.xpath("//img[@src=$mark]", mark=MARK)
    handlers = [name for each in root.iter() for name in each.attrib if str(name).startswith("on")]
    links = [
        value
        for each in root.iter("a", "form", "iframe", "link", "button")
        for name in ("href", "action", "src", "formaction")
        if (value := each.get(name, "").strip()).startswith(("javascript:", f"https://{MARK}", f"//{MARK}"))
    ]
    return [*map(str, scripts), *map(str, drawn), *handlers, *links]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_value_of_anything_that_is_read_does_harm(heard: tuple[Flask, Browser], method: str) -> None:
    app, browser = heard
    wrong, read = {}, 0
    for rule, asked in tries(app):
        if asked != method or str(rule) in ENDING:
            continue
        for name in _names(browser, rule, method):
            read += 1
            for value in HOSTILE:
                if harm := _harm(_ask(browser, rule, method, {name: value})):
                    wrong[f"{rule} {name}={value[:30]}"] = harm

    assert wrong == {}, "\n".join(f"{where}: {harm}" for where, harm in wrong.items())
    assert read > (60 if method == "GET" else 80)
    assert browser.get("/account").status_code == 200
