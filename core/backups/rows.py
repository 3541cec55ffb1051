"""What a database holds, told so that two can be compared: rows and a digest of each table, sequences.

A digest is the sum of the SHA-256 of each row as text, so that it neither needs an order nor memory. Columns
that are computed from others are left out: another release of PostGIS may compute them otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql
from sqlalchemy import Connection, text

from core.jobs import SCHEMA as JOBS

TRAIL: Final = "trail"
SCHEMAS: Final = ("public", JOBS, TRAIL)
"""Where our tables are."""
AS_TEXT: Final = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, MDY'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL search_path = ''",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
"""Said in a transaction that makes digests: values are written the same everywhere, and it may take long."""

_TABLES: Final = text("""
SELECT n.nspname, c.relname,
       array_agg(a.attname::text ORDER BY a.attname::text) FILTER (WHERE a.attgenerated = '')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY 1, 2 ORDER BY 1, 2
""")
_SEQUENCES: Final = text(
    "SELECT schemaname, sequencename FROM pg_catalog.pg_sequences"
    " WHERE schemaname = ANY(:schemas) ORDER BY 1, 2"
)


@dataclass(frozen=True)
class Table:
    """A table, and the columns that its digest is of."""

    schema: str
    name: str
    columns: Sequence[str]

    @property
    def title(self) -> str:
        """As it is told: without the schema that everything is in."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def tables(connection: Connection) -> list[Table]:
    """Every table of ours, by name; none in a database that nobody has migrated."""
    found = connection.execute(_TABLES, {"schemas": list(SCHEMAS)}).all()
    return [Table(schema, name, tuple(columns or ())) for schema, name, columns in found]


def digest(connection: Connection, table: Table) -> str:
    """How many rows a table has, and a digest of them: "12 104…:97…". AS_TEXT was said before."""
    return str(connection.exec_driver_sql(question(table)).scalar())


def question(table: Table) -> str:
    """The SQL of `digest`."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    return (
        sql.SQL(
            "SELECT count(*) || ' ' || coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0) || ':'"
            " || coalesce(sum(('x' || substr(h, 17, 16))::bit(64)::bigint), 0)"
            " FROM (SELECT encode(sha256(convert_to(ROW({})::text, 'UTF8')), 'hex') AS h FROM {}) AS rows"
        )
        .format(columns, sql.Identifier(table.schema, table.name))
        .as_string()
    )


def sequences(connection: Connection) -> dict[str, int]:
    """The next number of every sequence, by its name with the schema."""
    named = connection.execute(_SEQUENCES, {"schemas": list(SCHEMAS)}).all()
    return {f"{schema}.{name}": _next(connection, schema, name) for schema, name in named}


def next_of(schema: str, name: str) -> str:
    """The SQL that tells a sequence's next number."""
    sequence = sql.Identifier(schema, name)
    return sql.SQL("SELECT last_value + is_called::int FROM {}").format(sequence).as_string()


def _next(connection: Connection, schema: str, name: str) -> int:
    return int(connection.exec_driver_sql(next_of(schema, name)).scalar_one())
