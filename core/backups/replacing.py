"""One transaction, in psql, that takes a database's tables away, restores those of a dump, and compares them.

Nothing is committed until it is said: if this process is killed, psql reads the end of its orders, ends, and
the server takes everything back. So does a full disk, or a dump that turns out other than it was.
"""

import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from psycopg import sql
from sqlalchemy import Engine

from core import schema
from core.backups import programs, rows
from core.backups.errors import NotDone
from core.backups.manifest import Manifest

PATIENCE: Final = "20s"
"""For pages and jobs that have a table in use."""
_COMPARED: Final = "athar: compared"
_CHUNK: Final = 256 * 1024
_ENTRY: Final = r"\d+; \d+ \d+ [A-Z ]+"
"""How a line of pg_restore's list begins: numbers, and of what kind it is."""
_PRESENT: Final = rf"{_ENTRY} - public |{_ENTRY} public seal_trail\("
_OF_THE_TRAIL: Final = rf"{_ENTRY} (- )?{rows.TRAIL} "
_AWAY: Final = """
DO $away$
DECLARE orders text[]; each text;
BEGIN
  SELECT array_agg(said ORDER BY turn) INTO orders FROM (
    SELECT 1, format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
    WHERE nspname = ANY(SCHEMAS) AND nspname NOT IN ('public', 'trail')
    UNION ALL
    SELECT CASE relkind WHEN 'S' THEN 3 ELSE 2 END, format('DROP %s IF EXISTS public.%I CASCADE',
      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
      ELSE 'TABLE' END, relname)
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 4, format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE',
      proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND proname <> 'seal_trail'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 5, format('DROP TYPE IF EXISTS public.%I CASCADE', typname)
    FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
  ) AS all_of_it(turn, said);
  FOREACH each IN ARRAY coalesce(orders, '{}') LOOP EXECUTE each; END LOOP;
END $away$;
"""


def replace(
    engine: Engine,
    told: Manifest,
    release: int,
    dump: Callable[[], Iterable[bytes]],
    placed: Callable[[], None],
    *,
    trailed: bool,
) -> None:
    """Restore a dump in place of what the database holds; `dump` gives its bytes, from the start each time.

    A database that has a trail (`trailed`) keeps it: it is only ever added to, also by a restore.
    Once all is there and is what the manifest says, `placed` is called, and then it is committed.
    Raises NotDone if the tables are in use or anything else fails; then the database is as it was.
    """
    place = programs.directory(release)
    contents = _contents(place / "pg_restore", dump(), trailed=trailed)
    where, environment = programs.address(engine)
    with tempfile.TemporaryFile() as errors, tempfile.NamedTemporaryFile("w", encoding="utf-8") as wanted:
        wanted.write(contents)
        wanted.flush()
        psql = programs.start(
            [place / "psql", "-X", "-q", "--no-password", "-v", "ON_ERROR_STOP=1", "--output=/dev/null",
             f"--dbname={where}"],
            environment, errors, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            reading = [
                place / "pg_restore",
                f"--use-list={wanted.name}",
                "--no-owner",
                "--no-privileges",
                "--file=-",
            ]
            _order(psql, _beginning(), reading, dump(), _comparison(told, trailed=trailed))
            if psql.stdout.readline().decode().strip() != _COMPARED:
                raise _failed(psql, errors)
            placed()
            psql.stdin.write(b"COMMIT;\n")
            psql.stdin.close()
            if psql.wait():
                raise _failed(psql, errors)
        except BrokenPipeError:
            raise _failed(psql, errors) from None
        finally:
            psql.kill()
            with suppress(BrokenPipeError):
                psql.stdin.close()
            psql.wait()
            psql.stdout.close()


def _order(psql: Any, beginning: str, reading: list[Any], dump: Iterable[bytes], comparison: str) -> None:
    """Say everything to psql, but not that it is to be kept."""
    psql.stdin.write(beginning.encode())
    with tempfile.TemporaryFile() as errors:
        restoring = programs.start(
            reading, {"LC_ALL": "C.UTF-8"}, errors, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        feeding = _Feeding(restoring.stdin, dump)
        try:
            while data := restoring.stdout.read(_CHUNK):
                psql.stdin.write(data)
            feeding.join()
            if restoring.wait() or feeding.wrong:
                why = str(feeding.wrong or programs.complaint(errors))
                raise NotDone("pg_restore failed: %(why)s. The database is as it was.", why=why)
        finally:
            restoring.kill()
            restoring.stdout.close()
            feeding.join()
            restoring.wait()
    psql.stdin.write(comparison.encode())
    psql.stdin.flush()


class _Feeding(threading.Thread):
    """Gives a program a dump to read, while its output is read."""

    def __init__(self, to: IO[bytes], dump: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self.wrong: Exception | None = None
        self._to, self._dump = to, dump
        self.start()

    def run(self) -> None:
        """Until the dump ends, or nobody reads any more."""
        try:
            with self._to:
                for data in self._dump:
                    self._to.write(data)
        except BrokenPipeError:
            pass
        except Exception as wrong:
            self.wrong = wrong


def _contents(program: Path, dump: Iterable[bytes], *, trailed: bool) -> str:
    """The dump's table of contents but what is there already: the schema `public`, the administrator's
    function that seals a trail, and the trail itself if there is one.
    """
    with tempfile.TemporaryFile() as errors:
        listing = programs.start(
            [program, "--list"], {"LC_ALL": "C.UTF-8"}, errors, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        feeding = _Feeding(listing.stdin, dump)
        with listing.stdout:
            said = listing.stdout.read().decode()
        feeding.join()
        if listing.wait():
            raise NotDone("pg_restore failed: %(why)s", why=programs.complaint(errors))
    left = _PRESENT if not trailed else f"{_PRESENT}|{_OF_THE_TRAIL}"
    return "\n".join(line for line in said.splitlines() if not re.match(left, line)) + "\n"


def _beginning() -> str:
    schemas = sql.Literal(list(rows.SCHEMAS)).as_string()
    return (
        f"BEGIN;\nSET LOCAL lock_timeout = '{PATIENCE}';\nSET LOCAL statement_timeout = 0;\n"
        f"SET LOCAL client_min_messages = warning;\n"
        f"SELECT pg_advisory_xact_lock({schema.LOCK});\n" + _AWAY.replace("SCHEMAS", schemas)
    )


def _comparison(told: Manifest, *, trailed: bool) -> str:
    """Orders that fail unless every table and sequence is as the manifest says; then a word of it."""
    checks = [
        _check(rows.question(table), " = ", holds, f"{table.title} is not as it was")
        for table, holds in told.of_table()
        if not (trailed and table.schema == rows.TRAIL)
    ]
    for name, following in sorted(told.sequences.items()):
        of, _, short = name.partition(".")
        checks.append(_check(rows.next_of(of, short), " >= ", following, f"{name} counts from too low"))
    said = ";\n".join((*rows.AS_TEXT, *checks))
    return f"{said};\n\\o\n\\echo {_COMPARED}\n"


def _check(question: str, compares: str, wanted: str | int, otherwise: str) -> str:
    body = sql.SQL(
        "BEGIN IF NOT coalesce(({}) {} {}, false) THEN RAISE EXCEPTION USING MESSAGE = {}; END IF; END"
    ).format(
        sql.SQL(question),
        sql.SQL(compares),
        sql.Literal(wanted),
        sql.Literal(otherwise),
    )
    return sql.SQL("DO {}").format(sql.Literal(body.as_string())).as_string()


def _failed(psql: Any, errors: IO[bytes]) -> NotDone:
    psql.kill()
    psql.wait()
    why = programs.complaint(errors)
    if "lock timeout" in why:
        return NotDone("The database is in use. Stop the site and its workers, then restore.")
    return NotDone("The database could not be restored, and is as it was: %(why)s", why=why)
