"""The desk of things: opening, changing, publishing, versions, and what is told when something is wrong."""

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from geo.vocabulary import LAYERS
from tests.webmap.ground import GATE, HERE, Clerk, count, part, publish


@pytest.fixture(scope="module")
def editor(own_app: Flask) -> Clerk:
    return Clerk(own_app, "F. Amzil", Role.EDITOR, Role.TOURISM)


@pytest.fixture(scope="module")
def second(own_app: Flask) -> Clerk:
    return Clerk(own_app, "B. Idrissi", Role.EDITOR)


@pytest.fixture(scope="module")
def viewer(own_app: Flask) -> Clerk:
    return Clerk(own_app, "V. Chahid", Role.VIEWER)


def test_every_layer_has_its_table_and_each_first_thing_its_form(own_app: Flask, viewer: Clerk) -> None:
    planner = Clerk(own_app, "P. Lan", Role.PLANNER)
    for layer in LAYERS:
        page = planner.get(f"/desk/ground/{layer}")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        if 'data-key="' in page.text:
            key = page.text.split('data-key="')[1].split('"')[0]
            assert planner.get(f"/desk/ground/{layer}/{key}").status_code == 200
            assert planner.get(f"/desk/ground/{layer}/{key}/ar").status_code == 200
    assert viewer.get("/desk/ground/infrastructure").status_code == 403


def _kind(app: Flask) -> str:
    """What the public reads of the gate's kind."""
    app.extensions.pop("published", None)
    page = app.test_client().get("/en/monuments/bab-zorgane").text
    return page.split('class="kicker">')[1].split("<")[0].strip()


def test_where_it_is_and_what_it_is_go_from_draft_to_public(
    own_app: Flask, own_engine: Engine, editor: Clerk
) -> None:
    answer = editor.save(GATE + "/facts", kind="palace", lat="30.4653", lon="-8.8762")
    assert answer.status_code == 303
    assert answer.location.endswith("/facts?done=saved")
    assert part(own_engine, "monuments", "bab-zorgane").state == "draft"
    assert _kind(own_app) == "City gate"

    assert editor.post(GATE + "/facts/submit", {"version": 2}).status_code == 303
    overview = editor.get("/desk").text
    assert "stage=review" in overview
    assert "part=facts" in overview
    assert publish(editor, GATE, own_engine).status_code == 303

    assert _kind(own_app) == "Palace"
    assert part(own_engine, "monuments", "bab-zorgane").content["geometry"]["coordinates"] == [
        -8.8762,
        30.4653,
    ]
    page = editor.get(GATE).text
    assert "F. Amzil" in page
    assert "Version 2" in page


def test_saving_an_untouched_form_changes_nothing(own_engine: Engine, own_app: Flask) -> None:
    clerk = Clerk(own_app, "P. Lan", Role.PLANNER, Role.EDITOR, Role.TOURISM, Role.RISK)
    for layer in LAYERS:
        for key in clerk.get(f"/desk/ground/{layer}").text.split('data-key="')[1:4]:
            path = f"/desk/ground/{layer}/{key.split(chr(34))[0]}"
            for name in ("facts", "ar", "fr"):
                answer = clerk.save(f"{path}/{name}")
                assert (path, answer.status_code, answer.location) == (path, 303, f"{path}/{name}?done=same")
    assert count(own_engine, "record_version WHERE number > 2") == 0


def test_a_text_needs_a_second_person_who_then_has_read_it(
    own_engine: Engine, editor: Clerk, second: Clerk
) -> None:
    path = "/desk/ground/monuments/bab-targhount"
    assert editor.save(path + "/fr", summary="Une porte de la ville.").status_code == 303
    own = publish(editor, path, own_engine, "fr")
    assert own.status_code == 403
    assert "second person" in own.text

    assert publish(second, path, own_engine, "fr").status_code == 303
    said = part(own_engine, "monuments", "bab-targhount", "fr").content["summary"]
    assert (said["text"], said["state"]) == ("Une porte de la ville.", "reviewed")


def test_send_back_and_withdraw(own_app: Flask, own_engine: Engine, editor: Clerk, second: Clerk) -> None:
    path = "/desk/ground/monuments/bab-lahjer"
    editor.save(path + "/facts", precision_note="made up for a test")
    assert editor.post(path + "/facts/submit", {"version": 2}).status_code == 303
    assert second.post(path + "/facts/send-back", {"version": 2}).status_code == 303
    assert part(own_engine, "monuments", "bab-lahjer").state == "draft"
    again = second.post(path + "/facts/send-back", {"version": 2})
    assert again.status_code == 409
    assert "not in review" in again.text

    assert second.post(path + "/facts/withdraw", {"version": 2}).status_code == 303
    assert own_app.test_client().get("/en/monuments/bab-lahjer").status_code in (404, 410)
    assert "Withdrawn" in editor.get(path).text
    assert publish(editor, path, own_engine).status_code == 303
    assert own_app.test_client().get("/en/monuments/bab-lahjer").status_code == 200


def test_any_two_versions_side_by_side_and_an_old_one_restored(own_engine: Engine, editor: Clerk) -> None:
    path = "/desk/ground/monuments/bab-selsla"
    began = part(own_engine, "monuments", "bab-selsla").content["geometry"]["coordinates"]
    editor.save(path + "/facts", lat=str(began[1] + 0.001), precision="approximate", kind="monument")
    editor.save(path + "/facts", kind="city_gate")
    page = editor.get(f"{path}/facts/versions?first=2&second=1").text
    assert "From version 1 to version 2" in page
    assert page.count('name="first"') == page.count('name="second"') == 3
    assert "nobody has changed it" not in page
    assert "Approximate, derived" in page
    assert '<circle class="was"' in page
    assert '<circle class="is"' in page
    assert f"{began[1]}, {began[0]}" in page
    assert "City gate" in page
    assert "Nothing differs" in editor.get(f"{path}/facts/versions?first=2&second=2").text

    assert editor.post(f"{path}/facts/restore", {"number": 1, "base": 3}).status_code == 303
    there = part(own_engine, "monuments", "bab-selsla")
    assert (there.version, there.content["geometry"]["coordinates"]) == (4, began)
    assert editor.post(f"{path}/facts/restore", {"number": 2, "base": 3}).status_code == 409
    assert editor.get(f"{path}/facts/versions?first=9&second=1").status_code == 404
    assert editor.get(f"{path}/facts/versions?first=x&second=1").status_code == 422


def test_a_new_thing_is_a_draft_until_facts_and_name_are_published(
    own_app: Flask, own_engine: Engine, editor: Clerk, second: Clerk
) -> None:
    new = "/desk/ground/places/new"
    given = {
        **{"lat": "30.4712, -8.8791", "lon": "", "kind": "garden", "precision": "surveyed", "error_m": "8,5"},
        **{"licence": "CC0", "name-fr": "Jardin d'Essai", "sources": " seen \n\nmeasured "},
    }
    answer = editor.post(new, editor.form(new, **given))
    assert answer.status_code == 303
    path = answer.location.split("/facts")[0]
    assert path == "/desk/ground/places/jardin-d-essai"
    facts = part(own_engine, "places", "jardin-d-essai").content
    assert facts["geometry"] == {"type": "Point", "coordinates": [-8.8791, 30.4712]}
    assert (facts["error_m"], facts["sources"]) == (8.5, ["seen", "measured"])
    assert 'data-key="jardin-d-essai"' in editor.get("/desk/ground/places?stage=draft").text
    assert 'data-key="jardin-d-essai"' in editor.get("/desk/ground/places?q=jardin").text

    alone = publish(editor, path, own_engine)
    assert alone.status_code == 422
    assert "name" in alone.text
    both = second.post(
        f"{path}/facts/publish", {"part": ["facts", "fr"], "version-facts": 1, "version-fr": 1}
    )
    assert both.status_code == 303
    own_app.extensions.pop("published", None)
    assert "Jardin d&#39;Essai" in own_app.test_client().get("/fr/places?q=jardin").text
    assert editor.post(new, editor.form(new, **given, key="jardin-d-essai")).status_code == 422


def test_a_preview_is_the_public_page_and_leaves_nothing_behind(
    own_app: Flask, own_engine: Engine, editor: Clerk
) -> None:
    path = "/desk/ground/monuments/dar-baroud"
    editor.save(path + "/en", summary="A powder house, made up for a test.")
    tables = ("feature", "feature_text", "record_version", "trail.entry")
    before = [count(own_engine, table) for table in tables]
    page = editor.get(path + "/preview?lang=en")
    assert page.status_code == 200
    assert "A powder house, made up for a test." in page.text
    assert "Preview: nothing of this is public yet." in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert [count(own_engine, table) for table in tables] == before
    assert part(own_engine, "monuments", "dar-baroud", "en").state == "draft"
    assert "powder house" not in own_app.test_client().get("/en/monuments/dar-baroud").text
    assert editor.get("/desk/ground/quarters/new/preview").status_code == 404


def test_who_may_only_see_gets_a_page_without_buttons(viewer: Clerk) -> None:
    page = viewer.get(GATE).text
    assert "Save the draft" not in page
    assert "Publish what is ticked" not in page
    assert "data-tools" not in page
    assert 'name="chosen"' not in viewer.get("/desk/ground/monuments").text


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/ground/monuments", GATE, GATE + "/ar", "/desk/ground/routes/new"]
)
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_page_speaks_the_readers_language(editor: Clerk, lang: str, path: str) -> None:
    page = editor.client.get(f"{path}?lang={lang}", headers=HERE)
    assert page.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page.text
