"""Who may show our pages in theirs, and how often they do."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

NOW = text("now()")


class EmbedRule(Base):
    """Which sites may frame an embed. With a token: an embed of a partner's own. Without: the rule of the
    embed that everybody may take, which is open to any site where there is no rule.
    """

    __tablename__ = "embed_rule"
    __table_args__ = (
        Index("uq_embed_rule_token", "token", unique=True),
        Index(
            "uq_embed_rule_target",
            "target",
            unique=True,
            postgresql_where=text("token IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token: Mapped[str | None] = mapped_column(String(22))
    """Stands in the address as ?e=; it is no secret: the browser, not the address, keeps others out."""
    target: Mapped[str] = mapped_column(String(90))
    """`map`, or `routes/KEY`."""
    origins: Mapped[list[str]] = mapped_column(JSONB)
    """Sources of the CSP's frame-ancestors, such as https://partner.example or https://*.partner.example."""
    name: Mapped[str | None] = mapped_column(String(120))
    """The partner: an organisation, not a private person."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=NOW)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """From then on nobody may frame an embed of this token; its row stays, so that its address can say so."""


class EmbedDay(Base):
    """Views of one embed inside one site on one day (UTC): a number, and nothing about who looked."""

    __tablename__ = "embed_day"
    __table_args__ = (Index("ix_embed_day_day", "day", "host"),)

    target: Mapped[str] = mapped_column(String(90), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    host: Mapped[str] = mapped_column(String(100), primary_key=True)
    """Host of the page around it; `unknown` where the browser does not tell, `other` beyond a bound."""
    views: Mapped[int] = mapped_column(BigInteger)
