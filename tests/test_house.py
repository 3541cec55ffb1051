"""Rules of the house that no linter knows."""

import io
import re
import tomllib
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from core.languages import LANGUAGES
from core.settings import PROJECT
from portal import messages

ROOMS = ("core", "geo", "webmap", "qr_signs", "services", "portal")
LONGEST_FILE = 300


def _sources(*suffixes: str) -> list[Path]:
    rooms = [PROJECT / room for room in (*ROOMS, "tests", "bench")]
    return [path for room in rooms for suffix in suffixes for path in sorted(room.rglob(f"*{suffix}"))]


def test_every_view_says_who_it_is_open_to(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "open_to")]

    assert silent == []


def test_no_file_outgrows_its_room() -> None:
    long = [
        str(path)
        for path in _sources(".py", ".js", ".html")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    ]

    assert long == []


def test_every_package_face_is_empty() -> None:
    assert [str(path) for path in _sources("__init__.py") if path.stat().st_size] == []


def test_no_python_file_knows_the_commune(shipped: Path) -> None:
    config = tomllib.loads((shipped / "commune.toml").read_text(encoding="utf-8"))
    words = {config["key"].lower(), *(name.lower() for name in config["names"].values())}
    knowing = [
        (str(path), word)
        for path in _sources(".py")
        for word in words
        if word in path.read_text(encoding="utf-8").lower()
    ]

    assert knowing == []


def test_every_string_is_translated() -> None:
    template = messages.extracted()
    lacking = {lang: messages.untranslated(lang, template) for lang in LANGUAGES if lang != messages.SOURCE}

    assert len(template) > 150
    assert {lang: strings for lang, strings in lacking.items() if strings} == {}


def test_no_translation_breaks_where_values_are_put_into_it() -> None:
    values = re.compile(r"%\([a-z_0-9]+\)[sd]|%[%ds]")
    broken = []
    for lang in LANGUAGES:
        file = messages.catalogue_file(lang)
        for message in read_po(io.BytesIO(file.read_bytes())) if file.exists() else ():
            said = message.string if isinstance(message.string, tuple | list) else [message.string]
            broken += [(lang, text) for text in said if message.id and "%" in values.sub("", text or "")]

    assert broken == []


def test_every_page_opens_in_every_language(client: FlaskClient) -> None:
    plain = [
        rule
        for rule in client.application.url_map.iter_rules()
        if rule.arguments == {"lang"} and "GET" in (rule.methods or set())
    ]
    closed = [
        (path, answer.status_code)
        for rule in plain
        for lang in LANGUAGES
        if (answer := client.get(path := str(rule).replace("<lang:lang>", lang))).status_code != 200
    ]

    assert len(plain) >= 6
    assert closed == []


def test_every_setting_is_documented() -> None:
    from dataclasses import fields

    from core.settings import Settings

    readme = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")

    assert [field.name for field in fields(Settings) if f"`{field.name}`" not in readme] == []
