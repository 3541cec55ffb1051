"""Background jobs: which rooms have tasks, and the workers beside the server."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

import core.mail
import core.retention
import core.trail.daily
import geo.editing.importing.taking
import geo.loading.single
import geo.pictures.making
import geo.wifi.siting.task
import portal.accounts.letters
import qr_signs.builds.jobs
from core import cluster, worker
from core.settings import PROJECT, Settings
from portal import logs

log = logging.getLogger("athar.jobs")

JOBS: tuple[ModuleType, ...] = (
    core.mail,
    core.retention,
    core.trail.daily,
    portal.accounts.letters,
    qr_signs.builds.jobs,
    geo.editing.importing.taking,
    geo.loading.single,
    geo.pictures.making,
    geo.wifi.siting.task,
)
"""Importing them declares their tasks."""
PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
"""Before a worker that ended is started again, in seconds: doubled each time, up to the longest."""
END_S = 12.0
"""For a worker to end when told to, in seconds: more than it takes to give a job back."""


def work(settings: Settings, *, parent: int | None = None) -> None:
    """Run background jobs until told to stop, or until process `parent` is not our parent."""
    logs.configure(settings.LOG_LEVEL)
    url = settings.DATABASE_URL or cluster.ensure(PROJECT)
    worker.work(url, settings.with_secret(cluster.state_directory(PROJECT)), parent=parent)


@contextmanager
def beside(number: int, command: Sequence[str] = (), pause_s: float = PAUSE_S) -> Iterator[None]:
    """So many workers as long as the block runs; one that ends is started again.

    Should this process be killed, they end by themselves. `command` is for tests.
    """
    command = command or (sys.executable, "-m", "portal.cli", "work", "--parent", str(os.getpid()))
    keepers = [_Keeper(command, pause_s) for _ in range(number)]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.tell()
        for keeper in keepers:
            keeper.end()


class _Keeper:
    """Keeps one worker process running."""

    def __init__(self, command: Sequence[str], pause_s: float) -> None:
        self.command = command
        self.pause_s = pause_s
        self.told = threading.Event()
        self.process = self._start()
        self.thread = threading.Thread(target=self._keep, daemon=True, name="keeper of a worker")
        self.thread.start()

    def tell(self) -> None:
        """Have the worker end, and start no other."""
        self.told.set()
        self.process.terminate()

    def end(self) -> None:
        """Wait until it has ended; kill it if it does not."""
        self.thread.join(END_S)
        if self.thread.is_alive():
            self.process.kill()
            self.thread.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command

    def _keep(self) -> None:
        pause = self.pause_s
        while True:
            status = self.process.wait()
            if self.told.wait(pause):
                return
            log.warning("worker ended and is started again", extra={"fields": {"status": status}})
            pause = min(pause * 2, LONGEST_PAUSE_S)
            self.process = self._start()
            if self.told.is_set():  # said between the question and the start: that one went unheard
                self.process.terminate()
