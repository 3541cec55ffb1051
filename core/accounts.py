"""Who a view is open to. Citizens need no account; staff roles come with the desk."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from core.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    """Least privilege first."""

    PUBLIC = "public"
    STAFF = "staff"
    PLANNER = "planner"
    """Plans the public Wi-Fi."""


def holds(role: Role) -> bool:
    """Whether who asks may do what is open to the role: roles add up, and everybody is the public."""
    return role is Role.PUBLIC or role in g.get("roles", ())


def open_to(role: Role, *, same_for_all: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say who a view is open to. Every view says so; tests/test_house.py checks that none forgot.

    `same_for_all` promises that the answer depends on nothing but address, language and the state of the
    published data, so that portal.bodies may keep it, compressed, and give it to the next reader.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not holds(role):
                raise Refused("This page is for the commune's staff.")
            return view(*args, **kwargs)

        guarded.open_to = role  # type: ignore[attr-defined]
        guarded.same_for_all = same_for_all  # type: ignore[attr-defined]
        return guarded

    return decorate
