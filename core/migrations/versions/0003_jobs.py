"""The queue of background jobs: Procrastinate's own tables and functions, in the schema `jobs`.

They are those of the release that requirements.lock pins. Raising it takes a migration that runs what the
package has in `sql/migrations` since then; tests/core/test_jobs.py fails until somebody looks.
"""

from alembic import op

from core.queue import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FUNCTIONS_FIND_THEIR_TABLES = """
DO $$
DECLARE each regprocedure;
BEGIN
    FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'jobs'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_temp', each);
    END LOOP;
END;
$$
"""
"""So that triggers and functions work in the transaction of a page, whose search path is the usual one."""


def upgrade() -> None:
    """Make them as their author wrote them, then let them find each other from any search path."""
    # Without parameters the driver takes several statements at once, and percent signs as they are.
    connection = op.get_bind().execution_options(no_parameters=True)
    before = connection.exec_driver_sql("SHOW search_path").scalar_one()
    connection.exec_driver_sql("CREATE SCHEMA jobs")
    connection.exec_driver_sql("SET LOCAL search_path = jobs")
    connection.exec_driver_sql(tables())
    connection.exec_driver_sql(FUNCTIONS_FIND_THEIR_TABLES)
    connection.exec_driver_sql(f"SET LOCAL search_path = {before}")


def downgrade() -> None:
    """Drop the queue with all that waits in it."""
    op.execute("DROP SCHEMA jobs CASCADE")
