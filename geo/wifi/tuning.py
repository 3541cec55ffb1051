"""Channels for all hotspots of a plan at once, chosen and kept as one edit that can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import Conflict
from geo.commune import Commune
from geo.vocabulary import N_
from geo.wifi import channels, history, outlook, scenarios, spots
from geo.wifi.catalogue import BANDS, Band, Catalogue
from geo.wifi.channels import Choice
from geo.wifi.outlook import Outlook

COLUMN: Final[Mapping[Band, str]] = {"2.4": "channel_24", "5": "channel_5"}


@dataclass(frozen=True)
class Tuned:
    """What was chosen in each band, and the scenario's revision."""

    choices: Mapping[Band, Choice]
    revision: int

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            band: {"disturbed_m2": round(choice.disturbed_m2), "proven": choice.proven}
            for band, choice in self.choices.items()
        }


def tune(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: str,
    *,
    by: str,
    now: datetime,
) -> Tuned:
    """Choose a channel for every radio of a draft so that they disturb each other least; the caller commits.

    NotFound, Conflict as geo.wifi.hotspots.place; Conflict too if somebody changed the scenario meanwhile.
    """
    plan = scenarios.find(session, scenario)
    seen = plan.revision
    look = outlook.of(session, commune, catalogue, plan)
    chosen = {band: _chosen(catalogue, look, band) for band in BANDS if catalogue.limits.get(band)}
    plan = history.opened(session, scenario)
    if plan.revision != seen:
        raise Conflict(N_("This plan was changed while channels were chosen. Choose them again."))
    before = [spot.plan for spot in spots.listed(session, plan.id)]
    after = [
        each
        | {COLUMN[band]: by_key[each["key"]] for band, (by_key, _) in chosen.items() if each["key"] in by_key}
        for each in before
    ]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    revision = plan.revision
    if changed:
        olds, news = zip(*changed, strict=True)
        revision = history.record(session, plan, "channels", olds, news, by=by, now=now)
    return Tuned({band: choice for band, (_, choice) in chosen.items()}, revision)


def _chosen(catalogue: Catalogue, look: Outlook, band: Band) -> tuple[dict[str, int], Choice]:
    """Channels by hotspot in a band."""
    keys = [key for key, part in look.parts.items() if band in part.reaches]
    disturbing = channels.weights([look.parts[key].reaches[band] for key in keys])
    choice = channels.choose(disturbing, channels.usable(catalogue, band))
    return dict(zip(keys, choice.channels, strict=True)), choice
