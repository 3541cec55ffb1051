"""Two people at the same thing: the second is told, sees both changes, and nothing is lost."""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from tests.webmap.ground import Clerk, fields_of, part

GATE = "/desk/ground/monuments/bab-agafay"


@pytest.fixture
def both(own_app: Flask) -> tuple[Clerk, Clerk]:
    return Clerk(own_app, "F. Amzil", Role.EDITOR), Clerk(own_app, "B. Idrissi", Role.EDITOR)


def test_the_second_sees_both_changes_and_chooses(both: tuple[Clerk, Clerk], own_engine: Engine) -> None:
    first, second = both
    mine = second.form(GATE, kind="palace", precision_note="mine")
    assert first.save(GATE + "/facts", kind="mosque", licence="CC0").status_code == 303

    answer = second.post(GATE + "/facts", mine)
    assert answer.status_code == 409
    assert "F. Amzil has changed this meanwhile. Nothing of yours is lost." in answer.text
    for said in ("Mosque", "Palace", "City gate", "CC0", "mine"):
        assert said in answer.text
    form = re.search(r"<form[^>]*data-merge.*?</form>", answer.text, re.DOTALL)
    assert form is not None
    assert part(own_engine, "monuments", "bab-agafay").version == 2

    kept = second.post(GATE + "/facts/merge", {**fields_of(form[0]), "choose-kind": "theirs"})
    assert kept.status_code == 303
    content = part(own_engine, "monuments", "bab-agafay").content
    assert (content["kind"], content["licence"], content["precision_note"]) == ("mosque", "CC0", "mine")


def test_a_script_is_told_as_data(both: tuple[Clerk, Clerk]) -> None:
    first, second = both
    path = "/desk/ground/monuments/bab-benyara/fr"
    mine = second.form(path, name="Ma porte", note="ma note")
    first.save(path, name="Sa porte")
    answer = second.post(path, mine, script=True)
    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["version"], answer.json["by"]) == (2, "F. Amzil")
    [clash] = answer.json["clashes"]
    assert (clash["field"], clash["label"]) == ("name", "Name")
    assert (clash["theirs"].split("\n")[0], clash["mine"].split("\n")[0]) == ("Sa porte", "Ma porte")
    assert answer.json["content"]["note"]["text"] == "ma note"


def test_a_merge_that_is_overtaken_is_merged_again(both: tuple[Clerk, Clerk], own_engine: Engine) -> None:
    first, second = both
    path = "/desk/ground/monuments/bab-sedra"
    mine = second.form(path, kind="palace")
    first.save(path + "/facts", kind="mosque")
    form = fields_of(second.post(path + "/facts", mine).text.split("data-merge")[1])
    first.save(path + "/facts", licence="CC0")
    again = second.post(path + "/facts/merge", form)
    assert again.status_code == 409
    assert html.escape("CC0") in again.text
    assert second.post(path + "/facts/merge", fields_of(again.text.split("data-merge")[1])).status_code == 303
    content = part(own_engine, "monuments", "bab-sedra").content
    assert (content["kind"], content["licence"]) == ("palace", "CC0")


def test_what_is_no_merge_is_refused(both: tuple[Clerk, Clerk]) -> None:
    _, second = both
    path = "/desk/ground/monuments/bab-tafelagt/facts"
    second.save(path, licence="CC0")
    for content in ("", "[]", "{", '"x"', "[" * 5000):
        answer = second.post(path + "/merge", {"base": "2", "content": content})
        assert answer.status_code == 422
    assert second.post(path + "/merge", {"base": "99", "content": "{}"}).status_code == 404
    assert second.post(path + "/merge", {"base": "x", "content": "{}"}).status_code == 422


def test_publishing_what_somebody_changed_meanwhile_is_refused(both: tuple[Clerk, Clerk]) -> None:
    first, second = both
    path = "/desk/ground/monuments/bab-el-khemis"
    first.save(path + "/facts", licence="CC0")
    looked_at = {"part": "facts", "version-facts": 2}
    first.save(path + "/facts", licence="CC BY 4.0")
    answer = second.post(path + "/facts/publish", looked_at)
    assert answer.status_code == 409
    assert "F. Amzil has changed this meanwhile" in answer.text


def test_of_many_saves_in_the_same_moment_one_wins_and_the_others_are_told(
    both: tuple[Clerk, Clerk], own_engine: Engine
) -> None:
    path = "/desk/ground/monuments/bab-bizamaren"
    people = [*both, Clerk(both[0].app, "K. Three", Role.EDITOR), Clerk(both[0].app, "K. Four", Role.EDITOR)]
    forms = [one.form(path, precision_note=f"of person {n}") for n, one in enumerate(people)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: people[n].post(path + "/facts", forms[n]), range(4)))
    assert sorted(one.status_code for one in answers) == [303, 409, 409, 409]
    assert part(own_engine, "monuments", "bab-bizamaren").version == 2
