"""Which warnings are in force: what every page of the site must know. One small query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST: Final = 20
"""Warnings that pages show at once; nobody reads more, and all stand in the feed."""


@dataclass(frozen=True)
class Words:
    """A message in one language."""

    lang: str
    headline: str
    description: str
    instruction: str
    area: str


@dataclass(frozen=True)
class Message:
    """A message as it was issued (or is drafted), with its state at the moment that was asked about."""

    id: int
    identifier: str
    kind: str
    refers_to: int | None
    status: str
    sender: str
    hazard: str
    urgency: str
    severity: str
    certainty: str
    onset: datetime
    expires: datetime
    place: str
    zone_id: int | None
    drafted_at: datetime
    written_by: Sequence[Mapping[str, Any]]
    issued_by: str | None
    sent: datetime | None
    state: str
    """One of geo.alerts.vocabulary.STATES."""
    texts: Mapping[str, Words]

    @property
    def is_exercise(self) -> bool:
        """Whether it is no real warning."""
        return self.status != "Actual"

    def words(self, order: Sequence[str]) -> Words:
        """In the first language of `order` that it is written in, else any."""
        return next(self.texts[lang] for lang in (*order, *sorted(self.texts)) if lang in self.texts)


STATE: Final = """
  CASE WHEN a.sent IS NULL THEN 'draft' WHEN a.kind = 'Cancel' THEN 'cancel'
       ELSE COALESCE((SELECT CASE n.kind WHEN 'Cancel' THEN 'cancelled' ELSE 'updated' END FROM alert n
                       WHERE n.refers_to = a.id AND n.sent IS NOT NULL),
                     CASE WHEN a.expires <= :now THEN 'expired' ELSE 'active' END) END
"""
"""SQL: what the message `a` is at :now."""
COLUMNS: Final = f"""
  a.id, a.identifier, a.kind, a.refers_to, a.status, a.sender, a.hazard, a.urgency, a.severity, a.certainty,
  a.onset, a.expires, a.place, a.zone_id, a.drafted_at, a.written_by, a.issued_by, a.sent, {STATE} AS state,
  COALESCE((SELECT jsonb_agg(jsonb_build_array(t.lang, t.headline, t.description, t.instruction, t.area)
                             ORDER BY t.lang) FROM alert_text t WHERE t.alert_id = a.id), '[]') AS texts
"""
"""What `as_message` reads of `a`."""
_ACTIVE: Final = text(f"""
SELECT {COLUMNS} FROM alert a
 WHERE a.sent IS NOT NULL AND a.kind <> 'Cancel' AND a.expires > :now
   AND NOT EXISTS (SELECT FROM alert n WHERE n.refers_to = a.id AND n.sent IS NOT NULL)
 ORDER BY array_position(ARRAY['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'], a.severity::text),
          a.sent DESC, a.id DESC
 LIMIT {MOST}
""")


def as_message(row: Any) -> Message:
    """A row of COLUMNS."""
    values = dict(row._mapping)
    values["texts"] = {lang: Words(lang, *said) for lang, *said in values["texts"]}
    return Message(**{name: values[name] for name in Message.__dataclass_fields__})


def active(session: Session, now: datetime) -> tuple[Message, ...]:
    """The warnings in force, the most severe first."""
    return tuple(as_message(row) for row in session.execute(_ACTIVE, {"now": now}))
