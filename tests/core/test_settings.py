"""What settings make of what is given."""

import pytest

from core.settings import Settings


@pytest.mark.parametrize(
    ("given", "loaded", "address"),
    [
        ({}, "", "http://localhost:8000"),
        ({"HOST": "0.0.0.0", "PORT": 81}, "", "http://localhost:81"),
        ({"HOST": "10.1.2.3"}, "", "http://10.1.2.3:8000"),
        ({}, "https://town.example/", "https://town.example"),
        ({"PUBLIC_URL": "https://map.example/"}, "https://town.example", "https://map.example"),
    ],
)
def test_people_are_led_to_a_name_since_passkeys_are_for_names(
    given: dict[str, object], loaded: str, address: str
) -> None:
    assert Settings(**given).address(loaded) == address  # type: ignore[arg-type]
