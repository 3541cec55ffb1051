"""Files that staff bring: kept with their rows until they are taken over, a week at most."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.trail import making

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("columns", JSONB, nullable=False),
        sa.Column("remarks", JSONB, nullable=False),
        sa.Column("mapping", JSONB, nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("who", sa.String(40), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("roles", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_import_batch_who", "import_batch", ["who", "layer", "at"])
    op.create_index("ix_import_batch_at", "import_batch", ["at"])
    _rows()
    op.create_table(
        "import_mapping",
        sa.Column("layer", sa.String(20), primary_key=True),
        sa.Column("mapping", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    making.watch("import_batch", hidden=("title", "by"), unseen=("columns", "remarks", "mapping"))


def _rows() -> None:
    batch = sa.ForeignKey("import_batch.id", ondelete="CASCADE")
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.BigInteger, batch, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("given", JSONB, nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("key", sa.String(80)),
        sa.Column("name", sa.String(300)),
        *(
            sa.Column(name, JSONB(none_as_null=True))
            for name in ("contents", "bases", "changes", "problems", "near")
        ),
        sa.Column("same", sa.String(80)),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("ticked", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("taken", sa.String(10)),
        sa.Column("told", JSONB),
    )
    op.create_index("ix_import_row_outcome", "import_row", ["batch_id", "outcome", "number"])
    op.create_index(
        "ix_import_row_waiting",
        "import_row",
        ["batch_id", "key"],
        postgresql_where=sa.text("ticked AND taken IS NULL"),
    )


def downgrade() -> None:
    """Drop them, children first."""
    for table in ("import_mapping", "import_row", "import_batch"):
        op.drop_table(table)
