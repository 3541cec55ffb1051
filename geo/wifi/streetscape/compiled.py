"""Compiles functions with numba on first call and keeps the machine code on disk, for every process after.

Import this, and what uses it, only where something is planned: importing numba takes longer than a page.
"""

import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from geo.wifi.streetscape.shelf import shelf

P = ParamSpec("P")
R = TypeVar("R")


os.environ.setdefault("NUMBA_CACHE_DIR", str(shelf()))

from numba import njit  # noqa: E402 - it reads the setting above when it is imported


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code that other threads may run beside."""
    made: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    return made  # type: ignore[no-any-return]


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, for small functions that are called within others."""
    made: Any = njit(cache=True, nogil=True, error_model="numpy", inline="always")(function)
    return made  # type: ignore[no-any-return]
