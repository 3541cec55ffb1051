"""The bill of quantities of a plan, in MAD: each price with its date, its source, and if it is confirmed.

Amounts are decimal numbers with two places: nothing is lost by adding them up.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.languages import LANGUAGES
from geo.vocabulary import N_
from geo.wifi.catalogue import Catalogue
from geo.wifi.spots import Spot
from geo.wifi.vocabulary import BACKHAULS

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that spreadsheets would run (as in geo/opendata/downloads.py)."""
CENT: Final = Decimal("0.01")
GROUPS: Final = {"model": N_("Access points"), "site": N_("Mounting"), "backhaul": N_("Connection")}
"""Parts of the bill, in order."""


@dataclass(frozen=True)
class Item:
    """A line: so many of one thing. `unit_mad` is None where the catalogue has no price (any more)."""

    group: str
    what: str
    """Name of a model; else a message id."""
    quantity: int
    unit_mad: Decimal | None
    date: str
    source: str
    confirmed: bool

    @property
    def total_mad(self) -> Decimal | None:
        """Of the line."""
        return None if self.unit_mad is None else self.unit_mad * self.quantity


@dataclass(frozen=True)
class Bill:
    """The lines in order of GROUPS, and what they come to. `unpriced` counts things without a price: they are
    in no sum.
    """

    items: tuple[Item, ...]
    budget_mad: Decimal

    def subtotal(self, group: str) -> Decimal:
        """Of a part."""
        return sum((item.total_mad or Decimal(0) for item in self.items if item.group == group), Decimal(0))

    @property
    def total_mad(self) -> Decimal:
        """Of everything that has a price."""
        return sum((self.subtotal(group) for group in GROUPS), Decimal(0))

    @property
    def left_mad(self) -> Decimal:
        """What the budget leaves; negative where it is exceeded."""
        return self.budget_mad - self.total_mad

    @property
    def unpriced(self) -> int:
        """Things without a price."""
        return sum(item.quantity for item in self.items if item.unit_mad is None)


def bill(catalogue: Catalogue, spots: Sequence[Spot], budget_mad: Decimal) -> Bill:
    """What the hotspots of a plan cost to set up; those that were removed cost nothing."""
    standing = [spot for spot in spots if spot.status != "removed"]
    items: list[Item] = []
    for key, many in sorted(Counter(spot.values.model for spot in standing).items()):
        model = catalogue.models.get(key)
        if model is None:
            items.append(Item("model", key, many, None, "", "", confirmed=False))
            continue
        items.append(
            Item(
                "model",
                model.name,
                many,
                _mad(model.price_mad),
                model.price_date,
                model.price_source,
                model.confirmed,
            )
        )
    costs = catalogue.costs
    told = costs.date, costs.source
    if standing:
        items.append(
            Item(
                "site", N_("Mounting and power"), len(standing), _mad(costs.site_mad), *told, confirmed=False
            )
        )
    connected = Counter(spot.values.backhaul for spot in standing)
    for kind in BACKHAULS:
        if connected[kind]:
            price = costs.backhaul_mad.get(kind)
            items.append(
                Item(
                    "backhaul",
                    BACKHAULS[kind],
                    connected[kind],
                    None if price is None else _mad(price),
                    *told,
                    confirmed=False,
                )
            )
    return Bill(tuple(items), budget_mad.quantize(CENT))


def _mad(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(CENT)


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


def table(told: Bill, lang: str, say: Callable[[str], str]) -> bytes:
    """The bill as CSV that spreadsheets open by a double click: UTF-8 with its mark, and separators as the
    language writes numbers: a comma as decimal sign goes with semicolons between the cells.

    `say` translates a message id. No cell can run as a formula.
    """
    comma = LANGUAGES[lang].locale not in _POINT

    def amount(value: Decimal | None) -> str:
        if value is None:
            return say(N_("not known"))
        return str(value).replace(".", ",") if comma else str(value)

    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow([safe(say(name)) for name in HEADING])
    for group, name in GROUPS.items():
        items = [item for item in told.items if item.group == group]
        for item in items:
            writer.writerow(
                [
                    safe(say(name)),
                    safe(item.what if group == "model" else say(item.what)),
                    item.quantity,
                    amount(item.unit_mad),
                    amount(item.total_mad),
                    safe(item.date),
                    safe(item.source),
                    safe(say(N_("confirmed") if item.confirmed else N_("assumption, to be confirmed"))),
                ]
            )
        if items:
            writer.writerow(
                [safe(say(name)), safe(say(N_("Subtotal"))), "", "", amount(told.subtotal(group))]
            )
    writer.writerow(["", safe(say(N_("Total"))), "", "", amount(told.total_mad)])
    writer.writerow(["", safe(say(N_("Budget"))), "", "", amount(told.budget_mad)])
    writer.writerow(["", safe(say(N_("Left of the budget"))), "", "", amount(told.left_mad)])
    if told.unpriced:
        writer.writerow(
            ["", safe(say(N_("Things without a known price; they are in no sum"))), told.unpriced]
        )
    return file.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """A text as a cell that is never run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


_POINT: Final = ("en_GB",)
"""Locales whose spreadsheets take a point as decimal sign."""
