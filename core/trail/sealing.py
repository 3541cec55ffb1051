"""Taking the trail out of the application's hands: it belongs to a role that nobody can be.

What is here is run by the database's administrator (a superuser), once a database, before the migration that
makes the trail or after it: the private cluster does so by itself; for a database of one's own see
docs/trail.md.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

KEEPER: Final = "athar_keeper"
MAKE_KEEPER: Final = f"CREATE ROLE {KEEPER} NOLOGIN"
HAS_KEEPER: Final = f"SELECT 1 FROM pg_roles WHERE rolname = '{KEEPER}'"  # noqa: S608 - a constant

SEAL: Final = f"""
CREATE OR REPLACE FUNCTION public.seal_trail() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'trail'::regnamespace
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO {KEEPER}', part.name);
  END LOOP;
  ALTER TABLE trail.entry OWNER TO {KEEPER};
  ALTER SCHEMA trail OWNER TO {KEEPER};
  REVOKE ALL ON trail.entry FROM PUBLIC;
  REVOKE ALL ON FUNCTION trail.add(text, text, text, jsonb, jsonb) FROM PUBLIC;
  EXECUTE format('REVOKE ALL ON trail.entry FROM %I', session_user);
  EXECUTE format('REVOKE ALL ON SCHEMA trail FROM %I', session_user);
  EXECUTE format('REVOKE ALL ON FUNCTION trail.add(text, text, text, jsonb, jsonb) FROM %I', session_user);
  EXECUTE format('GRANT USAGE ON SCHEMA trail TO %I', session_user);
  EXECUTE format('GRANT SELECT ON trail.entry TO %I', session_user);
END $$
"""  # noqa: S608 - a constant
"""Makes the function with which whoever migrates hands the trail over. It goes one way only."""
BY_HAND: Final = (
    f"DO $$ BEGIN\n  IF NOT EXISTS ({HAS_KEEPER}) THEN {MAKE_KEEPER}; END IF;\nEND $$;{SEAL.rstrip()};"
)
"""What the administrator of a database of one's own runs in it, as superuser."""


def seal(session: Session) -> bool:
    """Hand the trail over; False if the administrator has not provided for that. The caller commits."""
    if not session.scalar(text("SELECT to_regprocedure('public.seal_trail()') IS NOT NULL")):
        return False
    session.execute(text("SELECT public.seal_trail()"))
    return True
