"""Streets, buildings and other layers from OpenStreetMap; directions of legs; what a walk's check found."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a walk gets a theme."""
    _import()
    _network()
    _layers()
    _legs()
    op.add_column("route", sa.Column("theme", sa.String(20)))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("route", "theme")
    for table in (
        "route_finding",
        "leg_guide",
        "osm_feature",
        "building",
        "street_segment",
        "street_node",
        "osm_import",
    ):
        op.drop_table(table)


def _shape(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


def _osm(*before: sa.Column[str]) -> list[sa.Column[str] | sa.Column[int]]:
    return [
        *before,
        sa.Column("osm_type", sa.String(8), primary_key=True),
        sa.Column("osm_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("osm_version", sa.Integer, nullable=False),
    ]


def _import() -> None:
    op.create_table(
        "osm_import",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("file_name", sa.String, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data_time", sa.DateTime(timezone=True)),
        sa.Column("box", JSONB, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="only_one"),
    )


def _network() -> None:
    op.create_table(
        "street_node",
        sa.Column("osm_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("geom", _shape("POINT"), nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "street_segment",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("way_id", sa.BigInteger, nullable=False),
        sa.Column("osm_version", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("from_node", sa.BigInteger, nullable=False),
        sa.Column("to_node", sa.BigInteger, nullable=False),
        sa.Column("geom", _shape("LINESTRING"), nullable=False),
        sa.Column("length_m", sa.Float, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("wheelchair", sa.String(7), nullable=False),
        sa.Column("width_m", sa.Float),
        sa.Column("incline_percent", sa.Float),
        sa.Column("step_count", sa.Integer),
        sa.Column("surface", sa.String(40)),
    )
    op.create_index("uq_street_segment_way_id", "street_segment", ["way_id", "part"], unique=True)
    op.create_index("ix_street_segment_geom", "street_segment", ["geom"], postgresql_using="gist")


def _layers() -> None:
    op.create_table(
        "building",
        *_osm(),
        sa.Column("geom", _shape("MULTIPOLYGON"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("levels", sa.Float),
        sa.Column("height_m", sa.Float),
        sa.Column("min_height_m", sa.Float),
        sa.Column("material", sa.String(40)),
    )
    op.create_index("ix_building_geom", "building", ["geom"], postgresql_using="gist")
    op.create_table(
        "osm_feature",
        *_osm(sa.Column("layer", sa.String(12), primary_key=True)),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("tags", JSONB, nullable=False),
        sa.Column("geom", _shape("GEOMETRY"), nullable=False),
    )
    op.create_index("ix_osm_feature_geom", "osm_feature", ["geom"], postgresql_using="gist")


def _legs() -> None:
    op.create_table(
        "leg_guide",
        sa.Column("route_id", sa.BigInteger, sa.ForeignKey("route.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("obstacle", sa.String(12)),
        sa.Column("turns", JSONB, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
    )
    op.create_table(
        "route_finding",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("route_id", sa.BigInteger, sa.ForeignKey("route.id", ondelete="CASCADE"), nullable=False),
        sa.Column("ordinal", sa.Integer),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("feature_id", sa.BigInteger, sa.ForeignKey("feature.id", ondelete="CASCADE")),
        sa.Column("values", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("detour", _shape("LINESTRING")),
        sa.Column("detour_m", sa.Float),
        sa.Column("detour_turns", JSONB),
    )
    op.create_index("ix_route_finding_route_id", "route_finding", ["route_id"])
