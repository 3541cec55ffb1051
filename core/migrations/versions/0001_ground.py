"""The ground: commune, features of every layer, their texts, walks; signs and scan counts."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("now()")
HERE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Make every table of the main job."""
    _commune()
    _feature()
    _layer_tables()
    _walks()
    _texts()
    _signs()


def downgrade() -> None:
    """Drop them, children first."""
    for table in (
        "scan_day",
        "sign",
        "feature_text",
        "route_leg",
        "route_stop",
        "route",
        "risk_zone",
        "place",
        "monument",
        "feature",
        "commune",
    ):
        op.drop_table(table)


def _shape(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


def _part_of(table: str) -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True)


def _commune() -> None:
    op.create_table(
        "commune",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("config", JSONB, nullable=False),
        sa.Column("folder_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("id = 1", name="only_one"),
    )


def _feature() -> None:
    op.create_table(
        "feature",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("geom", _shape("GEOMETRY")),
        sa.Column("entrance", _shape("POINT")),
        sa.Column(
            "place",
            _shape("POINT"),
            sa.Computed("COALESCE(entrance, ST_PointOnSurface(geom))", persisted=True),
        ),
        sa.Column("precision", sa.String(12), nullable=False),
        sa.Column("precision_note", sa.String),
        sa.Column("error_m", sa.Float),
        sa.Column("coordinate_source", sa.String),
        sa.Column("coordinate_licence", sa.String),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("licence_risk", sa.Boolean, nullable=False),
        sa.Column("sources", JSONB, nullable=False),
        sa.Column("external_ids", JSONB, nullable=False),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )
    op.create_index("uq_feature_layer_key", "feature", ["layer", "key"], unique=True)
    op.create_index("ix_feature_geom", "feature", ["geom"], postgresql_using="gist")
    op.create_index("ix_feature_layer_kind", "feature", ["layer", "kind", "key"], postgresql_where=HERE)
    op.create_index(
        "ix_feature_monument_place",
        "feature",
        [sa.text("(place::geography)")],
        postgresql_using="gist",
        postgresql_where=sa.text("layer = 'monuments' AND withdrawn_at IS NULL"),
    )


def _layer_tables() -> None:
    op.create_table(
        "monument",
        _part_of("feature"),
        sa.Column("condition", sa.String(20), nullable=False),
        sa.Column("access", sa.String(10), nullable=False),
        sa.Column("inside_walls", sa.String(12), nullable=False),
    )
    op.create_table(
        "place",
        _part_of("feature"),
        sa.Column("wifi_candidate", sa.Boolean, nullable=False),
        sa.Column("inside_walls", sa.String(12), nullable=False),
    )
    op.create_index("ix_place_wifi", "place", ["id"], postgresql_where=sa.text("wifi_candidate"))
    op.create_table(
        "risk_zone",
        _part_of("feature"),
        sa.Column("record", sa.Boolean, nullable=False),
        sa.Column("official", sa.Boolean, nullable=False),
        sa.Column("measure", sa.String(20)),
        sa.Column("unit", sa.String(20)),
        sa.Column("value", sa.Float),
        sa.Column("event_time", sa.DateTime(timezone=True)),
    )


def _walks() -> None:
    op.create_table(
        "route",
        _part_of("feature"),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("loop", sa.Boolean, nullable=False),
    )
    op.create_table(
        "route_stop",
        sa.Column("route_id", sa.BigInteger, sa.ForeignKey("route.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("feature_id", sa.BigInteger, sa.ForeignKey("feature.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
    )
    op.create_index("ix_route_stop_feature_id", "route_stop", ["feature_id"])
    op.create_table(
        "route_leg",
        sa.Column("route_id", sa.BigInteger, sa.ForeignKey("route.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("geom", _shape("LINESTRING"), nullable=False),
        sa.Column("length_m", sa.Float, nullable=False),
        sa.Column("basis", sa.String(10), nullable=False),
    )


def _texts() -> None:
    op.create_table(
        "feature_text",
        sa.Column(
            "feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("field", sa.String(20), primary_key=True),
        sa.Column("lang", sa.String(8), primary_key=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("note", sa.String),
        sa.Column("source_hash", sa.String(32)),
        sa.Column("folded", sa.String),
    )
    op.create_index(
        "ix_feature_text_folded",
        "feature_text",
        ["folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )


def _signs() -> None:
    op.create_table(
        "sign",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("feature_id", sa.BigInteger, sa.ForeignKey("feature.id")),
        sa.Column("reason", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_sign_feature_id", "sign", ["feature_id"])
    op.create_table(
        "scan_day",
        sa.Column("code", sa.String(12), sa.ForeignKey("sign.code"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("lang", sa.String(8), primary_key=True),
        sa.Column("scans", sa.BigInteger, nullable=False),
    )
