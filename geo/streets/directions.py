"""From a path to directions without words: turns by geometry, names and facts as tagged. Words come later."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from geo.streets.network import Coordinates, Street
from geo.streets.routing import Part

LOOK_M: Final = 12.0
"""How far before and after a junction its angle is taken, in metres: less follows every drawn kink."""
AHEAD_DEGREES: Final = 40.0
"""Up to this angle a way goes straight on."""
SHORT_M: Final = 15.0
"""Bits shorter than this (a kerb, a crossing, a corner that is drawn twice) get no line of their own."""
_TURNS: Final = ((20.0, "ahead"), (55.0, "slight"), (125.0, "turn"), (165.0, "sharp"), (180.0, "back"))

WAYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("trunk", "trunk_link", "primary", "primary_link"), "main_road"),
    **dict.fromkeys(("footway", "path", "corridor", "bridleway"), "footpath"),
    **dict.fromkeys(("service", "living_street"), "lane"),
    **{"steps": "steps", "pedestrian": "pedestrian", "track": "track", "cycleway": "cycleway"},
}
"""Value of `highway` → kind of way in words; all others are streets."""


@dataclass
class Turn:
    """One line of directions: what to do, then how far along what.

    `turn` is start, ahead, back, or slight, turn or sharp with _left or _right. `bearing` is that of the way
    taken, in degrees.
    """

    turn: str
    bearing: float
    way: str
    names: dict[str, str]
    metres: float = 0.0
    step_count: int | None = None
    line: Coordinates = field(default_factory=list)
    """All of it."""
    main: Coordinates = field(default_factory=list)
    """Its last part that is no short bit: the next turn is told from there."""
    wall: str | None = None
    """left or right, where a town wall stays beside the way."""
    past: list[tuple[str, str]] = field(default_factory=list)
    """Layer and key of the monuments that one passes."""

    def as_json(self) -> dict[str, Any]:
        """For storing; without the line, which the leg has."""
        return {
            "turn": self.turn,
            "bearing": round(self.bearing, 1),
            "way": self.way,
            "names": self.names,
            "metres": round(self.metres, 1),
            "step_count": self.step_count,
            "wall": self.wall,
            "past": [list(each) for each in self.past],
        }


def line_of(part: Part, streets: Mapping[int, Street]) -> Coordinates:
    """The coordinates of a part, in walking order."""
    line = streets[part.segment].line
    low, high = sorted((part.since, part.until))
    if low > 0 or high < 1:
        line = _between(line, low, high)
    return line if part.since < part.until else line[::-1]


def _between(line: Coordinates, low: float, high: float) -> Coordinates:
    """The piece of a line between two shares of its length."""
    total = length_m(line)
    walked, kept = 0.0, []
    for a, b in pairwise(line):
        step = length_m([a, b])
        for share in (low, high):
            # Each end stands once: where a step ends, the next one does not begin with it again.
            if walked <= share * total < walked + step or (share >= 1 and b is line[-1]):
                kept.append(_along(a, b, (share * total - walked) / (step or 1.0)))
        if low * total < walked + step < high * total:
            kept.append(b)
        walked += step
    return kept


def _along(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    share = min(max(share, 0.0), 1.0)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def turns(parts: Sequence[Part], streets: Mapping[int, Street]) -> list[Turn]:
    """The directions of a path. Streets of one name that go straight on are one line; short bits belong to
    the line before them, and the turn after them is told from the way before them.
    """
    found: list[Turn] = []
    for part in parts:
        street, line = streets[part.segment], line_of(part, streets)
        next_ = Turn("start", 0.0, WAYS.get(street.kind, "street"), street.names)
        next_.metres = metres_of(part, street)
        next_.step_count = street.step_count
        next_.line, next_.main = list(line), line
        if not found:
            found.append(next_)
        elif _is_short(next_):
            _append(found[-1], next_)
        elif len(found) == 1 and _is_short(found[0]):
            _prepend(found, next_)
        else:
            bend = _bend(found[-1].main, line)
            if _goes_on(found[-1], next_, bend):
                _append(found[-1], next_)
                found[-1].main = line
            else:
                next_.turn = turned(bend)
                found.append(next_)
    for turn in found:
        turn.bearing = _bearing(_begin(turn.line))
    return found


def metres_of(part: Part, street: Street) -> float:
    """Metres of a part."""
    return street.length_m * abs(part.until - part.since)


def _is_short(turn: Turn) -> bool:
    return turn.metres < SHORT_M and turn.way != "steps"


def _goes_on(last: Turn, next_: Turn, bend: float) -> bool:
    same = next_.way == last.way or (bool(last.names) and "steps" not in (next_.way, last.way))
    return abs(bend) <= AHEAD_DEGREES and next_.names == last.names and same


def _append(turn: Turn, more: Turn) -> None:
    turn.line.extend(more.line[1:])
    turn.metres += more.metres
    if more.step_count is not None:
        turn.step_count = (turn.step_count or 0) + more.step_count


def _prepend(found: list[Turn], next_: Turn) -> None:
    """A short bit at the start is told as the way that it leads to."""
    next_.line = [*found[0].line, *next_.line[1:]]
    next_.metres += found[0].metres
    found[0] = next_


def facts(parts: Sequence[Part], streets: Mapping[int, Street]) -> dict[str, Any]:
    """What is known of a path: `steps` (whether there are any), `step_count`, `incline_percent` (steepest, up
    or down), `width_m` (narrowest), and of both the share of the length that is tagged (`…_known`);
    `wheelchair`: no if any part is, yes if every part is, else unknown.
    """
    walked = [(streets[part.segment], abs(part.until - part.since)) for part in parts]
    lengths = [metres_of(part, streets[part.segment]) for part in parts]
    total = sum(lengths) or 1.0
    slopes = [street.incline_percent for street, _ in walked if street.incline_percent is not None]
    widths = [street.width_m for street, _ in walked if street.width_m is not None]
    told = {street.wheelchair for street, _ in walked}
    counts = [street.step_count for street, share in walked if street.step_count and share > 0.99]
    return {
        "steps": any(street.kind == "steps" for street, _ in walked),
        "step_count": sum(counts) or None,
        "incline_percent": max((abs(slope) for slope in slopes), default=None),
        "incline_known": _share(walked, lengths, total, "incline_percent"),
        "width_m": min(widths, default=None),
        "width_known": _share(walked, lengths, total, "width_m"),
        "wheelchair": "no" if "no" in told else "yes" if told == {"yes"} else "unknown",
    }


def _share(
    walked: Sequence[tuple[Street, float]], lengths: Sequence[float], total: float, what: str
) -> float:
    known = (
        length
        for (street, _), length in zip(walked, lengths, strict=True)
        if getattr(street, what) is not None
    )
    return round(sum(known) / total, 2)


def turned(bend_degrees: float) -> str:
    """The turn that an angle makes; positive is to the right."""
    size = next(word for most, word in _TURNS if abs(bend_degrees) <= most)
    return size if size in ("ahead", "back") else f"{size}_{'right' if bend_degrees > 0 else 'left'}"


def _bend(before: Coordinates, after: Coordinates) -> float:
    """Degrees between the end of one line and the beginning of the next, -180 to 180."""
    change = _bearing(_begin(after)) - _bearing(_begin(before[::-1])[::-1])
    return (change + 180) % 360 - 180


def _begin(line: Coordinates) -> Coordinates:
    """The first LOOK_M of a line, from end to end."""
    kept, walked = [line[0]], 0.0
    for a, b in pairwise(line):
        step = length_m([a, b])
        if walked + step >= LOOK_M:
            return [*kept, _along(a, b, (LOOK_M - walked) / step)]
        kept.append(b)
        walked += step
    return kept


def _bearing(line: Coordinates) -> float:
    """From the first to the last point, degrees from north. Plane geometry: lines here are short."""
    (x, y), (to_x, to_y) = flat(line[0], line[0][1]), flat(line[-1], line[0][1])
    return math.degrees(math.atan2(to_x - x, to_y - y)) % 360


def flat(at: tuple[float, float], latitude: float) -> tuple[float, float]:
    """Metres east and north on the plane that touches the sphere at `latitude`; good for a few kilometres."""
    return at[0] * 111_320.0 * math.cos(math.radians(latitude)), at[1] * 110_574.0


def length_m(line: Coordinates) -> float:
    """Length in metres of a short line."""
    east = 111_320.0 * math.cos(math.radians(line[0][1]))
    return sum(math.hypot((b[0] - a[0]) * east, (b[1] - a[1]) * 110_574.0) for a, b in pairwise(line))
