"""Files of 20 MB made to take a server down: refused in a sentence, in memory that is bounded."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.settings import PROJECT
from tests.geo import hostile_files
from tests.geo.test_import_formats import read
from tests.geo.test_import_packages import package

MOST_MB = 200


@pytest.mark.parametrize("name", hostile_files.FILES)
def test_a_hostile_file_is_refused_in_bounded_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.geo.hostile_files", name],
        cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    told = json.loads(done.stdout)

    assert told["why"]
    assert told["grew_mb"] < MOST_MB


@pytest.mark.parametrize(
    "view",
    [
        "SELECT 1 AS fid, zeroblob(1000000000) AS geom",
        "SELECT 1 AS fid, load_extension('/tmp/none') AS geom",
        "SELECT 1 AS fid, replace(hex(zeroblob(200000000)), '0', 'aaaa') AS geom",
    ],
    ids=["a blob of 1 GB", "an extension", "a text of 1.6 GB"],
)
def test_a_view_that_takes_all_memory_takes_that_of_its_own_process(
    session: Session, tmp_path: Path, view: str
) -> None:
    package(tmp_path)
    file = tmp_path / "things.gpkg"
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE VIEW large AS {view}")
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES ('large', 'features', 'large', 4326)"
        )
        connection.execute("INSERT INTO gpkg_geometry_columns VALUES ('large', 'geom', 'POINT', 4326, 0, 0)")
    connection.close()

    with pytest.raises(Invalid, match="broken"):
        read(session, file.read_bytes(), "large")


def test_reading_a_package_runs_none_of_its_triggers(session: Session, tmp_path: Path) -> None:
    package(tmp_path)
    file = tmp_path / "things.gpkg"
    with sqlite3.connect(file) as connection:
        for act in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(f"CREATE TRIGGER at_{act} AFTER {act} ON puits BEGIN DELETE FROM puits; END")
    connection.close()

    assert [row.values["nom"] for row in read(session, file.read_bytes(), "puits").rows] == ["Puits", "Four"]
