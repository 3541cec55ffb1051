"""Who is at the desk, as the rules of editing know them."""

from flask import g

from geo.editing.rights import Person


def person() -> Person:
    """Whoever asks. For views that are open to roles of the desk only."""
    return Person(g.who, g.staff_name, g.roles, g.translates)
