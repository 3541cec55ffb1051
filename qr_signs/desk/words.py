"""What every template of the desk may say."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Request

from core.errors import Word
from core.translation import translate
from qr_signs.vocabulary import BUILD_STATES, CHECKS, ITEM_STATES

KEPT = ("q", "state")
"""Arguments that a list's further pages keep."""


def kept(request: Request) -> dict[str, str]:
    """What a further page of the same list keeps of its address."""
    found = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return {**(request.view_args or {}), **found}


def tell(message: str, values: Mapping[str, Any]) -> str:
    """A kept problem in the reader's language. What its values call `what` is a word of ours, too."""
    words = {name: Word(value) if name == "what" else value for name, value in values.items()}
    return translate(message, values=words)


def use(blueprint: Blueprint) -> None:
    """Give the templates of a blueprint these words."""
    words = {
        "BUILD_STATES": BUILD_STATES,
        "ITEM_STATES": ITEM_STATES,
        "CHECKS": CHECKS,
        "kept": kept,
        "tell": tell,
    }
    blueprint.context_processor(lambda: words)
