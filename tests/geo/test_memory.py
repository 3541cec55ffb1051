"""What a process keeps in mind of a database."""

from collections.abc import Callable

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from geo.memory import Memory


def _engine() -> Engine:
    """A database that nobody connects to."""
    return create_engine("postgresql+psycopg://nobody@localhost/none")


def _counted(made: list[str], word: str) -> Callable[[], str]:
    def make() -> str:
        made.append(word)
        return word

    return make


def test_a_thing_is_made_once_and_again_after_forgetting() -> None:
    memory, made = Memory[str](2), list[str]()
    session = Session(_engine())
    assert [memory.of(session, 1, _counted(made, "a")) for _ in range(3)] == ["a"] * 3
    assert made == ["a"]
    memory.forget()
    memory.of(session, 1, _counted(made, "a"))
    assert made == ["a", "a"]


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    memory, made = Memory[str](2), list[str]()
    session = Session(_engine())
    for word in "abac":
        memory.of(session, word, _counted(made, word))
    assert made == ["a", "b", "c"]
    memory.of(session, "a", _counted(made, "a"))
    memory.of(session, "b", _counted(made, "b"))
    assert made == ["a", "b", "c", "b"]


def test_no_is_kept_like_yes() -> None:
    memory, made = Memory[bool](1), list[str]()
    session = Session(_engine())

    def make() -> bool:
        made.append("no")
        return False

    assert [memory.of(session, 1, make) for _ in range(2)] == [False, False]
    assert made == ["no"]


def test_databases_are_held_apart() -> None:
    memory, made = Memory[str](1), list[str]()
    one, other = Session(_engine()), Session(_engine())
    assert memory.of(one, 1, _counted(made, "one's")) == "one's"
    assert memory.of(other, 1, _counted(made, "other's")) == "other's"
    assert memory.of(one, 1, _counted(made, "again")) == "one's"
