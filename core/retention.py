"""How long rows are kept: of every table a rule, or why its rows stay. The worker follows it once a day.

Whoever makes a table says so here; a test fails for one that was forgotten (docs/privacy.md is the same list
in words). What goes goes a few rows at a time, so that nobody waits for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import text

from core import clock, jobs, mail
from core.db import Engine, Session, session_of
from core.jobs import SCHEMA
from core.people import limits
from core.settings import Settings

JOB: Final = "retention.follow"
BATCH: Final = 500
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Rule:
    """Rows of a table that go, and when."""

    table: str
    """With its schema if that is not `public`."""
    old: str
    """SQL on the row, as `each`: whether it is from before `:before`."""
    kept: timedelta
    """`:before` is so long ago."""
    what: str
    """In words, for who asks what would go."""
    file: str = ""
    """Column with the name of a file of the spool folder, which goes with the row."""


RULES: Final = (
    Rule("letter", "each.created_at < :before", mail.KEPT, "letters, by the day they were written", "file"),
    Rule("sign_in", "each.until < :before", timedelta(0), "sign-ins that have run out"),
    Rule("throttle", "each.last_at < :before", limits.FORGOTTEN, "counts of wrong tries"),
    Rule("used_token", "each.used_at < :before", timedelta(days=1), "one-time addresses that were used"),
    Rule("import_batch", "each.at < :before", timedelta(days=7), "files that were brought, read"),
    Rule("account_event", "each.at < :before", 3 * YEAR, "what was done to an account"),
    Rule("sign_report", "each.settled_at < :before", 3 * YEAR, "reports of passers-by, once settled"),
    Rule(
        "wifi_comment",
        "each.by IS NULL AND NOT each.shown AND each.at < :before",
        YEAR,
        "what the public said of a plan and nobody let through",
    ),
    Rule(
        f"{SCHEMA}.procrastinate_jobs",
        "each.status NOT IN ('todo', 'doing') AND NOT EXISTS (SELECT FROM"
        f" {SCHEMA}.procrastinate_events AS event WHERE event.job_id = each.id AND event.at >= :before)",
        timedelta(days=30),
        "jobs that failed",
    ),
)

_PUBLISHED: Final = "what the commune publishes; it goes when the commune takes it out of its folder"
_DESK: Final = "versions of what is published, which can be brought back"
_LIFE: Final = "the life of a printed sign, which outlives who wrote it down"
_PLAN: Final = "part of a plan of the public Wi-Fi, and goes with the plan"
_COUNT: Final = "a number for a day, with nothing about who was counted"
_MADE: Final = "made from other rows, and made anew when they change"
_ACCOUNT: Final = "part of an account, and goes with it"
_QUEUE: Final = "kept by the queue itself, and goes with its job or worker"
STAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account": "until the person is erased: their name stands behind what they wrote down",
        "passkey": _ACCOUNT,
        "recovery_code": _ACCOUNT,
        "erased_person": "a number and two dates, so that a backup of before does not bring the person back",
        "alembic_version": "which schema the database has",
        "commune": _PUBLISHED,
        "feature": _PUBLISHED,
        "feature_text": _PUBLISHED,
        "monument": _PUBLISHED,
        "place": _PUBLISHED,
        "risk_zone": _PUBLISHED,
        "route": _PUBLISHED,
        "route_leg": _PUBLISHED,
        "route_stop": _PUBLISHED,
        "recording": _PUBLISHED,
        "alert": "warnings that were given, which others may refer to",
        "alert_text": "part of a warning",
        "picture": f"{_PUBLISHED}; files of withdrawn ones go after 30 days (athar pictures tidy)",
        "picture_alt": _PUBLISHED,
        "record": _DESK,
        "record_part": _DESK,
        "record_version": _DESK,
        "import_row": "part of a file that was brought, and goes with it",
        "import_mapping": "how columns were meant last, one row a layer",
        "translation_unit": _MADE,
        "translation_count": _MADE,
        "translation_note": "what a reviewer said of a text, beside its versions",
        "term": "the commune's fixed words",
        "trail_person": "names behind the trail's numbers, until they are erased",
        "trail.entry": "the trail is only ever added to; it names nobody",
        "osm_import": _PUBLISHED,
        "osm_feature": _PUBLISHED,
        "building": _PUBLISHED,
        "street_node": _PUBLISHED,
        "street_segment": _PUBLISHED,
        "leg_guide": _MADE,
        "route_finding": _MADE,
        "ready_feature": _MADE,
        "ready_whole": _MADE,
        "tile_cell": _MADE,
        "stored_tile": f"{_MADE}; there are never more than STORED_TILES",
        "wifi_coverage": f"{_MADE}; there are never more than 1,000",
        "sign": "a printed code is permanent",
        "sign_event": _LIFE,
        "sign_wording": _LIFE,
        "sign_artwork": _LIFE,
        "sign_build": _LIFE,
        "sign_build_item": _LIFE,
        "scan_day": _COUNT,
        "embed_day": _COUNT,
        "embed_rule": "addresses in other people's pages; a partner is an organisation",
        "wifi_scenario": "plans are the commune's records",
        "wifi_hotspot": _PLAN,
        "wifi_status_change": _PLAN,
        "wifi_edit": _PLAN,
        "wifi_survey": _PLAN,
        "wifi_reading": _PLAN,
        "wifi_proposal": _PLAN,
        f"{SCHEMA}.procrastinate_events": _QUEUE,
        f"{SCHEMA}.procrastinate_workers": _QUEUE,
        f"{SCHEMA}.procrastinate_periodic_defers": _QUEUE,
    }
)
"""Table → why its rows stay."""


def due(session: Session, rule: Rule, *, now: datetime) -> int:
    """How many rows would go now by that rule."""
    query = text(f"SELECT count(*) FROM {rule.table} AS each WHERE {rule.old}")  # noqa: S608 - our constants
    return session.scalar(query, {"before": now - rule.kept}) or 0


def follow(engine: Engine, settings: Settings, rule: Rule, *, now: datetime, batch: int = BATCH) -> int:
    """Delete what goes now by that rule, and files with it, so many rows in a transaction; how many went."""
    gone = 0
    while number := _some(engine, settings, rule, now - rule.kept, batch):
        gone += number
    return gone


def _some(engine: Engine, settings: Settings, rule: Rule, before: datetime, batch: int) -> int:
    query = text(
        f"DELETE FROM {rule.table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {rule.table} AS each"  # noqa: S608
        f" WHERE {rule.old} LIMIT :batch FOR UPDATE SKIP LOCKED)) RETURNING {rule.file or 'NULL'}"
    )
    with session_of(engine) as session:
        gone = session.scalars(query, {"before": before, "batch": batch}).all()
        session.commit()
    for name in gone:
        if name:
            (mail.spool(settings) / str(name)).unlink(missing_ok=True)
    return len(gone)


@jobs.task(JOB, daily=True)
def daily(engine: Engine, settings: Settings, *, timestamp: int = 0) -> None:
    """Follow every rule; the worker calls it once a day."""
    now = clock.now()
    for rule in RULES:
        follow(engine, settings, rule, now=now)
