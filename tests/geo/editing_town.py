"""The tiny town at the desk: who sits there, and short ways to edit in tests."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.accounts import Role
from geo.editing import stages, versions
from geo.editing.rights import Person

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
EDITOR = Person("account:1", "F. Amzil", {Role.EDITOR})
SECOND = Person("account:2", "B. Idrissi", {Role.EDITOR})
TRANSLATOR = Person("account:3", "T. Ouhssain", {Role.TRANSLATOR}, {"ar"})
GATE = ("monuments", "gate")
EAST = -8.879
"""About 100 m east of the gate, in degrees."""


def content(session: Session, part: str, of: tuple[str, str] = GATE) -> dict[str, Any]:
    """A copy of a part as it is now, to be changed."""
    return copy.deepcopy(versions.find(session, *of).parts[part].content)


def version(session: Session, part: str, of: tuple[str, str] = GATE) -> int:
    """Number of a part's newest version; 0 if it has none."""
    there = versions.find(session, *of).parts.get(part)
    return there.version if there else 0


def at(session: Session) -> str:
    """Where the public sees the gate."""
    return str(session.scalar(text("SELECT ST_AsText(geom) FROM feature WHERE key = 'gate'")))


def said(session: Session, field: str = "summary", lang: str = "fr") -> tuple[str, str] | None:
    """What the public reads of the gate, and its state."""
    row = session.execute(
        text(
            "SELECT t.text, t.state FROM feature_text t JOIN feature f ON f.id = t.feature_id"
            " WHERE f.key = 'gate' AND t.field = :field AND t.lang = :lang"
        ),
        {"field": field, "lang": lang},
    ).one_or_none()
    return (row[0], row[1]) if row else None


def edit(
    session: Session, part: str, person: Person = EDITOR, of: tuple[str, str] = GATE, **values: Any
) -> int:
    """Save a part with these members changed; the version."""
    base = version(session, part, of)
    given = {**(content(session, part, of) if base else {}), **values}
    return versions.save(session, *of, part, given, base=base, person=person, now=NOW)


def publish(
    session: Session, *parts: str, person: Person = SECOND, of: tuple[str, str] = GATE, **how: Any
) -> None:
    """Publish parts as they are now."""
    wanted = {part: version(session, part, of) for part in parts}
    stages.publish(session, *of, wanted, person=person, now=NOW, **how)
