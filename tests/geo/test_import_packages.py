"""GeoPackages as GDAL writes them, and broken or hostile ones, which end their own process alone."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.editing.importing import packages, tables
from tests.geo.test_import_formats import LAT, LON, read


def package(
    folder: Path, crs: str | None = "EPSG:4326", layer: str = "puits", at: tuple[float, float] = (LON, LAT)
) -> bytes:
    """A GeoPackage as GDAL writes it; several calls add layers to one."""
    shapes = np.array([shapely.to_wkb(shapely.Point(*at)), None], dtype=object)
    names, depths = np.array(["Puits", "Four"], dtype=object), np.array([4.5, np.nan])
    file = folder / "things.gpkg"
    pyogrio.raw.write(
        file, shapes, [names, depths], ["nom", "profondeur"], geometry_type="Point", crs=crs,
        driver="GPKG", layer=layer, append=file.exists(),
    )  # fmt: skip
    return file.read_bytes()


def test_a_geopackage_is_read_whatever_the_file_is_called(session: Session, tmp_path: Path) -> None:
    table = read(session, package(tmp_path))

    assert (table.form, table.columns) == ("gpkg", ["nom", "profondeur"])
    assert table.rows[0].values == {"nom": "Puits", "profondeur": 4.5}
    assert table.rows[0].geometry == {"type": "Point", "coordinates": [LON, LAT]}
    assert (table.rows[1].geometry, table.rows[1].values) == (None, {"nom": "Four"})
    assert table.remarks == []


def test_a_geopackage_in_metres_is_brought_to_degrees_and_says_so(session: Session, tmp_path: Path) -> None:
    # 500000 m east in UTM zone 29 is its middle meridian, 9 degrees west.
    table = read(session, package(tmp_path, "EPSG:32629", at=(500_000, 3_371_000)))
    lon, lat = (table.rows[0].geometry or {})["coordinates"]

    assert lon == pytest.approx(-9.0, abs=1e-9)
    assert lat == pytest.approx(30.471, abs=1e-3)
    assert table.remarks[0].values == {"crs": "EPSG:32629"}


def test_of_several_layers_one_is_chosen(session: Session, tmp_path: Path) -> None:
    package(tmp_path)
    both = package(tmp_path, layer="fours")
    with pytest.raises(tables.SeveralLayers) as several:
        read(session, both)

    assert several.value.names == ["puits", "fours"]
    assert len(read(session, both, "fours").rows) == 2
    with pytest.raises(tables.SeveralLayers):
        read(session, both, "../../etc/passwd")


def test_a_geopackage_without_a_crs_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        data = package(tmp_path, None)
    with pytest.raises(Invalid, match="EPSG"):
        read(session, data)


def test_broken_geopackages_end_their_own_process_alone(session: Session, tmp_path: Path) -> None:
    good = package(tmp_path)
    for step in (97, 1009, 4099):
        broken = bytearray(good)
        for place in range(1000, len(broken), step):
            broken[place] ^= 0x5A
        try:
            read(session, bytes(broken))
        except Invalid:
            continue
    with pytest.raises(Invalid):
        read(session, good[: len(good) // 3])


def test_a_geopackage_that_never_ends_is_given_up(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path)
    file = tmp_path / "things.gpkg"
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, NULL AS geom FROM n"
    )
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE VIEW loop AS {endless}")
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES ('loop', 'features', 'loop', 4326)"
        )
        connection.execute("INSERT INTO gpkg_geometry_columns VALUES ('loop', 'geom', 'POINT', 4326, 0, 0)")
    connection.close()
    monkeypatch.setattr(packages, "PATIENCE_S", 3)
    began = time.monotonic()
    with pytest.raises(Invalid, match="too long"):
        read(session, file.read_bytes(), "loop")

    assert time.monotonic() - began < 10
