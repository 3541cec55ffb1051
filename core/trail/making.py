"""What makes a trail of a database: its table, which is only ever added to, and the triggers that add to it.

The chain: each entry's hash is the SHA-256 of the hash before it and the entry's own text. Rows are chained
when a transaction ends, so that no two transactions wait for each other's rows with the trail in hand.
"""

from collections.abc import Sequence
from typing import Final

from alembic import op
from sqlalchemy import text

LONGEST: Final = 10_000
"""Characters of one value that an entry tells; of a longer one only its length and SHA-256."""

SCHEMA: Final = """
CREATE SCHEMA IF NOT EXISTS trail;
CREATE TABLE IF NOT EXISTS trail.entry (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  who text NOT NULL,
  about text NOT NULL,
  key text NOT NULL,
  entry text NOT NULL,
  hash char(64) NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_entry_about ON trail.entry (about, key, seq);
CREATE INDEX IF NOT EXISTS ix_entry_who ON trail.entry (who, seq);
CREATE INDEX IF NOT EXISTS ix_entry_at ON trail.entry (at);
"""

FUNCTIONS: Final = (
    """
CREATE OR REPLACE FUNCTION trail.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The trail is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$
""",
    """
CREATE OR REPLACE FUNCTION trail.add(act text, what text, its_key text, before jsonb, after jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last record;
  number bigint;
  moment timestamptz;
  person text := COALESCE(NULLIF(current_setting('athar.who', true), ''), 'database:' || session_user);
  said text;
BEGIN
  PERFORM pg_advisory_xact_lock(x'747261696c'::bigint);
  SELECT e.seq, e.hash INTO last FROM trail.entry e ORDER BY e.seq DESC LIMIT 1;
  number := COALESCE(last.seq, 0) + 1;
  moment := clock_timestamp();
  said := jsonb_build_object(
    'seq', number, 'at', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'who', person,
    'act', act, 'about', what, 'key', its_key, 'from', before, 'to', after)::text;
  INSERT INTO trail.entry VALUES (number, moment, person, what, its_key, said,
    encode(sha256(convert_to(COALESCE(last.hash, repeat('0', 64)) || said, 'UTF8')), 'hex'));
END $$
""",
    """
CREATE OR REPLACE FUNCTION trail.told(given jsonb, hidden text[]) RETURNS jsonb LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_object_agg(name, CASE
    WHEN value = 'null' THEN value
    WHEN name = ANY (hidden) THEN '"(not told)"'
    WHEN length(value::text) > {longest} THEN jsonb_build_object('length', length(value::text),
      'sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex'))
    ELSE value END)
  FROM jsonb_each(given) AS part (name, value)
$$
""".replace("{longest}", str(LONGEST)),
    """
CREATE OR REPLACE FUNCTION trail.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hidden text[] := string_to_array(TG_ARGV[1], ',');
  unseen text[] := string_to_array(TG_ARGV[2], ',');
  before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  either jsonb := COALESCE(after, before);
  its_key text;
  same text[];
BEGIN
  SELECT string_agg(either ->> part, '/' ORDER BY place) INTO its_key
  FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS listed (part, place);
  IF TG_OP = 'UPDATE' THEN
    SELECT array_agg(name) INTO same FROM jsonb_object_keys(before) AS name
    WHERE before -> name = after -> name OR name = ANY (unseen);
    before := before - COALESCE(same, '{}');
    after := after - COALESCE(same, '{}');
    IF after = '{}' THEN RETURN NULL; END IF;
  ELSE
    before := before - unseen;
    after := after - unseen;
  END IF;
  PERFORM trail.add(
    lower(TG_OP), TG_TABLE_NAME, its_key, trail.told(before, hidden), trail.told(after, hidden));
  RETURN NULL;
END $$
""",
    """
CREATE OR REPLACE FUNCTION trail.say(act text, what text, its_key text, details jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF act IN ('insert', 'update', 'delete') THEN
    RAISE EXCEPTION 'Only the rows themselves say that.' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM trail.add(act, what, its_key, NULL, details);
END $$
""",
)
GUARDS: Final = """
CREATE OR REPLACE TRIGGER kept BEFORE UPDATE OR DELETE ON trail.entry
  FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE OR REPLACE TRIGGER kept_whole BEFORE TRUNCATE ON trail.entry EXECUTE FUNCTION trail.refuse();
REVOKE ALL ON FUNCTION trail.add(text, text, text, jsonb, jsonb) FROM PUBLIC;
"""


def make() -> None:
    """The trail itself, handed over to its keeper where the database's administrator provided for that.

    For migrations. A trail that is there already, from before a migration was taken back, goes on.
    """
    connection = op.get_bind()
    if connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = 'trail' AND NOT pg_has_role(nspowner, 'USAGE')")
    ):
        return
    for statement in (
        *filter(str.strip, SCHEMA.split(";")),
        *FUNCTIONS,
        *filter(str.strip, GUARDS.split(";")),
    ):
        op.execute(text(statement.replace(":", r"\:")))
    if connection.scalar(text("SELECT to_regprocedure('public.seal_trail()') IS NOT NULL")):
        op.execute("SELECT public.seal_trail()")


def drop() -> None:
    """Take the trail away, if it is ours to take; for migrations."""
    connection = op.get_bind()
    if connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = 'trail' AND pg_has_role(nspowner, 'USAGE')")
    ):
        op.execute("DROP SCHEMA trail CASCADE")


def watch(
    table: str, *, key: Sequence[str] = ("id",), hidden: Sequence[str] = (), unseen: Sequence[str] = ()
) -> None:
    """Have every change of the table's rows written into the trail; for migrations.

    Of `hidden` columns (what is personal or secret) it tells only that they changed; `unseen` ones are left
    out, and a change of nothing else is none.
    """
    arguments = ", ".join(f"'{','.join(names)}'" for names in (key, hidden, unseen))
    op.execute(
        f"CREATE CONSTRAINT TRIGGER trail AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trail.note({arguments})"
    )


def unwatch(table: str) -> None:
    """Take that back; for migrations."""
    op.execute(f"DROP TRIGGER IF EXISTS trail ON {table}")
