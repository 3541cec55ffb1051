"""Headers of every answer there is, pages, files and errors alike; and who may keep it."""

import re
from typing import Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.settings import PROJECT
from portal import security
from tests.portal.people import BASE, HERE, Browser
from tests.portal.rules import ENDING, address, tries

Everybody = tuple[Flask, tuple[Browser, Browser]]
FOR_ALL: Final = ("/audit/head",)
"""What anybody may keep: the ends of days, the same for everybody."""
NAME: Final = "F. Amzil"
"""Of who is in, as tests.portal.people has it."""
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND")


def _lacking(answer: TestResponse) -> list[str]:
    """Headers that a careful answer has and this one has not."""
    framed = "frame-ancestors *" in answer.headers.get("Content-Security-Policy", "")
    wanted = {*security.STATIC_HEADERS, "Strict-Transport-Security"} - (
        {"X-Frame-Options"} if framed else set()
    )
    lacking = [name for name in sorted(wanted) if len(answer.headers.getlist(name)) != 1]
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        lacking.append("nosniff")
    if answer.mimetype in ("text/html", "image/svg+xml", "application/xml", "text/xml"):
        policy = answer.headers.get("Content-Security-Policy", "")
        scripts = re.search(r"script-src ([^;]*)", policy)
        allowed = scripts.group(1) if scripts else "*"
        if "unsafe" in allowed or "*" in allowed or "default-src 'none'" not in policy:
            lacking.append(f"Content-Security-Policy: {policy}")
    return lacking


def _loose(answer: TestResponse) -> list[str]:
    """Cookies that go over http, to scripts, or along with what other sites send."""
    wanted = {"secure", "httponly", "samesite=lax", "path=/"}
    said = [cookie.lower() for cookie in answer.headers.getlist("Set-Cookie")]
    return [each for each in said if not wanted <= set(each.split("; ")[1:]) or "domain" in each]


def test_every_answer_is_careful(everybody: Everybody) -> None:
    app, browsers = everybody
    wrong, statuses = {}, set()
    for rule, method in tries(app):
        for browser in browsers:
            if browser is browsers[1] and str(rule) in ENDING:
                continue
            answer = browser.client.open(address(rule), method=method, base_url=BASE, headers=HERE)
            statuses.add(answer.status_code)
            if found := _lacking(answer) + _loose(answer):
                wrong[f"{method} {rule} {answer.status_code}"] = found

    assert wrong == {}
    assert {200, 303, 403, 404, 422} <= statuses


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "path", ["/", "/desk", "/en/map", "/nothing/here", "/static/nothing.js", "/ogc", "/.git/config"]
)
def test_odd_methods_are_answered_as_carefully(everybody: Everybody, method: str, path: str) -> None:
    _, (nobody, _) = everybody
    answer = nobody.client.open(path, method=method, base_url=BASE)

    assert answer.status_code < 500
    assert _lacking(answer) == []


def test_built_files_are_careful_too(everybody: Everybody) -> None:
    _, (nobody, _) = everybody
    files = [path.name for path in (PROJECT / "build" / "static").iterdir()]
    plain = sorted(name for name in files if name.endswith((".js", ".css", ".svg", ".woff2", ".png")))
    assert len(plain) > 20
    for name in plain:
        answer = nobody.get(f"/static/{name}")
        answer.close()
        assert answer.status_code == 200, name
        for header, value in security.ASSET_HEADERS.items():
            assert answer.headers.getlist(header) == [value], (name, header)


def test_nobody_keeps_what_somebody_was_shown(everybody: Everybody) -> None:
    """A proxy in between gives nobody the page of a person who is in, and neither do we."""
    app, (nobody, member) = everybody
    kept, told, named = {}, [], 0
    for rule, method in tries(app):
        if method != "GET":
            continue
        answer = member.get(address(rule))
        named += NAME in answer.text
        said = answer.cache_control
        if not (said.no_store or said.private or str(rule) in FOR_ALL):
            kept[f"{rule} {answer.status_code}"] = str(said)
        if NAME in nobody.get(address(rule)).text:
            told.append(str(rule))

    assert named > 40
    assert kept == {}
    assert told == []
