"""The desk's table, and what is told to lack before something is published."""

from typing import Any

from sqlalchemy.orm import Session

from geo import published
from geo.editing import lacking, listing, stages, versions
from tests.geo import tiny
from tests.geo.editing_town import EDITOR, GATE, NOW, TRANSLATOR, content, edit


def test_the_table_finds_by_name_key_kind_and_stage(town: Session) -> None:
    facts = {**content(town, "facts"), "geometry": tiny.point(tiny.LON, tiny.LAT + 0.002)}
    made = {"facts": facts, "fr": {"name": {"text": "La fontaine", "state": "written"}}}
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"})
    stages.submit(town, *GATE, "ar", version=2, person=TRANSLATOR, now=NOW)

    def keys(**asked: Any) -> list[str]:
        total, rows = listing.page(town, "monuments", ["fr"], limit=10, **asked)
        assert total == len(rows)
        return [row.key for row in rows]

    assert keys() == ["fountain", "gate", "tower"]
    assert keys(sought="PORTE haute") == keys(sought="gat") == keys(sought="الباب") == ["gate"]
    assert keys(sought="fou") == keys(stage="draft") == ["fountain"]
    assert keys(stage="review") == keys(stage="review", part="ar") == ["gate"]
    assert keys(stage="review", part="fr") == keys(sought="%") == keys(sought="_") == keys(sought="\\") == []
    assert keys(kind="city_gate") == ["fountain", "gate"]
    assert keys(stage="published") == ["gate", "tower"]
    total, [row] = listing.page(town, "monuments", ["fr"], limit=1)
    assert (total, row.name.text, row.public, row.stages) == (
        3,
        "La fontaine",
        False,
        {"facts": "draft", "fr": "draft"},
    )
    assert listing.waiting(town, ["monuments"]) == {
        ("monuments", "ar", "review"): 1, ("monuments", "facts", "draft"): 1, ("monuments", "fr", "draft"): 1,
    }  # fmt: skip


def test_what_is_lacking_is_told_before(town: Session) -> None:
    commune = published.current(town)
    assert commune is not None
    found = {
        (one.part, one.field)
        for one in lacking.of(commune.commune, "monuments", versions.find(town, *GATE).contents)
    }

    assert ("facts", "sources") in found
    assert ("ar", "name") in found  # drafted by machine
    assert ("fr", "summary") not in found
