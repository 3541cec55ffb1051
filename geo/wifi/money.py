"""What a plan costs: models, mounting, backhaul, by the catalogue's prices. Assumptions are told as such."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.wifi.catalogue import Catalogue
from geo.wifi.checks import Values


@dataclass(frozen=True)
class Item:
    """A line of the bill: so many of something at a price each, in MAD; None: the catalogue has no price."""

    what: str
    """model, site or backhaul."""
    key: str
    """Of the model, or kind of backhaul."""
    many: int
    each_mad: float | None
    source: str
    date: str
    confirmed: bool

    @property
    def mad(self) -> float:
        """Price of the line; nothing where no price is known."""
        return self.many * (self.each_mad or 0.0)


@dataclass(frozen=True)
class Money:
    """A plan's bill against its budget, in MAD."""

    items: tuple[Item, ...]
    budget_mad: float

    @property
    def total_mad(self) -> float:
        """Sum of the lines whose price is known."""
        return sum(item.mad for item in self.items)

    @property
    def left_mad(self) -> float:
        """What the budget leaves; negative: the plan costs more."""
        return self.budget_mad - self.total_mad

    @property
    def unpriced(self) -> int:
        """Things without a price: the total is too low by them."""
        return sum(item.many for item in self.items if item.each_mad is None)

    @property
    def assumed_mad(self) -> float:
        """Part of the total whose prices nobody has confirmed."""
        return sum(item.mad for item in self.items if not item.confirmed)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        sums = ("total_mad", "budget_mad", "left_mad", "assumed_mad", "unpriced")
        return {
            **{name: round(getattr(self, name), 2) for name in sums},
            "items": [{**vars(item), "mad": round(item.mad, 2)} for item in self.items],
        }


def of(catalogue: Catalogue, hotspots: Sequence[Values], budget_mad: float) -> Money:
    """The bill of these hotspots: models in the catalogue's order, then sites, then kinds of backhaul."""
    return Money((*_models(catalogue, hotspots), *_works(catalogue, hotspots)), budget_mad)


def each(catalogue: Catalogue, values: Values) -> float | None:
    """What one hotspot costs in all, in MAD; None if a price is not known."""
    items = of(catalogue, [values], 0.0)
    return None if items.unpriced else items.total_mad


def _models(catalogue: Catalogue, hotspots: Sequence[Values]) -> list[Item]:
    counted = Counter(values.model for values in hotspots)
    order = [key for key in (*catalogue.models, *sorted(set(counted) - set(catalogue.models)))]
    items = []
    for key in order:
        if not counted[key]:
            continue
        model = catalogue.models.get(key)
        items.append(
            Item(
                what="model",
                key=key,
                many=counted[key],
                each_mad=model.price_mad if model else None,
                source=model.price_source if model else "",
                date=model.price_date if model else "",
                confirmed=model.confirmed if model else False,
            )
        )
    return items


def _works(catalogue: Catalogue, hotspots: Sequence[Values]) -> list[Item]:
    """Mounting and backhaul: figures of planning, which nobody has confirmed."""
    costs = catalogue.costs
    if not hotspots:
        return []
    common: Mapping[str, Any] = {"source": costs.source, "date": costs.date, "confirmed": False}
    counted = Counter(values.backhaul for values in hotspots)
    return [
        Item("site", "site", len(hotspots), costs.site_mad, **common),
        *(
            Item("backhaul", kind, many, costs.backhaul_mad.get(kind), **common)
            for kind, many in sorted(counted.items())
        ),
    ]
