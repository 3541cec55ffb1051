"""Maps are built by folium, the same every time, and hold no address of anybody else."""

import json
import re
import subprocess
import sys

import folium
import pytest
from flask.testing import FlaskClient

from core.settings import PROJECT
from webmap import maps

PAYLOADS = (
    "<img src=x onerror=window.hacked=1>",
    "`);window.hacked=1;//",
    "${window.hacked=1}",
    "</script><script>window.hacked=1</script>",
)
BOUNDS = [[30.4, -8.9], [30.5, -8.8]]


def _map(label: str = "Zoom", tile_url: str = "") -> maps.MapParts:
    return maps.build(
        "town",
        {"walls": "/layers/walls.geojson?lang=en", "monuments": f"/layers/monuments.geojson?{label}"},
        bounds=BOUNDS,
        limits=BOUNDS,
        labels={"zoomIn": label},
        kinds={"city_gate": label},
        credit=label,
        rtl=False,
        page_base="/en/",
        shown=("walls",),
        tile_url=tile_url,
        tile_credit="Tiles",
    )


def test_folium_builds_it() -> None:
    town = maps.LocalMap("town", BOUNDS, {})

    assert isinstance(town, folium.Map)
    assert "Athar.map(" in _map().script
    assert _map().script.count("Athar.layer(") == 2
    assert folium.Map.default_js, "folium's own list of scripts must stay as it was"


def test_it_names_no_other_host() -> None:
    assert not re.search(r"https?:|//[a-z]", _map().script)


def test_an_outside_basemap_comes_from_its_setting_alone() -> None:
    script = _map(tile_url="https://tiles.example/{z}/{x}/{y}.png").script

    assert set(re.findall(r"https?://[^/\"]+", script)) == {"https://tiles.example"}


def test_two_processes_make_the_same_bytes() -> None:
    code = "from tests.webmap.test_maps import _map; print(_map('x', 'https://t.example/{z}/{x}/{y}').script)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }

    assert len(runs) == 1
    assert "Athar.layer" in runs.pop()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_ends_the_script(payload: str) -> None:
    script = _map(payload).script

    assert "</script" not in script
    assert "<img" not in script
    settings, _ = json.JSONDecoder().raw_decode(script.split("Athar.map(", 1)[1])
    assert settings["labels"]["zoomIn"] == payload


@pytest.mark.parametrize("name", ["", "1st", "a b", "x;alert(1)", "مدينة", "a.b"])
def test_a_name_that_could_be_script_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name for a map"):
        maps.LocalMap(name, BOUNDS, {})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_credit_of_a_basemap_stays_text(payload: str) -> None:
    script = maps.build(
        "town", {}, bounds=BOUNDS, limits=BOUNDS, labels={}, kinds={}, credit="", rtl=True, page_base="/ar/",
        tile_url="https://t.example/{z}/{x}/{y}", tile_credit=payload,
    ).script  # fmt: skip

    assert "<" not in script
    assert "\\u0026lt;" in script or "<" not in payload


def test_what_is_on_at_start_keeps_the_order_of_drawing() -> None:
    parts = _map()

    assert parts.layers == ("walls", "monuments")
    assert parts.shown == ("walls",)


LAYERS = (
    *(
        "monuments",
        "places",
        "wifi",
        "quarters",
        "walls",
        "boundary",
        "risk_zones",
        "reference",
        "routes",
        "stops",
    ),
)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_geojson_with_provenance(client: FlaskClient, layer: str) -> None:
    answer = client.get(f"/layers/{layer}.geojson?lang=ar")
    data = json.loads(answer.text)

    assert answer.mimetype == "application/geo+json"
    assert data["numberMatched"] == data["numberReturned"] == len(data["features"]) > 0
    for feature in data["features"]:
        assert {"key", "kind", "name", "name_lang", "precision", "error_m", "page"} <= feature[
            "properties"
        ].keys()
        assert feature["geometry"]["type"]


def test_names_come_in_the_language_asked_for(client: FlaskClient) -> None:
    first = {}
    for lang in ("ar", "zgh", "de"):
        data = json.loads(client.get(f"/layers/monuments.geojson?lang={lang}").text)
        first[lang] = data["features"][0]["properties"]["name_lang"]

    assert first == {"ar": "ar", "zgh": "zgh", "de": "de"}


def test_a_box_and_a_limit_cut_the_answer_and_say_so(client: FlaskClient) -> None:
    few = json.loads(client.get("/layers/monuments.geojson?limit=3").text)
    near = json.loads(client.get("/layers/monuments.geojson?bbox=-8.89,30.46,-8.87,30.48").text)

    assert (few["numberMatched"], few["numberReturned"]) == (32, 3)
    assert 10 < near["numberMatched"] < 32


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/layers/secrets.geojson", 404),
        ("/layers/monuments.geojson?bbox=30.4,-8.9,30.5", 422),
        ("/layers/monuments.geojson?bbox=a,b,c,d", 422),
        ("/layers/monuments.geojson?bbox=-8,30,-9,31", 422),
        ("/layers/monuments.geojson?bbox=nan,nan,nan,nan", 422),
        ("/layers/monuments.geojson?limit=0", 422),
        ("/layers/monuments.geojson?limit=1e9", 422),
        ("/layers/monuments.geojson?limit=999999999", 200),
        ("/layers/monuments.geojson?bbox=-180,-90,180,90", 200),
        ("/layers/routes.geojson?route=%00'; DROP", 200),
        ("/layers/monuments.geojson?lang=xx", 200),
        ("/layers/monuments.geojson?x=" + "y" * 100_000, 200),
    ],
)
def test_bad_requests_for_data_are_told(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    if status >= 400:
        assert answer.json
        assert answer.json["error"]
