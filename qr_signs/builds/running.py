"""Running an order: sign after sign, each whole before the next, on every processor.

It may be killed at any moment and run again: signs that are made stay made, a sign in the middle is made anew
under the same names, and equal artworks are one row of the register.
"""

import gc
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.db import Engine, session_of
from core.errors import Invalid, Unavailable
from core.settings import Settings
from core.translation import translate
from geo import published
from geo.vocabulary import N_
from qr_signs.artwork.order import Order
from qr_signs.builds import design, orders, outputs
from qr_signs.builds.orders import Options
from qr_signs.builds.tasks import Made, Task, make, problem
from qr_signs.models import SignArtwork, SignBuild, SignBuildItem

log = logging.getLogger("athar.signs")

CHUNK: Final = 128
"""Signs whose contents are read at a time: memory stays the same for any number."""
SIGNS_PER_PROCESS: Final = 400
"""After so many signs a process of the pool is replaced, whatever the libraries in it hold on to."""
LOCK: Final = 0x5349474E
"""First key of the advisory lock that a running order holds; the second is its number."""

Told = Callable[[int, int], None]
"""Called with signs done and signs in all."""


@dataclass(frozen=True)
class Shop:
    """Where orders are run: the database, the settings, the directory of finished files."""

    engine: Engine
    settings: Settings
    processes: int = 0
    """0: one a processor."""

    @property
    def root(self) -> Path:
        """Directory that holds the orders' files."""
        return Path(self.settings.FILES_DIR) / "builds"

    @property
    def templates(self) -> Path | None:
        """Directory of the commune's own sign templates. Invalid if it is not there."""
        if not (given := self.settings.SIGN_TEMPLATES):
            return None
        if not Path(given).is_dir():
            raise Invalid(
                "template", N_("SIGN_TEMPLATES names %(path)s, which is no directory."), path=given[:200]
            )
        return Path(given)

    def directory(self, build_id: int) -> Path:
        """An order's files."""
        return self.root / str(build_id)


def run(shop: Shop, build_id: int, tell: Told = lambda done, total: None) -> bool:
    """Make what is still to be made of an order, then its lists; False if somebody else is at it.

    An order that cannot be run at all ends as failed, with the reason in its row; outages are raised.
    """
    with _alone(shop.engine, build_id) as free:
        if not free:
            return False
        with session_of(shop.engine) as session:
            build = orders.find(session, build_id)
            if build.state not in ("waiting", "running"):
                return True
            build.state = "running"
            session.commit()
        try:
            _make_all(shop, build_id, tell)
        except Invalid as wrong:
            _end(shop.engine, build_id, "failed", str(wrong))
        except (LookupError, OSError) as broken:
            log.exception("an order of signs failed")
            _end(shop.engine, build_id, "failed", str(broken)[:1000])
        else:
            _end(shop.engine, build_id, "done", None)
    return True


@contextmanager
def _alone(engine: Engine, build_id: int) -> Iterator[bool]:
    """A lock that ends with its connection: a killed run leaves none behind."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        keys = {"lock": LOCK, "build": build_id % 2**31}
        yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:lock, :build)"), keys))
        connection.execute(text("SELECT pg_advisory_unlock(:lock, :build)"), keys)


def _end(engine: Engine, build_id: int, state: str, problem: str | None) -> None:
    with session_of(engine) as session:
        session.execute(
            update(SignBuild)
            .where(SignBuild.id == build_id, SignBuild.state == "running")
            .values(state=state, problem=problem, ended_at=clock.now())
        )
        session.commit()


def _make_all(shop: Shop, build_id: int, tell: Told) -> None:
    """The signs that wait, then the lists of the whole order."""
    with session_of(shop.engine) as session:
        options = Options.of(orders.find(session, build_id).options)
        so_far = orders.progress(session, orders.find(session, build_id))
    done, total = so_far.done, so_far.total
    tell(done, total)
    many = min(shop.processes or os.cpu_count() or 1, max(1, total - done))
    with _pool(many) as pool:
        while tasks := _next(shop, build_id, options):
            for made in _each(pool, tasks, many):
                _keep(shop.engine, build_id, made)
                done += 1
                tell(done, total)
        files = Path(shop.settings.FILES_DIR)
        outputs.write(shop.engine, shop.directory(build_id), build_id, files, pool)


@contextmanager
def _pool(many: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that draw and check; Unavailable if one of them is killed: the order can be run again.

    They are forked off a process that has read the libraries: once for all of them, and its memory is theirs.
    It is a fresh one without threads, and ends with the order.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["weasyprint", "qr_signs.builds.making"])
    pool = ProcessPoolExecutor(
        many, mp_context=context, initializer=_follow, max_tasks_per_child=SIGNS_PER_PROCESS
    )
    try:
        yield pool
    except BrokenExecutor as broken:
        raise Unavailable(N_("A process that makes signs was ended. Run the order again.")) from broken
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # Python keeps it for the next pool; a worker that waits for orders has no use for its memory.
        forkserver._forkserver._stop()  # type: ignore[attr-defined]


def _follow() -> None:
    """End with the process that runs the order, even when it is killed: a pool's process would wait for ever.

    Garbage is collected between signs, not in the middle of laying one out, where all is in use.
    """
    gc.disable()
    runner = multiprocessing.parent_process()

    def watch() -> None:
        if runner is not None:
            runner.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _each(pool: ProcessPoolExecutor, tasks: Sequence[Task | Made], many: int) -> Iterator[Made]:
    """What came of each task, as it comes; never more than twice the processes wait with finished bytes."""
    waiting: set[Future[Made]] = set()
    for task in tasks:
        if isinstance(task, Made):
            yield task
            continue
        waiting.add(pool.submit(make, task))
        while len(waiting) >= 2 * many:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ready)
    while waiting:
        ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in ready)


def _next(shop: Shop, build_id: int, options: Options) -> list[Task | Made]:
    """The next signs to make; nothing when none waits, or the order was stopped."""
    with session_of(shop.engine) as session:
        query = (
            select(SignBuildItem.code)
            .join(SignBuild, SignBuild.id == SignBuildItem.build_id)
            .where(SignBuild.id == build_id, SignBuild.state == "running", SignBuildItem.state == "waiting")
            .order_by(SignBuildItem.ordinal)
            .limit(CHUNK)
        )
        codes = list(session.scalars(query))
        if not codes:
            return []
        tasks = _tasks(shop, session, build_id, options, codes)
        session.commit()
        return tasks


def _tasks(
    shop: Shop, session: Session, build_id: int, options: Options, codes: Sequence[str]
) -> list[Task | Made]:
    state = published.current(session)
    if state is None:
        raise Unavailable("No commune has been loaded yet. Its staff can run: athar load DIR")
    host = design.host_of(state.commune, shop.settings.SIGN_HOST, shop.settings.PUBLIC_URL)
    decided = design.design_of(state.commune, host, options.languages)
    design.ensure_tags(session, shop.settings.SIGN_KEY, codes)
    composed = design.compose(session, state, decided, codes, arrow=options.arrow)
    sheet = options.checked()
    tasks: list[Task | Made] = []
    for code in codes:
        each = composed[code]
        if isinstance(each, Invalid):
            tasks.append(Made(code, "failed", problems=(problem(each),)))
            continue
        proof = "; ".join(translate(message, "en", values) for message, values in each.reasons)
        order = Order(sheet, options.level, each.dated, proof)
        directory = shop.directory(build_id) / "signs" / code
        tasks.append(Task(each.content, order, directory, shop.templates))
    return tasks


def _keep(engine: Engine, build_id: int, made: Made) -> None:
    """Write down what came of a sign, in one transaction, after its files are whole."""
    with session_of(engine) as session:
        artwork_id = _artwork(session, made.code, made.artwork) if made.artwork else None
        session.execute(
            update(SignBuildItem)
            .where(SignBuildItem.build_id == build_id, SignBuildItem.code == made.code)
            .values(
                state=made.state,
                artwork_id=artwork_id,
                problems=[dict(problem) for problem in made.problems],
                files=dict(made.files),
            )
        )
        session.commit()


def _artwork(session: Session, code: str, row: Mapping[str, Any]) -> int:
    """The register's row of an artwork; the same bytes are the same row."""
    statement = insert(SignArtwork).values(code=code, **row)
    statement = statement.on_conflict_do_update(
        index_elements=[SignArtwork.code, SignArtwork.sha256],
        set_={"passed": statement.excluded.passed, "report": statement.excluded.report},
    )
    return int(session.execute(statement.returning(SignArtwork.id)).scalar_one())
