"""A file of 10,000 points: read, previewed against the map, and taken over as drafts with their trail.

The peer reads the same file with GDAL (pyogrio, the reader of geopandas) and copies its rows into a table as
they are: no check, no comparison with what is there, no version, no trail.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyogrio.raw
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import harness
from core.accounts import Role
from core.db import make_engine, session_of
from geo.editing.importing import batches, fields, formats, taking
from geo.editing.importing.models import ImportBatch
from geo.editing.rights import Person

T = TypeVar("T")
ROWS: Final = 10_000
THINGS: Final = 20_000
"""On the layer already, of which half are changed by the second file."""
LANGS: Final = ("ar", "zgh", "fr", "es", "en", "de")
CONSTANTS: Final = {
    **{"kind": "monument", "precision": "surveyed", "error_m": "5", "licence": "made up for a benchmark"},
    **{"sources": "made up", "state": "written"},
}
WHO: Final = Person("door:1", "F. Amzil", {Role.EDITOR})
_TABLE: Final = "CREATE TEMPORARY TABLE plain (id text, nom text, geom geometry)"


def run() -> harness.Table:
    """The table of imports."""
    table = harness.Table(f"A file of {ROWS:,} points for a layer of {THINGS:,} things")
    with harness.database(THINGS) as url, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url, statement_timeout_ms=600_000)
        with session_of(engine) as session:
            new, old = _written(Path(folder), "new"), _written(Path(folder), "old")
            _preview(table, session, "CSV, all new", new["csv"])
            batch = _preview(table, session, "GeoPackage, all new", new["gpkg"])
            _take(table, session, "new things", batch)
            batch = _preview(table, session, "CSV, all changing what is there", old["csv"])
            _take(table, session, "changes of things untouched so far", batch)
        engine.dispose()
    return table


def _written(folder: Path, which: str) -> dict[str, Path]:
    """The same points as CSV and as GeoPackage; those of `old` name things that are there."""
    steps = np.arange(ROWS)
    shapes = shapely.points(-8.95 + steps % 100 * 0.002, 30.38 + steps // 100 * 0.001)
    keys = [f"made-{n}" if which == "old" else "" for n in range(1, ROWS + 1)]
    names = [f"Puits {n}" for n in range(1, ROWS + 1)]
    files = {form: folder / f"{which}.{form}" for form in ("csv", "gpkg")}
    lines = (f"{k};{n};{at.x};{at.y}\n" for k, n, at in zip(keys, names, shapes, strict=True))
    files["csv"].write_text("id;nom;lon;lat\n" + "".join(lines), encoding="utf-8")
    columns = [np.array(keys, dtype=object), np.array(names, dtype=object)]
    pyogrio.raw.write(
        files["gpkg"], shapely.to_wkb(shapes), columns, ["id", "nom"],
        geometry_type="Point", crs="EPSG:4326", driver="GPKG",
    )  # fmt: skip
    return files


def _preview(table: harness.Table, session: Session, what: str, file: Path) -> ImportBatch:
    """From the file's bytes to what each row would do."""
    batch, taken = _timed(lambda: _shown(session, file.read_bytes()))
    _, peer = _timed(lambda: _plain(session, file))
    counts = batches.counts(session, batch)
    assert counts["added"] + counts["changed"] == ROWS, counts
    table.add(f"preview, {what}", taken, "s", peer=("GDAL and COPY, no checks", peer), digits=2)
    return batch


def _shown(session: Session, data: bytes) -> ImportBatch:
    read = formats.read(session, data)
    guess = fields.guessed(read.columns, fields.targets("monuments", read.form, LANGS), "fr")
    now = datetime.now(UTC)
    batch = batches.store(session, "monuments", "bench", read, guess, person=WHO, now=now)
    given = {**guess, "constants": CONSTANTS}
    mapping = fields.chosen("monuments", read.form, read.columns, LANGS, given)
    batches.show(session, batch, mapping, now=now)
    session.commit()
    return batch


def _plain(session: Session, file: Path) -> None:
    """The rows of the file in a table, as they are."""
    options = {"X_POSSIBLE_NAMES": "lon", "Y_POSSIBLE_NAMES": "lat"} if file.suffix == ".csv" else {}
    _, _, shapes, (keys, names, *_) = pyogrio.raw.read(file, columns=["id", "nom"], **options)
    session.execute(text(_TABLE))
    cursor: Any = session.connection().connection.cursor()
    with cursor.copy("COPY plain FROM STDIN") as copy:
        places = shapely.to_wkb(shapely.from_wkb(shapes), hex=True)
        for row in zip(keys, names, places, strict=True):
            copy.write_row(row)
    session.execute(text("DROP TABLE plain"))
    session.commit()


def _take(table: harness.Table, session: Session, what: str, batch: ImportBatch) -> None:
    """Every row over, as drafts: versions, what is to be translated, the trail."""
    for outcome in ("added", "changed"):
        batches.tick_all(session, batch, outcome, ticked=True)
    before = session.scalar(text("SELECT count(*) FROM trail.entry")) or 0
    batches.take(session, batch, person=WHO)
    session.commit()

    def work() -> None:
        while taking.some(session, batch.id):
            session.commit()
        session.commit()

    _, taken = _timed(work)
    counts = batches.counts(session, batch)
    entries = (session.scalar(text("SELECT count(*) FROM trail.entry")) or 0) - before
    table.add(f"taking over, {what}", taken, "s", digits=1)
    table.add("– rows taken", counts["done"], "", least=ROWS, digits=0)
    table.add("– entries of the trail", entries, "", digits=0)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begun
