"""The commune as the rest of the program sees it: its checked configuration, typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.languages import Said, say
from geo.shapes import Box


@dataclass(frozen=True)
class Fact:
    """A figure with its year and source. `unit` is a word of geo.vocabulary.UNITS."""

    id: str
    value: float
    unit: str
    year: int
    source: str


@dataclass(frozen=True)
class Source:
    """Where data comes from, and on which terms."""

    id: str
    title: str
    licence: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Unknown:
    """Something that is not known, said in the commune's languages."""

    id: str
    texts: Mapping[str, str]
    about: str = ""
    """risks: told where risks are told of, too."""

    def text(self, order: Sequence[str]) -> Said:
        """In the first language of `order` that has it."""
        return say({lang: Said(text, lang) for lang, text in self.texts.items()}, order)


@dataclass(frozen=True)
class HazardEvent:
    """Something that happened, or was forecast, with its source; where exactly is known in words at most."""

    id: str
    hazard: str
    """One of geo.vocabulary.HAZARDS."""
    since: str
    """A year, month or day, as far as it is known: 2014, 2014-11, 2014-11-28."""
    until: str | None
    forecast: bool
    texts: Mapping[str, Said]
    sources: tuple[str, ...]

    def text(self, order: Sequence[str]) -> Said:
        """In the first language of `order` that has it."""
        return say(self.texts, order)


@dataclass(frozen=True)
class Sender:
    """Who the commune's warnings come from. Without `official` every warning is an exercise, and says so."""

    address: str = ""
    official: bool = False


@dataclass(frozen=True)
class Signage:
    """What the commune decided for all its signs. `text_languages` are those that must have a text."""

    languages: tuple[str, ...]
    text_languages: tuple[str, ...]
    host: str
    """Short host printed on signs; empty until the commune has decided it."""
    crests: tuple[str, ...] = ()
    """Drawings as checked SVG."""


@dataclass(frozen=True)
class Commune:
    """One commune. Boxes are in degrees, `metric_crs` is an EPSG number, the walking speed is in km/h."""

    key: str
    languages: tuple[str, ...]
    source_language: str
    names: Mapping[str, Said]
    texts: Mapping[str, Mapping[str, Said]]
    public_url: str
    bbox: Box
    context_bbox: Box
    metric_crs: int
    country: str
    walking_speed_kmh: float
    ids: Mapping[str, str]
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]
    unknown: tuple[Unknown, ...]
    signs: Signage
    version: int
    wifi: Mapping[str, Any] = field(default_factory=dict)
    """The checked content of wifi.toml (geo/wifi/catalogue.py reads it); empty where a commune has none."""

    timezone: str = "UTC"
    """By which clock the town lives: a name of the time zone database."""
    sender: Sender = Sender()
    hazard_events: tuple[HazardEvent, ...] = ()
    """The latest first."""

    def day(self, now: datetime) -> date:
        """Which day it is there."""
        return self.local(now).date()

    def local(self, moment: datetime) -> datetime:
        """The moment on the town's clock, with its offset of that day."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def name(self, order: Sequence[str]) -> Said:
        """Its name in the first language of `order` that has one."""
        return say(self.names, order)

    def intro(self, order: Sequence[str]) -> Said | None:
        """Its presentation, if there is one."""
        intro = self.texts.get("intro")
        return say(intro, order) if intro else None


def from_config(config: Mapping[str, Any], version: int) -> Commune:
    """The commune of a checked commune.toml (geo/loading/config.py checks it)."""
    texts, states = config.get("texts", {}), config.get("texts_state", {})
    bbox = Box(*config["bbox"])
    return Commune(
        key=config["key"],
        languages=tuple(config["languages"]),
        source_language=config["source_language"],
        names=_said(config["names"], config.get("names_state", {})),
        texts={field: _said(said, states.get(field, {})) for field, said in texts.items()},
        public_url=config.get("public_url", ""),
        bbox=bbox,
        context_bbox=Box(*config.get("context_bbox", bbox)),
        metric_crs=config["metric_crs"],
        country=config["country"],
        walking_speed_kmh=float(config["walking_speed_kmh"]),
        ids=config.get("ids", {}),
        facts=tuple(Fact(**fact) for fact in config.get("facts", ())),
        sources=tuple(
            Source(**{name: value for name, value in source.items() if name != "layers"})
            for source in config.get("sources", ())
        ),
        unknown=tuple(
            Unknown(
                item["id"],
                {lang: text for lang, text in item.items() if lang not in ("id", "about")},
                item.get("about", ""),
            )
            for item in config.get("unknown", ())
        ),
        signs=_signage(config.get("signs", {}), config["languages"]),
        version=version,
        wifi=config.get("wifi", {}),
        timezone=config.get("timezone", "UTC"),
        sender=_sender(config.get("alerts", {})),
        hazard_events=tuple(_event(event) for event in config.get("hazard_events", ())),
    )


def _sender(table: Mapping[str, Any]) -> Sender:
    return Sender(table.get("sender", ""), table.get("official", False))


def _event(event: Mapping[str, Any]) -> HazardEvent:
    return HazardEvent(
        event["id"],
        event["hazard"],
        event["from"],
        event["until"],
        event["forecast"],
        _said(event["texts"], event["states"]),
        tuple(event["sources"]),
    )


def _signage(table: Mapping[str, Any], languages: Sequence[str]) -> Signage:
    spoken = tuple(table.get("languages", languages[:4]))
    return Signage(
        spoken,
        tuple(table.get("text_languages", spoken)),
        table.get("host", ""),
        tuple(table.get("crests", ())),
    )


def _said(texts: Mapping[str, str], states: Mapping[str, str]) -> dict[str, Said]:
    return {lang: Said(text, lang, states.get(lang, "machine")) for lang, text in texts.items()}
