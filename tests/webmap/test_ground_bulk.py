"""Many rows at once: what works is kept, what does not is told, row by row."""

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from tests.webmap.ground import Clerk, count, part

TABLE = "/desk/ground/monuments"


@pytest.fixture(scope="module")
def clerk(own_app: Flask) -> Clerk:
    return Clerk(own_app, "F. Amzil", Role.EDITOR)


def test_a_partial_failure_is_told_row_by_row_and_the_rest_is_kept(clerk: Clerk, own_engine: Engine) -> None:
    chosen = ["bab-sedra", "nothing", "bab-lahjer"]
    answer = clerk.post(
        TABLE, {"chosen": chosen, "field": "attributes.access", "to-attributes.access": "closed"}
    )
    assert answer.status_code == 200
    told = answer.text.split('class="checks"')[1].split("</ul>")[0]
    assert told.count('class="good"') == 2
    assert told.count('class="bad"') == 1
    assert "There is no such thing on the map." in told
    for key in ("bab-sedra", "bab-lahjer"):
        assert part(own_engine, "monuments", key).content["attributes"]["access"] == "closed"
        assert part(own_engine, "monuments", key).state == "draft"
    again = clerk.post(
        TABLE, {"chosen": "bab-sedra", "field": "attributes.access", "to-attributes.access": "closed"}
    )
    assert "Nothing was changed." in again.text


def test_a_bad_value_changes_no_row(clerk: Clerk, own_engine: Engine) -> None:
    before = count(own_engine, "record_version")
    answer = clerk.post(TABLE, {"chosen": ["mellah", "kasbah"], "field": "kind", "to-kind": "castle"})
    assert answer.text.count('class="bad"') == 2
    assert "unknown kind" in answer.text
    assert count(own_engine, "record_version") == before


def test_facts_of_many_are_published_together(clerk: Clerk, own_engine: Engine) -> None:
    clerk.post(TABLE, {"chosen": ["mellah", "kasbah"], "field": "licence", "to-licence": "CC0"})
    answer = clerk.post(TABLE, {"chosen": ["mellah", "kasbah"], "field": "publish"})
    assert answer.text.count('class="good"') == 2
    assert part(own_engine, "monuments", "mellah").state == "published"
    assert part(own_engine, "monuments", "mellah").content["licence"] == "CC0"


def test_too_many_none_and_a_field_that_is_not_offered(clerk: Clerk) -> None:
    def status(**form: object) -> int:
        return clerk.post(TABLE, {"field": "kind", "to-kind": "palace", **form}).status_code

    assert status(chosen=[f"k{n}" for n in range(201)]) == 422
    assert status(chosen=[]) == 422
    assert status(chosen=["kasbah"], field="sources") == 422
    assert status(chosen=["kasbah"], field="geometry") == 422


def test_pages_keep_what_was_sought(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webmap.ground.views.PER_PAGE", 5)
    first = clerk.get(TABLE + "?q=bab").text
    assert first.count("<tr data-key=") == 5
    assert "page=2&amp;q=bab" in first or "q=bab&amp;page=2" in first
    second = clerk.get(TABLE + "?q=bab&page=2").text
    assert second.count("<tr data-key=") == 5
    assert first.split('data-key="')[1][:20] != second.split('data-key="')[1][:20]
    assert clerk.get(TABLE + "?page=0").status_code == 404
    assert clerk.get(TABLE + "?kind=mosque").text.count("<tr data-key=") == 2
