"""Counting without delaying or failing a page, and without anything about the person who is counted.

Pages only add to a dictionary in memory; a thread of its own writes the sums every few seconds, and a process
that ends writes what it still holds. When the database is away the numbers wait. What a worker holds when it
is killed with -9 is lost: at most a few seconds of counts. A connection that breaks in the very moment of a
commit may make the same sums count twice.
"""

import logging
import os
from collections import Counter
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any, Final
from weakref import WeakSet

from core.db import Engine

MOST_KEYS: Final = 10_000
"""Distinct keys that may wait; beyond it further ones are dropped and that is logged once."""
LONGEST_PAUSE_S: Final = 300.0

Key = tuple[Any, ...]


class Tally:
    """Sums of one process, by key; `add` is called by pages, everything else by its own thread.

    What is counted has a class of its own, which says how sums are written.
    """

    WHAT = "count"
    """What one of them is, in a word, for the log."""
    LOG = "athar.counts"

    def __init__(self, engine: Engine, *, every_s: float = 5.0) -> None:
        self._engine = engine
        self._log = logging.getLogger(self.LOG)
        self._every_s = every_s
        self._begin()
        _counters.add(self)

    def _begin(self) -> None:
        self._waiting: Counter[Key] = Counter()
        self._sent: Counter[Key] = Counter()
        self._lock = Lock()
        """Held for moments: pages wait for it."""
        self._writing = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._at_exit: Any = None
        self._failing = self._full = False

    def add(self, key: Key) -> None:
        """One more. Takes microseconds, whatever the database does; what cannot be kept is left out."""
        with self._lock:
            if self._has_room(key):
                self._waiting[key] += 1
                self._start()
            elif not self._full:
                self._full = True
                self._log.error("too many %ss wait to be written; further ones are dropped", self.WHAT)

    def _has_room(self, key: Key) -> bool:
        # What is just being written counts too: it comes back if the database does not take it.
        return len(self._waiting) + len(self._sent) < MOST_KEYS or key in self._waiting or key in self._sent

    def _start(self) -> None:
        """Have the thread: here and not before, as threads do not survive the fork that makes a worker."""
        if self._thread is not None:
            return
        self._stop = Event()
        thread = Thread(target=self._run, args=(self._stop,), name=f"{self.WHAT}-counter", daemon=True)
        if self._at_exit is None:
            # Not atexit: worker processes that multiprocessing forks end without it.
            self._at_exit = Finalize(None, self.flush, exitpriority=0)
        try:
            thread.start()
        except RuntimeError as error:
            # The machine has no thread to spare, or the process is ending: the next one tries again.
            self._tell(error)
        else:
            self._thread = thread

    def flush(self) -> bool:
        """Write what waits; False if the database did not take it, and then nothing is lost."""
        with self._writing:
            with self._lock:
                self._sent, self._waiting = self._waiting, Counter()
            taken = not self._sent
            try:
                if not taken:
                    self._write(self._sent)
                    taken, self._failing = True, False
            except Exception as error:  # whatever it is: this thread and the numbers outlive it
                self._tell(error)
            finally:
                with self._lock:
                    if taken:
                        self._full = False
                    else:
                        self._waiting.update(self._sent)
                    self._sent = Counter()
            return taken

    def close(self) -> bool:
        """End the thread and write what waits; as `flush`. A later `add` starts anew."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is not None:
            thread.join()
        taken = self.flush()
        with self._lock:
            if taken and self._at_exit is not None and self._thread is None:
                self._at_exit.cancel()
                self._at_exit = None
        return taken

    def _tell(self, error: Exception) -> None:
        """Log once an outage. Only the kind of error: its text could hold an address or a password."""
        if not self._failing:
            self._log.warning(
                "%s counts wait: they could not be written (%s)", self.WHAT, type(error).__name__
            )
        self._failing = True

    def _write(self, sums: Counter[Key]) -> None:
        """Write sums in one transaction; whatever it raises, they wait and are written later."""
        raise NotImplementedError

    def _run(self, stop: Event) -> None:
        pause = self._every_s
        while not stop.wait(pause):
            pause = self._every_s if self.flush() else min(pause * 2, LONGEST_PAUSE_S)


_counters: Final[WeakSet[Tally]] = WeakSet()


def _begin_in_child() -> None:
    """A forked process has the parent's numbers, which the parent writes, and its locks, perhaps held."""
    for counter in list(_counters):
        counter._begin()


os.register_at_fork(after_in_child=_begin_in_child)


def is_word(value: str, longest: int) -> bool:
    """Whether a column of that many characters holds it: one value that none holds would stop all others."""
    return 0 < len(value) <= longest and value.isascii() and value.isalnum()
