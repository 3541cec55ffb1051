"""Somebody who fills in every form that pages show, so that no new form escapes."""

import io
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule
from werkzeug.test import TestResponse

TYPED: Final = frozenset({"text", "search", "url", "tel", "email", "textarea"})
"""Kinds of fields that take any text."""
PLAIN: Final = {"number": "1", "range": "1", "date": "2026-11-28", "time": "10:00"}
"""What is put where nothing is, by the kind of the field."""
Upload = tuple[bytes, str]


@dataclass(frozen=True)
class Field:
    """A field of a form as the page shows it."""

    name: str
    kind: str
    values: tuple[str, ...]
    """What a browser would send untouched; of choices that nobody chose, the first that is something."""
    accept: str = ""


@dataclass(frozen=True)
class Form:
    """A form: where it stands, where it goes."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]

    @property
    def typed(self) -> list[str]:
        """Names of the fields that take any text."""
        return [field.name for field in self.fields if field.kind in TYPED]


def forms(page: str, body: str) -> Iterator[Form]:
    """The forms of a page; fields outside that name it by `form` belong to it too."""
    root = html.fromstring(body)
    for form in root.iter("form"):
        away = root.xpath("//*[@form=$id]", id=form.get("id")) if form.get("id") else []
        fields = [_field(each) for each in (*form.iter("input", "textarea", "select", "button"), *away)]
        action = urljoin(page, form.get("action") or page)
        kept = tuple(field for field in fields if field is not None)
        yield Form(page, action, (form.get("method") or "get").upper(), kept)


def _field(each: Any) -> Field | None:
    name = each.get("name")
    if not name or each.get("disabled") is not None:
        return None
    if each.tag == "textarea":
        return Field(name, "textarea", (each.text or "",))
    if each.tag == "select":
        options = [
            (option.get("value", option.text or ""), option.get("selected")) for option in each.iter("option")
        ]
        chosen = [value for value, selected in options if selected is not None]
        return Field(name, "select", tuple(chosen or [value for value, _ in options if value][:1]))
    kind, value = (each.get("type") or ("submit" if each.tag == "button" else "text")), each.get("value", "")
    if kind in ("checkbox", "radio"):
        is_on = each.get("checked") is not None or each.get("required") is not None
        return Field(name, kind, (value or "on",) if is_on else ())
    return Field(name, kind, (value,) if value else (), each.get("accept", ""))


class Walker:
    """Opens every page that the site's links and the rules of its url map lead to, and sends every form.

    `fill` gives the text for a field, `file` a file and its name for a field of files, `leave` names rules
    whose forms are let be.
    """

    def __init__(
        self,
        app: Flask,
        client: FlaskClient,
        fill: Callable[[Form, str], str],
        file: Callable[[Form, Field], Upload],
        leave: frozenset[str] = frozenset(),
        *,
        each: int = 2,
    ) -> None:
        self._client, self._fill, self._file, self._leave = client, fill, file, leave
        self._map = app.url_map.bind("localhost")
        self._most = each
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._queue: deque[str] = deque()
        self._buttons: deque[Form] = deque()
        self.sent: Counter[str] = Counter()
        """How often a form of each rule went through."""
        self.tried: set[str] = set()
        self.pages: list[str] = []
        """Address of every page that was opened."""

    def walk(self, *starts: str) -> None:
        """Follow every link and send every form, those with texts first."""
        self._queue.extend(starts)
        while self._queue or self._buttons:
            if self._queue:
                self._open(self._queue.popleft())
            else:
                self._press(self._buttons.popleft())

    def rule(self, address: str, method: str) -> Rule | None:
        """The rule of an address of ours."""
        parts = urlsplit(address)
        if parts.netloc not in ("", "localhost"):
            return None
        try:
            rule, _ = self._map.match(parts.path, method, return_rule=True)
        except (HTTPException, RequestRedirect):
            return None
        return rule

    def _open(self, address: str) -> None:
        rule = self.rule(address, "GET")
        address = address.partition("#")[0]
        if rule is None or address in self.pages:
            return
        lang = address.split("/")[1] if str(rule).startswith("/<lang") else ""
        asked = ",".join(sorted(part.partition("=")[0] for part in urlsplit(address).query.split("&")))
        if "lang" in asked.split(",") or lang not in ("", "en"):
            return
        self._seen[(str(rule), asked)] += 1
        if self._seen[(str(rule), asked)] > self._most:
            return
        answer = self._client.get(address, headers=HERE)
        self._take(address, answer)
        if answer.mimetype == "text/html" and answer.data and answer.status_code < 300:
            self.pages.append(address)
        answer.close()

    def _take(self, address: str, answer: TestResponse) -> None:
        if answer.status_code in (301, 302, 303, 307, 308):
            self._queue.append(urljoin(address, answer.headers["Location"]))
        if answer.mimetype != "text/html" or not answer.data:
            return
        for link in html.fromstring(answer.text).xpath("//a/@href | //iframe/@src"):
            self._queue.append(urljoin(address, link))
        for form in forms(address, answer.text):
            self._meet(form)

    def _meet(self, form: Form) -> None:
        rule = self.rule(form.action, form.method)
        if rule is None:
            return
        key = (form.method, str(rule), *sorted({field.name for field in form.fields}))
        self._seen[key] += 1
        if self._seen[key] > self._most or str(rule) in self._leave:
            return
        if form.typed or any(field.kind == "file" for field in form.fields):
            self.tried.add(str(rule))
            self._type(form, str(rule))
        else:
            self._buttons.append(form)

    def _type(self, form: Form, rule: str) -> None:
        """All fields at once; if that is refused, one after the other."""
        if self._send(form, rule, set(form.typed)) or form.method == "GET":
            return
        for name in form.typed:
            self._send(form, rule, {name})
        self._send(form, rule, set())

    def _press(self, form: Form) -> None:
        rule = str(self.rule(form.action, form.method))
        self.tried.add(rule)
        buttons: list[Field | None] = [field for field in form.fields if field.kind == "submit"]
        for button in buttons or [None]:
            self._send(form, rule, set(), button)

    def _send(self, form: Form, rule: str, hostile: set[str], button: Field | None = None) -> bool:
        values: dict[str, Any] = {}
        for field in form.fields:
            if field.kind in ("submit", "button", "reset"):
                continue
            if field.kind == "file":
                data, name = self._file(form, field)
                values[field.name] = [(io.BytesIO(data), name)]
            elif field.name in hostile and field.kind in TYPED:
                values[field.name] = [self._fill(form, field.name)]
            else:
                given = field.values or ((PLAIN[field.kind],) if field.kind in PLAIN else ())
                values.setdefault(field.name, []).extend(given or ([""] if field.kind in TYPED else []))
        if button is not None:
            values[button.name] = list(button.values)
        if form.method == "GET":
            self._queue.append(f"{form.action.partition('?')[0]}?{_query(values)}")
            return True
        answer = self._client.post(form.action, data=values, headers=HERE)
        went_through = answer.status_code < 400
        if went_through:
            self._take(form.action, answer)
        self.sent[rule] += went_through
        return went_through


def _query(values: dict[str, Any]) -> str:
    return urlencode([(name, each) for name, found in values.items() for each in found])


HERE: Final = {"Sec-Fetch-Site": "same-origin"}
