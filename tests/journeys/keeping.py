"""What the desk of things has kept, as its journeys look it up."""

from flask import Flask

from core.db import session_of
from geo.editing import versions

LAYER = "/desk/ground/monuments"


def facts(desk_town: tuple[str, Flask], key: str) -> versions.Part:
    with session_of(desk_town[1].extensions["engine"]) as session:
        return versions.find(session, "monuments", key).parts["facts"]


def at(desk_town: tuple[str, Flask], key: str) -> list[float]:
    at: list[float] = facts(desk_town, key).content["geometry"]["coordinates"]
    return at
