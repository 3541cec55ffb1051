"""Background jobs: plain functions by name, put in line inside the caller's own transaction.

    @jobs.task("signs.build")
    def build(engine: Engine, settings: Settings, *, build_id: int) -> None: ...

    jobs.defer(session, "signs.build", lock=f"signs.build:{build_id}", build_id=build_id)

A job runs at least once: a worker that is killed in the middle leaves it to another, which begins anew, so a
task must bear being begun twice. Outages (`core.db.OUTAGES`, `Again`) are tried again, a few times; any other
error is logged and ends the job. Nothing here connects to anything; core/worker.py runs what was put in line.
"""

import json
from collections.abc import Callable, Mapping, Set
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from core.settings import Settings

SCHEMA = "jobs"
"""PostgreSQL schema of the queue's own tables (migration 0003)."""


class Again(Exception):
    """What a task raises when something outside is away for now: it is tried again as after an outage."""


class Task(Protocol):
    """What runs in the worker: an engine with time for long queries, the settings, and the job's values."""

    def __call__(self, engine: Engine, settings: Settings, /, **values: Any) -> None:
        """Do the job; it ends when this returns."""


T = TypeVar("T", bound=Callable[..., None])
_tasks: dict[str, Task] = {}
TASKS: Mapping[str, Task] = MappingProxyType(_tasks)
"""Every task declared by the modules imported so far."""
_daily: set[str] = set()
DAILY: Set[str] = _daily
"""Those of them that run once a day, on one worker, without being put in line by anybody."""

_PUT_IN_LINE = text(
    f"INSERT INTO {SCHEMA}.procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)"  # noqa: S608
    " VALUES ('default', :name, :lock, :lock, CAST(:values AS jsonb))"
    " ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING RETURNING id"
)


def task(name: str, *, daily: bool = False) -> Callable[[T], T]:
    """Declare the function as the task of that name, such as "signs.build"; the function stays as it is.

    One that is `daily` is begun by the first worker that is there on a day (UTC), and gets when the day began
    as `timestamp`, in seconds since 1970.

    Raises ValueError for a name that another function has.
    """

    def declare(function: T) -> T:
        if name in _tasks:
            raise ValueError(f"There are two tasks named {name}.")
        _tasks[name] = function
        if daily:
            _daily.add(name)
        return function

    return declare


def defer(session: Session, name: str, *, lock: str | None = None, **values: Any) -> bool:
    """Put a job in line; it exists, and workers hear of it, once the session's transaction is committed.

    Jobs of one `lock` run one after the other, and of those that still wait there is never more than one: the
    answer is False if one waits already, which then does for both. If another transaction has just put one in
    line and not ended, this waits for its end. `values` are what JSON can hold.

    Raises LookupError if no imported module declares the task, TypeError for a value that is not JSON.
    """
    if name not in _tasks:
        raise LookupError(f"No task is named {name}.")
    row = session.scalar(_PUT_IN_LINE, {"name": name, "lock": lock, "values": json.dumps(values)})
    return row is not None
