"""Who was erased: numbers, so that a backup of before does not bring them back."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

Moment = DateTime(timezone=True)


class ErasedPerson(Base):
    """An account that was erased: its number, when it was made, when it went. Nothing tells who it was."""

    __tablename__ = "erased_person"

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    made_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    """In a database that was restored the number may be another's by now, made at another time."""
    at: Mapped[datetime] = mapped_column(Moment)
