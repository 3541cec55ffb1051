"""Public Wi-Fi: scenarios, hotspots, what was done to them, said and measured, proposals, kept coverage."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    """Make the tables."""
    _coverage()
    _scenario()
    _comment()
    _edit()
    _hotspot()
    _proposal()
    _survey()
    _reading()
    _status_change()


def downgrade() -> None:
    """Drop them, children first."""
    for table in (
        "wifi_status_change",
        "wifi_reading",
        "wifi_survey",
        "wifi_proposal",
        "wifi_hotspot",
        "wifi_edit",
        "wifi_comment",
        "wifi_scenario",
        "wifi_coverage",
    ):
        op.drop_table(table)


def _coverage() -> None:
    op.create_table(
        "wifi_coverage",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_index("ix_wifi_coverage_used_at", "wifi_coverage", ["used_at"])


def _scenario() -> None:
    op.create_table(
        "wifi_scenario",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("status", sa.String(12), nullable=False, server_default="draft"),
        sa.Column("public", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("budget_mad", sa.Numeric(12, 2), nullable=False),
        sa.Column("weights", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("rules", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("offset_db", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default=sa.text("1")),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("approved_by", sa.String(80)),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("budget_mad >= 0", name="budget"),
    )
    op.create_index(
        "uq_wifi_scenario_approved",
        "wifi_scenario",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'approved'"),
    )
    op.create_index("uq_wifi_scenario_key", "wifi_scenario", ["key"], unique=True)


def _comment() -> None:
    op.create_table(
        "wifi_comment",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "scenario_id",
            sa.BigInteger,
            sa.ForeignKey("wifi_scenario.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("hotspot_key", sa.String(40)),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("by", sa.String(80)),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_wifi_comment_scenario_id", "wifi_comment", ["scenario_id", "id"])


def _edit() -> None:
    op.create_table(
        "wifi_edit",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "scenario_id",
            sa.BigInteger,
            sa.ForeignKey("wifi_scenario.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("undone_by", sa.String(80)),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_wifi_edit_scenario_id", "wifi_edit", ["scenario_id", "id"])


def _hotspot() -> None:
    op.create_table(
        "wifi_hotspot",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "scenario_id",
            sa.BigInteger,
            sa.ForeignKey("wifi_scenario.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("height_m", sa.Float, nullable=False),
        sa.Column("model", sa.String(40), nullable=False),
        sa.Column("azimuth_deg", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("tilt_deg", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("eirp_24_dbm", sa.Float),
        sa.Column("eirp_5_dbm", sa.Float),
        sa.Column("channel_24", sa.Integer),
        sa.Column("channel_5", sa.Integer),
        sa.Column("backhaul", sa.String(10), nullable=False, server_default="unknown"),
        sa.Column("feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="SET NULL")),
        sa.Column("status", sa.String(10), nullable=False, server_default="planned"),
        sa.Column("note", sa.String(500), nullable=False, server_default=""),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("height_m > 0 AND height_m < 100", name="height"),
    )
    op.create_index("ix_wifi_hotspot_feature_id", "wifi_hotspot", ["feature_id"])
    op.create_index("ix_wifi_hotspot_place", "wifi_hotspot", ["place"], postgresql_using="gist")
    op.create_index("uq_wifi_hotspot_scenario_id", "wifi_hotspot", ["scenario_id", "key"], unique=True)


def _proposal() -> None:
    op.create_table(
        "wifi_proposal",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "scenario_id",
            sa.BigInteger,
            sa.ForeignKey("wifi_scenario.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
        sa.Column("asked", JSONB, nullable=False),
        sa.Column("progress", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("stop", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("answer", JSONB(none_as_null=True)),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_wifi_proposal_scenario_id", "wifi_proposal", ["scenario_id", "id"])


def _survey() -> None:
    op.create_table(
        "wifi_survey",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "scenario_id",
            sa.BigInteger,
            sa.ForeignKey("wifi_scenario.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("taken_on", sa.Date),
        sa.Column("offset_db", sa.Float),
        sa.Column("sd_db", sa.Float),
        sa.Column("compared", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("counts", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(80)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_wifi_survey_scenario_id", "wifi_survey", ["scenario_id"])


def _reading() -> None:
    op.create_table(
        "wifi_reading",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "survey_id", sa.BigInteger, sa.ForeignKey("wifi_survey.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("hotspot_key", sa.String(40)),
        sa.Column("band", sa.String(3), nullable=False),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("dbm", sa.Float, nullable=False),
        sa.Column("modelled_dbm", sa.Float),
    )
    op.create_index("ix_wifi_reading_survey_id", "wifi_reading", ["survey_id", "id"])


def _status_change() -> None:
    op.create_table(
        "wifi_status_change",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "hotspot_id", sa.BigInteger, sa.ForeignKey("wifi_hotspot.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("after", sa.String(10), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(500), nullable=False, server_default=""),
    )
    op.create_index("ix_wifi_status_change_hotspot_id", "wifi_status_change", ["hotspot_id", "id"])
