"""Models and migrations say the same."""

from sqlalchemy import text

from core import schema
from core.db import Base, Engine


def _shape(engine: Engine) -> list[str]:
    """Every column, index and constraint of the public schema, as PostgreSQL tells them."""
    questions = (
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '"
        " || COALESCE(character_maximum_length::text, '') || ' ' || COALESCE(column_default, '') || ' '"
        " || COALESCE(generation_expression, '') || ' ' || is_identity FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT c.conrelid::regclass || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid)"
        " FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = 'public'"
        " AND c.contype <> 't'",  # triggers (of the trail) are no model's
        "SELECT f_table_name || '.' || f_geometry_column || ' ' || type || ' ' || srid FROM geometry_columns",
    )
    with engine.connect() as connection:
        rows = [row for question in questions for row in connection.scalars(text(question))]
    return sorted(row for row in rows if "alembic_version" not in row and "spatial_ref_sys" not in row)


def test_upgrading_from_empty_gives_what_the_models_say(empty_databases: tuple[Engine, Engine]) -> None:
    migrated, modelled = empty_databases

    assert schema.upgrade(migrated) == ("", schema.newest())
    schema.upgrade(modelled)
    schema.downgrade(modelled, "base")
    with modelled.begin() as connection:
        Base.metadata.create_all(connection)

    assert len(_shape(migrated)) > 80
    assert _shape(migrated) == _shape(modelled)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    assert schema.upgrade(engine) == (schema.newest(), schema.newest())


def test_a_page_query_is_cut_off(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "20s"
        assert connection.scalar(text("SHOW timezone")) == "UTC"
