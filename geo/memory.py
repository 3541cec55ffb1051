"""What a process keeps in mind of each database: things made from it that cost more to make than to hold."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

T = TypeVar("T")


class Memory(Generic[T]):
    """The `most` things last asked for, of each database, by a key that names everything they follow from.

    What names a state of the data belongs in the key: then a thing that no longer holds is not found, and
    makes room in its turn. A database that is gone takes its things along.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: WeakKeyDictionary[Engine | Connection, OrderedDict[Hashable, T]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, session: Session, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of that key, made if it is not kept. Two who ask at once may both make it."""
        with self._lock:
            kept = self._kept.setdefault(session.get_bind(), OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        made = make()
        with self._lock:
            kept[key] = made
            while len(kept) > self._most:
                kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """Empty it."""
        with self._lock:
            self._kept.clear()
