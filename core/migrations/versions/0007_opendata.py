"""Open data: an index for paging through a layer, cells that stand for many at low zooms, stored tiles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make index and tables."""
    op.create_index(
        "ix_feature_layer_id", "feature", ["layer", "id"], postgresql_where=sa.text("withdrawn_at IS NULL")
    )
    op.create_index(
        "ix_feature_last_change",
        "feature",
        [sa.text("COALESCE(withdrawn_at, changed_at) DESC"), sa.text("id DESC")],
    )
    op.create_table(
        "tile_cell",
        sa.Column("layer", sa.String(20), primary_key=True),
        *(sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in ("z", "x", "y")),
        sa.Column(
            "feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("many", sa.Integer, nullable=False),
    )
    op.create_index("ix_tile_cell_feature_id", "tile_cell", ["feature_id"])
    op.create_table(
        "ready_feature",
        sa.Column("collection", sa.String(20), primary_key=True),
        sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("head", sa.String, nullable=False),
        sa.Column("rest", sa.String, nullable=False),
    )
    op.create_table(
        "stored_tile",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("stamp", sa.String(60), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("stored_tile")
    op.drop_table("ready_feature")
    op.drop_table("tile_cell")
    op.drop_index("ix_feature_last_change", "feature")
    op.drop_index("ix_feature_layer_id", "feature")
