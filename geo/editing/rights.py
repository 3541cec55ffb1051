"""Which role edits which layer. Roles add up; translators write texts in their languages, in every layer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from core.accounts import Role
from core.errors import Refused
from geo.editing.parts import FACTS
from geo.vocabulary import LAYERS, N_, PRIVATE_LAYERS

EDITS: Final[Mapping[str, Role]] = {
    **dict.fromkeys(LAYERS, Role.EDITOR),
    "routes": Role.TOURISM,
    "infrastructure": Role.PLANNER,
    "risk_zones": Role.RISK,
}
SEES: Final = (Role.VIEWER, Role.TRANSLATOR, Role.EDITOR, Role.TOURISM, Role.PLANNER, Role.RISK)
"""Roles that see drafts."""


@dataclass(frozen=True)
class Person:
    """Who is at the desk. `who` is as the trail says it, `languages` those that they translate into."""

    who: str
    name: str
    roles: Collection[Role]
    languages: Collection[str] = ()

    def may_see(self, layer: str) -> bool:
        """Whether they may see the layer's drafts. Where power and fibre come in is the planners' alone."""
        return layer not in PRIVATE_LAYERS or Role.PLANNER in self.roles

    def see(self, layer: str) -> None:
        """Refused if they may not."""
        if layer not in EDITS or not self.may_see(layer):
            raise Refused(N_("Your account does not hold the role for this part of the map."))

    def may_edit(self, layer: str, part: str) -> bool:
        """Whether they may write and publish that part of the layer's things."""
        if EDITS[layer] in self.roles:
            return True
        return part != FACTS and Role.TRANSLATOR in self.roles and part in self.languages

    def check(self, layer: str, part: str) -> None:
        """Refused if they may not."""
        if layer not in EDITS or not self.may_edit(layer, part):
            raise Refused(N_("Your account does not hold the role for this part of the map."))

    def is_same(self, who: str, name: str) -> bool:
        """Whether they wrote that: by account, or, where they came without one, by name."""
        return self.who == who or (self.name == name and "account" not in (who[:7], self.who[:7]))
