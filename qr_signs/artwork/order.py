"""How a sign is to be made."""

from dataclasses import dataclass
from datetime import datetime

from qr_signs.artwork.sizes import Sheet


@dataclass(frozen=True)
class Order:
    """How a sign is to be made. `proof` tells why it is not for print ("" if it is)."""

    sheet: Sheet
    level: str = "H"
    dated: datetime = datetime(1970, 1, 1)  # noqa: DTZ001 - only a default for tests
    proof: str = ""
