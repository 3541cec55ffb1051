"""One-time tokens that have been used: whoever holds a sign-in address gets in once with it."""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, String, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base


class UsedToken(Base):
    """A token's id, kept for as long as the token would be good."""

    __tablename__ = "used_token"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def use(session: Session, token_id: str, *, now: datetime, kept: timedelta) -> bool:
    """Use a token up; False if it was used before, by whatever process. The caller commits."""
    session.execute(delete(UsedToken).where(UsedToken.used_at < now - 2 * kept))
    statement = insert(UsedToken).values(id=token_id, used_at=now).on_conflict_do_nothing()
    return session.scalar(statement.returning(UsedToken.id)) is not None
