"""Who is at the desk, as the rules of editing know them."""

from collections.abc import Sequence

from flask import g

from geo.editing.models import RecordVersion
from geo.editing.rights import Person


def person() -> Person:
    """Whoever asks. For views that are open to roles of the desk only."""
    return Person(g.who, g.staff_name, g.roles, g.translates)


def is_own(history: Sequence[RecordVersion]) -> bool:
    """Whether who asks wrote the first of these, the newest, and so is not the second person a text needs."""
    return bool(history) and person().is_same(history[0].who, history[0].by)
