"""What risk zones say more, the day of the walks' last check, and warnings with their texts."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

from core.trail import making

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns and make the tables. Ready texts of zones lack the new properties: none are whole."""
    op.add_column("risk_zone", sa.Column("hazard", sa.String(30)))
    op.add_column("risk_zone", sa.Column("level", sa.String(10)))
    op.add_column("risk_zone", sa.Column("reported_by", sa.String(200)))
    op.add_column("commune", sa.Column("checked_on", sa.Date))
    op.execute("UPDATE ready_whole SET collections = '{}'")
    _alert()
    op.create_table(
        "alert_text",
        sa.Column("alert_id", sa.BigInteger, sa.ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("lang", sa.String(8), primary_key=True),
        sa.Column("headline", sa.String(160), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("instruction", sa.String(2000), nullable=False),
        sa.Column("area", sa.String(200), nullable=False),
    )
    making.watch("alert", hidden=("written_by", "issued_by"))
    making.watch("alert_text", key=("alert_id", "lang"))


def downgrade() -> None:
    """Drop them, children first."""
    op.drop_table("alert_text")
    op.drop_table("alert")
    op.drop_column("commune", "checked_on")
    for column in ("reported_by", "level", "hazard"):
        op.drop_column("risk_zone", column)


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("identifier", sa.String(80), nullable=False, unique=True),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("refers_to", sa.BigInteger, sa.ForeignKey("alert.id")),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("sender", sa.String(120), nullable=False),
        sa.Column("hazard", sa.String(30), nullable=False),
        sa.Column("urgency", sa.String(10), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("certainty", sa.String(10), nullable=False),
        sa.Column("onset", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("place", sa.String(10), nullable=False),
        sa.Column("zone_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="SET NULL")),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("written_by", JSONB, nullable=False),
        sa.Column("issued_by", sa.String(80)),
        sa.Column("sent", MOMENT),
        sa.CheckConstraint("(sent IS NULL) = (issued_by IS NULL)", name="issued"),
        sa.CheckConstraint("expires > onset", name="times"),
        sa.CheckConstraint("(kind = 'Alert') = (refers_to IS NULL)", name="refers"),
    )
    op.create_index("ix_alert_refers_to", "alert", ["refers_to"])
    op.create_index("ix_alert_sent", "alert", ["sent"])
    # A message is updated or cancelled once: what comes after refers to the newest.
    op.create_index(
        "uq_alert_refers_to_sent",
        "alert",
        ["refers_to"],
        unique=True,
        postgresql_where=sa.text("sent IS NOT NULL"),
    )
