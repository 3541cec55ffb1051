"""wifi.toml: what is wrong in it is told with its place; what is right becomes the planner's catalogue."""

from pathlib import Path

import pytest

from core.db import Engine, session_of
from geo import published
from geo.loading import folder as loading
from geo.wifi import catalogue
from geo.wifi.radio import p2040
from portal.cli import main
from tests.geo.test_bad_folders import problems_of
from tests.geo.tiny import Town

GOOD = """
budget_mad = 1000
heights_m = [3, 10]
environment = "residential"
default_material = "brick"
heritage_m = 30
mesh_m = 100
[[limits]]
band = "2.4"
eirp_dbm = 20
channels = [1, 6, 11]
source = "made up"
confirmed = false
[[models]]
key = "round"
name = "Round"
names = {fr = "Ronde"}
radios = [{band = "2.4", frequency_mhz = 2437, power_dbm = 16, gain_dbi = 4, sensitivity_dbm = -94, capacity_mbps = 50}]
price_mad = 500
price_date = "2026"
price_source = "made up"
source = "made up"
clients = 30
mesh = false
confirmed = false
[[clients]]
band = "2.4"
height_m = 1.5
eirp_dbm = 14
sensitivity_dbm = -90
source = "made up"
[demands]
voice_dbm = -67
browsing_dbm = -75
source = "made up"
[[materials]]
key = "brick"
loss_db = {"2.4" = 6, "5" = 6}
source = "made up"
[costs]
site_mad = 10
backhaul_mad = {fibre = 1, powered = 2, mesh = 3, unknown = 4}
source = "made up"
date = "2026"
"""  # noqa: E501 - TOML's inline tables stand on one line

SPOILT = {
    "not TOML": ("budget_mad = 1000", "budget_mad = ", None, "is not valid TOML"),
    "missing": ("budget_mad = 1000\n", "", "budget_mad", "is missing"),
    "misspelt": ("mesh_m", "mesh_metres", "mesh_metres", "unknown property"),
    "negative budget": ("budget_mad = 1000", "budget_mad = -1", "budget_mad", "between 0"),
    "no number": ("budget_mad = 1000", "budget_mad = nan", "budget_mad", "finite"),
    "negative price": ("price_mad = 500", "price_mad = -500", "models.round.price_mad", "between 0"),
    "heights turned": ("[3, 10]", "[10, 3]", "heights_m", "the first is above the second"),
    "antenna of 400 m": ("[3, 10]", "[3, 400]", "heights_m", "between 0.5 and 60"),
    "environment": ("residential", "residental", "environment", "did you mean residential"),
    "band": ('band = "2.4"\neirp_dbm = 20', 'band = "6"\neirp_dbm = 20', "limits.band", "unknown band"),
    "EIRP": ("eirp_dbm = 20", "eirp_dbm = 60", "limits.2.4.eirp_dbm", "between 0 and 36"),
    "channel": ("[1, 6, 11]", "[1, 6, 1.5]", "limits.2.4.channels", "numbers of channels"),
    "channel twice": ("[1, 6, 11]", "[1, 6, 6]", "limits.2.4.channels", "twice"),
    "no channel": ("[1, 6, 11]", "[]", "limits.2.4.channels", "names no channel"),
    "confirmed": ("confirmed = false\n[[models]]", "[[models]]", "limits.2.4.confirmed", "true or false"),
    "frequency": ("2437", "5200", "models.round.radios.frequency_mhz", "not in the band"),
    "sensitivity": ("-94", "94", "models.round.radios.sensitivity_dbm", "between -110"),
    "clients": ("clients = 30", "clients = 2.5", "models.round.clients", "whole number"),
    "language": ("{fr = ", "{xx = ", "models.round.names.xx", "unknown language"),
    "key": ('key = "round"', 'key = "Round AP"', "models.key", "of a-z, digits"),
    "voice below browsing": ("voice_dbm = -67", "voice_dbm = -80", "demands.voice_dbm", "at least"),
    "loss": ('"5" = 6', '"5" = -6', "materials.brick.loss_db.5", "between 0"),
    "loss of a band": (', "5" = 6', "", "materials.brick.loss_db.5", "must be a number"),
    "default material": (
        'default_material = "brick"', 'default_material = "tin"', "default_material", "none of the materials",
    ),
    "backhaul": ("mesh = 3, ", "", "costs.backhaul_mad.mesh", "must be a number"),
    "model twice": (
        "[[clients]]", "[[models]]\n" + GOOD.split("[[models]]\n")[1].split("[[clients]]")[0] + "[[clients]]",
        "models.round", "stands twice",
    ),
    "no telephone": (
        '[[clients]]\nband = "2.4"', '[[clients]]\nband = "5"', "models.round", "no limit or client",
    ),
    "one table": ("[[limits]]", "[limits]", "limits", "must be a list"),
}  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder."""
    return Town(tmp_path / "tiny")


def _with(town: Town, text: str) -> Path:
    path = town.write()
    (path / "wifi.toml").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_is_told_with_its_place(town: Town, name: str) -> None:
    before, after, where, message = SPOILT[name]
    assert before in GOOD
    found = problems_of(_with(town, GOOD.replace(before, after, 1)))
    assert [
        each for each in found if each.file == "wifi.toml" and each.field == where and message in each.message
    ]


def test_the_good_one_has_no_problem_and_becomes_the_catalogue(town: Town) -> None:
    path = _with(town, GOOD)
    assert problems_of(path) == []
    known = catalogue.from_config(loading.read(path).config["wifi"])
    model = known.models["round"]
    assert (known.heights_m, model.price_mad, model.radios[0].eirp_dbm) == ((3.0, 10.0), 500, 20)
    assert (model.label(["fr"]).text, model.label(["ar", "en"]).text) == ("Ronde", "Round")


def test_a_folder_without_it_has_no_planner(town: Town) -> None:
    assert loading.read(town.write()).config["wifi"] == {}


def test_a_changed_catalogue_is_another_folder(town: Town) -> None:
    first = loading.read(_with(town, GOOD)).hash
    assert loading.read(_with(town, GOOD.replace("price_mad = 500", "price_mad = 501"))).hash != first


def test_a_bad_one_ends_the_load_and_changes_nothing(
    engine: Engine, town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    assert main(["load", str(_with(town, GOOD.replace("price_mad = 500", "price_mad = -1")))]) == 2
    assert "wifi.toml: models.round.price_mad" in capsys.readouterr().err
    with session_of(engine) as session:
        assert published.current(session) is None


def test_the_shipped_commune_has_a_catalogue_whose_assumptions_are_told(town_engine: Engine) -> None:
    with session_of(town_engine) as session:
        state = published.current(session)
    assert state
    known = catalogue.from_config(state.commune.wifi)
    assert known.budget_mad == 60_000
    for model in known.models.values():
        assert model.confirmed or ("ssumption" in model.source and "ssumption" in model.price_source)
        for radio in model.radios:
            assert radio.eirp_dbm <= known.limits[radio.band].eirp_dbm


@pytest.mark.parametrize(
    ("key", "material", "thickness_m"),
    [
        ("brick", "brick", 0.2),
        ("concrete", "concrete", 0.2),
        ("wood", "wood", 0.04),
        ("earth", "medium dry ground", 0.5),
    ],
)
def test_the_shipped_walls_take_what_their_source_gives(
    shipped: Path, key: str, material: str, thickness_m: float
) -> None:
    known = catalogue.from_config(loading.read(shipped).config["wifi"])
    for band, mhz in (("2.4", 2437), ("5", 5200)):
        computed = p2040.wall_db(material, thickness_m, mhz)
        # More than 100 dB is as good as everything.
        assert known.materials[key].loss_db[band] == pytest.approx(min(computed, 100), abs=0.6)  # type: ignore[index]
