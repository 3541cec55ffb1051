"""Reading the desk's forms: what people type becomes values, or a sentence that says what is wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from flask import Flask

from core.errors import Invalid
from geo.vocabulary import N_
from qr_signs.life import Details


def files_root(app: Flask) -> Path:
    """Where files are kept."""
    return Path(app.config["SETTINGS"].FILES_DIR)


def number(typed: str, field: str) -> int | None:
    """A whole number; None where nothing is typed."""
    plain = typed.strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 15:
        raise Invalid(field, N_("%(given)s is no number."), given=plain[:20])
    return int(plain)


def decimal(typed: str, field: str) -> float | None:
    """A number with a decimal point or comma; None where nothing is typed."""
    plain = typed.strip().replace(",", ".")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise Invalid(field, N_("%(given)s is no number."), given=plain[:20]) from None
    if not -1e6 < value < 1e6:
        raise Invalid(field, N_("%(given)s is no number."), given=plain[:20])
    return value


def day(typed: str, now: datetime) -> datetime:
    """A day as browsers send it (2026-11-24), at noon; today's is the present moment."""
    if not typed.strip():
        return now
    try:
        named = date.fromisoformat(typed.strip())
    except ValueError:
        raise Invalid("at", N_("Write the day as 2026-11-24.")) from None
    return now if named == now.date() else datetime.combine(named, time(12), UTC)


def point(form: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees."""
    return decimal(form.get("lon", ""), "point"), decimal(form.get("lat", ""), "point")


def details(form: Mapping[str, str]) -> Details:
    """What is known of the object."""
    lon, lat = point(form)
    return Details(
        spot=form.get("spot", ""),
        lon=lon,
        lat=lat,
        facing=number(form.get("facing", ""), "facing"),
        material=form.get("material", ""),
        fixing=form.get("fixing", ""),
        size=form.get("size", ""),
        manager=form.get("manager", ""),
    )
