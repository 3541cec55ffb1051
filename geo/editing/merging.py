"""Two versions of a part side by side, and two people's changes of one: pure, on plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.editing.parts import Content

ABSENT: Any = None
"""A field that is not there and one that says nothing are the same."""


@dataclass(frozen=True)
class Change:
    """A field that differs between two versions. Attributes are fields too: `attributes.condition`."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Clash:
    """A field that two people changed, and not alike: as it was, as the one has it, as the other has it."""

    field: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True)
class Merged:
    """What comes of both changes. Where they clash it has mine, and `clashes` says so."""

    content: dict[str, Any]
    theirs: Sequence[Change]
    mine: Sequence[Change]
    clashes: Sequence[Clash]


def changes(before: Content, after: Content) -> list[Change]:
    """What differs, in the order of the fields."""
    first, second = _flat(before), _flat(after)
    fields = [*first, *(field for field in second if field not in first)]
    return [
        Change(field, first.get(field), second.get(field))
        for field in fields
        if first.get(field) != second.get(field)
    ]


def merge(base: Content, theirs: Content, mine: Content) -> Merged:
    """What each of two people changed of `base`, together."""
    their_changes, my_changes = changes(base, theirs), changes(base, mine)
    touched = {change.field: change for change in their_changes}
    clashes = [
        Clash(change.field, change.before, touched[change.field].after, change.after)
        for change in my_changes
        if change.field in touched and touched[change.field].after != change.after
    ]
    flat = {**_flat(theirs), **{change.field: change.after for change in my_changes}}
    return Merged(_deep(flat, (theirs, mine)), their_changes, my_changes, clashes)


def _flat(content: Content) -> dict[str, Any]:
    """Members, those of `attributes` and `external_ids` one by one; what is empty is left out."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name in ("attributes", "external_ids") and isinstance(value, Mapping):
            found.update({f"{name}.{inner}": one for inner, one in value.items() if one is not None})
        elif value is not None:
            found[name] = value
    return found


def _deep(flat: Mapping[str, Any], sides: Sequence[Content]) -> dict[str, Any]:
    """The other way; a member that either side has, if only empty, stays."""
    content: dict[str, Any] = {}
    for side in sides:
        for name, value in side.items():
            if name in ("attributes", "external_ids"):
                content.setdefault(name, {})
            elif value is None:
                content.setdefault(name, None)
    for field, value in flat.items():
        name, _, inner = field.partition(".")
        if inner and name in ("attributes", "external_ids"):
            if value is not None:
                content.setdefault(name, {})[inner] = value
        else:
            content[field] = value
    return {name: value for name, value in content.items() if value is not None or _is_told(name, sides)}


def _is_told(name: str, sides: Sequence[Content]) -> bool:
    """Whether an empty member means something: `error_m` and `theme` may be null, which says not known."""
    return name in ("error_m", "theme") and any(name in side for side in sides)
