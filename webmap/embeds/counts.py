"""Counting how often an embed is seen, by site and day; nothing about the person (core/tallies.py).

The site is what the browser tells of the page around the frame: the host of its `Referer`, which anybody can
make up. So hosts of one day are bounded: what comes beyond is counted as `other`.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.tallies import Key, Tally
from webmap.embeds.models import EmbedDay

UNKNOWN: Final = "unknown"
OTHER: Final = "other"
MOST_HOSTS: Final = 500
"""Sites that are told apart on one day."""
LONGEST_HOST: Final = 100
LONGEST_TARGET: Final = 90
"""Characters that the table's columns hold."""
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?", re.ASCII)
_TARGET: Final = re.compile(r"map|routes/[A-Za-z0-9_.-]{1,80}", re.ASCII)

_ADD: Final = text("""
WITH given AS (
  SELECT * FROM unnest(CAST(:targets AS text[]), CAST(:days AS date[]), CAST(:hosts AS text[]),
                       CAST(:views AS bigint[])) AS g (target, day, host, views)
), known AS (
  SELECT DISTINCT day, host FROM embed_day WHERE day = ANY(CAST(:days AS date[]))
), fresh AS (
  SELECT day, host, row_number() OVER (PARTITION BY day ORDER BY host) AS at
    FROM (SELECT DISTINCT day, host FROM given EXCEPT SELECT day, host FROM known) AS unseen
), named AS (
  SELECT target, day, views,
         CASE WHEN fresh.at + (SELECT count(*) FROM known WHERE known.day = given.day) > :most
              THEN :other ELSE given.host END AS host
    FROM given LEFT JOIN fresh USING (day, host)
)
INSERT INTO embed_day (target, day, host, views)
SELECT target, day, host, sum(views) FROM named GROUP BY target, day, host ORDER BY target, day, host
ON CONFLICT (target, day, host) DO UPDATE SET views = embed_day.views + excluded.views
""")


class EmbedCounter(Tally):
    """Sums of views of one process; `note` is called by pages."""

    WHAT = "embed"
    LOG = "athar.embeds"

    def note(self, target: str, host: str, day: date) -> None:
        """One view more. Takes microseconds, whatever the database does; what cannot be kept is left out."""
        if len(target) <= LONGEST_TARGET and _TARGET.fullmatch(target) and _HOST.fullmatch(host):
            self.add((target, day, host))

    def _write(self, sums: Counter[Key]) -> None:
        keys = sorted(sums)
        values = {
            "targets": [target for target, _, _ in keys],
            "days": [day for _, day, _ in keys],
            "hosts": [host for _, _, host in keys],
            "views": [sums[key] for key in keys],
            "most": MOST_HOSTS,
            "other": OTHER,
        }
        with self._engine.begin() as connection:
            connection.execute(_ADD, values)


def host_of(referrer: str) -> str:
    """The host of the page around a frame, as far as its Referer tells; `unknown` for none and for numbers:
    an address of a machine may be a person's.
    """
    try:
        host = (urlsplit(referrer[:2000]).hostname or "").rstrip(".")
    except ValueError:
        return UNKNOWN
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        return UNKNOWN
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return UNKNOWN


def totals(session: Session, since: date, limit: int = 500) -> Sequence[tuple[str, str, int]]:
    """Views since a day by embed and site, most seen first."""
    query = (
        select(EmbedDay.target, EmbedDay.host, func.sum(EmbedDay.views).label("views"))
        .where(EmbedDay.day >= since)
        .group_by(EmbedDay.target, EmbedDay.host)
        .order_by(func.sum(EmbedDay.views).desc(), EmbedDay.target, EmbedDay.host)
        .limit(limit)
    )
    rows: Any = session.execute(query)
    return [(target, host, int(views)) for target, host, views in rows]
