"""What a planner sends, checked before anything is stored: figures, words, and where an antenna may stand.

Every refusal is an `Invalid` that names the field and says what would do.
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.models import Feature
from geo.vocabulary import N_
from geo.wifi import demand, rules
from geo.wifi.catalogue import Band, Catalogue, Model
from geo.wifi.vocabulary import BACKHAULS, DEMANDS

MOST_HOTSPOTS: Final = 500
"""Of one scenario."""
HIGHEST_BUDGET_MAD: Final = 1_000_000_000
LONGEST: Final[Mapping[str, int]] = {"title": 120, "name": 120, "note": 500}
LOWEST_EIRP_DBM: Final = -20.0
STEEPEST_DEG: Final = 90.0


@dataclass(frozen=True)
class Values:
    """What a planner decides of a hotspot. Degrees, metres above ground, dBm; None: left to the model."""

    name: str
    lon: float
    lat: float
    height_m: float
    model: str
    azimuth_deg: float = 0.0
    tilt_deg: float = 0.0
    eirp_24_dbm: float | None = None
    eirp_5_dbm: float | None = None
    channel_24: int | None = None
    channel_5: int | None = None
    backhaul: str = "unknown"
    public_place: str | None = None
    """Key of the public place that it hangs at."""
    note: str = ""


FIELDS: Final = tuple(field.name for field in fields(Values))
_EIRP: Final[Mapping[Band, str]] = {"2.4": "eirp_24_dbm", "5": "eirp_5_dbm"}
_CHANNEL: Final[Mapping[Band, str]] = {"2.4": "channel_24", "5": "channel_5"}


def hotspot(session: Session, commune: Commune, catalogue: Catalogue, given: Mapping[str, Any]) -> Values:
    """The values of a hotspot, all checked. Invalid names the first that is wrong."""
    (values,) = hotspots(session, commune, catalogue, [given])
    return values


def hotspots(
    session: Session, commune: Commune, catalogue: Catalogue, given: Sequence[Mapping[str, Any]]
) -> list[Values]:
    """The values of several hotspots, all checked; as many queries as for one. Invalid as `hotspot`."""
    checked = [in_the_box(commune, catalogue, each) for each in given]
    spots = [rules.Spot(values.lon, values.lat, values.height_m) for values in checked]
    for findings in rules.of(session, commune, catalogue, spots):
        for finding in rules.refusals(findings):
            told = {**finding.values, "thing": finding.thing(commune.languages).text}
            raise Invalid("place", rules.TOLD[finding.code].sentence, **told)
    _public_places(session, {values.public_place for values in checked if values.public_place})
    return checked


def in_the_box(commune: Commune, catalogue: Catalogue, given: Mapping[str, Any]) -> Values:
    """Everything that can be checked without a query: figures, and a place in the commune's box."""
    values = figures(catalogue, given)
    box, lon, lat = commune.bbox, values.lon, values.lat
    if not box.holds(lon, lat):
        if box.holds(lat, lon):
            raise Invalid("place", N_("Latitude and longitude are swapped."))
        raise Invalid("place", N_("This place lies outside the commune."))
    return values


def figures(catalogue: Catalogue, given: Mapping[str, Any]) -> Values:
    """Everything about a hotspot that can be checked without a look at the map."""
    for name in given:
        if name not in FIELDS:
            raise Invalid(str(name)[:40], N_("A hotspot has no such value."))
    model = _model(catalogue, given.get("model"))
    low, high = catalogue.heights_m
    height_m = number("height_m", given.get("height_m"))
    if not low <= height_m <= high:
        raise Invalid(
            "height_m",
            N_("Antennas are mounted %(low)s to %(high)s m above ground, not at %(given)s m."),
            low=_short(low),
            high=_short(high),
            given=_short(height_m),
        )
    backhaul = given.get("backhaul", "unknown")
    if not isinstance(backhaul, str) or backhaul not in BACKHAULS:
        raise Invalid("backhaul", N_("Choose one of the list."))
    lon, lat = _degrees(given)
    return Values(
        name=words("name", given.get("name", "")),
        lon=lon,
        lat=lat,
        height_m=height_m,
        model=model.key,
        azimuth_deg=_azimuth(given.get("azimuth_deg", 0.0)),
        tilt_deg=_tilt(given.get("tilt_deg", 0.0)),
        eirp_24_dbm=_eirp(catalogue, model, "2.4", given),
        eirp_5_dbm=_eirp(catalogue, model, "5", given),
        channel_24=_channel(catalogue, model, "2.4", given),
        channel_5=_channel(catalogue, model, "5", given),
        backhaul=backhaul,
        public_place=_key(given.get("public_place")),
        note=words("note", given.get("note", ""), may_be_empty=True),
    )


def number(field: str, value: Any) -> float:
    """A finite number; Invalid for anything else, also for text, NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise Invalid(field, N_("Give a number."))
    return float(value)


def words(field: str, value: Any, *, may_be_empty: bool = False) -> str:
    """A line of text as it is kept: spaces in one, nothing that cannot be seen or stored."""
    if not isinstance(value, str):
        raise Invalid(field, N_("Give a text."))
    plain = unicodedata.normalize("NFC", " ".join(value.split()))
    if not is_storable(plain):
        raise Invalid(field, N_("This text has signs that cannot be kept."))
    if len(plain) > (most := LONGEST[field]):
        raise Invalid(field, N_("At most %(most)s characters."), most=most)
    if not may_be_empty and not any(unicodedata.category(sign)[0] not in "ZC" for sign in plain):
        raise Invalid(field, N_("Give it a name."))
    return plain


def is_storable(line: str) -> bool:
    """Whether a line of text can be kept and sent: no control characters, no halves of signs."""
    return not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in line)


def budget(value: Any) -> Decimal:
    """An amount in MAD with two decimals, zero or more."""
    amount = number("budget_mad", float(value) if isinstance(value, Decimal) else value)
    if not 0 <= amount <= HIGHEST_BUDGET_MAD:
        raise Invalid(
            "budget_mad", N_("A budget is an amount from 0 to %(most)s MAD."), most=f"{HIGHEST_BUDGET_MAD:,}"
        )
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def weights(value: Any) -> dict[str, float]:
    """How much each kind of demand counts, as given; Invalid for weights that are none, or that are all 0."""
    if not isinstance(value, Mapping):
        raise Invalid("weights", N_("Weights are numbers by kind of demand."))
    checked = demand.checked(value)
    if not any(checked[kind] for kind in DEMANDS):
        raise Invalid("weights", N_("At least one kind of demand has to count."))
    return {name: checked[name] for name in value}


def _model(catalogue: Catalogue, key: Any) -> Model:
    model = catalogue.models.get(key) if isinstance(key, str) else None
    if model is None:
        raise Invalid("model", N_("The catalogue has no such model. Choose one of the list."))
    return model


def _degrees(given: Mapping[str, Any]) -> tuple[float, float]:
    lon, lat = number("place", given.get("lon")), number("place", given.get("lat"))
    if abs(lon) > 180 or abs(lat) > 180:
        raise Invalid("place", N_("A place is given in degrees: longitude, then latitude."))
    return lon, lat


def _azimuth(value: Any) -> float:
    degrees = number("azimuth_deg", value)
    if not 0 <= degrees <= 360:
        raise Invalid("azimuth_deg", N_("Degrees from north, 0 to 359."))
    return degrees % 360


def _tilt(value: Any) -> float:
    degrees = number("tilt_deg", value)
    if not -STEEPEST_DEG <= degrees <= STEEPEST_DEG:
        raise Invalid("tilt_deg", N_("A tilt lies between 90 degrees upwards (-90) and downwards (90)."))
    return degrees


def _eirp(catalogue: Catalogue, model: Model, band: Band, given: Mapping[str, Any]) -> float | None:
    """Radiated power that was asked for; within the law, and what the model can do."""
    field = _EIRP[band]
    if given.get(field) is None:
        return None
    eirp = number(field, given[field])
    radio = model.radio(band)
    if radio is None:
        raise Invalid(field, N_("This model has no radio for %(band)s GHz."), band=band)
    limit = catalogue.limits[band]
    if eirp > limit.eirp_dbm:
        raise Invalid(
            field,
            N_("%(given)s dBm is above the national limit of %(most)s dBm EIRP at %(band)s GHz."),
            given=_short(eirp),
            most=_short(limit.eirp_dbm),
            band=band,
        )
    if not LOWEST_EIRP_DBM <= eirp <= radio.eirp_dbm:
        raise Invalid(
            field,
            N_("This model radiates %(low)s to %(most)s dBm at %(band)s GHz, not %(given)s dBm."),
            low=_short(LOWEST_EIRP_DBM),
            most=_short(radio.eirp_dbm),
            band=band,
            given=_short(eirp),
        )
    return eirp


def _channel(catalogue: Catalogue, model: Model, band: Band, given: Mapping[str, Any]) -> int | None:
    field = _CHANNEL[band]
    if (channel := given.get(field)) is None:
        return None
    if model.radio(band) is None:
        raise Invalid(field, N_("This model has no radio for %(band)s GHz."), band=band)
    allowed = catalogue.limits[band].channels
    if isinstance(channel, bool) or not isinstance(channel, int) or channel not in allowed:
        raise Invalid(
            field,
            N_("Channels of %(band)s GHz that may be used: %(allowed)s."),
            band=band,
            allowed=", ".join(map(str, allowed)),
        )
    return channel


def _key(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 80 or not value.isascii() or not value.isprintable():
        raise Invalid("public_place", N_("There is no such place here."))
    return value


def _public_places(session: Session, keys: Set[str]) -> None:
    query = select(func.count()).where(
        Feature.layer == "places", Feature.key.in_(keys), Feature.withdrawn_at.is_(None)
    )
    if keys and session.scalar(query) != len(keys):
        raise Invalid("public_place", N_("There is no such place here."))


def _short(value: float) -> str:
    return f"{value:,.0f}" if math.isclose(value, round(value)) else f"{value:g}"
