"""Two people at once, each with a connection of their own: one is first, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TypeVar

import pytest
from sqlalchemy import text

from core.db import OUTAGES, Engine, session_of
from core.errors import Conflict
from geo.wifi import approval, history, hotspots, scenarios, spots
from geo.wifi.spots import Spot
from tests.geo.plans.planning import NOW, Bench, bench, here

T = TypeVar("T")


def _work(office: Engine, do: Callable[[Bench], T]) -> T:
    with session_of(office) as session:
        done = do(bench(session))
        session.commit()
        return done


def _at_once(office: Engine, *does: Callable[[Bench], object]) -> list[object]:
    """What came of each, or the conflict that it met; all begin at the same moment."""
    barrier = Barrier(len(does))

    def one(do: Callable[[Bench], object]) -> object:
        with session_of(office) as session:
            desk = bench(session)
            barrier.wait()
            try:
                done = do(desk)
            except Conflict as conflict:
                session.rollback()
                return conflict
            session.commit()
            return done

    with ThreadPoolExecutor(len(does)) as people:
        return list(people.map(one, does))


def _placed(office: Engine) -> Spot:
    def do(desk: Bench) -> Spot:
        placed = desk.place(desk.plan().key, name="Gate")
        assert placed.hotspot is not None
        return placed.hotspot

    return _work(office, do)


def test_of_two_who_move_the_same_hotspot_one_is_told(office: Engine) -> None:
    spot = _placed(office)

    def move(by: str, east: float) -> Callable[[Bench], object]:
        return lambda desk: desk.change("plan-a", spot.key, seen=spot.revision, by=by, lon=here(east, 0)[0])

    done = _at_once(office, move("Amina", 10), move("Brahim", 20))

    (conflict,) = [each for each in done if isinstance(each, Conflict)]
    (first,) = [each for each in done if isinstance(each, hotspots.Changed)]
    assert first.hotspot is not None and first.hotspot.changed_by in str(conflict)

    def look(desk: Bench) -> tuple[Spot, int]:
        plan = scenarios.find(desk.session, "plan-a")
        return spots.find(desk.session, plan.id, spot.key), len(
            history.listed(desk.session, plan.id, limit=9)
        )

    assert _work(office, look) == (first.hotspot, 2)


def test_many_who_place_at_once_lose_nothing(office: Engine) -> None:
    _work(office, lambda desk: desk.plan())

    def put(n: int) -> Callable[[Bench], object]:
        return lambda desk: desk.place("plan-a", (n * 30, 0), by=f"P{n}", name=f"H{n}").revision

    revisions = _at_once(office, *(put(n) for n in range(5)))

    assert sorted(map(str, revisions)) == ["2", "3", "4", "5", "6"]


def test_of_two_approvals_at_once_one_holds_and_the_other_is_told(office: Engine) -> None:
    def prepare(desk: Bench) -> dict[str, int]:
        for title in ("One", "Two"):
            desk.place(desk.plan(title).key)
        return {key: scenarios.submit(desk.session, key, now=NOW).revision for key in ("one", "two")}

    seen = _work(office, prepare)

    def approve(key: str) -> Callable[[Bench], object]:
        return lambda desk: (
            approval.approve(
                desk.session, key, seen=seen[key], instead_of=None, by=f"Council {key}", now=NOW
            ).scenario.key
        )

    done = _at_once(office, approve("one"), approve("two"))

    (first,) = [str(each) for each in done if isinstance(each, str)]
    (conflict,) = [each for each in done if isinstance(each, Conflict)]
    assert f"Council {first} approved" in str(conflict)

    def standing(desk: Bench) -> list[tuple[str, str]]:
        lines = scenarios.listed(desk.session, limit=9).lines
        return sorted((line.scenario.key, line.scenario.status) for line in lines)

    other = "two" if first == "one" else "one"
    assert _work(office, standing) == sorted([(first, "approved"), (other, "submitted")])


def test_undoing_waits_for_another_change_and_then_is_told_of_it(office: Engine) -> None:
    spot = _placed(office)
    changed, undoing = Event(), Event()

    def amina() -> object:
        changed.wait(20)
        with session_of(office) as session:
            undoing.set()
            try:
                return history.undo(session, "plan-a", by="Amina", now=NOW, own=True)
            except Conflict as conflict:
                return conflict

    with ThreadPoolExecutor(1) as people:
        told = people.submit(amina)
        with session_of(office) as session:
            bench(session).change("plan-a", spot.key, by="Brahim", height_m=6.0)
            changed.set()
            undoing.wait(20)
            session.commit()
        assert "Brahim changed" in str(told.result(20))

    def look(desk: Bench) -> float:
        plan = scenarios.find(desk.session, "plan-a")
        return spots.find(desk.session, plan.id, spot.key).values.height_m

    assert _work(office, look) == 6


def test_who_is_cut_off_in_the_middle_leaves_nothing_half_written(office: Engine) -> None:
    spot = _placed(office)
    with session_of(office) as session:
        desk = bench(session)
        desk.place("plan-a", (50, 0))
        desk.change("plan-a", spot.key, height_m=9.0)
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with office.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(OUTAGES):
            session.commit()

    def look(desk: Bench) -> tuple[list[Spot], int, int]:
        plan = scenarios.find(desk.session, "plan-a")
        return (
            spots.listed(desk.session, plan.id),
            plan.revision,
            len(history.listed(desk.session, plan.id, limit=9)),
        )

    assert _work(office, look) == ([spot], spot.revision, 1)
