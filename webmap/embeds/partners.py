"""Which sites may frame an embed: rules made and ended by staff, kept to by the reader's browser.

A page says in its Content-Security-Policy who may frame it (`frame-ancestors`); nothing that an embedding
page does gets around that, and nobody has to send a secret along.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Gone, Invalid, NotFound
from geo import published, routes
from geo.vocabulary import N_
from webmap.embeds.models import EmbedRule

ANY: Final = "*"
MAP: Final = "map"
MOST_ORIGINS: Final = 20
LISTED: Final = 500
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"https?://(?:(?:\*\.)?(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:]{{2,45}}\])(?::[1-9][0-9]{{0,4}})?", re.ASCII
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,22}", re.ASCII)


def ancestors(session: Session, target: str, token: str) -> str:
    """Sources of `frame-ancestors` for an embed. One query.

    NotFound for a token that there isn't or that is another embed's, Gone for one that was ended.
    """
    if not token:
        return _sources(_open_rule(session, target))
    return _sources(partner(session, target, token))


def partner(session: Session, target: str, token: str) -> EmbedRule:
    """The rule behind a token, for this target alone. NotFound, Gone as `ancestors`."""
    rule = None
    if _TOKEN.fullmatch(token):
        rule = session.scalar(select(EmbedRule).where(EmbedRule.token == token))
    if rule is None or rule.target != target:
        raise NotFound(N_("There is no such embed here."))
    if rule.ended_at is not None:
        raise Gone(N_("This embed is no longer offered."))
    return rule


def is_private(session: Session, target: str, token: str) -> bool:
    """Whether an embed is for some sites only: others are not told how to embed it."""
    return bool(token) or _open_rule(session, target) is not None


def allow(session: Session, target: str, origins: Sequence[str], name: str = "") -> str:
    """Make an embed of a partner's own, which these origins alone may frame; its token.

    Invalid for an origin that is none, NotFound for a target that there isn't. The caller commits.
    """
    token = secrets.token_urlsafe(12)
    _add(session, EmbedRule(token=token, target=target, origins=_checked(origins), name=name[:120] or None))
    return token


def restrict(session: Session, target: str, origins: Sequence[str], *, now: datetime) -> None:
    """From now on the embed that everybody may take is for these origins alone; none: for no site at all.

    Invalid, NotFound as `allow`. The caller commits.
    """
    checked = _checked(origins)
    if (old := _open_rule(session, target)) is not None:
        old.ended_at = now
        session.flush()
    _add(session, EmbedRule(token=None, target=target, origins=checked))


def reopen(session: Session, target: str, *, now: datetime) -> None:
    """Any site may frame it again. NotFound if it was not restricted. The caller commits."""
    rule = _open_rule(session, target)
    if rule is None:
        raise NotFound(N_("%(target)s is open to any site already."), target=target)
    rule.ended_at = now
    published.touch(session)


def end(session: Session, token: str, *, now: datetime) -> None:
    """Take a partner's embed back. NotFound for a token that there isn't. The caller commits."""
    rule = session.scalar(select(EmbedRule).where(EmbedRule.token == token, EmbedRule.ended_at.is_(None)))
    if rule is None:
        raise NotFound(N_("There is no such embed here."))
    rule.ended_at = now
    published.touch(session)


def listed(session: Session) -> Sequence[EmbedRule]:
    """Rules that hold, by target; the newest LISTED."""
    query = select(EmbedRule).where(EmbedRule.ended_at.is_(None))
    return session.scalars(query.order_by(EmbedRule.target, EmbedRule.id.desc()).limit(LISTED)).all()


def _open_rule(session: Session, target: str) -> EmbedRule | None:
    held = (EmbedRule.target == target, EmbedRule.token.is_(None), EmbedRule.ended_at.is_(None))
    return session.scalar(select(EmbedRule).where(*held))


def _sources(rule: EmbedRule | None) -> str:
    if rule is None:
        return ANY
    return " ".join(rule.origins) or "'none'"


def _add(session: Session, rule: EmbedRule) -> None:
    """Keep a rule; kept pages follow."""
    if rule.target != MAP:
        section, _, key = rule.target.partition("/")
        if section != "routes":
            raise NotFound(N_("Only `map` and `routes/KEY` can be embedded."))
        routes.page(session, key, ("en",), 4.0)
    rule.created_at = session.scalar(select(func.now()))  # type: ignore[assignment]
    session.add(rule)
    published.touch(session)


def _checked(origins: Sequence[str]) -> list[str]:
    """Origins as a CSP takes them; Invalid names the one that is none."""
    if len(origins) > MOST_ORIGINS:
        raise Invalid("origins", N_("At most %(most)s sites in one rule."), most=MOST_ORIGINS)
    found = []
    for given in origins:
        origin = given.strip().lower().rstrip("/")
        if len(origin) > 120 or not _ORIGIN.fullmatch(origin):
            message = N_("%(origin)s is no origin. Write it as https://partner.example, without a path.")
            raise Invalid("origins", message, origin=given[:80])
        found.append(origin)
    return list(dict.fromkeys(found))
