"""What tags mean; what cannot be read is not known."""

import pytest

from geo.streets import tagging


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway", "foot": "yes"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "residential", "access": "private", "foot": "permissive"}, True),
        ({"highway": "cycleway", "foot": "no"}, False),
        ({"highway": "service", "tunnel": "yes"}, False),
        ({"highway": "construction"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_who_may_walk_where(tags: dict[str, str], walked: bool) -> None:
    assert tagging.walkable(tags) is walked


@pytest.mark.parametrize(
    ("tags", "suited"),
    [
        ({"highway": "footway"}, "unknown"),
        ({"highway": "footway", "wheelchair": "yes"}, "yes"),
        ({"highway": "footway", "wheelchair": "limited", "smoothness": "good"}, "unknown"),
        ({"highway": "steps"}, "no"),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, "yes"),
        ({"highway": "footway", "smoothness": "good"}, "yes"),
        ({"highway": "footway", "smoothness": "good", "incline": "9%"}, "unknown"),
        ({"highway": "footway", "smoothness": "good", "incline": "up"}, "unknown"),
        ({"highway": "footway", "smoothness": "good", "incline": "-15 %"}, "no"),
        ({"highway": "path", "surface": "sand"}, "no"),
        ({"highway": "path", "smoothness": "very_bad"}, "no"),
    ],
)
def test_wheelchairs_are_yes_no_or_not_known(tags: dict[str, str], suited: str) -> None:
    assert tagging.wheelchair(tags) == suited


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.5", 2.5),
        ("2,5 m", 2.5),
        ("12m", 12),
        ("8'", None),
        ("2-3", None),
        ("0", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_metres_are_read_or_not_known(text: str, value: float | None) -> None:
    assert tagging.metres(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("8%", 8), ("-8.5 %", -8.5), ("5°", 8.7), ("up", None), ("900%", None), ("8", None)]
)
def test_slopes_are_percent(text: str, value: float | None) -> None:
    assert tagging.incline_percent(text) == value


def test_names_are_kept_in_our_languages_without_what_is_invisible() -> None:
    tags = {
        "name": "Rue\u202e Basse",
        "name:ar": "زنقة",
        "name:shi": "ⴰⴱⵔⵉⴷ",
        "name:ja": "通り",
        "name:fr": " ",
    }

    assert tagging.names(tags) == {"": "Rue Basse", "ar": "زنقة", "zgh": "ⴰⴱⵔⵉⴷ"}


def test_a_locked_gate_stops_walkers_an_open_one_does_not() -> None:
    assert tagging.closed({"barrier": "gate", "access": "private"})
    assert not tagging.closed({"barrier": "gate"})
    assert not tagging.closed({"barrier": "bollard"})
    assert not tagging.closed({"barrier": "gate", "access": "private", "foot": "yes"})


def test_a_thing_stands_once_in_each_layer_that_it_belongs_to() -> None:
    wall = {"barrier": "city_wall", "historic": "citywalls"}

    assert tagging.layers(wall, "line") == [("walls", "city_wall"), ("heritage", "citywalls")]
    assert tagging.layers(wall, "ring") == [("walls", "city_wall")]
    assert tagging.layers(wall, "area") == [("heritage", "citywalls")]
    assert tagging.layers({"natural": "water"}, "area") == [("water", "water")]
    assert tagging.layers({"place": "suburb"}, "point") == []
