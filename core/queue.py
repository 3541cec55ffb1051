"""The queue in the database, as Procrastinate keeps it, for core/worker.py.

Left as it comes, Procrastinate stops a worker whose database is away, keeps the jobs of a killed worker
`doing` for ever, and leaves a job that has ended `doing` if the database is away at that moment. Here it
waits, gives such jobs back, and tries again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.schema import SchemaManager
from procrastinate.tasks import Task
from psycopg.conninfo import make_conninfo

from core.db import Engine
from core.jobs import SCHEMA

log = logging.getLogger("athar.jobs")

QUEUE_QUERY_MS = 30 * 1000
"""Time a query of the queue itself may take, in milliseconds."""


def tables() -> str:
    """SQL that makes the queue's tables and functions in the current schema."""
    return str(SchemaManager.get_schema())


def connector(engine: Engine, concurrency: int, patience_s: float) -> PsycopgConnector:
    """Connections of the queue's own, to the engine's database, with the queue's schema to look in.

    A question fails if no connection is to be had for `patience_s` seconds.
    """
    _, where = engine.dialect.create_connect_args(engine.url)
    where.pop("context", None)  # how SQLAlchemy reads types: no part of the address
    options = f"-c search_path={SCHEMA} -c statement_timeout={QUEUE_QUERY_MS} -c timezone=UTC"
    return PsycopgConnector(
        conninfo=make_conninfo(**{**where, "options": options, "connect_timeout": 5}),
        kwargs={"application_name": "athar-worker"},
        min_size=1,
        max_size=concurrency + 2,
        timeout=patience_s,
        # Then the pool forgets how long its next pause would be: the database may be back at any time.
        reconnect_timeout=patience_s,
    )


MANY = 1_000_000
"""More tries than any job has had."""
_PUT_BACK = """
WITH put_back AS (
    UPDATE procrastinate_jobs AS job
    SET status = (CASE
            WHEN attempts >= %(most)s THEN 'failed'
            WHEN EXISTS (
                SELECT FROM procrastinate_jobs AS other
                WHERE other.queueing_lock = job.queueing_lock AND other.status = 'todo'
            ) THEN 'aborted'
            ELSE 'todo' END)::procrastinate_job_status,
        attempts = attempts + 1,
        scheduled_at = NULL
    WHERE status = 'doing' AND (WHOSE)
    RETURNING id, task_name, attempts, status
)
SELECT id AS job, task_name AS task, attempts, status::text, pg_notify(
    'procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', id)::text
)::text AS told
FROM put_back
"""
"""Jobs left in the middle go back in line, unless one of the same lock waits already; workers are told."""


class Queue(JobManager):
    """Procrastinate's questions to the database, without its giving up when that is away."""

    def __init__(self, connector: PsycopgConnector, reconnect: float) -> None:
        super().__init__(connector)
        self.reconnect = reconnect
        self.heard = False

    async def update_heartbeat(self, worker_id: int) -> None:
        """A sign of life; if nobody hears it, the next one will do."""
        with contextlib.suppress(ConnectorException):
            await super().update_heartbeat(worker_id)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job; none while the database is away.

        Procrastinate forgets what it hears of while it asks: then it is asked again, or a job would wait for
        the next look.
        """
        while True:
            self.heard = False
            try:
                job = await super().fetch_job(queues, worker_id)
            except ConnectorException as problem:
                if not _is_outage(problem):
                    raise
                log.warning("the queue does not answer", extra={"fields": {"why": why(problem)}})
                return None
            if job or not self.heard:
                return job

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen, and listen again after each loss."""

        async def hear(*, channel: str, notification: Notification) -> None:
            self.heard = True
            await on_notification(channel=channel, notification=notification)

        while True:
            with contextlib.suppress(ConnectorException, psycopg.Error):
                await super().listen_for_jobs(on_notification=hear, queues=queues)
            await asyncio.sleep(self.reconnect)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Write down how it ended, however long that takes."""
        await self._until_answered(lambda: JobManager.finish_job(self, job, status, delete_job))

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put it back; if another of its lock has come to wait meanwhile, that one does for both."""
        try:
            await self._until_answered(
                lambda: JobManager.retry_job(self, job, retry_at, priority, queue, lock)
            )
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=True)

    async def begin_day(self, task: Task[Any, Any, Any], day_begins: int) -> None:
        """Put a daily task in line, unless one did so this day already: any number of workers may ask."""
        values: dict[str, Any] = {"timestamp": day_begins}
        job = task.configure(lock=task.name, queueing_lock=task.name, task_kwargs=values).job
        with contextlib.suppress(AlreadyEnqueued):  # yesterday's still waits, and does for both
            await self.defer_periodic_job(job=job, periodic_id="daily", defer_timestamp=day_begins)

    async def rescue(self, stalled_s: float, most: int) -> None:
        """Put back the jobs of workers that were silent for so many seconds; those begun too often fail."""
        await self._put_back(
            "worker_id IS NULL OR worker_id IN (SELECT id FROM procrastinate_workers"
            " WHERE last_heartbeat < now() - make_interval(secs => %(stalled)s))",
            most=most,
            stalled=stalled_s,
        )

    async def give_back(self, worker_id: int | None) -> None:
        """Put back what this worker runs, and strike it off the list."""
        if worker_id is None:
            return
        await self._put_back("worker_id = %(worker)s", most=MANY, worker=worker_id)
        await self.unregister_worker(worker_id)

    async def _put_back(self, whose: str, *, most: int, **values: object) -> None:
        rows = await self.connector.execute_query_all_async(
            _PUT_BACK.replace("WHOSE", whose), most=most, **values
        )
        for row in rows:
            level = logging.ERROR if row["status"] == "failed" else logging.WARNING
            log.log(level, "job was left in the middle", extra={"fields": row})

    async def _until_answered(self, ask: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await ask()
            except ConnectorException as problem:
                if not _is_outage(problem):
                    raise
            await asyncio.sleep(self.reconnect)


def _is_outage(problem: ConnectorException) -> bool:
    return isinstance(problem.__cause__, psycopg.OperationalError | psycopg.InterfaceError)


def why(problem: BaseException) -> str:
    """The first line of what the driver said."""
    return (str(problem.__cause__ or problem).splitlines() or [type(problem).__name__])[0]
