"""What siting answers, and how it is told on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Status = Literal["optimal", "limit", "stopped", "infeasible"]


@dataclass(frozen=True)
class Answer:
    """The sites to build, what they serve and what no choice can exceed.

    `status` is "optimal" only if `bound` proves it: the gap is at most program.PROVEN. `served` and `bound`
    are in the instance's weights, `cost` in centimes with backhauls.
    """

    status: Status
    sites: tuple[int, ...] = ()
    roots: tuple[int, ...] = ()
    """Those with a backhaul of their own; the others are carried by a mesh."""
    served: float = 0.0
    bound: float = 0.0
    cost: int = 0
    seconds: float = 0.0
    conflict: tuple[tuple[str, str], ...] = ()
    """Kinds and names of obligations that cannot all be met; without any one they could, if `irreducible`."""
    irreducible: bool = True
    needed: int | None = None
    """Centimes that the conflicting obligations would take, if money is what is missing."""

    @property
    def gap(self) -> float:
        """How much better another choice could be at most, as a share of what is served."""
        if self.bound <= self.served:
            return 0.0
        return (self.bound - self.served) / self.served if self.served > 0 else float("inf")


Tell = Callable[[float, float, float, float, tuple[int, ...]], None]
"""Called with best, bound, gap, seconds and the best sites so far."""
Stopped = Callable[[], bool]
