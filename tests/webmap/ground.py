"""People at the desk of things, as tests need them, and short ways to what their forms hold."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from core.db import Engine, session_of
from geo.editing import versions
from portal import staff

HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
JSON = {**HERE, "Accept": "application/json"}
GATE = "/desk/ground/monuments/bab-zorgane"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


class Clerk:
    """A person at the desk, in English."""

    def __init__(self, app: Flask, name: str, *roles: Role) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.client.post(f"/desk/enter/{staff.token('test', name, list(roles))}", headers=HERE)

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=HERE, **more)

    def post(self, path: str, data: Any = None, *, script: bool = False) -> TestResponse:
        """Send a form of a page of ours, or what the page's script sends."""
        return self.client.post(path, headers=JSON if script else HERE, data=data or {})

    def form(self, path: str, **values: Any) -> dict[str, Any]:
        """What the form of a page would send, with some values changed; None leaves one out."""
        page = self.get(path).text
        form = re.search(r"<form[^>]*data-ground-form.*?</form>", page, re.DOTALL)
        assert form is not None, page[:2000]
        return {name: value for name, value in {**fields_of(form[0]), **values}.items() if value is not None}

    def save(self, path: str, *, script: Any = False, **values: Any) -> TestResponse:
        """Open a part's page, change values and save."""
        return self.post(path, self.form(path, **values), script=script)


def fields_of(form: str) -> dict[str, Any]:
    """Names and values of a form's controls, as a browser without script would send them."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{what}="([^"]*)"', tag) for what in ("name", "value"))
        if (name and not ('type="checkbox"' in tag or 'type="radio"' in tag)) or (name and " checked" in tag):
            found[name[1]] = html.unescape(value[1] if value else "")
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(value)
    for attributes, options in re.findall(r"<select([^>]*)>(.*?)</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]*)"', attributes)
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        if name and chosen:
            found[name[1]] = chosen[1]
    return found


def part(engine: Engine, layer: str, key: str, name: str = "facts") -> versions.Part:
    """A part as it is in the database now."""
    with session_of(engine) as session:
        return versions.find(session, layer, key).parts[name]


def count(engine: Engine, table: str) -> int:
    """Rows of a table."""
    with session_of(engine) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def publish(clerk: Clerk, path: str, engine: Engine, part_name: str = "facts") -> TestResponse:
    """Publish a part as it is now."""
    layer, key = path.split("/")[3:5]
    there = part(engine, layer, key, part_name)
    return clerk.post(
        f"{path}/{part_name}/publish", {"part": part_name, f"version-{part_name}": there.version}
    )
