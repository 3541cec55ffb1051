"""The desk of things on a layer of 100,000: its table, a search in it, a change kept with its trail."""

import statistics
import time
from collections.abc import Callable
from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench import editors, harness
from core.accounts import Role
from core.db import Engine, make_engine, session_of
from core.settings import Settings
from geo import models
from geo.editing import versions
from portal import staff
from portal.app import create_app
from webmap.ground import fields

THINGS: Final = 100_000
TIMES: Final = 60
EDITORS: Final = 50
TABLE: Final = "/desk/ground/monuments"
HERE: Final = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


def run() -> harness.Table:
    """The table of the desk."""
    table = harness.Table(f"Desk: a layer of {THINGS:,} things, through the application")
    with harness.database(THINGS) as url:
        engine = make_engine(url, statement_timeout_ms=60_000)
        app = create_app(Settings(SECRET_KEY="bench"), engine)
        client = _clerk(app)
        with session_of(engine) as session:
            named = list(
                session.scalars(text("SELECT folded FROM feature_text WHERE field = 'name' LIMIT 40"))
            )
            _read(table, client, session, named)
            _write(table, client, session)
            _together(table, engine)
        app.extensions["scan_counter"].close()
        app.extensions["embed_counter"].close()
        engine.dispose()
    return table


def _clerk(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post(f"/desk/enter/{staff.token('bench', 'F. Amzil', [Role.EDITOR])}", headers=HERE)
    return client


def _read(table: harness.Table, client: FlaskClient, session: Session, named: list[str]) -> None:
    """Pages of the table, beside the same rows by the object mapper, whole things with their texts."""

    def get(path: str) -> None:
        answer = client.get(path, headers=HERE)
        assert answer.status_code == 200, answer.text[:500]

    def mapped() -> None:
        query = select(models.Feature).where(models.Feature.layer == "monuments").order_by(models.Feature.key)
        rows = session.scalars(query.limit(50)).all()
        names = select(models.FeatureText).where(models.FeatureText.feature_id.in_([row.id for row in rows]))
        session.scalars(names).all()
        session.scalar(text("SELECT count(*) FROM feature WHERE layer = 'monuments'"))
        session.expunge_all()

    words = iter([f"made-{17 * n % 90_000}" for n in range(TIMES)] + named * 9)
    peer = ("whole rows by the object mapper, no page made of them", _p95(mapped))
    table.add("table, first page, p95", _p95(lambda: get(TABLE)), "ms", most=150, peer=peer)
    table.add("table, page 1,000, p95", _p95(lambda: get(f"{TABLE}?page=1000")), "ms")
    table.add("search by key or name, p95", _p95(lambda: get(f"{TABLE}?q={next(words)}")), "ms", most=150)
    table.add("search that 100,000 match, p95", _p95(lambda: get(f"{TABLE}?q=made")), "ms", most=150)
    table.add("drafts only, p95", _p95(lambda: get(f"{TABLE}?stage=draft")), "ms", most=150)


def _write(table: harness.Table, client: FlaskClient, session: Session) -> None:
    """A save at the desk, beside one UPDATE of the row without version, check and trail."""
    keys = iter(range(1, 10 * TIMES))

    def save() -> float:
        key = f"made-{next(keys)}"
        there = versions.find(session, "monuments", key).parts["facts"]
        session.rollback()
        lon, lat = there.content["geometry"]["coordinates"]
        form = {"base": str(there.version), "shape": "point", "lon": str(lon), "lat": str(lat - 1e-5)}
        for control in fields.facts("monuments"):
            value = fields.get(there.content, control.name)
            if value not in (None, False, []):
                form[control.name] = "\n".join(value) if isinstance(value, list) else str(value)
        begun = time.perf_counter()
        answer = client.post(f"{TABLE}/{key}/facts", data=form, headers=HERE)
        taken = time.perf_counter() - begun
        assert answer.location.endswith("done=saved"), answer.text[:500]
        return taken

    def plain() -> None:
        session.execute(
            text(
                "UPDATE feature SET geom = ST_Translate(geom, 0, -1e-5)"
                " WHERE layer = 'monuments' AND key = :key"
            ),
            {"key": f"made-{next(keys)}"},
        )
        session.commit()

    taken = sorted(save() for _ in range(TIMES))
    peer = ("one plain UPDATE without version, check or trail", _p95(plain))
    table.add("save a changed place, with its trail, p95", _at(taken) * 1000, "ms", most=100, peer=peer)


def _together(table: harness.Table, engine: Engine) -> None:
    """All in one moment on one thing, each with a source of their own."""
    kept = editors.save_at_once(engine, "monuments", f"made-{10 * TIMES}", EDITORS)
    table.add(f"{EDITORS} editors save the same thing at once", kept.seconds, "s")
    table.add("– sources kept", kept.sources, "", least=EDITORS, digits=0)
    table.add("– versions, with the one before them", kept.versions, "", least=EDITORS + 1, digits=0)
    table.add("– lost", EDITORS - kept.sources, "", most=0, digits=0)
    table.add("– saves that came second and were made anew", kept.tries - EDITORS, "", digits=0)


def _p95(work: Callable[[], object]) -> float:
    """Milliseconds below which 95 of 100 runs stay, after three that do not count."""
    for _ in range(3):
        work()
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return _at(taken) * 1000


def _at(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
