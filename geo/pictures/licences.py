"""Licences that a picture may come under: those that let a commune show it to everybody, and permission."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from geo.vocabulary import N_


class Licence(NamedTuple):
    """`name` as it is shown; `address` of its text, empty where there is none."""

    name: str
    address: str


PERMISSION: Final = "permission"
LICENCES: Final[Mapping[str, Licence]] = {
    "CC0-1.0": Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": Licence("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC-BY-3.0": Licence("CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/"),
    "CC-BY-SA-3.0": Licence("CC BY-SA 3.0", "https://creativecommons.org/licenses/by-sa/3.0/"),
    "CC-BY-2.0": Licence("CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/"),
    "CC-BY-SA-2.0": Licence("CC BY-SA 2.0", "https://creativecommons.org/licenses/by-sa/2.0/"),
    PERMISSION: Licence(N_("by permission of the author"), ""),
}
"""SPDX identifier (https://spdx.org/licenses/) → what is shown. With "permission" goes what was permitted."""
