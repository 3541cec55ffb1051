"""Names the code that coverage follows from: what another version kept is not used."""

import hashlib
from pathlib import Path
from typing import Final

_WIFI: Final = Path(__file__).parent.parent
_FILES: Final = (*_WIFI.glob("streetscape/*.py"), *_WIFI.glob("radio/*.py"), *_WIFI.glob("*.py"))
VERSION: Final = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_FILES))).hexdigest()
"""Of all modules of the planner that reckon. Numba does not see that a function it calls has changed."""
