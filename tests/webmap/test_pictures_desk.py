"""The desk of pictures: who may bring and publish what, and what is said of what goes wrong."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import Role
from core.imaging import renditions
from tests import s3
from tests.made_pictures import file_of, photo, png, scene
from tests.webmap.galleries import HERE, OF, SAID, bring, get, made, publish, rows, say, shown, who


def test_walks_are_the_tourism_councils_and_all_else_editors(gallery: Flask, editor: FlaskClient) -> None:
    council = who(gallery, Role.TOURISM)
    walk = "/desk/pictures/routes/gates-and-squares"

    assert council.get(walk).status_code == 200 and editor.get(OF).status_code == 200
    for client, path in ((council, OF), (editor, walk)):
        assert client.get(path).status_code == 403
        assert bring(client, (photo(), "x.jpg"), of=path).status_code == 403
        assert client.get(f"{path}/state").status_code == 403
    assert rows(gallery) == []
    assert "monuments/kasbah" not in council.get("/desk/pictures?state=none&layer=monuments").text

    assert bring(council, (photo(), "x.jpg"), of=walk).status_code == 303
    assert say(council, made(gallery), of=walk).status_code == 303
    assert "<picture>" in shown(gallery, "/fr/routes/gates-and-squares")


def test_another_things_picture_cannot_be_reached_through_ones_own(
    gallery: Flask, editor: FlaskClient
) -> None:
    council = who(gallery, Role.TOURISM)
    row = publish(gallery, editor)
    for client, of in (
        (council, "/desk/pictures/routes/gates-and-squares"),
        (editor, "/desk/pictures/monuments/bab-el-khemis"),
    ):
        assert say(client, row, of=of).status_code == 404
        for act in ("withdraw", "restore", "up", "down"):
            assert client.post(f"{of}/{row.id}/{act}", headers=HERE).status_code == 404
        assert client.post(f"{of}/{10**30}/withdraw", headers=HERE).status_code == 404
        assert (
            f"picture-{row.id}" not in client.get(of).text
            and str(row.id) not in client.get(f"{of}/state").get_json()
        )
    assert rows(gallery)[0] == row


def test_a_form_of_another_site_changes_nothing(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    for path in (OF, f"{OF}/{row.id}/words", f"{OF}/{row.id}/withdraw"):
        assert editor.post(path, data=SAID, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert rows(gallery) == [row]


@pytest.mark.parametrize("path", ["monuments/nothing", "risk_zones/x", "nothing/kasbah", "monuments/%00"])
def test_what_is_not_on_the_map_has_no_pictures(gallery: Flask, editor: FlaskClient, path: str) -> None:
    assert editor.get(f"/desk/pictures/{path}").status_code == 404
    assert bring(editor, (photo(), "x.jpg"), of=f"/desk/pictures/{path}").status_code == 404
    assert rows(gallery) == []


def test_the_good_are_taken_and_of_each_bad_one_it_is_said_why(gallery: Flask, editor: FlaskClient) -> None:
    answer = bring(
        editor,
        (photo(), "../../etc/<b>good</b>.jpg"),
        (b"<script>alert(1)</script>", "C:\\photos\\<script>alert(1)</script>.jpg"),
        (b"", "empty.png"),
        (png(2**31 - 1, 2**31 - 1, b""), "bomb.png"),
        (photo(kind="PNG", size=(640, 480)), "wrong-extension.webp"),
    )

    assert answer.status_code == 422 and len(rows(gallery)) == 2
    for told in ("script&gt;.jpg", "no picture that can be read", "This file is empty", "too many pixels"):
        assert told in answer.text
    assert "<script>alert" not in answer.text and "C:" not in answer.text and "bomb.png" in answer.text


def test_the_pages_script_is_told_in_json(gallery: Flask, editor: FlaskClient) -> None:
    asks: dict[str, Any] = {"headers": {"Accept": "application/json"}}
    good = bring(editor, (photo(), "x.jpg"), **asks)
    bad = bring(editor, (b"x", "y.jpg"), **asks)

    assert (good.status_code, good.json) == (200, {"refused": []})
    assert (
        bad.status_code == 422 and bad.json and bad.json["refused"][0].startswith("y.jpg: This is no picture")
    )
    state = editor.get(f"{OF}/state").json
    assert state == {str(rows(gallery)[0].id): {"ready": False, "problem": ""}}


def test_too_many_and_too_large_are_told(gallery: Flask, editor: FlaskClient) -> None:
    assert "At most 10" in bring(editor, *[(b"x", f"{n}.jpg") for n in range(11)]).text
    assert "Choose a picture" in bring(editor).text
    too_long = {"CONTENT_LENGTH": str(100 * 2**20), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    assert editor.post(OF, headers=HERE, environ_overrides=too_long).status_code == 413
    assert bring(editor, (photo(), "x.jpg"), form={"licence": "mine"}).status_code == 422
    assert rows(gallery) == []


def test_what_lacks_something_stays_a_draft_with_its_texts(gallery: Flask, editor: FlaskClient) -> None:
    bring(editor, (photo(), "x.jpg"))
    row = made(gallery)

    answer = say(editor, row, **{"alt-ar": ""})

    assert answer.status_code == 422 and "The texts are kept" in answer.text
    assert "alt text in العربية" in answer.text and ">La porte</textarea>" in answer.text
    assert rows(gallery)[0].state == "draft"


def test_a_published_picture_keeps_what_it_needs(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    for change in ({"alt-ar": " "}, {"author": ""}, {"licence": ""}, {"author": "x" * 500}):
        answer = say(editor, row, **change)
        assert answer.status_code == 422, change
    assert rows(gallery) == [row] and 'alt="La porte"' in shown(gallery)


def test_who_was_slower_is_told_and_finds_what_they_typed(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    assert say(editor, row, **{"alt-fr": "Une autre"}).status_code == 303

    late = say(editor, row, **{"alt-fr": "Trop tard"})

    assert late.status_code == 409 and ">Trop tard</textarea>" in late.text
    assert 'alt="Une autre"' in shown(gallery)
    assert say(editor, row, seen="x").status_code == 422


def test_the_author_of_the_last_picture_is_offered_for_the_next(gallery: Flask, editor: FlaskClient) -> None:
    assert 'name="author" maxlength="120" dir="auto" value=""' in editor.get(OF).text
    bring(editor, (photo(), "x.jpg"))

    page = editor.get("/desk/pictures/monuments/bab-el-khemis").text
    assert 'value="F. Amzil"' in page and '<option value="CC-BY-SA-4.0" selected>' in page


@pytest.mark.parametrize("query", ["page=0", "page=99", "page=x", "state=nothing&page=7"])
def test_a_page_of_the_list_that_there_is_not(editor: FlaskClient, query: str) -> None:
    assert editor.get(f"/desk/pictures?{query}").status_code == 404


def test_a_store_that_is_away_is_told_and_no_row_is_left(gallery: Flask, editor: FlaskClient) -> None:
    settings = gallery.config["SETTINGS"]
    root = Path(settings.FILES_DIR)
    row = publish(gallery, editor)
    (root / "pictures").rename(root / "elsewhere")
    (root / "pictures").write_text("in the way")

    answer = bring(editor, (file_of(scene((900, 700))), "x.jpg"))
    assert answer.status_code == 503 and "store" in answer.text
    read = partial(get, gallery.test_client())
    assert read(f"/pictures/{row.sha256}/640.webp").status_code == 503
    assert len(rows(gallery)) == 1

    (root / "pictures").unlink()
    (root / "elsewhere").rename(root / "pictures")
    assert bring(editor, (file_of(scene((900, 700))), "x.jpg")).status_code == 303


def test_a_bucket_does_what_a_disk_does(gallery: Flask, editor: FlaskClient) -> None:
    disk = gallery.config["SETTINGS"]
    with s3.keys(), s3.bucket() as line:
        gallery.config["SETTINGS"] = replace(disk, FILES_URL=line.url)
        row = publish(gallery, editor, 1500)
        read = partial(get, gallery.test_client())
        for name in renditions.names(row.width):
            assert len(read(f"/pictures/{row.sha256}/{name}").data) > 100
        assert read(f"/pictures/{row.sha256}/640.avif").mimetype == "image/avif"
        line.most = 0
        gallery.config["SETTINGS"] = replace(disk, FILES_URL=line.url + "&region=eu-west-1")
        assert read(f"/pictures/{row.sha256}/640.avif").status_code == 503
        assert bring(editor, (photo((640, 700)), "x.jpg")).status_code == 503
        assert len(rows(gallery)) == 1
        line.most = None
        assert bring(editor, (photo((640, 700)), "x.jpg")).status_code == 303
    assert list(Path(disk.FILES_DIR).rglob("*.webp")) == []
