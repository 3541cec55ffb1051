"""Translators at the desk in their browsers: who may what, two at once, hostile texts, files."""

import base64
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from core.db import Engine, session_of
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.portal.conftest import at_least_cost
from tests.portal.people import BASE, SECRET, Browser, somebody

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}%(x)s"


@pytest.fixture(scope="module")
def office_engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database whose texts these tests may change."""
    with _database("translators") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def office(office_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application on it."""
    at_least_cost(monkeypatch)
    app = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), office_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].close()


def _person(app: Flask, *roles: Role, languages: tuple[str, ...] = ("ar",)) -> Browser:
    _, email = somebody(app.extensions["engine"], *roles, languages=languages)
    browser = Browser(app)
    assert browser.enter(email).status_code == 303
    return browser


@pytest.fixture
def place(office: Flask) -> str:
    """Path of a monument's sheet in Arabic, another one for each test."""
    with session_of(office.extensions["engine"]) as session:
        key = session.scalar(
            text(
                "SELECT f.key FROM feature f JOIN feature_text t ON t.feature_id = f.id AND t.lang = 'ar'"
                " AND t.field = 'summary' AND t.state = 'machine' WHERE f.layer = 'monuments'"
                " AND NOT EXISTS (SELECT 1 FROM record r WHERE r.key = f.key) ORDER BY f.key LIMIT 1"
            )
        )
    return f"/desk/translations/ar/monuments/{key}"


def _form(page: TestResponse) -> dict[str, str]:
    """What the sheet's form would send as it is."""
    assert page.status_code in (200, 409, 422), page.status_code
    html = page.text
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    found += re.findall(r'<input id="[^"]+" name="(text-[^"]+)" value="([^"]*)"', html)
    found += re.findall(r'<textarea id="[^"]+" name="(text-[^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    return {name: unescape(value) for name, value in found}


def _save(browser: Browser, path: str, **changed: str) -> TestResponse:
    form = _form(browser.get(path))
    return browser.post(path, {**form, "act": "save", **changed})


def test_from_the_list_to_the_public_page(office: Flask, place: str) -> None:
    translator, second = _person(office, Role.TRANSLATOR), _person(office, Role.TRANSLATOR)
    assert place.split("/")[-1] in translator.get("/desk/translations/ar?rank=machine&field=summary").text
    answer = _save(translator, place, **{"text-summary": "نص كتبه إنسان.", "act": "submit"})
    assert answer.status_code == 303
    public = f"/ar/monuments/{place.split('/')[-1]}"
    assert "نص كتبه إنسان." not in translator.get(public).text
    base = _form(translator.get(place))["base"]
    assert 'value="publish"' not in translator.get(place).text
    own = translator.post(f"{place}/review", {"act": "publish", "base": base})
    assert (own.status_code, 'role="alert"' in own.text) == (403, True)
    assert place in second.get("/desk/translations/ar/review").text
    assert second.post(f"{place}/review", {"act": "publish", "base": base}).status_code == 303

    assert "نص كتبه إنسان." in second.get(public).text
    assert place not in second.get("/desk/translations/ar/review").text


def test_who_translates_into_one_language_writes_no_other(office: Flask, place: str) -> None:
    french = _person(office, Role.TRANSLATOR, languages=("zgh",))
    assert "<textarea" not in french.get(place).text
    editor = _person(office, Role.EDITOR)
    form = {**_form(editor.get(place)), "text-summary": "غيره", "act": "save"}
    assert french.post(place, form).status_code == 403
    assert french.post(f"{place}/review", {"act": "publish", "base": "1"}).status_code == 403
    term = editor.post("/desk/terms", {"term": f"Bab {place[-8:]}", "kind": "name"})
    number = re.search(r"/desk/terms/(\d+)", editor.get(term.location).text)
    assert number
    fixing = f"/desk/terms/{number[1]}"
    assert french.post(fixing, {"form-ar": "باب"}).status_code == 403
    assert french.post(fixing, {"form-zgh": "ⵉⵎⵉ"}).status_code == 303
    assert french.post(f"{fixing}/remove").status_code == 403
    page = french.get(term.location).text
    assert "ⵉⵎⵉ" in page
    assert "باب</dd>" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/desk/translations/ar/monuments/nothing",
        "/desk/translations/ar/castles/x",
        "/desk/translations/ar/infrastructure/x",
        "/desk/translations/ar?page=9999",
        "/desk/translations/ar?page=x",
        "/desk/translations/xx",
        "/desk/translations/ar/export.xlf?source=xx",
        "/desk/translations/ar/export.xlf?source=fr&part=99",
        "/desk/translations/ar/export.xlf?source=fr&part=-1",
        "/desk/translations/ar/export.xlf?source=ar",
    ],
)
def test_what_is_not_there_is_not_there(office: Flask, path: str) -> None:
    assert _person(office, Role.VIEWER).get(path).status_code == 404


@pytest.mark.parametrize(
    "query", ["layer=%27%22", "field=%00", "rank=x", "stage='--", "field=" + "x" * 200, "layer=castles"]
)
def test_odd_filters_are_ignored_or_find_nothing(office: Flask, query: str) -> None:
    assert _person(office, Role.VIEWER).get(f"/desk/translations/ar?{query}").status_code == 200


def test_two_at_once_are_told_and_nothing_is_lost(office: Flask, place: str) -> None:
    first, second = _person(office, Role.TRANSLATOR), _person(office, Role.TRANSLATOR)
    form = _form(second.get(place))
    assert _save(first, place, **{"text-summary": "نص الأول"}).status_code == 303
    told = second.post(place, {**form, "text-summary": "نص الثاني", "text-name": "اسم الثاني", "act": "save"})
    assert told.status_code == 409
    assert "نص الأول" in told.text
    merged = _form(told)
    assert (merged["text-summary"], merged["text-name"]) == ("نص الثاني", "اسم الثاني")
    assert second.post(place, {**merged, "act": "save"}).status_code == 303
    assert _form(first.get(place))["text-summary"] == "نص الثاني"


def test_sent_back_with_a_comment_that_the_translator_reads(office: Flask, place: str) -> None:
    translator, editor = _person(office, Role.TRANSLATOR), _person(office, Role.EDITOR)
    _save(translator, place, **{"text-summary": "نص", "act": "submit"})
    base = _form(editor.get(place))["base"]
    assert editor.post(f"{place}/review", {"act": "back", "base": base, "said": " "}).status_code == 422
    answer = editor.post(f"{place}/review", {"act": "back", "base": base, "said": HOSTILE})
    assert answer.status_code == 303
    page = translator.get(place).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "onerror" not in re.sub(r"&lt;img[^<]*", "", page)


def test_hostile_texts_are_only_ever_text(office: Flask, place: str) -> None:
    editor = _person(office, Role.EDITOR)
    _save(editor, place, **{"text-summary": HOSTILE, "text-name": HOSTILE[:200]})
    key = place.split("/")[-1]
    term = editor.post(
        "/desk/terms", {"term": HOSTILE[:150], "kind": "name", "note": HOSTILE, "source": HOSTILE}
    )
    pages = [
        place, "/desk/translations/ar?rank=written", "/desk/translations", term.location,
        "/desk/translations/ar/files", f"/ar/monuments/{key}",
    ]  # fmt: skip
    for path in pages:
        answer = editor.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path


@pytest.mark.parametrize("words", ["a\u202eb", "a\u2066b", "a\x07b", "x" * 20_001])
def test_what_cannot_be_kept_is_told_and_stays_typed(office: Flask, place: str, words: str) -> None:
    translator = _person(office, Role.TRANSLATOR)
    answer = _save(translator, place, **{"text-summary": words})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert _form(answer)["text-summary"] == words


@pytest.mark.parametrize("base", ["", "-1", "x", "999", "٣", "9" * 30])
def test_an_odd_version_breaks_nothing(office: Flask, place: str, base: str) -> None:
    translator = _person(office, Role.TRANSLATOR)
    answer = _save(translator, place, base=base, **{"text-summary": "نص"})
    assert answer.status_code in (404, 409)


def _exported(browser: Browser, kind: str) -> bytes:
    offered = unescape(browser.get("/desk/translations/ar/files?scope=all&layer=monuments").text)
    link = re.search(rf"/desk/translations/ar/export\.{kind}\?[^\"]+", offered)
    assert link
    answer = browser.get(link[0])
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return bytes(answer.data)


@pytest.mark.parametrize("kind", ["xlf", "csv"])
def test_a_file_comes_back_is_looked_at_and_kept(office: Flask, place: str, kind: str) -> None:
    translator = _person(office, Role.TRANSLATOR)
    before = _form(translator.get(place))["text-summary"]
    data = _exported(translator, kind)
    assert before.encode() in data
    data = data.replace(before.encode(), f"نص الوكالة {kind}".encode())
    seen = translator.post("/desk/translations/ar/files", {"file": (io.BytesIO(data), f"a.{kind}")})
    assert f"نص الوكالة {kind}" in seen.text
    assert _form(translator.get(place))["text-summary"] == before
    form = _form(seen)
    wrong = translator.post("/desk/translations/ar/take", {**form, "stamp": "0" * 32})
    assert wrong.status_code == 409
    other = _person(office, Role.TRANSLATOR, languages=("zgh",))
    assert other.post("/desk/translations/ar/take", form).status_code in (403, 409)
    taken = translator.post("/desk/translations/ar/take", form)
    assert (taken.status_code, "kept=" in taken.location) == (303, True)
    assert _form(translator.get(place))["text-summary"] == f"نص الوكالة {kind}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        b"\x89PNG\r\n",
        b"a,b",
        b"<xliff/>",
    ],
)
def test_hostile_files_are_refused_with_a_sentence(office: Flask, data: bytes) -> None:
    translator = _person(office, Role.TRANSLATOR)
    answer = translator.post("/desk/translations/ar/files", {"file": (io.BytesIO(data), "a.xlf")})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert "root:" not in answer.text
    again = {"file": base64.b64encode(data).decode(), "stamp": "x"}
    assert translator.post("/desk/translations/ar/take", again).status_code == 422
    assert translator.post("/desk/translations/ar/take", {"file": "!!", "stamp": "x"}).status_code == 422


def test_progress_is_told_for_every_language(office: Flask) -> None:
    viewer = _person(office, Role.VIEWER)
    page = viewer.get("/desk/translations?lang=en").text
    for lang in ("ar", "zgh", "en", "es", "de"):
        assert f"/desk/translations/{lang}" in page
    assert viewer.post("/desk/translations/ar/files", {}).status_code == 403
