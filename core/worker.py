"""The worker: one process that runs the jobs of core/jobs.py until it is told to stop."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from procrastinate import App, JobContext, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy
from procrastinate.worker import Worker

from core import clock
from core.db import OUTAGES, Engine, make_engine
from core.jobs import DAILY, TASKS, Again, Task
from core.queue import Queue, connector, why
from core.settings import Settings

log = logging.getLogger("athar.jobs")

LONGEST_QUERY_MS = 10 * 60 * 1000
"""Time a query of a job may take, in milliseconds."""
FAILED_KEPT_H = 30 * 24
"""Hours for which jobs that failed are kept to be looked at; those that succeeded go at once."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often, and how patiently; all in seconds."""

    beat: float = 2
    """Between a worker's signs of life."""
    stalled: float = 15
    """Silence after which a worker counts as dead, and its jobs go to others."""
    check: float = 5
    """Between looks for jobs of dead workers."""
    poll: float = 2
    """Between looks for jobs whose pause is over; new ones are told at once."""
    pauses: tuple[float, ...] = (2, 10, 60, 300, 900)
    """Before each new try after an outage; there are no more tries than pauses."""
    connect: float = 5
    """For a connection to come about."""
    reconnect: float = 1
    """Between tries to reach a database that is away."""
    grace: float = 5
    """For the running job when the worker is told to stop; then it is given back."""
    day: float = 300
    """Between looks whether a day has begun whose daily tasks nobody has put in line."""
    parent: float = 0.5
    """Between looks whether the parent still lives."""


def work(
    url: str, settings: Settings, *, concurrency: int = 1, parent: int | None = None, pace: Pace | None = None
) -> None:
    """Run jobs of the database at `url` until SIGTERM or SIGINT, or until process `parent` is not our parent.

    Then the running job has a few seconds to end; if it does not, it is given back and this process ends at
    once. Call it in the main thread, after the modules that declare tasks are imported.
    """
    # These tell each job with its values, which may be somebody's; `_call` tells what matters.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("procrastinate.worker").setLevel(logging.CRITICAL)
    logging.getLogger("procrastinate.worker.worker").setLevel(logging.WARNING)
    engine = make_engine(url, statement_timeout_ms=LONGEST_QUERY_MS, pool_size=concurrency)
    try:
        asyncio.run(_Runner(engine, settings, concurrency, parent, pace or Pace()).run())
    finally:
        engine.dispose()


class _Runner:
    """One process: connects, works, and connects anew after whatever ended that."""

    def __init__(
        self, engine: Engine, settings: Settings, concurrency: int, parent: int | None, pace: Pace
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.concurrency = concurrency
        self.parent = parent
        self.pace = pace
        self.told = asyncio.Event()

    async def run(self) -> None:
        """Until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.told.set)
        watching = asyncio.create_task(self._watch_parent(self.parent)) if self.parent else None
        log.info("worker begins", extra={"fields": {"pid": os.getpid(), "tasks": sorted(TASKS)}})
        while not self.told.is_set():
            try:
                await self._work()
            except (ConnectorException, psycopg.Error, TimeoutError) as outage:
                log.warning("the queue does not answer", extra={"fields": {"why": why(outage)}})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), self.pace.reconnect)
        if watching:
            watching.cancel()
        log.info("worker ends")

    async def _watch_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            await asyncio.sleep(self.pace.parent)
        self.told.set()

    async def _work(self) -> None:
        """Work on one set of connections; returns when told to stop, or when Procrastinate's worker ended."""
        connections = connector(self.engine, self.concurrency, self.pace.connect)
        app = App(connector=connections)
        app.job_manager = queue = Queue(connections, self.pace.reconnect)
        for name, function in TASKS.items():
            call = _call(name, function, self.engine, self.settings)
            app.task(name=name, pass_context=True, retry=_Again(self.pace.pauses))(call)
        try:
            await asyncio.wait_for(connections.open_async(), self.pace.connect)
            await queue.delete_old_jobs(FAILED_KEPT_H, include_failed=True, include_aborted=True)
            await self._run(app, queue)
        finally:
            await connections.close_async()

    async def _run(self, app: App, queue: Queue) -> None:
        worker = Worker(
            app,
            concurrency=self.concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=self.pace.poll,
            update_heartbeat_interval=self.pace.beat,
            stalled_worker_timeout=self.pace.stalled,
            delete_jobs="successful",
        )
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        rescuing = asyncio.create_task(self._rescue(queue))
        dating = asyncio.create_task(self._begin_days(app, queue))
        told = asyncio.create_task(self.told.wait())
        try:
            await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                worker.stop()  # type: ignore[no-untyped-call]
                await asyncio.wait({running}, timeout=self.pace.grace)
                if not running.done():
                    await self._leave(queue, worker)
            await running
        finally:
            rescuing.cancel()
            dating.cancel()
            told.cancel()

    async def _rescue(self, queue: Queue) -> None:
        while True:
            try:
                await queue.rescue(self.pace.stalled, len(self.pace.pauses))
            except ConnectorException:
                # Others, too, could not give signs of life: let them do so before they are taken for dead.
                await asyncio.sleep(self.pace.stalled)
            await asyncio.sleep(self.pace.check)

    async def _begin_days(self, app: App, queue: Queue) -> None:
        while True:
            begins = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
            with contextlib.suppress(ConnectorException):
                for name in sorted(DAILY):
                    await queue.begin_day(app.tasks[name], int(begins.timestamp()))
            await asyncio.sleep(self.pace.day)

    async def _leave(self, queue: Queue, worker: Worker) -> None:
        """Give back what runs, and end the process: nothing else can end a function in the middle."""
        log.warning("worker ends before its job does")
        with contextlib.suppress(ConnectorException, TimeoutError):  # others will miss it in time
            await asyncio.wait_for(queue.give_back(worker.worker_id), self.pace.grace)
        logging.shutdown()
        os._exit(0)


class _Again(BaseRetryStrategy):
    """After an outage again, with growing pauses; after any other error never."""

    def __init__(self, pauses: tuple[float, ...]) -> None:
        self.pauses = pauses

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again, if at all."""
        if not isinstance(exception, (*OUTAGES, Again)) or job.attempts >= len(self.pauses):
            return None
        return RetryDecision(retry_at=clock.now() + timedelta(seconds=self.pauses[job.attempts]))


def _call(name: str, function: Task, engine: Engine, settings: Settings) -> Callable[..., None]:
    """The task as Procrastinate calls it, with its beginning, end and errors in the log."""

    def call(context: JobContext, **values: Any) -> None:
        fields: dict[str, object] = {"task": name, "job": context.job.id, "attempt": context.job.attempts + 1}
        began = time.perf_counter()
        log.info("job begins", extra={"fields": fields})
        try:
            function(engine.execution_options(who=f"job:{name}"), settings, **values)
        except OUTAGES as outage:
            log.warning("job met an outage", extra={"fields": {**fields, "why": why(outage)}})
            raise
        except Again as away:
            log.warning("job is tried again", extra={"fields": {**fields, "why": str(away)}})
            raise
        except Exception:
            log.exception("job failed", extra={"fields": fields})
            raise
        fields["ms"] = round((time.perf_counter() - began) * 1000, 1)
        log.info("job done", extra={"fields": fields})

    return call
