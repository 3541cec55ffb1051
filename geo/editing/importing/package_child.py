"""Reads a GeoPackage in a process of its own, so that a hostile or broken file takes only that one down.

Run as a file, not as a module: it imports nothing of ours, knows no address of a database, and sets limits on
itself before GDAL sees the file. Writes lines of JSON: the layers, then what it is in, then a row each.
"""

import json
import resource
import sys
from datetime import date, datetime

SECONDS = 20
MEMORY = 3 * 2**29
"""Bytes of address space: GDAL and numpy take about a third of it before they have read anything."""
OUTPUT = 200 * 2**20


def main(path: str, layer: str, most: int) -> None:
    """Tell what is in the file; more than `most` features are not read."""
    for what, limit in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    import pyogrio
    import pyogrio.raw

    layers = [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
    tell({"layers": layers})
    if not layer and len(layers) != 1:
        return
    chosen = layer or layers[0]
    if chosen not in layers:
        return
    told = pyogrio.read_info(path, layer=chosen, force_feature_count=True)
    tell({"crs": told["crs"], "columns": [str(name) for name in told["fields"]], "rows": told["features"]})
    if told["features"] > most:
        return
    _, _, shapes, columns = pyogrio.raw.read(
        path, layer=chosen, max_features=most, force_2d=True, datetime_as_string=True
    )
    for index in range(told["features"] if shapes is None else len(shapes)):
        shape = None if shapes is None or shapes[index] is None else bytes(shapes[index]).hex()
        tell([shape, *(plain(column[index]) for column in columns)])


def plain(value: object) -> object:
    """A value as JSON has it; None for bytes and what is not finite."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value if isinstance(value, str | int | float | bool) else None


def tell(value: object) -> None:
    """A line of the answer."""
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
