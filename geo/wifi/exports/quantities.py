"""The bill of quantities of a plan, in MAD: each price with its date, its source, and if it is confirmed.

Amounts are decimal numbers with two places: nothing is lost by adding them up.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.languages import LANGUAGES
from geo.vocabulary import N_
from geo.wifi.catalogue import Catalogue
from geo.wifi.money import Item, Money
from geo.wifi.vocabulary import BACKHAULS

CENT: Final = Decimal("0.01")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that spreadsheets would run (as in geo/opendata/downloads.py)."""
GROUPS: Final = {"model": N_("Access points"), "site": N_("Mounting"), "backhaul": N_("Connection")}
"""Parts of the bill, in order."""
HEADING: Final = (
    N_("Part"),
    N_("Item"),
    N_("Quantity"),
    N_("Unit price (MAD)"),
    N_("Sum (MAD)"),
    N_("Price as of"),
    N_("Source"),
    N_("State of the price"),
)
CONFIRMED: Final = N_("confirmed")
ASSUMED: Final = N_("assumption, to be confirmed")
UNKNOWN: Final = N_("not known")
_POINT: Final = ("en_GB",)
"""Locales whose spreadsheets take a point as decimal sign."""


@dataclass(frozen=True)
class Line:
    """A line of the bill; amounts are None where the catalogue has no price (any more)."""

    group: str
    what: str
    """Name of a model; else a message id."""
    many: int
    each_mad: Decimal | None
    date: str
    source: str
    confirmed: bool

    @property
    def mad(self) -> Decimal | None:
        """Of the line."""
        return None if self.each_mad is None else self.each_mad * self.many


@dataclass(frozen=True)
class Bill:
    """The lines in order of GROUPS, and what they come to; what has no price is in no sum."""

    lines: tuple[Line, ...]
    budget_mad: Decimal
    unpriced: int

    def of(self, group: str) -> list[Line]:
        """The lines of a part."""
        return [line for line in self.lines if line.group == group]

    def subtotal(self, group: str) -> Decimal:
        """Of a part."""
        return sum((line.mad or Decimal(0) for line in self.of(group)), Decimal(0)).quantize(CENT)

    @property
    def total_mad(self) -> Decimal:
        """Of everything that has a price."""
        return sum((self.subtotal(group) for group in GROUPS), Decimal(0))

    @property
    def assumed_mad(self) -> Decimal:
        """What of it rests on prices that nobody confirmed."""
        return sum((line.mad or Decimal(0) for line in self.lines if not line.confirmed), Decimal(0))

    @property
    def left_mad(self) -> Decimal:
        """What the budget leaves; negative where it is exceeded."""
        return self.budget_mad - self.total_mad


def bill(money: Money, catalogue: Catalogue, budget_mad: Decimal, order: Sequence[str]) -> Bill:
    """A plan's money as a bill, with names of models in the first language of `order` that has one."""
    lines = tuple(
        _line(item, catalogue, order) for group in GROUPS for item in money.items if item.what == group
    )
    return Bill(lines, budget_mad.quantize(CENT), money.unpriced)


def _line(item: Item, catalogue: Catalogue, order: Sequence[str]) -> Line:
    model = catalogue.models.get(item.key)
    what = {
        "model": model.label(order).text if model else item.key,
        "site": N_("Mounting and power"),
        "backhaul": BACKHAULS.get(item.key, item.key),
    }[item.what]
    each = None if item.each_mad is None else Decimal(str(item.each_mad)).quantize(CENT)
    return Line(item.what, what, item.many, each, item.date, item.source, item.confirmed)


def table(told: Bill, lang: str, say: Callable[[str], str]) -> bytes:
    """The bill as CSV that spreadsheets open by a double click: UTF-8 with its mark, and separators as the
    language writes numbers: a comma as decimal sign goes with semicolons between the cells.

    `say` translates a message id. No cell can run as a formula.
    """
    comma = LANGUAGES[lang].locale not in _POINT

    def amount(value: Decimal | None) -> str:
        if value is None:
            return say(UNKNOWN)
        return str(value).replace(".", ",") if comma else str(value)

    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow([safe(say(name)) for name in HEADING])
    for group, name in GROUPS.items():
        for line in told.of(group):
            what = line.what if group == "model" else say(line.what)
            state = say(CONFIRMED if line.confirmed else ASSUMED)
            cells = safe(say(name)), safe(what), line.many
            prices = amount(line.each_mad), amount(line.mad)
            writer.writerow([*cells, *prices, safe(line.date), safe(line.source), safe(state)])
        if told.of(group):
            writer.writerow(
                [safe(say(name)), safe(say(N_("Subtotal"))), "", "", amount(told.subtotal(group))]
            )
    for name, value in (
        (N_("Total"), told.total_mad),
        (N_("Budget"), told.budget_mad),
        (N_("Left of the budget"), told.left_mad),
    ):
        writer.writerow(["", safe(say(name)), "", "", amount(value)])
    if told.unpriced:
        writer.writerow(
            ["", safe(say(N_("Things without a known price; they are in no sum"))), told.unpriced]
        )
    return file.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """A text as a cell that is never run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
