"""Who a view is open to. Citizens need no account; the commune's people have roles, which add up."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from flask import g

from core.errors import Refused, Unconfirmed

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    """What a person may do. No role holds another: who administers accounts does not edit the map by it."""

    PUBLIC = "public"
    MEMBER = "member"
    """Whoever has an account: their own account, and nothing else. Never given: it comes with the account."""
    VIEWER = "viewer"
    """Sees drafts, changes nothing."""
    TRANSLATOR = "translator"
    """Translates, into the languages that the account names."""
    EDITOR = "editor"
    """Keeps monuments and places right."""
    TOURISM = "tourism"
    """The tourism council: walks, and who shows them elsewhere."""
    PLANNER = "planner"
    """Plans the public Wi-Fi."""
    RISK = "risk"
    """Draws risk zones and drafts warnings."""
    STAFF = "staff"
    """An agent at the desk: signs, reports, recordings, walks."""
    ADMIN = "admin"
    """Lets people in, gives roles, takes both away."""


GIVEN: Final = tuple(role for role in Role if role not in (Role.PUBLIC, Role.MEMBER))
"""Roles that one person can give to another."""


def holds(role: Role) -> bool:
    """Whether who asks may do what is open to the role: roles add up, and everybody is the public."""
    return role is Role.PUBLIC or role in g.get("roles", ())


def translates(lang: str) -> bool:
    """Whether who asks may translate into that language."""
    return holds(Role.TRANSLATOR) and lang in g.get("translates", ())


def open_to(
    role: Role, *others: Role, same_for_all: bool = False, confirmed: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say who a view is open to: any of the roles. Every view says so; tests check that none forgot.

    `same_for_all` promises that the answer depends on nothing but address, language and the state of the
    published data, so that portal.bodies may keep it, compressed, and give it to the next reader. `confirmed`
    is for dangerous acts: the person must have shown a few minutes ago that it is still them.
    """
    roles = (role, *others)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not any(holds(each) for each in roles):
                raise Refused("This page is for the commune's staff.")
            if confirmed and not g.get("confirmed", False):
                raise Unconfirmed("Please show that it is still you.")
            return view(*args, **kwargs)

        guarded.open_to = frozenset(roles)  # type: ignore[attr-defined]
        guarded.same_for_all = same_for_all  # type: ignore[attr-defined]
        guarded.confirmed = confirmed  # type: ignore[attr-defined]
        return guarded

    return decorate
