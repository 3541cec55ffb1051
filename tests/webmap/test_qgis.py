"""QGIS as a judge, where it is installed (Debian: python3-qgis): it opens features and vector tiles."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = """
import json, os, sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsVectorTileLayer
app = QgsApplication([], False)
app.initQgis()
site = sys.argv[1]
layer = QgsVectorLayer(f"url='{site}/ogc' typename='monuments' version='OGC_API_FEATURES'", "m", "OAPIF")
tiles = QgsVectorTileLayer(f"type=xyz&url={site}/tiles/monuments/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=18", "t")
found = {"valid": layer.isValid(), "features": len(list(layer.getFeatures())), "tiles": tiles.isValid(),
         "fields": [field.name() for field in layer.fields()]}
print(json.dumps(found), flush=True)
os._exit(0)  # its own way out crashes without a screen
"""


def _has_qgis() -> bool:
    python = shutil.which("python3", path="/usr/bin")
    return (
        python is not None
        and not subprocess.run([python, "-c", "import qgis.core"], capture_output=True).returncode
    )


@pytest.mark.skipif(not _has_qgis(), reason="QGIS is not installed (apt-get install python3-qgis)")
def test_qgis_opens_features_and_tiles(live: str, tmp_path: Path) -> None:
    run = subprocess.run(
        ["/usr/bin/python3", "-c", SCRIPT, live],
        capture_output=True,
        text=True,
        timeout=120,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin"},
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.strip().splitlines()[-1])

    assert found["valid"]
    assert found["tiles"]
    assert found["features"] == 32
    assert {"name", "licence", "changed_at"} <= set(found["fields"])
