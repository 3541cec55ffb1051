"""The server: Granian in front of the WSGI application. Slow phones wait in it, not in a worker."""

import logging
import os
import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from core.settings import Settings
from portal import logs, work


def make() -> object:
    """The application of one worker process."""
    from portal.app import create_app

    logs.configure(Settings.from_environment().LOG_LEVEL)
    return create_app()


def serve(settings: Settings) -> int:
    """Serve until told to stop, with workers for background jobs beside; the exit status."""
    logs.configure(settings.LOG_LEVEL)
    logging.getLogger("athar").info(
        "serving", extra={"fields": {"address": f"http://{settings.HOST}:{settings.PORT}"}}
    )
    sys.stdout.write(f"Athar is at {settings.address()}  (stop with Ctrl-C)\n")
    sys.stdout.flush()
    server = Server(
        "portal.server:make",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS or max(2, os.cpu_count() or 2),
        blocking_threads=1,
        runtime_threads=2,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    )
    with work.beside(settings.WORKER):
        server.serve()
    return 0
