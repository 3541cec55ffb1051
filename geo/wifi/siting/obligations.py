"""What a planner asks of a proposal, checked: the scenario's `rules` and what it is asked for with."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from core.errors import Invalid
from geo.vocabulary import N_

EVERY_QUARTER: Final = "*"
MOST_NAMED: Final = 200
MOST_SECONDS: Final = 600.0
MOST_HOPS: Final = 4
USUAL_HOPS: Final = 2


@dataclass(frozen=True)
class Rules:
    """Obligations and settings of a proposal. What is not named is as here."""

    must_serve: tuple[str, ...] = ()
    """Keys of public places that some site has to serve."""
    must_build: tuple[str, ...] = ()
    """Keys of candidates where one has to be built."""
    forbidden: tuple[str, ...] = ()
    """Keys of candidates where none may be built."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """By key of a quarter: the part (0 to 1) of its residents that has to be served, or of its public places
    where residents are not known. EVERY_QUARTER: all quarters that the candidates could serve so far."""
    hops: int | None = None
    """Radio hops at most to a site with its own backhaul; 0: each needs its own. None: USUAL_HOPS where some
    candidate is known to be far from fibre and power, else 0."""
    unknown_backhaul: Literal["assumed", "excluded"] = "assumed"
    """Whether a site whose backhaul nobody knows may be built: at the catalogue's price for that."""
    risk_zones: Literal["excluded", "warned"] = "excluded"
    """Active zones of hazards for which building is not forbidden anyway."""
    online: float = 0.0
    """Part of the residents (0 to 1) who are online at once; 0: capacity does not limit."""
    service: Literal["browsing", "voice"] = "browsing"
    """What a point needs to count as served, at the median."""
    models: tuple[str, ...] = ()
    """Models to choose among; empty: all."""
    seconds: float = 60.0
    """For the search."""
    curve: bool = True
    """Whether other budgets are looked at, too."""

    def as_json(self) -> dict[str, Any]:
        """For the proposal's row."""
        return asdict(self)


def checked(given: Mapping[str, Any]) -> Rules:
    """The rules that these plain values say. Invalid names what cannot be."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _CHECKS:
            raise Invalid(str(name)[:40], N_("%(name)s is no obligation."), name=str(name)[:40])
        found[name] = _CHECKS[name](name, value)
    return Rules(**found)


def needed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of these rules those that differ from what holds anyway. Invalid as `checked`."""
    wanted, usual = checked(given), Rules()
    return {name: value for name, value in given.items() if getattr(wanted, name) != getattr(usual, name)}


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_NAMED:
        raise Invalid(name, N_("Name at most %(most)s."), most=MOST_NAMED)
    if not all(isinstance(each, str) and 0 < len(each) <= 200 for each in value):
        raise Invalid(name, N_("Name at most %(most)s."), most=MOST_NAMED)
    return tuple(dict.fromkeys(value))


def _shares(name: str, value: Any) -> dict[str, float]:
    if not isinstance(value, dict) or len(value) > MOST_NAMED:
        raise Invalid(name, N_("Name at most %(most)s."), most=MOST_NAMED)
    found = {str(quarter)[:200]: _number(name, share, 0, 1) for quarter, share in value.items()}
    return {quarter: share for quarter, share in found.items() if share > 0}


def _number(name: str, value: Any, low: float, high: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not low <= value <= high:
        raise Invalid(name, N_("Give a number from %(low)s to %(high)s."), low=f"{low:g}", high=f"{high:g}")
    return float(value)


def _hops(name: str, value: Any) -> int | None:
    return None if value is None else int(_number(name, value, 0, MOST_HOPS))


def _one_of(*choices: Any) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:
        if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
            raise Invalid(name, N_("Choose one of the list."))
        return value

    return check


_CHECKS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "must_serve": _names,
    "must_build": _names,
    "forbidden": _names,
    "models": _names,
    "shares": _shares,
    "hops": _hops,
    "unknown_backhaul": _one_of("assumed", "excluded"),
    "risk_zones": _one_of("excluded", "warned"),
    "online": lambda name, value: _number(name, value, 0, 1),
    "service": _one_of("browsing", "voice"),
    "seconds": lambda name, value: _number(name, value, 1, MOST_SECONDS),
    "curve": _one_of(True, False),
}
