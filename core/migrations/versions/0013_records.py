"""What the desk keeps of things: parts, versions, how far each has come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.trail import making

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="CASCADE")),
        sa.Column("from_folder", sa.Boolean, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_index("uq_record_layer_key", "record", ["layer", "key"], unique=True)
    op.create_index("ix_record_feature_id", "record", ["feature_id"])
    of = sa.ForeignKey("record.id", ondelete="CASCADE")
    op.create_table(
        "record_part",
        sa.Column("record_id", sa.BigInteger, of, primary_key=True),
        sa.Column("part", sa.String(8), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("latest", sa.Integer, nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index(
        "ix_record_part_state",
        "record_part",
        ["state", "part"],
        postgresql_where=sa.text("state <> 'published'"),
    )
    op.create_table(
        "record_version",
        sa.Column(
            "record_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("part", sa.String(8), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("who", sa.String(40), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    making.watch("record")
    making.watch("record_part", key=("record_id", "part"), hidden=("by",))
    making.watch("record_version", key=("record_id", "part", "number"), hidden=("by",))


def downgrade() -> None:
    """Drop them, children first."""
    for table in ("record_version", "record_part", "record"):
        op.drop_table(table)
