"""The curve of budget against what is served, as numbers for a drawing and the table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 360
HEIGHT: Final = 180
LEFT: Final = 44
BELOW: Final = 30
ABOVE: Final = 12
RIGHT: Final = 16


@dataclass(frozen=True)
class Point:
    """A budget, what is served for it in percent of all that counts, and where it is drawn."""

    budget_mad: float
    percent: float
    sites: int
    people: float | None
    proven: bool
    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """Points by budget; `path` joins them in steps of the drawing's units."""

    points: tuple[Point, ...]
    path: str
    most_mad: float
    most_percent: float


def of(answer: Mapping[str, Any]) -> Curve | None:
    """The curve of a proposal's answer; None where other budgets were not looked at."""
    steps: Sequence[Mapping[str, Any]] = sorted(
        answer.get("curve") or [], key=lambda step: step["budget_mad"]
    )
    whole = float(answer.get("worth_total") or 0)
    if len(steps) < 2 or whole <= 0:
        return None
    most_mad = max(step["budget_mad"] for step in steps)
    percents = [100 * step["worth"] / whole for step in steps]
    most = max(10.0, 10 * -(-max(percents) // 10))
    points = tuple(
        Point(
            budget_mad=step["budget_mad"],
            percent=percent,
            sites=step["sites"],
            people=step["served"].get("residents"),
            proven=step["status"] == "optimal",
            x=round(LEFT + (WIDTH - LEFT - RIGHT) * step["budget_mad"] / most_mad, 1),
            y=round(ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - percent / most), 1),
        )
        for step, percent in zip(steps, percents, strict=True)
    )
    path = f"M{LEFT} {HEIGHT - BELOW}" + "".join(f"L{point.x} {point.y}" for point in points)
    return Curve(points, path, most_mad, most)
