"""Plans of the public Wi-Fi: scenarios, their hotspots, what was done to them, what was said and measured."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from geo.shapes import PointShape

NOW = text("now()")
EMPTY = text("'{}'::jsonb")


class Scenario(Base):
    """A plan: hotspots, money, weights. At most one is approved: its hotspots are the commune's network."""

    __tablename__ = "wifi_scenario"
    __table_args__ = (
        Index("uq_wifi_scenario_key", "key", unique=True),
        Index(
            "uq_wifi_scenario_approved", "status", unique=True, postgresql_where=text("status = 'approved'")
        ),
        CheckConstraint("budget_mad >= 0", name="budget"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(12), server_default="draft")
    """One of geo.wifi.vocabulary.PLANS."""
    public: Mapped[bool] = mapped_column(server_default=text("false"))
    """Open to everybody for consultation, read-only."""
    budget_mad: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    weights: Mapped[dict[str, float]] = mapped_column(JSONB, server_default=EMPTY)
    """What counts how much, by kind of demand; what is not named counts as geo.wifi.vocabulary says."""
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY)
    """Obligations of a proposal: places that must be served, shares of quarters, hops of a mesh."""
    offset_db: Mapped[float] = mapped_column(server_default=text("0"))
    """Added to every modelled signal: from measurements (geo/wifi/surveys.py)."""
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    """Grows with every change of it or of its hotspots."""
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Hotspot(Base):
    """An access point of a scenario. Height is above ground; EIRP as radiated, NULL: what the model gives."""

    __tablename__ = "wifi_hotspot"
    __table_args__: tuple[Any, ...] = (
        Index("uq_wifi_hotspot_scenario_id", "scenario_id", "key", unique=True),
        Index("ix_wifi_hotspot_place", "place", postgresql_using="gist"),
        CheckConstraint("height_m > 0 AND height_m < 100", name="height"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("wifi_scenario.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    """Its name in addresses and files: kept for good, also by a copy of the scenario."""
    name: Mapped[str] = mapped_column(String(120))
    place: Mapped[PointShape]
    height_m: Mapped[float]
    model: Mapped[str] = mapped_column(String(40))
    azimuth_deg: Mapped[float] = mapped_column(server_default=text("0"))
    tilt_deg: Mapped[float] = mapped_column(server_default=text("0"))
    eirp_24_dbm: Mapped[float | None]
    eirp_5_dbm: Mapped[float | None]
    channel_24: Mapped[int | None]
    channel_5: Mapped[int | None]
    backhaul: Mapped[str] = mapped_column(String(10), server_default="unknown")
    """fibre, powered, mesh or unknown."""
    feature_id: Mapped[int | None] = mapped_column(ForeignKey("feature.id", ondelete="SET NULL"), index=True)
    """The public place that it hangs at."""
    status: Mapped[str] = mapped_column(String(10), server_default="planned")
    """One of geo.wifi.vocabulary.STATUSES."""
    note: Mapped[str] = mapped_column(String(500), server_default="")
    revision: Mapped[int] = mapped_column(BigInteger)
    """The scenario's, when this hotspot was changed last."""
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


class StatusChange(Base):
    """One step in a hotspot's life, with who, when and why."""

    __tablename__ = "wifi_status_change"
    __table_args__ = (Index("ix_wifi_status_change_hotspot_id", "hotspot_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    hotspot_id: Mapped[int] = mapped_column(ForeignKey("wifi_hotspot.id", ondelete="CASCADE"))
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(String(500), server_default="")


class Edit(Base):
    """One change of a scenario's hotspots or settings, whole before and after: it can be undone and done
    again.
    """

    __tablename__ = "wifi_edit"
    __table_args__ = (Index("ix_wifi_edit_scenario_id", "scenario_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("wifi_scenario.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(String(10))
    """One of geo.wifi.vocabulary.ACTS."""
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    after: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(BigInteger)
    """The scenario's, once this was done, undone or done again last."""
    undone: Mapped[bool] = mapped_column(server_default=text("false"))
    undone_by: Mapped[str | None] = mapped_column(String(80))
    """Who undid it last, even if it was done again since."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Comment(Base):
    """What somebody said of a scenario or of one hotspot of it; the public's is shown once let through."""

    __tablename__ = "wifi_comment"
    __table_args__ = (Index("ix_wifi_comment_scenario_id", "scenario_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("wifi_scenario.id", ondelete="CASCADE"))
    hotspot_key: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(2000))
    by: Mapped[str | None] = mapped_column(String(80))
    """NULL: somebody of the public, of whom nothing is kept."""
    shown: Mapped[bool]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Survey(Base):
    """A walk with a telephone that wrote down signal strengths; nothing of the telephone itself is kept."""

    __tablename__ = "wifi_survey"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("wifi_scenario.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file: the same file is not taken twice."""
    taken_on: Mapped[date | None]
    offset_db: Mapped[float | None]
    """Median of measured minus modelled."""
    sd_db: Mapped[float | None]
    compared: Mapped[int] = mapped_column(server_default=text("0"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY)
    """How many lines of the file were taken, and how many were left out, by reason."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_by: Mapped[str | None] = mapped_column(String(80))
    """Who took its offset over into the scenario, last."""
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Reading(Base):
    """The median of the signals measured in a square of a few metres, at its middle, and what the model says
    there (NULL: outside the modelled area). Neither hour nor order is kept: nobody's way can be read off.
    """

    __tablename__ = "wifi_reading"
    __table_args__ = (Index("ix_wifi_reading_survey_id", "survey_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("wifi_survey.id", ondelete="CASCADE"))
    hotspot_key: Mapped[str | None] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(3))
    place: Mapped[PointShape]
    dbm: Mapped[float]
    modelled_dbm: Mapped[float | None]


class Proposal(Base):
    """A search for the best sites, as a background job: its progress while it runs, its answer after."""

    __tablename__ = "wifi_proposal"
    __table_args__ = (Index("ix_wifi_proposal_scenario_id", "scenario_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("wifi_scenario.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), server_default="waiting")
    """waiting, running, optimal, stopped, limit, infeasible or failed."""
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Budget, weights and rules as they were when it was asked for."""
    progress: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY)
    """best, bound, gap and seconds so far."""
    stop: Mapped[bool] = mapped_column(server_default=text("false"))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KeptCoverage(Base):
    """A site's coverage, kept by a digest of everything that it follows from; made anew when it is gone."""

    __tablename__ = "wifi_coverage"
    __table_args__ = (Index("ix_wifi_coverage_used_at", "used_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)


__all__ = [
    "Comment",
    "Edit",
    "Hotspot",
    "KeptCoverage",
    "Proposal",
    "Reading",
    "Scenario",
    "StatusChange",
    "Survey",
]
