"""Editors who all save the same thing in the same moment: what of theirs is kept, counted."""

import threading
import time
from dataclasses import dataclass

from core import clock
from core.accounts import Role
from core.db import Engine, session_of
from geo.editing import versions
from geo.editing.parts import FACTS
from geo.editing.rights import Person
from geo.editing.versions import Stale


@dataclass(frozen=True)
class Kept:
    """What came of it. `tries` counts saves, those too that came second and had to be made anew."""

    sources: int
    """Of those that the editors added, how many the thing has."""
    versions: int
    tries: int
    seconds: float


def save_at_once(engine: Engine, layer: str, key: str, many: int) -> Kept:
    """So many editors add a source of their own to one thing; whoever comes second does it again on top.

    The database must bear so many sessions one after the other; each thread waits for a connection of the
    pool.
    """
    barrier, tries = threading.Barrier(many + 1), []

    def work(number: int) -> None:
        person = Person(f"account:{number}", f"Editor {number}", {Role.EDITOR})
        barrier.wait(30)
        while True:
            with session_of(engine) as session:
                # Asked for once: another's version may come between two questions.
                there = versions.find(session, layer, key).parts[FACTS]
                facts, base = {**there.content}, there.version
                facts["sources"] = [*facts["sources"], f"source {number}"]
                tries.append(number)
                try:
                    versions.save(
                        session, layer, key, FACTS, facts, base=base, person=person, now=clock.now()
                    )
                    session.commit()
                except Stale:
                    continue
                return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    barrier.wait(30)
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    with session_of(engine) as session:
        now = versions.find(session, layer, key).parts[FACTS]
    ours = {f"source {number}" for number in range(many)}
    return Kept(len(ours & set(now.content["sources"])), now.version, len(tries), taken)
