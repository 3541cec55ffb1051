"""The term list: names and words that are always said in one way. Seeded from names that sources attest."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound
from geo.folding import fold
from geo.loading.records import At, Problems
from geo.loading.words import plain
from geo.translating.models import Term
from geo.vocabulary import N_

KINDS: Final = {"name": N_("Proper name"), "word": N_("Word")}
LONGEST: Final = 300
FOUND: Final = 40
"""Terms of one text that are shown at most."""
SHORTEST: Final = 2
"""Letters below which a folded term would be found everywhere."""


@dataclass(frozen=True)
class Fixed:
    """A term found in a source text, its form in the target language, and whether the target has it."""

    term: str
    form: str
    kind: str
    note: str
    used: bool


def listed(session: Session, sought: str, *, limit: int, offset: int = 0) -> tuple[int, Sequence[Term]]:
    """How many terms there are, and a page of them in order; those that hold what is sought."""
    query = select(Term)
    if folded := fold(sought[:LONGEST]):
        query = query.where(Term.folded.contains(folded, autoescape=True))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total, session.scalars(query.order_by(Term.term).limit(limit).offset(offset)).all()


def by_id(session: Session, term_id: int) -> Term:
    """A term; NotFound."""
    found = session.get(Term, term_id) if term_id < 2**63 else None
    if found is None:
        raise NotFound(N_("There is no such term."))
    return found


@dataclass(frozen=True)
class Known:
    """The terms that have a fixed form in a language: first word of the folded term → (folded, its row)."""

    by_word: Mapping[str, Sequence[tuple[str, Any]]]

    def among(self, source: str, target: str) -> list[Fixed]:
        """Those found in a text, the longest first, at most FOUND."""
        folded = fold(source)
        around, said = f" {folded} ", fold(target)
        there = [
            (term, row)
            for word in sorted(set(folded.split()))
            for term, row in self.by_word.get(word, ())
            if f" {term} " in around
        ]
        there.sort(key=lambda one: (-len(one[0]), one[1].term))
        return [
            Fixed(row.term, row.form, row.kind, row.note, fold(row.form) in said) for _, row in there[:FOUND]
        ]


def known(session: Session, lang: str) -> Known:
    """The terms of a language, read once for many texts."""
    query = text("SELECT term, folded, forms ->> :lang AS form, kind, note FROM term WHERE forms ? :lang")
    by_word: dict[str, list[tuple[str, Any]]] = {}
    for row in session.execute(query, {"lang": lang}):
        by_word.setdefault(row.folded.split()[0], []).append((row.folded, row))
    return Known(by_word)


def _good(value: str, field: str, most: int, *, needed: bool = False) -> str:
    problems = Problems()
    said = plain(At(problems, ""), field, value, "name", may_be_empty=not needed) or ""
    if problems.found or len(said) > most:
        raise Invalid(field, N_("Write it with visible characters, %(most)s at most."), most=most)
    return unicodedata.normalize("NFC", said)


def add(
    session: Session, term: str, kind: str, *, note: str = "", source: str = "", by: str, now: datetime
) -> Term:
    """A new term without forms yet. Raises Invalid, Conflict if it is there. The caller commits."""
    said = _good(term, "term", LONGEST, needed=True)
    folded = fold(said)
    if len(folded) < SHORTEST:
        raise Invalid("term", N_("A term needs two letters at least."))
    if kind not in KINDS:
        raise Invalid("kind", N_("Choose what kind of term it is."))
    if session.scalar(select(Term.id).where(Term.term == said)) is not None:
        raise Conflict(N_("This term is in the list already."))
    row = Term(
        term=said, folded=folded[:600], kind=kind, forms={}, note=_good(note, "note", LONGEST),
        source=_good(source, "source", LONGEST), by=by, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def fix(session: Session, term_id: int, forms: Mapping[str, str], *, by: str, now: datetime) -> None:
    """Say how the term is said in these languages; "" takes a form away. Others stay. The caller commits."""
    row = session.get(Term, term_id, with_for_update=True) if term_id < 2**63 else None
    if row is None:
        raise NotFound(N_("There is no such term."))
    there = dict(row.forms)
    for lang, form in forms.items():
        said = _good(form, f"form-{lang}", LONGEST)
        if said:
            there[lang] = said
        else:
            there.pop(lang, None)
    if there != row.forms:
        session.execute(update(Term).where(Term.id == term_id).values(forms=there, by=by, at=now))


def remove(session: Session, term_id: int) -> None:
    """Take a term out of the list. The caller commits."""
    session.delete(by_id(session, term_id))


def seed(session: Session, source: str, *, by: str, now: datetime) -> int:
    """Take over names that are attested or reviewed in the source language and in another; how many are new.

    Forms that the list has already stay. The caller commits.
    """
    query = text("""
      SELECT s.text, min(f.layer || '/' || f.key) AS place, jsonb_object_agg(t.lang, t.text) AS forms
        FROM feature_text s JOIN feature f ON f.id = s.feature_id
        JOIN feature_text t ON t.feature_id = f.id AND t.field = 'name' AND t.lang <> s.lang
         AND t.state IN ('attested', 'reviewed')
       WHERE s.field = 'name' AND s.lang = :source AND s.state IN ('attested', 'reviewed')
         AND f.withdrawn_at IS NULL AND f.layer <> 'infrastructure' AND length(s.text) <= 300
       GROUP BY s.text
    """)
    rows = [
        {
            "term": row.text,
            "folded": folded[:600],
            "forms": row.forms,
            "source": row.place,
            "by": by,
            "at": now,
        }
        for row in session.execute(query, {"source": source})
        if len(folded := fold(row.text)) >= SHORTEST
    ]
    new = 0
    listed_now = {row.term: row for row in session.scalars(select(Term).with_for_update())}
    for row in rows:
        there = listed_now.get(row["term"])
        if there is None:
            session.add(Term(**row, kind="name", note=""))
            new += 1
        elif {**row["forms"], **there.forms} != there.forms:
            there.forms = {**row["forms"], **there.forms}
    session.flush()
    return new
