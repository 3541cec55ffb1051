"""Pictures of things on the ground, and what they show in words."""

import sqlalchemy as sa
from alembic import op

from core.trail import making

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("colour", sa.String(6), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("licence", sa.String(30), nullable=False),
        sa.Column("licence_note", sa.String(300), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("taken_on", sa.Date),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ready_at", MOMENT),
        sa.Column("problem", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("published_by", sa.String(80)),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("withdrawn_by", sa.String(80)),
        sa.Column("gone_at", MOMENT),
    )
    op.create_index("uq_picture_feature_id_sha256", "picture", ["feature_id", "sha256"], unique=True)
    op.create_index("ix_picture_sha256", "picture", ["sha256"])
    op.create_index(
        "ix_picture_published",
        "picture",
        ["feature_id", "ordinal", "id"],
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "picture_alt",
        sa.Column(
            "picture_id", sa.BigInteger, sa.ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("lang", sa.String(8), primary_key=True),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
    )
    people = ("author", "licence_note", "source", "created_by", "published_by", "withdrawn_by")
    making.watch("picture", hidden=people)
    making.watch("picture_alt", key=("picture_id", "lang"))


def downgrade() -> None:
    """Drop them, children first."""
    op.drop_table("picture_alt")
    op.drop_table("picture")
