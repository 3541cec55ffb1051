"""Tables of warnings: each message as it was drafted and issued, and its words in each language."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from geo.shapes import SRID

Moment = DateTime(timezone=True)


class Alert(Base):
    """One message of the Common Alerting Protocol (OASIS CAP 1.2): a draft until `sent`, then never changed.

    An update or cancellation is a message of its own that refers to the one before it.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("(sent IS NULL) = (issued_by IS NULL)", name="issued"),
        CheckConstraint("expires > onset", name="times"),
        CheckConstraint("(kind = 'Alert') = (refers_to IS NULL)", name="refers"),
        Index("ix_alert_refers_to", "refers_to"),
        Index("ix_alert_sent", "sent"),
        Index("uq_alert_refers_to_sent", "refers_to", unique=True, postgresql_where=text("sent IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(80), unique=True)
    """Its name in addresses and in other messages; permanent."""
    kind: Mapped[str] = mapped_column(String(6))
    """CAP's msgType: Alert, Update or Cancel."""
    refers_to: Mapped[int | None] = mapped_column(ForeignKey("alert.id"))
    status: Mapped[str] = mapped_column(String(8))
    """CAP's: Draft, then Exercise, or Actual from an official sender."""
    sender: Mapped[str] = mapped_column(String(120))
    hazard: Mapped[str] = mapped_column(String(30))
    """One of geo.vocabulary.HAZARDS."""
    urgency: Mapped[str] = mapped_column(String(10))
    severity: Mapped[str] = mapped_column(String(10))
    certainty: Mapped[str] = mapped_column(String(10))
    onset: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(String(10))
    """How the area was given: commune, zone or polygon."""
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("feature.id", ondelete="SET NULL"))
    area: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False))
    """As it was when the message was saved: a zone may change afterwards. Without holes, as CAP has none."""
    drafted_at: Mapped[datetime] = mapped_column(Moment)
    written_by: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Everybody who saved the draft: name, and account where there is one. None of them may issue it."""
    issued_by: Mapped[str | None] = mapped_column(String(80))
    sent: Mapped[datetime | None] = mapped_column(Moment)

    texts: Mapped[list["AlertText"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class AlertText(Base):
    """A message's words in one language: an `info` of CAP."""

    __tablename__ = "alert_text"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(8), primary_key=True)
    headline: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(2000))
    instruction: Mapped[str] = mapped_column(String(2000))
    area: Mapped[str] = mapped_column(String(200))
    """Where, in words."""
