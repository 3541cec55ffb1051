"""No address makes the site stumble, whatever stands in its places, for nobody and for who may everything."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.accounts import GIVEN
from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from tests.portal.conftest import at_least_cost
from tests.portal.people import BASE, HERE, SECRET, Browser, signed_in

NUMBERS: Final = ("0", "7", str(2**31), str(2**63 - 1), str(2**63), "9" * 40)
WORDS: Final = (
    "x",
    "%00",
    "%E2%80%AE",
    "..%2f..%2fetc",
    "a" * 3000,
    "%F0%9F%95%8C",
    "%27%22%3E%3Cscript%3E",
    "%25s",
)
VALUES: Final = {"lang": "en", "tongue": "en"}


@pytest.fixture(scope="module")
def everybody(people_engine: Engine) -> Iterator[tuple[Flask, tuple[Browser, Browser]]]:
    """The application, with the browsers of nobody known and of somebody with every role."""
    app = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), people_engine)
    with pytest.MonkeyPatch.context() as patch:
        at_least_cost(patch)
        yield app, (Browser(app), signed_in(app, *GIVEN)[0])


def _addresses(rule: Rule) -> Iterator[str]:
    places = re.findall(r"<([^>]+)>", str(rule))
    numbered = any(place.startswith("int") for place in places)
    free = any(not place.startswith(("int", "any", "lang:")) for place in places)
    for number in NUMBERS if numbered else NUMBERS[:1]:
        for word in WORDS if free else WORDS[:1]:
            yield re.sub(r"<([^>]+)>", lambda place: _fitting(place, number, word), str(rule))  # noqa: B023


def _fitting(place: re.Match[str], number: str, word: str) -> str:
    kind, _, name = place.group(1).rpartition(":")
    choice = re.fullmatch(r"any\(([^,)]+).*\)", kind)
    return choice.group(1) if choice else number if kind.startswith("int") else VALUES.get(name, word)


def test_no_address_makes_the_site_stumble(everybody: tuple[Flask, tuple[Browser, Browser]]) -> None:
    app, browsers = everybody
    tried, fallen = 0, []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for address in _addresses(rule):
                for browser in browsers:
                    if str(rule) in ("/desk/leave", "/account/leave") and browser is browsers[1]:
                        continue
                    answer = browser.client.open(address, method=method, base_url=BASE, headers=HERE)
                    tried += 1
                    if answer.status_code >= 500:
                        fallen.append((method, address[:80], answer.status_code))

    assert tried > 1000
    assert sorted({(m, a) for m, a, _ in fallen}) == []
