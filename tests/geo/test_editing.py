"""Things change at the desk in parts and versions; the public sees what was published; nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.accounts import Role
from core.db import Engine, session_of
from core.errors import Conflict, NotFound, Refused
from geo.editing import parts, stages, versions
from geo.editing.checking import BadRecord
from geo.editing.rights import Person
from geo.loading import folder
from tests.geo import tiny
from tests.geo.editing_town import (
    EAST,
    EDITOR,
    GATE,
    NOW,
    SECOND,
    TRANSLATOR,
    at,
    content,
    edit,
    publish,
    said,
)


def test_what_is_published_reads_back_as_its_folder_has_it(town: Session) -> None:
    thing = versions.find(town, *GATE)
    line = parts.line(*GATE, thing.contents)

    assert (line["id"], line["geometry"]) == ("gate", tiny.GATE["geometry"])
    given = {**tiny.GATE["properties"]}
    assert line["properties"]["names"] == given["names"]
    assert line["properties"]["texts"] == given["texts"]
    assert line["properties"]["error_m"] == 5
    assert thing.parts["facts"].version == 1
    assert thing.parts["fr"].state == "published"


def test_every_shipped_thing_survives_the_way_to_its_parts_and_back(
    shipped: Path, town_engine: Engine
) -> None:
    read = folder.read(shipped)
    with session_of(town_engine) as session:
        for record in [*(one for listed in read.features.values() for one in listed)][::7]:
            there = versions.find(session, record.layer, record.key).contents
            told = parts.of_line(record.layer, parts.line(record.layer, record.key, there))
            folders = parts.of_line(record.layer, record.given)
            assert told["facts"]["attributes"] == folders["facts"]["attributes"]
            assert {
                lang: {name: one["text"] for name, one in told_in.items()}
                for lang, told_in in there.items()
                if lang != "facts"
            } == {
                lang: {name: one["text"].strip() for name, one in told_in.items()}
                for lang, told_in in folders.items()
                if lang != "facts"
            }
        for walk in read.routes:
            there = versions.find(session, "routes", walk.feature.key).contents
            assert [(stop["layer"], stop["id"], stop["kind"]) for stop in there["facts"]["stops"]] == list(
                walk.stops
            )


def test_a_draft_changes_nothing_for_the_public(town: Session) -> None:
    before = at(town)
    number = edit(town, "facts", geometry=tiny.point(EAST))

    assert number == 2
    assert at(town) == before
    assert versions.find(town, *GATE).parts["facts"].state == "draft"


def test_a_published_move_is_on_the_map_and_its_walk_follows(town: Session) -> None:
    length = town.scalar(text("SELECT sum(length_m) FROM route_leg"))
    edit(town, "facts", geometry=tiny.point(EAST))
    publish(town, "facts", person=EDITOR)

    assert at(town) == f"POINT({EAST} {tiny.LAT})"
    assert town.scalar(text("SELECT sum(length_m) FROM route_leg")) > length
    assert (
        town.scalar(text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'geo.refresh'")) == 1
    )


def test_saving_what_is_there_makes_no_version(town: Session) -> None:
    assert versions.save(town, *GATE, "facts", content(town, "facts"), base=1, person=EDITOR, now=NOW) == 1


def test_a_text_needs_a_second_person_and_counts_as_reviewed_then(town: Session) -> None:
    edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"})
    with pytest.raises(Refused, match="second person"):
        publish(town, "ar", person=TRANSLATOR)
    assert said(town, lang="ar") == ("باب.", "machine")
    publish(town, "ar")

    assert said(town, lang="ar") == ("باب عال.", "reviewed")
    assert said(town, "name", "ar") == ("الباب", "machine")


def test_who_read_every_text_says_so(town: Session) -> None:
    edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"})
    publish(town, "ar", all_read=True)

    assert said(town, "name", "ar") == ("الباب", "reviewed")


def test_a_name_at_the_emergency_door_is_one_person(town: Session) -> None:
    first = Person("door:1", "F. Amzil", {Role.EDITOR})
    edit(town, "fr", first, summary={"text": "Une haute porte.", "state": "written"})
    with pytest.raises(Refused):
        publish(town, "fr", person=Person("door:2", "F. Amzil", {Role.EDITOR}))


def test_what_a_source_attests_stays_attested(town: Session) -> None:
    edit(town, "fr", summary={"text": "Une porte ancienne.", "state": "attested"})
    publish(town, "fr")

    assert said(town) == ("Une porte ancienne.", "attested")


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"geometry": tiny.point(tiny.LAT, tiny.LON)}, "geometry"),
        ({"geometry": tiny.point(0, 0)}, "geometry"),
        ({"geometry": None}, "geometry"),
        ({"kind": "castle"}, "kind"),
        ({"error_m": -1}, "error_m"),
        ({"error_m": "near"}, "error_m"),
        ({"licence": ""}, "licence"),
        ({"precision": "good"}, "precision"),
        ({"attributes": {"condition": "fine"}}, "attributes.condition"),
        ({"sources": "a book"}, "sources"),
        ({"colour": "red"}, "colour"),
        ({"names": {"fr": "x"}}, "names"),
    ],
)
def test_what_cannot_be_is_told_and_not_kept(town: Session, values: dict[str, Any], where: str) -> None:
    with pytest.raises(BadRecord) as told:
        edit(town, "facts", **values)

    assert where in [problem.field for problem in told.value.problems]
    town.rollback()
    assert town.scalar(text("SELECT count(*) FROM record_version WHERE number > 1")) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"name": {"text": ""}},
        {"name": {"text": "a\u202eb"}},
        {"name": {"text": "x" * 301}},
        {"colour": {"text": "red"}},
        {"summary": {"text": "x", "state": "perfect"}},
        {"summary": {"text": 7}},
        {"summary": "text"},
        {"stop-1": {"text": "x"}},
    ],
)
def test_a_text_that_cannot_be_is_refused(town: Session, fields: dict[str, Any]) -> None:
    with pytest.raises(BadRecord):
        edit(town, "ar", TRANSLATOR, **fields)


def test_who_may_not_is_refused(town: Session) -> None:
    tourism = Person("account:9", "X. Y.", {Role.TOURISM, Role.ADMIN, Role.STAFF})
    for part, person in (("facts", TRANSLATOR), ("fr", TRANSLATOR), ("facts", tourism), ("ar", tourism)):
        with pytest.raises(Refused):
            edit(town, part, person)
        with pytest.raises(Refused):
            publish(town, part, person=person)
        with pytest.raises(Refused):
            stages.withdraw(town, *GATE, part, version=1, person=person, now=NOW)


def test_a_new_thing_comes_onto_the_map_with_facts_and_a_name(town: Session) -> None:
    facts = {**content(town, "facts"), "geometry": tiny.point(tiny.LON, tiny.LAT + 0.002)}
    made = {"facts": facts, "fr": {"name": {"text": "La fontaine", "state": "written"}}}
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    of = ("monuments", "fountain")
    assert town.scalar(text("SELECT count(*) FROM feature WHERE key = 'fountain'")) == 0
    with pytest.raises(Refused):
        publish(town, "facts", "fr", person=EDITOR, of=of)
    town.rollback()
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    publish(town, "facts", "fr", of=of)

    assert (
        town.scalar(text("SELECT count(*) FROM feature WHERE key = 'fountain' AND withdrawn_at IS NULL")) == 1
    )
    with pytest.raises(Conflict):
        versions.create(town, *GATE, {"facts": facts, "fr": made["fr"]}, person=EDITOR, now=NOW)


def test_what_is_withdrawn_is_gone_for_the_public_and_comes_back(town: Session) -> None:
    edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"})
    stages.withdraw(town, *GATE, "ar", version=2, person=SECOND, now=NOW)
    assert said(town, lang="ar") is None
    stages.withdraw(town, *GATE, "facts", version=1, person=EDITOR, now=NOW)
    assert town.scalar(text("SELECT withdrawn_at FROM feature WHERE key = 'gate'")) == NOW
    publish(town, "facts")

    assert town.scalar(text("SELECT withdrawn_at FROM feature WHERE key = 'gate'")) is None
    assert said(town) == ("Une porte.", "attested")


def test_review_is_asked_for_and_sent_back(town: Session) -> None:
    edit(town, "fr", summary={"text": "Une haute porte.", "state": "written"})
    stages.submit(town, *GATE, "fr", version=2, person=EDITOR, now=NOW)
    assert versions.find(town, *GATE).parts["fr"].state == "review"
    with pytest.raises(Conflict):
        stages.submit(town, *GATE, "fr", version=2, person=EDITOR, now=NOW)
    stages.send_back(town, *GATE, "fr", version=2, person=SECOND, now=NOW)
    assert versions.find(town, *GATE).parts["fr"].state == "draft"
    with pytest.raises(Conflict, match="meanwhile"):
        stages.publish(town, *GATE, {"fr": 1}, person=SECOND, now=NOW)


def test_there_is_no_such_thing(town: Session) -> None:
    for layer, key in (("monuments", "nothing"), ("castles", "gate"), ("monuments", "\u0661")):
        with pytest.raises(NotFound):
            versions.find(town, layer, key)
    with pytest.raises(NotFound):
        versions.version(town, *GATE, "facts", 2**40)
