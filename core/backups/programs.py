"""PostgreSQL's own programs for dumping and restoring, of the server's release, and how they find it."""

import os
import re
import subprocess
from pathlib import Path
from typing import IO, Any, Final

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine

from core.backups.errors import NotDone
from core.postgres import INSTALLED

NAMES: Final = ("pg_dump", "pg_restore", "psql")
LONGEST_SAID: Final = 2000


def major(connection: Connection) -> int:
    """The server's release: 15, 17, …"""
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def directory(release: int) -> Path:
    """Where the programs of that release are: PG_BIN, else where Debian puts them.

    Raises NotDone naming the package to install.
    """
    given = os.environ.get("PG_BIN")
    place = Path(given) if given else INSTALLED / str(release) / "bin"
    if not all((place / name).exists() for name in NAMES):
        raise NotDone(
            "pg_dump, pg_restore and psql of PostgreSQL %(release)s are needed, and %(place)s has them not:"
            " install the Debian package postgresql-client-%(release)s, or say with PG_BIN where they are.",
            release=release,
            place=place,
        )
    said = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [place / "pg_dump", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) ([0-9]+)", said)
    if found is None or int(found[1]) != release:
        raise NotDone(
            "The programs in %(place)s are not of PostgreSQL %(release)s as the server is.",
            place=place,
            release=release,
        )
    return place


def address(engine: Engine) -> tuple[str, dict[str, str]]:
    """How they reach the engine's database: what is said to them, and their environment, where the password
    is: other people of the machine can read the first, not the second.
    """
    _, where = engine.dialect.create_connect_args(engine.url)
    where.pop("context", None)
    password = where.pop("password", None)
    environment = {**os.environ, "PGOPTIONS": "", "PGCONNECT_TIMEOUT": "10", "PGCLIENTENCODING": "UTF8"}
    environment |= {"LC_ALL": "C.UTF-8", "PGAPPNAME": "athar-backup"}
    environment.pop("BACKUP_KEY", None)
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**where), environment


def start(command: list[Any], environment: dict[str, str], errors: IO[bytes], **pipes: Any) -> Any:
    """Start one of them; what it complains of goes into the file `errors`."""
    return subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
        list(map(str, command)), env=environment, stderr=errors, **pipes
    )


def complaint(errors: IO[bytes]) -> str:
    """The line of what a program said that tells why it failed."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace")[-LONGEST_SAID:].splitlines()
    telling = [line for line in lines if "ERROR" in line or "error:" in line or "FATAL" in line]
    return (telling or lines or ["no reason was given"])[0].strip()
