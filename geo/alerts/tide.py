"""What comes and goes by itself, without an edit: warnings in force, and risk zones that hold today.

Pages that are kept ready depend on it as on the data: it is part of the stamp that names their state.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from geo import zones
from geo.alerts import active
from geo.alerts.active import Message
from geo.memory import Memory
from geo.published import Published

_zones: Final = Memory[tuple[int, ...]](4)


@dataclass(frozen=True)
class Tide:
    """How it stands at a moment; `today` is the town's day, `zones` the numbers of those that hold."""

    today: date
    alerts: tuple[Message, ...] = ()
    zones: tuple[int, ...] = ()

    def stamped(self, stamp: str) -> str:
        """The stamp of the data with what holds now; as it is while nothing does."""
        if not self.alerts and not self.zones:
            return stamp
        told = (self.zones, [alert.id for alert in self.alerts])
        return f"{stamp}-{hashlib.sha256(repr(told).encode()).hexdigest()[:8]}"


def at(session: Session, state: Published, *, now: datetime) -> Tide:
    """The tide at the moment. One small query while no day begins and no data change."""
    today = state.commune.day(now)
    hold = _zones.of(session, (state.stamp, today), lambda: zones.active(session, today))
    return Tide(today, active.active(session, now), hold)
