"""Who acts, as the trail says it: a kind and a number, never a name. Names can be erased; the chain stays.

`account:12`, `door:57` (who came by a one-time address), `public` (nobody known), `job:mail.send`,
`command:load`; `database:athar` where nothing of ours said who.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, String, event, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base
from core.people.models import Account

PUBLIC = "public"
"""Somebody who has not signed in."""


class TrailPerson(Base):
    """Somebody who acts without an account: at a one-time address, in a name that was given."""

    __tablename__ = "trail_person"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Number of the sign-in."""
    name: Mapped[str] = mapped_column(String(80))


def of(account_id: int | None, sign_in_id: int) -> str:
    """Who is in, by an account or without one."""
    return f"account:{account_id}" if account_id else f"door:{sign_in_id}"


def acts(session: Session, who: str) -> None:
    """What the session changes from now on was changed by `who`."""
    session.info["who"] = who
    if session.in_transaction():
        _say(session.connection(), who)


def say(session: Session, act: str, about: str, details: Mapping[str, Any], key: str = "") -> None:
    """Tell the trail of what is no change of a row, such as a restored backup. The caller commits."""
    query = text("SELECT trail.say(:act, :about, :key, CAST(:details AS jsonb))")
    session.execute(query, {"act": act, "about": about, "key": key, "details": json.dumps(details)})


def names(session: Session, whos: Iterable[str]) -> Mapping[str, str]:
    """Names of those who still have one."""
    found: dict[str, str] = {}
    for kind, table in (("account", Account), ("door", TrailPerson)):
        numbers = [int(who.partition(":")[2]) for who in whos if who.startswith(f"{kind}:")]
        rows = session.execute(select(table.id, table.name).where(table.id.in_(numbers)))
        found.update({f"{kind}:{number}": name for number, name in rows})
    return found


def _say(connection: Connection, who: str) -> None:
    connection.execute(text("SELECT set_config('athar.who', :who, true)"), {"who": who})


@event.listens_for(Session, "after_begin")
def _begun(session: Session, _: Any, connection: Connection) -> None:
    if who := session.info.get("who") or connection.get_execution_options().get("who"):
        _say(connection, who)
