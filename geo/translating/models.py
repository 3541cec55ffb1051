"""What the translators' desk keeps: what there is to do, the term list, and what reviewers wrote."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

Moment = DateTime(timezone=True)


class TranslationUnit(Base):
    """A text of a thing that is wanted in a language. Kept by triggers of the database (migration 0016)."""

    __tablename__ = "translation_unit"
    __table_args__ = (
        Index("ix_translation_unit_todo", "lang", "rank", "later", "layer", "key", "field"),
        Index("ix_translation_unit_layer", "lang", "layer", "rank", "later", "key", "field"),
    )

    layer: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger)
    """Place in geo.translating.units.RANKS: 0 missing to 5 attested."""
    later: Mapped[int] = mapped_column(SmallInteger)
    """0 for monuments and walks, which have pages; 1 for what else there is; 2 for notes."""
    stage: Mapped[str] = mapped_column(String(10))
    """Of the language's part of the thing: draft, review, published or withdrawn; "" without any."""
    source: Mapped[str] = mapped_column(String(8))
    """The language that it is translated from."""


class TranslationCount(Base):
    """So many units of a kind came (or went, below 0): the sum is how many there are. Rows are only added."""

    __tablename__ = "translation_count"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20))
    field: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(8))
    rank: Mapped[int] = mapped_column(SmallInteger)
    stage: Mapped[str] = mapped_column(String(10))
    many: Mapped[int]


class TranslationNote(Base):
    """What a reviewer wrote when they sent the texts of a thing in a language back."""

    __tablename__ = "translation_note"
    __table_args__ = (Index("ix_translation_note_thing", "layer", "key", "lang"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(8))
    said: Mapped[str]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)


class Term(Base):
    """A word or name of the source language, and how it is always said in others."""

    __tablename__ = "term"
    __table_args__ = (Index("uq_term_term", "term", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    term: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(String(600))
    """As texts are searched for it (geo/folding.py)."""
    kind: Mapped[str] = mapped_column(String(4))
    """name (a proper name) or word."""
    forms: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Language → the fixed form."""
    note: Mapped[str] = mapped_column(String(2000))
    source: Mapped[str] = mapped_column(String(2000))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)
