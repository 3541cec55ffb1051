"""Is a thing, put together of its parts, one that the folder's format allows? The loader's own checks say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from geo import models
from geo.editing.parts import FACTS, WALKS, Content, line
from geo.loading.config import languages
from geo.loading.features import TEXT_MEMBERS, Reader
from geo.loading.files import content_hash
from geo.loading.records import At, FeatureRecord, FolderProblem, Problems, RouteRecord
from geo.shapes import Box
from geo.texts import stop_field
from geo.vocabulary import FIELDS, N_

DESK: Final = "desk"
"""What stands for the file's name in problems of the desk."""
LARGEST: Final = 20_000_000
"""Characters that a part may have as JSON."""


class BadRecord(Problem):
    """The thing cannot be so; `problems` say where and what to do."""

    def __init__(self, problems: Sequence[FolderProblem]) -> None:
        super().__init__(N_("This cannot be kept as it is."))
        self.problems = problems


def checked(
    session: Session, layer: str, key: str, contents: Mapping[str, Content]
) -> FeatureRecord | RouteRecord:
    """The thing as it would be loaded. Raises BadRecord."""
    return _with_sources(check(session, reader(session), layer, key, contents), contents)


def reader(session: Session) -> Reader:
    """What checks lines in the light of the commune, for one thing or many."""
    config: Any = session.scalar(select(models.Commune.config))
    box = Box(*config["bbox"])
    return Reader(languages(config), box, Box(*config.get("context_bbox", box)), hashed=False)


def check(
    session: Session, lines: Reader, layer: str, key: str, contents: Mapping[str, Content]
) -> FeatureRecord | RouteRecord:
    """The thing as the loader reads it, which knows no sources of texts. Raises BadRecord."""
    problems = Problems()
    at = At(problems, DESK, key)
    _shaped(at, layer, contents)
    if problems.found:
        raise BadRecord(problems.found)
    given = line(layer, key, contents)
    record: FeatureRecord | RouteRecord | None
    if layer == WALKS:
        record = lines.walk(at, given, _keys(session, given))
    else:
        record = lines.feature(at, layer, given)
    if record is None or problems.found:
        raise BadRecord(problems.found)
    return record


def _shaped(at: At, layer: str, contents: Mapping[str, Content]) -> None:
    """Are the parts of the form that `parts` says? What a line has no place for would be lost silently."""
    facts = contents.get(FACTS, {})
    stops = facts.get("stops", ()) if layer == WALKS else ()
    if not isinstance(stops, list | tuple) or not all(isinstance(stop, dict) for stop in stops):
        at.wrong("stops", N_("must be a list of objects with layer, id and kind"))
        return
    for name in ("id", "type", *TEXT_MEMBERS):
        if name in facts:
            at.wrong(name, N_("is no fact: names and texts stand in their languages"))
    fields = {"name", *FIELDS, *(stop_field(n) for n in range(1, len(stops) + 1))}
    for lang, said in contents.items():
        for field, one in said.items() if lang != FACTS else ():
            if field not in fields:
                at.wrong(f"{lang}.{field[:40]}", N_("is no text that such a thing has"))
            elif not isinstance(one, dict) or not set(one) <= {"text", "state", "note", "source"}:
                at.wrong(f"{lang}.{field}", N_("must be an object with text and state"))


def _keys(session: Session, walk: Mapping[str, Any]) -> dict[str, set[str]]:
    """Which of the things that a walk's stops name there are."""
    named = {stop.get("id") for stop in walk["stops"] if isinstance(stop, dict)}
    query = select(models.Feature.layer, models.Feature.key).where(
        models.Feature.key.in_([key for key in named if isinstance(key, str)]),
        models.Feature.withdrawn_at.is_(None),
    )
    keys: dict[str, set[str]] = {}
    for layer, key in session.execute(query):
        keys.setdefault(layer, set()).add(key)
    return keys


def _with_sources(
    record: FeatureRecord | RouteRecord, contents: Mapping[str, Content]
) -> FeatureRecord | RouteRecord:
    """Tell of each translation from which text it was made, where the desk knows."""
    made_from = {
        (field, lang): one.get("source")
        for lang, fields in contents.items()
        if lang != FACTS
        for field, one in fields.items()
    }
    feature = record.feature if isinstance(record, RouteRecord) else record
    texts = tuple(replace(one, made_from=made_from.get((one.field, one.lang))) for one in feature.texts)
    feature = replace(feature, texts=texts, content_hash=content_hash(dict(contents)))
    return replace(record, feature=feature) if isinstance(record, RouteRecord) else feature
