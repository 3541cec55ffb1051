"""What there is to translate over 100,000 monuments in six languages: bars, lists, a save, counting anew."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.harness import Table, database
from core.accounts import Role
from core.db import make_engine, session_of
from geo.editing import versions
from geo.editing.rights import Person
from geo.translating import units
from geo.translating.units import Asked

MONUMENTS: Final = 100_000
TRIES: Final = 40
LANGS: Final = ("ar", "zgh", "fr", "en", "es", "de")
NAIVE: Final = """
SELECT wanted.lang, CASE WHEN t.text IS NULL THEN 'missing' ELSE t.state END AS rank, count(*)
  FROM (SELECT DISTINCT t.feature_id, t.field FROM feature_text t JOIN feature f ON f.id = t.feature_id
         WHERE f.withdrawn_at IS NULL) AS said
 CROSS JOIN unnest(CAST(:langs AS text[])) AS wanted (lang)
  LEFT JOIN feature_text t
    ON t.feature_id = said.feature_id AND t.field = said.field AND t.lang = wanted.lang
 GROUP BY 1, 2
"""
"""Counts of texts by language and state, asked of the texts themselves; even without what is outdated."""


def run() -> Table:
    """The table of translations."""
    table = Table(f"Translations: {MONUMENTS:,} monuments, {len(LANGS)} languages (p95 of {TRIES})")
    with database(MONUMENTS) as url:
        engine = make_engine(url, statement_timeout_ms=0)
        with session_of(engine) as session:
            session.execute(text("TRUNCATE translation_unit, translation_count"))
            session.commit()
            first_time = _counted(session)
            rebuilt = _counted(session)
            session.execute(text("ANALYZE translation_unit"))
            session.commit()
            many = session.scalar(text("SELECT count(*) FROM translation_unit")) or 0
            bars = _p95(lambda n: units.progress(session, LANGS))
            naive = _p95(lambda n: session.execute(text(NAIVE), {"langs": list(LANGS)}).all(), tries=5)
            first = _p95(lambda n: _listed(session, LANGS[n % 6], Asked(to_do=True)))
            narrow = _p95(lambda n: _listed(session, LANGS[n % 6], Asked(layer="monuments", field="name")))
            deep = _p95(lambda n: _listed(session, LANGS[n % 6], Asked(), offset=100_000))
            saved = _p95(lambda n: _saved(session, n))
        engine.dispose()
    table.add(f"bars of every language, {many:,} texts", bars, "ms", most=150, peer=("counted", naive))
    table.add("first page of a language's list", first, "ms", most=150)
    table.add("– of one layer and field", narrow, "ms", most=150)
    table.add("– page 2,000", deep, "ms")
    table.add("a translation saved, counts with it", saved, "ms")
    table.add("everything counted for the first time, after the first load", first_time, "s")
    table.add("everything counted anew, after a load that changed little", rebuilt, "s")
    return table


def _counted(session: Session) -> float:
    """Seconds that it takes to look at everything anew."""
    began = time.perf_counter()
    units.rebuild(session)
    session.commit()
    return time.perf_counter() - began


def _listed(session: Session, lang: str, asked: Asked, offset: int = 0) -> None:
    units.counted(session, lang, asked)
    units.page(session, lang, asked, LANGS, limit=50, offset=offset)


def _saved(session: Session, n: int) -> None:
    person = Person("account:1", "B. Bench", {Role.EDITOR})
    content = {"summary": {"text": f"text {n}", "state": "written"}}
    key, now = f"made-{n + 1}", datetime.now(UTC)
    there = versions.find(session, "monuments", key).parts.get("de")
    versions.save(
        session, "monuments", key, "de", {**(there.content if there else {}), **content},
        base=there.version if there else 0, person=person, now=now,
    )  # fmt: skip
    session.commit()


def _p95(act: Callable[[int], object], tries: int = TRIES) -> float:
    """Milliseconds within which 95 of 100 acts are done."""
    act(0)
    times = []
    for n in range(1, tries + 1):
        began = time.perf_counter()
        act(n)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[round(0.95 * (tries - 1))]
