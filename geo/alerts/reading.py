"""What may be asked about warnings: lists of them, one with the messages before it, its area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import NotFound
from geo.alerts.active import COLUMNS, Message, as_message
from geo.vocabulary import N_

_ISSUED: Final = text(f"""
SELECT {COLUMNS}, count(*) OVER () AS total FROM alert a WHERE a.sent IS NOT NULL
 ORDER BY a.sent DESC, a.id DESC LIMIT :most OFFSET :from
""")
_DRAFTS: Final = text(f"""
SELECT {COLUMNS}, count(*) OVER () AS total FROM alert a WHERE a.sent IS NULL
 ORDER BY a.drafted_at DESC, a.id DESC LIMIT :most OFFSET :from
""")
_ONE: Final = text(f"SELECT {COLUMNS} FROM alert a WHERE a.identifier = :identifier AND a.sent IS NOT NULL")
_BY_ID: Final = text(f"SELECT {COLUMNS} FROM alert a WHERE a.id = :id")
_BEFORE: Final = text("""
WITH RECURSIVE chain AS (
  SELECT refers_to AS id, 1 AS step FROM alert WHERE id = :id
   UNION ALL
  SELECT a.refers_to, step + 1 FROM chain JOIN alert a ON a.id = chain.id WHERE step < 1000
)
SELECT a.identifier, a.sender, a.sent FROM chain JOIN alert a ON a.id = chain.id ORDER BY step DESC
""")
_RINGS: Final = text("""
SELECT ST_AsGeoJSON(area, 5)::jsonb->'coordinates' AS parts, ST_AsGeoJSON(area, 5) AS geojson
  FROM alert WHERE id = :id
""")
_VERSION: Final = text("""
SELECT md5(concat_ws('|', a::text, (SELECT string_agg(t::text, '|' ORDER BY t.lang) FROM alert_text t
                                     WHERE t.alert_id = a.id))) FROM alert a WHERE a.id = :id
""")
_ZONE_KEY: Final = text("SELECT f.key FROM alert a JOIN feature f ON f.id = a.zone_id WHERE a.id = :id")


@dataclass(frozen=True)
class Earlier:
    """A message that another one refers to."""

    identifier: str
    sender: str
    sent: datetime


def issued(session: Session, now: datetime, *, limit: int, offset: int) -> tuple[list[Message], int]:
    """Every message that was issued, the newest first, and how many there are."""
    return _page(session.execute(_ISSUED, {"now": now, "most": limit, "from": offset}).all())


def drafts(session: Session, now: datetime, *, limit: int, offset: int) -> tuple[list[Message], int]:
    """The drafts, the newest first, and how many there are."""
    return _page(session.execute(_DRAFTS, {"now": now, "most": limit, "from": offset}).all())


def _page(rows: Sequence[Any]) -> tuple[list[Message], int]:
    return [as_message(row) for row in rows], rows[0].total if rows else 0


def find(session: Session, identifier: str, now: datetime) -> Message:
    """An issued message; NotFound for any other, and for drafts: they are nobody's business."""
    asked = {"identifier": identifier[:80].replace("\0", ""), "now": now}
    row = session.execute(_ONE, asked).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such warning."))
    return as_message(row)


def by_id(session: Session, alert_id: int, now: datetime) -> Message:
    """A message at the desk, drafts too; NotFound."""
    row = session.execute(_BY_ID, {"id": alert_id, "now": now}).one_or_none() if is_id(alert_id) else None
    if row is None:
        raise NotFound(N_("There is no such warning."))
    return as_message(row)


def before(session: Session, alert_id: int) -> list[Earlier]:
    """The messages that this one follows, the first of them first."""
    return [Earlier(*row) for row in session.execute(_BEFORE, {"id": alert_id})]


def rings(session: Session, alert_id: int) -> list[list[list[float]]]:
    """The outer ring of each part of a message's area, as pairs of longitude and latitude."""
    parts = session.execute(_RINGS, {"id": alert_id}).one().parts
    return [part[0] for part in parts]


def geojson(session: Session, alert_id: int) -> str:
    """A message's area as the text of a GeoJSON geometry."""
    return str(session.execute(_RINGS, {"id": alert_id}).one().geojson)


def version(session: Session, alert_id: int) -> str:
    """Names how a draft stands: another one after every change of anything in it."""
    return str(session.scalar(_VERSION, {"id": alert_id}) or "")


def zone_key(session: Session, alert_id: int) -> str:
    """Key of the zone that a message's area was, if it was one."""
    return str(session.scalar(_ZONE_KEY, {"id": alert_id}) or "")
