"""What is told at a walk's stops goes along when the stops change their order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from geo.editing import versions
from geo.editing.parts import FACTS, WALKS, Content
from geo.editing.rights import Person

Stops = Sequence[Mapping[str, Any]]


def save(session: Session, key: str, content: Content, *, base: int, person: Person, now: datetime) -> int:
    """Keep a walk's facts, and what is told at its stops under their new numbers; the facts' version.

    Raises as versions.save.
    """

    def facts() -> int:
        return versions.save(session, WALKS, key, FACTS, content, base=base, person=person, now=now)

    there = versions.find(session, WALKS, key)
    if FACTS not in there.parts or there.parts[FACTS].version != base:
        return facts()  # which says what has changed
    before, after = there.parts[FACTS].content.get("stops", ()), content.get("stops", ())
    if not all(isinstance(stop, dict) for stop in after):
        return facts()  # which says what is wrong
    told = {part: moved(one.content, before, after) for part, one in there.parts.items() if part != FACTS}
    told = {part: said for part, said in told.items() if said != there.parts[part].content}
    # A text must have its stop at every moment: texts first where stops go, facts first where some come.
    number = facts() if len(after) >= len(before) else 0
    for part, said in told.items():
        versions.save(session, WALKS, key, part, said, base=there.parts[part].version, person=person, now=now)
    return number or facts()


def moved(said: Content, before: Stops, after: Stops) -> dict[str, Any]:
    """A language's texts with what is told at each stop under the stop's new number."""
    left: dict[tuple[Any, Any], list[int]] = {}
    for n, stop in enumerate(after, 1):
        left.setdefault((stop.get("layer"), stop.get("id")), []).append(n)
    goes: dict[str, str] = {}
    for n, stop in enumerate(before, 1):
        places = left.get((stop.get("layer"), stop.get("id")))
        if places:
            goes[f"stop-{n}"] = f"stop-{places.pop(0)}"
    kept = {name: one for name, one in said.items() if not name.startswith("stop-")}
    return kept | {goes[name]: one for name, one in said.items() if name in goes}
