"""Plans side by side: the same numbers of each, with the difference to the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Invalid
from geo.vocabulary import N_
from geo.wifi.figures import UNITS
from geo.wifi.outlook import Outlook
from geo.wifi.vocabulary import DEMANDS

MOST: Final = 4
"""Plans that fit beside each other."""
ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "hotspots": (N_("Hotspots"), ""),
    "total_mad": (N_("Cost"), "MAD"),
    "left_mad": (N_("Left of the budget"), "MAD"),
    "mad_per_person": (N_("Cost for each person served"), "MAD"),
    "worth": (N_("Share of all that counts, by weight"), "%"),
    "browsing_expected_m2": (N_("Ground with browsing or better, expected"), "m²"),
    "voice_expected_m2": (N_("Ground with voice and video, expected"), "m²"),
    "shared_m2": (N_("Ground that several hotspots serve"), "m²"),
    "least": (N_("Share served in the least served quarter"), "%"),
    "gini": (N_("Unfairness between quarters (0: all alike)"), ""),
    "warnings": (N_("Things to think about"), ""),
}
"""Row → label and unit; rows of kinds of demand stand between them, with the vocabulary's labels."""


@dataclass(frozen=True)
class Row:
    """One number of each plan; None: not known. `better` is 1 where more is better, -1 where less is."""

    key: str
    label: str
    """A message id."""
    unit: str
    values: tuple[float | None, ...]
    better: int

    @property
    def differences(self) -> tuple[float | None, ...]:
        """Of each to the first; None where either is not known."""
        first = self.values[0]
        return tuple(None if value is None or first is None else value - first for value in self.values)

    @property
    def best(self) -> tuple[bool, ...]:
        """Which are the best; none where all are alike or it cannot be said."""
        known = [value for value in self.values if value is not None]
        if not self.better or len(set(known)) < 2:
            return (False,) * len(self.values)
        best = max(known) if self.better > 0 else min(known)
        return tuple(value == best for value in self.values)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "values": list(self.values),
            "differences": list(self.differences),
            "best": list(self.best),
        }


def rows(outlooks: Sequence[Outlook]) -> list[Row]:
    """The plans' numbers, those of the first first. Invalid for fewer than two plans or more than MOST.

    Shares are in percent. What is served is the expected number with browsing or better.
    """
    if not 2 <= len(outlooks) <= MOST:
        raise Invalid("plans", N_("Choose two to %(most)s plans to compare."), most=MOST)
    before = [_row(key, outlooks) for key in ("hotspots", "total_mad", "left_mad", "mad_per_person", "worth")]
    kinds = [
        _kind(kind, outlooks) for kind in DEMANDS if any(kind in each.figures.kinds for each in outlooks)
    ]
    rest = ("least", "gini", "browsing_expected_m2", "voice_expected_m2", "shared_m2", "warnings")
    return [*before, *kinds, *(_row(key, outlooks) for key in rest)]


_BETTER: Final[Mapping[str, int]] = {
    "total_mad": -1, "left_mad": 1, "mad_per_person": -1, "worth": 1, "least": 1, "gini": -1,
    "browsing_expected_m2": 1, "voice_expected_m2": 1, "warnings": -1,
}  # fmt: skip


def _row(key: str, outlooks: Sequence[Outlook]) -> Row:
    label, unit = ROWS[key]
    return Row(key, label, unit, tuple(_value(key, each) for each in outlooks), _BETTER.get(key, 0))


def _kind(kind: str, outlooks: Sequence[Outlook]) -> Row:
    found = [each.figures.kinds.get(kind) for each in outlooks]
    values = tuple(
        float(served.browsing_expected) if served and served.total > 0 else None for served in found
    )
    return Row(kind, DEMANDS[kind][0], UNITS[kind], values, 1)


def _value(key: str, outlook: Outlook) -> float | None:
    figures = outlook.figures
    if key == "hotspots":
        return len(outlook.placed)
    if key in ("total_mad", "left_mad"):
        return float(getattr(outlook.money, key))
    if key.endswith("_m2"):
        return float(getattr(outlook.areas, key))
    if key == "worth":
        return 100 * figures.worth / figures.worth_total if figures.worth_total > 0 else None
    if key == "warnings":
        return len(outlook.warnings) + sum(len(found) for found in outlook.findings.values())
    found = _least(outlook) if key == "least" else getattr(figures, key)
    return None if found is None else float(found)


def _least(outlook: Outlook) -> float | None:
    quarters = [each for each in outlook.figures.quarters if each.key == outlook.figures.least]
    share = quarters[0].share if quarters else None
    return None if share is None else 100 * share
