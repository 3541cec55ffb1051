"""What people say of a plan. The public may while it is open to them and undecided; of who wrote, nothing is
kept, and it is shown once staff let it through.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import Conflict, Invalid, NotFound, Refused
from geo import published
from geo.vocabulary import N_
from geo.wifi import scenarios, spots
from geo.wifi.checks import is_storable
from geo.wifi.models import Comment, Scenario

LONGEST: Final = 2000
MOST_AN_HOUR: Final = 30
"""From the public, of one plan; who floods it fills it to here."""
MOST_WAITING: Final = 500
"""From the public, of one plan, that staff have not let through."""
MOST: Final = 5000
"""Of one plan, in all."""
CONSULTED: Final = ("draft", "submitted")
"""Statuses of a plan that is still to be decided."""
_LOCK: Final = 0x434F4D4D
_ADDRESS: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\W\d_]{2,}")
_TELEPHONE: Final = re.compile(r"(?<![\w+])\+?(?:\d[\s.()/-]{0,2}){8,14}\d(?!\w)")


@dataclass(frozen=True)
class Found:
    """A page of comments, how many there are in all, and how many wait for staff."""

    comments: Sequence[Comment]
    total: int
    waiting: int


def is_open(scenario: Scenario) -> bool:
    """Whether the public may comment on it now."""
    return scenario.public and scenario.status in CONSULTED


def say(
    session: Session,
    scenario: str,
    said: Any,
    *,
    by: str | None,
    now: datetime,
    hotspot: str | None = None,
) -> Comment:
    """Keep a comment on a plan, or on one hotspot of it; `by` is a planner's name, None for the public.

    Invalid for a text that is empty, too long, or (from the public) holds an e-mail address or a telephone
    number. Refused where the public may not comment; Conflict where there are too many. The caller commits.
    """
    plan = scenarios.find(session, scenario, public=by is None)
    plain = _checked(said, of_public=by is None)
    if hotspot is not None:
        spots.find(session, plan.id, hotspot)
    if by is None and not is_open(plan):
        raise Refused(N_("The consultation on this plan has ended."))
    # One at a time, so that two at once do not both find the last place free.
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    _check_number(session, plan, now, of_public=by is None)
    comment = Comment(
        scenario_id=plan.id, hotspot_key=hotspot, text=plain, by=by, shown=by is not None, at=now
    )
    session.add(comment)
    session.flush()
    return comment


def listed(
    session: Session,
    scenario_id: int,
    *,
    staff: bool,
    limit: int,
    offset: int = 0,
    hotspot: str | None = None,
    waiting: bool = False,
) -> Found:
    """Comments on a plan, newest first: staff see all (or only those `waiting`), others those that are shown.

    `hotspot` narrows them to one hotspot's.
    """
    of_plan = select(Comment).where(Comment.scenario_id == scenario_id)
    hidden = _count(session, of_plan.where(~Comment.shown)) if staff else 0
    query = of_plan
    if not staff:
        query = query.where(Comment.shown)
    elif waiting:
        query = query.where(~Comment.shown)
    if hotspot is not None:
        query = query.where(Comment.hotspot_key == hotspot)
    page = session.scalars(query.order_by(Comment.id.desc()).limit(limit).offset(offset)).all()
    return Found(page, _count(session, query), hidden)


def show(session: Session, scenario: str, comment_id: int, *, shown: bool) -> Comment:
    """Let a comment through, or hide it; twice is no error. NotFound. The caller commits."""
    comment = _find(session, scenario, comment_id)
    if comment.shown != shown:
        comment.shown = shown
        published.touch(session)
    return comment


def delete(session: Session, scenario: str, comment_id: int) -> None:
    """Take a comment away for good: an insult, or what tells of a person. NotFound. The caller commits."""
    comment = _find(session, scenario, comment_id)
    if comment.shown:
        published.touch(session)
    session.delete(comment)
    session.flush()


def as_record(comment: Comment, *, staff: bool) -> dict[str, Any]:
    """A comment, ready for JSON. Who wrote it is told to staff alone."""
    told: dict[str, Any] = {
        "id": comment.id,
        "hotspot": comment.hotspot_key,
        "text": comment.text,
        "at": comment.at.isoformat(),
        "of_public": comment.by is None,
    }
    return told | {"by": comment.by, "shown": comment.shown} if staff else told


def _find(session: Session, scenario: str, comment_id: int) -> Comment:
    plan = scenarios.find(session, scenario)
    comment = session.get(Comment, comment_id) if is_id(comment_id) else None
    if comment is None or comment.scenario_id != plan.id:
        raise NotFound(N_("There is no such comment."))
    return comment


def _checked(said: Any, *, of_public: bool) -> str:
    if not isinstance(said, str):
        raise Invalid("text", N_("Give a text."))
    lines = [" ".join(line.split()) for line in said.splitlines()]
    plain = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not plain:
        raise Invalid("text", N_("Write something first."))
    if len(plain) > LONGEST:
        raise Invalid("text", N_("At most %(most)s characters."), most=LONGEST)
    if not is_storable(plain.replace("\n", " ")):
        raise Invalid("text", N_("This text has signs that cannot be kept."))
    if of_public and (_ADDRESS.search(plain) or _TELEPHONE.search(plain)):
        raise Invalid("text", N_("Leave out e-mail addresses and telephone numbers: comments are public."))
    return plain


def _check_number(session: Session, plan: Scenario, now: datetime, *, of_public: bool) -> None:
    of_plan = select(Comment).where(Comment.scenario_id == plan.id)
    if _count(session, of_plan) >= MOST:
        raise Conflict(N_("This plan has very many comments: no more are taken."))
    if not of_public:
        return
    public = of_plan.where(Comment.by.is_(None))
    if (
        _count(session, public.where(Comment.at > now - timedelta(hours=1))) >= MOST_AN_HOUR
        or _count(session, public.where(~Comment.shown)) >= MOST_WAITING
    ):
        raise Conflict(N_("Many people are writing right now. Please send your comment later."))


def _count(session: Session, query: Any) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
