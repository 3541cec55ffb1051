"""Sentences as the database keeps them: message id and values, so that each reader gets them in their own
language.
"""

from collections.abc import Mapping
from typing import Any

from core.errors import Problem, Word
from geo.editing.importing.tables import Said
from geo.loading.records import FolderProblem


def of_problem(problem: FolderProblem) -> Said:
    """A problem of the loader's checks."""
    return Said(problem.field, problem.template, problem.values)


def of_error(error: Problem) -> Said:
    """An error that a person can be told."""
    return Said(None, error.message, error.values)


def kept(said: Said) -> dict[str, Any]:
    """As JSON."""
    values = {
        name: {"word": str(value)} if isinstance(value, Word) else value
        for name, value in said.values.items()
    }
    plain = {
        name: value if isinstance(value, str | int | float | dict) else str(value)
        for name, value in values.items()
    }
    return {"field": said.field, "template": said.template, "values": plain}


def read(given: Mapping[str, Any]) -> Said:
    """The other way."""
    values = {
        name: Word(value["word"]) if isinstance(value, dict) else value
        for name, value in given["values"].items()
    }
    return Said(given["field"], given["template"], values)
