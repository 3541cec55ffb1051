"""Signs as objects: their life, reports of passers-by, artworks, approved words, builds."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
OBJECT: tuple[tuple[str, Any, str | None], ...] = (
    ("tag", sa.String(8), None),
    ("purpose", sa.String(12), "monument"),
    ("stop", sa.SmallInteger, None),
    ("loaded_hash", sa.String(64), None),
    ("state", sa.String(12), "registered"),
    ("printed_at", sa.DateTime(timezone=True), None),
    ("spot", sa.String(300), None),
    ("lon", sa.Float, None),
    ("lat", sa.Float, None),
    ("facing", sa.SmallInteger, None),
    ("material", sa.String(40), None),
    ("fixing", sa.String(40), None),
    ("size", sa.String(20), None),
    ("manager", sa.String(120), None),
)


def upgrade() -> None:
    """Widen the register and add what is kept about each sign."""
    for name, kind, default in OBJECT:
        op.add_column("sign", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_check_constraint("whole_point", "sign", "(lon IS NULL) = (lat IS NULL)")
    op.create_check_constraint("facing", "sign", "facing BETWEEN 0 AND 359")
    op.execute("UPDATE sign SET state = 'withdrawn' WHERE withdrawn_at IS NOT NULL")
    _artwork()
    _life()
    _builds()


def downgrade() -> None:
    """Drop it, children first."""
    for table in (
        "sign_build_item",
        "sign_build",
        "sign_event",
        "sign_report",
        "sign_wording",
        "sign_artwork",
    ):
        op.drop_table(table)
    op.drop_constraint("facing", "sign", type_="check")
    op.drop_constraint("whole_point", "sign", type_="check")
    for name, _, _ in OBJECT:
        op.drop_column("sign", name)


def _code(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "code", sa.String(12), sa.ForeignKey("sign.code"), nullable=False, primary_key=primary_key
    )


def _moment(name: str, *, now: bool = False, known: bool = True) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=not known, server_default=NOW if now else None
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _artwork() -> None:
    op.create_table(
        "sign_artwork",
        _id(),
        _code(),
        sa.Column("sha256", sa.String(64), nullable=False),
        _moment("made_at", now=True),
        sa.Column("size", sa.String(20), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("payload", sa.String(80), nullable=False),
        sa.Column("level", sa.String(1), nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("module_mm", sa.Float, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("report", JSONB, nullable=False),
    )
    op.create_index("uq_sign_artwork_code_sha256", "sign_artwork", ["code", "sha256"], unique=True)
    op.create_index("ix_sign_artwork_code_made_at", "sign_artwork", ["code", "made_at"])
    op.create_table(
        "sign_wording",
        _code(primary_key=True),
        sa.Column("content_hash", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(120), nullable=False),
        _moment("at", now=True),
    )


def _life() -> None:
    op.create_table(
        "sign_event",
        _id(),
        _code(),
        sa.Column("kind", sa.String(12), nullable=False),
        _moment("at"),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("note", sa.String(1000)),
        sa.Column("photo", sa.String(64)),
        sa.Column("artwork_id", sa.BigInteger, sa.ForeignKey("sign_artwork.id")),
        sa.Column("details", JSONB, nullable=False),
        _moment("recorded_at", now=True),
    )
    op.create_index("ix_sign_event_code_at", "sign_event", ["code", "at", "id"])
    op.create_table(
        "sign_report",
        _id(),
        _code(),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("note", sa.String(500)),
        _moment("at", now=True),
        _moment("settled_at", known=False),
        sa.Column("settled_by", sa.String(120)),
    )
    op.create_index("ix_sign_report_code", "sign_report", ["code", "at"])


def _builds() -> None:
    op.create_table(
        "sign_build",
        _id(),
        _moment("asked_at", now=True),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        _moment("ended_at", known=False),
        sa.Column("problem", sa.String(1000)),
    )
    op.create_table(
        "sign_build_item",
        sa.Column(
            "build_id", sa.BigInteger, sa.ForeignKey("sign_build.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        _code(),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("artwork_id", sa.BigInteger, sa.ForeignKey("sign_artwork.id")),
        sa.Column("problems", JSONB, nullable=False),
        sa.Column("files", JSONB, nullable=False),
    )
