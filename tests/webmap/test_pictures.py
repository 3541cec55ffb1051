"""Pictures on the web: brought and published at the desk by who may, shown to everybody, files for good."""

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from core.db import Engine
from core.imaging import renditions
from core.settings import Settings
from geo.pictures import making
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.made_pictures import file_of, photo, png, scene

HERE = {"Sec-Fetch-Site": "same-origin"}
OF = "/desk/pictures/monuments/kasbah"
RIGHTS = {"author": "F. Amzil", "licence": "CC-BY-SA-4.0"}
SAID = {**RIGHTS, "alt-en": "The gate", "alt-fr": "La porte", "alt-ar": "الباب", "then": "publish"}
CODE = "3D3T3DP"


@pytest.fixture(scope="module")
def gallery_engine(shipped: Path) -> Iterator[Engine]:
    with _database("galleries") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def gallery(gallery_engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """A site whose pictures a test may change; none is there."""
    with gallery_engine.begin() as connection:
        connection.execute(text("DELETE FROM picture"))
        connection.execute(text("UPDATE commune SET version = version + 1"))
    settings = Settings(SECRET_KEY="test", FILES_DIR=str(tmp_path), PUBLIC_URL="https://athar.example")
    app = create_app(settings, gallery_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].close()


def who(app: Flask, *roles: Role) -> FlaskClient:
    client = app.test_client()
    client.post(f"/desk/enter/{staff.token('test', 'N. Idrissi', roles)}", headers=HERE)
    client.set_cookie("lang", "en")
    return client


@pytest.fixture
def editor(gallery: Flask) -> FlaskClient:
    return who(gallery, Role.EDITOR)


def bring(client: FlaskClient, *files: tuple[bytes, str], of: str = OF, **more: Any) -> TestResponse:
    form = {**RIGHTS, **more.pop("form", {}), "file": [(io.BytesIO(data), name) for data, name in files]}
    return client.post(of, data=form, headers={**HERE, **more.pop("headers", {})}, **more)


def rows(app: Flask) -> list[Any]:
    with app.extensions["engine"].connect() as connection:
        return list(connection.execute(text("SELECT * FROM picture ORDER BY ordinal, id")))


def made(app: Flask) -> Any:
    """The newest picture, once its sizes are made."""
    row = rows(app)[-1]
    making.make(app.extensions["engine"], app.config["SETTINGS"], sha256=row.sha256)
    return rows(app)[-1]


def say(client: FlaskClient, row: Any, of: str = OF, **changes: str) -> TestResponse:
    form = {**SAID, "seen": str(row.version), **changes}
    return client.post(f"{of}/{row.id}/words", data=form, headers=HERE)


def shown(app: Flask, path: str = "/fr/monuments/kasbah") -> str:
    # The state of the data is asked anew: what was just written must show.
    app.extensions.pop("published", None)
    return str(app.test_client().get(path).text)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """An answer read to its end and closed, as a server would."""
    answer = client.get(path, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def publish(app: Flask, client: FlaskClient, width: int = 900) -> Any:
    assert bring(client, (photo((width, 500)), "x.jpg")).status_code == 303
    row = made(app)
    assert say(client, row).status_code == 303
    return rows(app)[-1]


def test_a_picture_is_brought_said_published_and_withdrawn(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor, 1500)
    assert (row.state, row.created_by, row.published_by) == ("published", "N. Idrissi", "N. Idrissi")

    page = shown(gallery)
    assert f'src="/pictures/{row.sha256}/640.webp" width="1500" height="500"' in page
    assert f"/pictures/{row.sha256}/1280.avif 1280w" in page and 'alt="La porte"' in page
    assert "F. Amzil" in page and "CC BY-SA 4.0" in page
    assert 'loading="lazy"' not in page[page.index("<picture>") : page.index("</picture>")]
    assert f'og:image" content="https://athar.example/pictures/{row.sha256}/1280.webp"' in page
    assert f'<img class="item-picture" src="/pictures/{row.sha256}/160.webp"' in shown(
        gallery, "/ar/monuments"
    )

    assert editor.post(f"{OF}/{row.id}/withdraw", headers=HERE).status_code == 303
    assert "<picture>" not in shown(gallery) and "/160.webp" not in shown(gallery, "/ar/monuments")
    assert get(gallery.test_client(), f"/pictures/{row.sha256}/640.webp").status_code == 404
    assert editor.post(f"{OF}/{row.id}/withdraw", headers=HERE).status_code == 409
    assert editor.post(f"{OF}/{row.id}/restore", headers=HERE).status_code == 303
    assert rows(gallery)[0].state == "draft"


def test_a_page_in_another_language_says_which_it_shows(gallery: Flask, editor: FlaskClient) -> None:
    publish(gallery, editor)

    assert re.search(r'alt="الباب">', shown(gallery, "/ar/monuments/kasbah"))
    assert re.search(r'alt="الباب" lang="ar" dir="rtl">', shown(gallery, "/zgh/monuments/kasbah"))
    assert re.search(r'alt="The gate" lang="en" dir="ltr">', shown(gallery, "/de/monuments/kasbah"))


def test_files_are_served_once_and_for_good(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    reader = gallery.test_client()
    for name in renditions.names(row.width):
        answer = get(reader, f"/pictures/{row.sha256}/{name}")
        assert answer.status_code == 200 and answer.mimetype == renditions.SUFFIXES[name.partition(".")[2]]
        assert int(answer.headers["Content-Length"]) == len(answer.data) > 100
        assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Vary" not in answer.headers and "Set-Cookie" not in answer.headers
    head = reader.head(f"/pictures/{row.sha256}/640.webp")
    head.close()
    assert head.status_code == 200 and head.data == b""
    again = get(reader, f"/pictures/{row.sha256}/640.webp", **{"If-None-Match": head.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


@pytest.mark.parametrize(
    "name", ["master.webp", "641.webp", "640.jpg", "640", "../640.webp", "640.webp%00", ".webp"]
)
def test_what_is_no_file_of_a_picture_is_not_there(gallery: Flask, editor: FlaskClient, name: str) -> None:
    row = publish(gallery, editor)

    assert get(editor, f"/pictures/{row.sha256}/{name}").status_code == 404
    assert get(editor, f"/pictures/{'0' * 64}/640.webp").status_code == 404
    assert get(editor, f"/pictures/{row.sha256}0/640.webp").status_code == 404


def test_a_draft_is_seen_by_who_keeps_its_layer_and_nobody_else(gallery: Flask, editor: FlaskClient) -> None:
    bring(editor, (photo((700, 500)), "x.jpg"))
    address = f"/pictures/{rows(gallery)[0].sha256}/160.webp"

    mine = get(editor, address)
    assert mine.status_code == 200 and mine.headers["Cache-Control"] == "no-store"
    for role in (Role.TOURISM, Role.STAFF, Role.ADMIN, Role.TRANSLATOR):
        assert get(who(gallery, role), address).status_code == 404
    assert get(gallery.test_client(), address).status_code == 404
    assert "<picture>" not in shown(gallery)


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
            and str(row.id) not in client.get(f"{of}/state").json
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
    asks = {"headers": {"Accept": "application/json"}}
    good = bring(editor, (photo(), "x.jpg"), **asks)
    bad = bring(editor, (b"x", "y.jpg"), **json.loads(json.dumps(asks)))

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


def test_what_is_typed_is_never_markup(gallery: Flask, editor: FlaskClient) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    bring(editor, (photo((700, 500)), "x.jpg"))
    changes = {
        "author": evil,
        "source": f"https://x.example/{evil}",
        "alt-fr": evil,
        "alt-en": evil,
        "alt-ar": evil,
    }
    assert say(editor, made(gallery), **changes, licence="permission", licence_note=evil).status_code == 303

    for page in (shown(gallery), editor.get(OF).text, editor.get("/desk/pictures").text):
        assert "<script>alert" not in page and "<img src=x" not in page
    data = json.loads(re.findall(r'ld\+json">(.*?)</script>', shown(gallery), re.DOTALL)[0])
    assert data["image"][0]["creator"]["name"] == evil and "license" not in data["image"][0]


def test_search_engines_are_told_the_author_and_the_licence(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown(gallery), re.DOTALL)

    assert json.loads(found[0])["image"] == [
        {
            "@type": "ImageObject",
            "contentUrl": f"/pictures/{row.sha256}/900.webp",
            "width": 900,
            "height": 500,
            "caption": {"@value": "La porte", "@language": "fr"},
            "creator": {"@type": "Person", "name": "F. Amzil"},
            "creditText": "F. Amzil",
            "license": "https://creativecommons.org/licenses/by-sa/4.0/",
        }
    ]


def test_a_scanned_page_shows_one_picture_and_small(gallery: Flask, editor: FlaskClient) -> None:
    without = shown(gallery, f"/q/{CODE}/fr")
    key = re.search(r'canonical" href="https://athar.example/fr/monuments/([\w-]+)"', without)
    assert key and "picture" not in without.replace("site_style", "").partition("</head>")[2]
    for width in (1500, 1501):
        bring(editor, (photo((width, 900)), "x.jpg"), of=f"/desk/pictures/monuments/{key[1]}")
        say(editor, made(gallery), of=f"/desk/pictures/monuments/{key[1]}")

    page = shown(gallery, f"/q/{CODE}/fr")

    assert page.count("<picture>") == 1 and "1280.avif" not in page.partition("</head>")[2]
    assert "640.avif 640w" in page and f"/fr/monuments/{key[1]}#pictures" in page
    assert shown(gallery, f"/fr/monuments/{key[1]}").count('loading="lazy"') == 1


def test_the_author_of_the_last_picture_is_offered_for_the_next(gallery: Flask, editor: FlaskClient) -> None:
    assert 'name="author" maxlength="120" dir="auto" value=""' in editor.get(OF).text
    bring(editor, (photo(), "x.jpg"))

    page = editor.get("/desk/pictures/monuments/bab-el-khemis").text
    assert 'value="F. Amzil"' in page and '<option value="CC-BY-SA-4.0" selected>' in page


def test_a_walk_taken_along_holds_its_pictures_in_one_size(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor, 1500)
    gallery.extensions.pop("published", None)
    packs = {key: gallery.test_client().get(f"/fr/routes/{key}/offline.json").json for key in _walks(gallery)}
    held = {
        address
        for pack in packs.values()
        for address, *_ in (pack or {})["files"]
        if address.startswith("/pictures/")
    }

    assert held == {f"/pictures/{row.sha256}/640.webp"}


def _walks(app: Flask) -> list[str]:
    with app.extensions["engine"].connect() as connection:
        return list(
            connection.scalars(
                text("SELECT key FROM feature WHERE layer = 'routes' AND withdrawn_at IS NULL")
            )
        )


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
