"""Ready texts answer a box by themselves, with key, kind and place; the database tells if they are whole."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SOURCES = ("feature", "feature_text", "monument", "place", "risk_zone")
"""Tables that ready texts are made from."""


def upgrade() -> None:
    """Add columns, index, and what every change of the sources does. The next load makes texts whole."""
    op.add_column("ready_feature", sa.Column("key", sa.String(80), nullable=True))
    op.add_column("ready_feature", sa.Column("kind", sa.String(40), nullable=True))
    op.add_column("ready_feature", sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False)))
    op.execute(
        "UPDATE ready_feature AS r SET key = f.key, kind = f.kind, place = f.place FROM feature AS f"
        " WHERE f.id = r.row"
    )
    op.execute("DELETE FROM ready_feature WHERE key IS NULL")
    op.alter_column("ready_feature", "key", nullable=False)
    op.alter_column("ready_feature", "kind", nullable=False)
    op.create_index("ix_ready_feature_place", "ready_feature", ["place"], postgresql_using="gist")
    op.create_table(
        "ready_whole",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("collections", sa.ARRAY(sa.String(20)), nullable=False),
    )
    op.execute("INSERT INTO ready_whole VALUES (1, '{}')")
    # The row is locked by each who writes: nobody can call texts whole while another's change is under way.
    op.execute("""
        CREATE FUNCTION ready_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM 1 FROM ready_whole FOR UPDATE;
          UPDATE ready_whole SET collections = '{}' WHERE collections <> '{}';
          RETURN NULL;
        END $$""")
    for table in SOURCES:
        op.execute(
            f"CREATE TRIGGER ready_no_more AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ready_no_more()"
        )


def downgrade() -> None:
    """Drop them."""
    for table in SOURCES:
        op.execute(f"DROP TRIGGER ready_no_more ON {table}")
    op.execute("DROP FUNCTION ready_no_more()")
    op.drop_table("ready_whole")
    op.drop_index("ix_ready_feature_place", "ready_feature")
    for column in ("key", "kind", "place"):
        op.drop_column("ready_feature", column)
