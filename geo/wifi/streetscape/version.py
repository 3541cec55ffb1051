"""Names the code that coverage follows from: what another version kept is not used."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_WIFI: Final = _HERE.parent


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


COMPILED: Final = _digest(_HERE.glob("*.py"))
"""Of this folder, whose machine code is kept: numba does not see that a function it calls has changed."""
VERSION: Final = _digest(
    (
        *_HERE.glob("*.py"),
        *_WIFI.glob("radio/*.py"),
        *(_WIFI / f"{name}.py" for name in ("coverage", "keeping", "links", "rasters")),
    )
)
"""Of everything that a site's coverage follows from."""
