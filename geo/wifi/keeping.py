"""Coverage that was reckoned once: in this process's memory, and in the database for all processes.

It is named by a digest of everything that it follows from, so that nothing ever has to be thrown away in
time: what nobody asks for any more goes first when there is too much.
"""

import hashlib
import json
import struct
import zlib
from collections import OrderedDict
from dataclasses import asdict
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.wifi.catalogue import BANDS, Catalogue, Client, Radio
from geo.wifi.links import eirp
from geo.wifi.rasters import Coverage, Grid, Site
from geo.wifi.streetscape.version import VERSION

MOST_BYTES: Final = 128 * 2**20
"""Of coverage in the memory of one process: some 120 rasters."""
MOST_ROWS: Final = 1_000
"""In the database, some 100 KB each."""
_SPARE: Final = 50
_HEAD: Final = struct.Struct("<ddIIdBBf")
_NONE: Final = -32768

_kept: OrderedDict[str, Coverage] = OrderedDict()
_lock: Final = Lock()
_bytes = 0

_GET = text("SELECT data FROM wifi_coverage WHERE digest = :digest")
_PUT = text("""
INSERT INTO wifi_coverage (digest, data) VALUES (:digest, :data)
ON CONFLICT (digest) DO UPDATE SET used_at = now()
""")
_THIN = text("""
DELETE FROM wifi_coverage WHERE digest IN (
  SELECT digest FROM wifi_coverage ORDER BY used_at DESC, digest OFFSET :most
  FOR UPDATE SKIP LOCKED) AND (SELECT count(*) FROM wifi_coverage) > :most + :spare
""")


def digest(
    crs: int, catalogue: Catalogue, site: Site, radio: Radio, client: Client, extract: str | None
) -> str:
    """The name of a site's coverage. Money and names of the catalogue have no part in it."""
    follows = {
        "version": VERSION, "crs": crs, "extract": extract,
        "site": [site.x, site.y, site.height_m, site.azimuth_deg, site.tilt_deg],
        "eirp": eirp(catalogue, site, radio), "radio": asdict(radio), "client": asdict(client),
        "environment": catalogue.environment, "material": catalogue.default_material,
        "materials": {key: dict(each.loss_db) for key, each in catalogue.materials.items()},
    }  # fmt: skip
    return hashlib.sha256(json.dumps(follows, sort_keys=True).encode()).hexdigest()


def get(session: Session, name: str) -> Coverage | None:
    """What is kept under that name."""
    with _lock:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    data = session.scalar(_GET, {"digest": name})
    if data is None:
        return None
    found = unpacked(bytes(data))
    _remember(name, found)
    return found


def put(session: Session, name: str, coverage: Coverage, *, stored: bool) -> None:
    """Keep it; with `stored` also in the database, where the oldest make room: the caller commits."""
    _remember(name, coverage)
    if stored:
        session.execute(_PUT, {"digest": name, "data": packed(coverage)})
        session.execute(_THIN, {"most": MOST_ROWS, "spare": _SPARE})


def packed(coverage: Coverage) -> bytes:
    """As bytes: signals to a hundredth of a decibel. The two ends differ by the same number everywhere."""
    grid = coverage.grid
    known = ~np.isnan(coverage.down_dbm)
    apart = float(np.mean((coverage.up_dbm - coverage.down_dbm)[known])) if known.any() else 0.0
    head = _HEAD.pack(
        grid.west, grid.south, grid.columns, grid.rows, grid.cell_m, BANDS.index(coverage.band),
        coverage.basis == "buildings", apart,
    )  # fmt: skip
    down = np.where(known, np.rint(np.nan_to_num(coverage.down_dbm) * 100), _NONE).clip(_NONE, 32767)
    sd = np.rint(np.nan_to_num(coverage.sd_db) * 10).clip(0, 255).astype(np.uint8)
    rows = np.diff(down.astype(np.int16), axis=1, prepend=np.int16(0))
    return head + zlib.compress(rows.tobytes() + sd.tobytes(), 1)


def unpacked(data: bytes) -> Coverage:
    """The coverage of such bytes."""
    west, south, columns, rows, cell, band, buildings, apart = _HEAD.unpack_from(data)
    body = zlib.decompress(data[_HEAD.size :])
    many = rows * columns
    steps = np.frombuffer(body, np.int16, many).reshape(rows, columns)
    whole = np.cumsum(steps, axis=1, dtype=np.int16)
    down = np.where(whole == _NONE, np.nan, whole / np.float32(100)).astype(np.float32)
    sd = (np.frombuffer(body, np.uint8, many, 2 * many).reshape(rows, columns) / np.float32(10)).astype(
        np.float32
    )
    return Coverage(
        Grid(west, south, columns, rows, cell), BANDS[band], down, down + np.float32(apart),
        np.where(np.isnan(down), np.float32(np.nan), sd), "buildings" if buildings else "statistics",
    )  # fmt: skip


def _remember(name: str, coverage: Coverage) -> None:
    global _bytes
    size = 3 * coverage.down_dbm.nbytes
    with _lock:
        if name not in _kept:
            _kept[name] = coverage
            _bytes += size
        while _bytes > MOST_BYTES and len(_kept) > 1:
            _, old = _kept.popitem(last=False)
            _bytes -= 3 * old.down_dbm.nbytes


def forget() -> None:
    """Empty this process's memory."""
    global _bytes
    with _lock:
        _kept.clear()
        _bytes = 0
