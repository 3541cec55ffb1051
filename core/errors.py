"""What can go wrong in a way that a person can be told. No HTTP here: portal maps each to a status.

A message is an English source sentence (a gettext message id) with named values, so that the person is told
in their own language; `str()` gives the English sentence for logs and the command line.
"""


def N_(message: str) -> str:
    """Mark a message for translation that is kept in a name before it is raised."""
    return message


class Word(str):
    """A value of a message that is a message itself, to be said in the reader's language too."""


class Problem(Exception):
    """Parent of all of them. `message` is a message id, `values` fill its named places."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotFound(Problem):
    """There is no such thing, or it isn't public."""


class Gone(Problem):
    """It was there and was withdrawn; the message says why."""


class Invalid(Problem):
    """The person can mend what they sent; `field` says where."""

    def __init__(self, field: str, message: str, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class Refused(Problem):
    """It exists, and this person may not do it."""


class Unconfirmed(Refused):
    """They may do it, but must first show that it is still them who sits there."""


class TooMany(Problem):
    """Too many tries; `minutes` tells how long to wait."""

    def __init__(self, message: str, *, minutes: int, **values: object) -> None:
        super().__init__(message, minutes=minutes, **values)
        self.minutes = minutes


class Conflict(Problem):
    """Somebody was there first: a slot taken, a vote closed, a status already moved on."""


class Unavailable(Problem):
    """A part the answer needs is down for now: the database, above all."""
