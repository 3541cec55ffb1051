"""Embeds: which sites may frame them, and how often they are seen there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "embed_rule",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("token", sa.String(22)),
        sa.Column("target", sa.String(90), nullable=False),
        sa.Column("origins", JSONB, nullable=False),
        sa.Column("name", sa.String(120)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index("uq_embed_rule_token", "embed_rule", ["token"], unique=True)
    op.create_index(
        "uq_embed_rule_target",
        "embed_rule",
        ["target"],
        unique=True,
        postgresql_where=sa.text("token IS NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "embed_day",
        sa.Column("target", sa.String(90), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("host", sa.String(100), primary_key=True),
        sa.Column("views", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_embed_day_day", "embed_day", ["day", "host"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("embed_day")
    op.drop_table("embed_rule")
