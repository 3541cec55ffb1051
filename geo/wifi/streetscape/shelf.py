"""Where machine code is kept: in the checkout, or with the state where the checkout is somebody else's."""

import os
from pathlib import Path

from core.settings import PROJECT
from core.state import state_directory
from geo.wifi.streetscape.version import COMPILED


def shelf() -> Path:
    """The directory of this version's machine code."""
    name = f"numba-{COMPILED[:12]}"
    build = PROJECT / "build"
    mine = os.access(build if build.exists() else PROJECT, os.W_OK)
    return (build if mine else state_directory(PROJECT)) / name
