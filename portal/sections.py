"""The desk's sections, in groups: what of it the person who is there may open, and where they are."""

from typing import Final, NamedTuple

from flask import request

from core.accounts import Role, holds
from geo.editing.rights import SEES
from geo.vocabulary import N_


class Section(NamedTuple):
    """A section: its first page, its name, who may open it, and the blueprints whose pages belong to it."""

    endpoint: str
    name: str
    roles: tuple[Role, ...]
    blueprints: tuple[str, ...] = ()


class Shown(NamedTuple):
    """A section as its link shows it. `current` is the link's aria-current: page, true or nothing."""

    endpoint: str
    name: str
    current: str


GROUPS: Final[tuple[tuple[str, tuple[Section, ...]], ...]] = (
    (
        N_("Map"),
        (
            Section(
                "ground.overview",
                N_("Things on the map"),
                SEES,
                ("ground", "ground_things", "ground_acts", "ground_bulk", "importing"),
            ),
            Section("translations.progress", N_("Translations"), SEES, ("translations",)),
            Section("desk_pictures.listed", N_("Pictures"), (Role.EDITOR, Role.TOURISM), ("desk_pictures",)),
            Section("alerts_desk.listed", N_("Warnings"), (Role.RISK,), ("alerts_desk",)),
        ),
    ),
    (
        N_("In the town"),
        (
            Section("desk.listed", N_("Signs"), (Role.STAFF,), ("desk",)),
            Section("desk.attention", N_("Needs attention"), (Role.STAFF,)),
            Section("desk_orders.listed", N_("Orders"), (Role.STAFF,), ("desk_orders",)),
            Section("webmap_desk.walks", N_("Walks"), (Role.STAFF,), ("webmap_desk",)),
            Section("desk_recordings.listed", N_("Recordings"), (Role.STAFF,), ("desk_recordings",)),
            Section("planner.listed", N_("Wi-Fi plans"), (Role.PLANNER,)),
        ),
    ),
    (
        N_("Administration"),
        (
            Section("people.listed", N_("Accounts"), (Role.ADMIN,), ("people",)),
            Section("post.listed", N_("Letters"), (Role.ADMIN,), ("post",)),
            Section("trail.changes", N_("Every change"), (Role.ADMIN,), ("trail",)),
            Section("own.account", N_("My account"), (Role.MEMBER,), ("own", "keys")),
        ),
    ),
)


def shown() -> list[tuple[str, list[Shown]]]:
    """The groups of which the reader may open something, with those sections."""
    here = request.endpoint or ""
    first_pages = {section.endpoint for _, group in GROUPS for section in group}

    def current(section: Section) -> str:
        if here == section.endpoint:
            return "page"
        return "true" if here not in first_pages and request.blueprint in section.blueprints else ""

    groups = [
        (
            name,
            [
                Shown(each.endpoint, each.name, current(each))
                for each in sections
                if any(map(holds, each.roles))
            ],
        )
        for name, sections in GROUPS
    ]
    return [(name, sections) for name, sections in groups if sections]
