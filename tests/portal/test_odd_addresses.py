"""No address makes the site stumble, whatever stands in its places, for nobody and for who may everything."""

import re
from collections.abc import Iterator
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from tests.portal.people import BASE, HERE, Browser
from tests.portal.rules import ENDING, address, tries

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


def _addresses(rule: Rule) -> Iterator[str]:
    places = re.findall(r"<([^>]+)>", str(rule))
    numbered = any(place.startswith("int") for place in places)
    free = any(not place.startswith(("int", "any", "lang:")) for place in places)
    for number in NUMBERS if numbered else NUMBERS[:1]:
        for word in WORDS if free else WORDS[:1]:
            yield address(rule, word, number)


def test_no_address_makes_the_site_stumble(everybody: tuple[Flask, tuple[Browser, Browser]]) -> None:
    app, browsers = everybody
    tried, fallen = 0, []
    for rule, method in tries(app):
        for path in _addresses(rule):
            for browser in browsers:
                if browser is browsers[1] and str(rule) in ENDING:
                    continue
                answer = browser.client.open(path, method=method, base_url=BASE, headers=HERE)
                tried += 1
                if answer.status_code >= 500:
                    fallen.append((method, path[:80], answer.status_code))

    assert tried > 1000
    assert browsers[1].get("/account").status_code == 200, "who may everything was sent out on the way"
    assert fallen == [], "\n".join(f"{method} {path}" for method, path, _ in fallen)
