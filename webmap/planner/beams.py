"""How wide an antenna sends, for drawings."""

from typing import Final

from geo.wifi.catalogue import Model

ALL_AROUND: Final = 360.0


def beam(model: Model) -> float:
    """Width of its narrowest beam in degrees; 360 if it sends all around."""
    return min((radio.horizontal_deg for radio in model.radios), default=ALL_AROUND)
