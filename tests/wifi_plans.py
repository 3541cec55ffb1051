"""Plans of the Wi-Fi that tests put into a database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import published
from geo.shapes import SRID
from geo.wifi.models import Hotspot, Scenario

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def scenario(session: Session, key: str = "first", status: str = "approved", **values: Any) -> Scenario:
    """A plan without hotspots."""
    made = Scenario(
        key=key, title=f"Plan {key}", status=status, budget_mad=Decimal(60_000), made_by="F. Amzil", **values
    )
    if status == "approved":
        made.approved_by, made.approved_at = "R. Idrissi", NOW
    session.add(made)
    session.flush()
    return made


def hotspot(
    session: Session,
    plan: Scenario,
    key: str,
    at: tuple[float, float],
    status: str = "planned",
    **values: Any,
) -> Hotspot:
    """A hotspot of a plan, at longitude and latitude."""
    given = {
        "name": f"Hotspot {key}",
        "height_m": 4.0,
        "model": "omni",
        "revision": 1,
        "changed_by": "F. Amzil",
        **values,
    }
    made = Hotspot(
        scenario_id=plan.id,
        key=key,
        place=WKTElement(f"POINT({at[0]} {at[1]})", srid=SRID),
        status=status,
        **given,
    )
    session.add(made)
    session.flush()
    return made


def cleared(session: Session) -> None:
    """No plan any more, and pages know."""
    session.execute(text("DELETE FROM wifi_scenario"))
    published.touch(session)
