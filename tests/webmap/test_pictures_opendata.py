"""Published pictures go with the open data: in features, files and documents, and are gone when withdrawn."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS30Validator
from PIL import Image
from pyogrio import raw
from sqlalchemy import event, text

from core.accounts import Role
from core.db import session_of
from core.imaging import renditions
from geo import published
from geo.opendata import telling
from geo.opendata.collections import OWN
from tests.made_pictures import photo
from tests.webmap.galleries import HERE, OF, bring, get, made, publish, rows, say, shown, walks, who

SITE = "https://athar.example"
ITEMS = "/ogc/collections/monuments/items"
BOX = "-9.5,30,-8.5,31"


def told(app: Flask, path: str) -> Any:
    """A JSON answer of the present state of the data, to nobody in particular."""
    app.extensions.pop("published", None)
    return json.loads(get(app.test_client(), path).data)


def pictures(app: Flask, path: str = f"{ITEMS}/kasbah") -> list[dict[str, Any]]:
    return list(told(app, path)["properties"]["pictures"])


def act(editor: FlaskClient, row: Any, what: str) -> None:
    assert editor.post(f"{OF}/{row.id}/{what}", headers=HERE).status_code == 303


def test_a_feature_tells_its_pictures_with_author_licence_and_what_they_show(
    gallery: Flask, editor: FlaskClient
) -> None:
    assert pictures(gallery) == []
    row = publish(gallery, editor, 1500)
    [one] = pictures(gallery)

    home = f"{SITE}/pictures/{row.sha256}"
    assert one["href"] == f"{home}/1280.webp"
    assert {size["href"] for size in one["sizes"]} == {f"{home}/{name}" for name in renditions.names(1500)}
    assert (one["author"], one["licence"]) == ("F. Amzil", "CC-BY-SA-4.0")
    assert one["licence_href"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert one["alt"] == {"ar": "الباب", "en": "The gate", "fr": "La porte"}
    assert (one["alt_unchecked"], one["source"], one["taken_on"]) == ([], None, None)


@pytest.mark.parametrize("width", [200, 333, 719, 2048, 2500])
def test_every_link_leads_to_a_file_of_that_size(gallery: Flask, editor: FlaskClient, width: int) -> None:
    bring(editor, (photo((width, 601)), "x.jpg"))
    row = made(gallery)
    assert say(editor, row).status_code == 303
    [one] = pictures(gallery)

    assert one["href"].removeprefix(SITE) in [each["href"].removeprefix(SITE) for each in one["sizes"]]
    assert len(one["sizes"]) == len(renditions.names(row.width))
    for size in one["sizes"]:
        answer = get(gallery.test_client(), size["href"].removeprefix(SITE))
        assert (answer.status_code, answer.mimetype) == (200, size["type"])
        with Image.open(io.BytesIO(answer.data)) as opened:
            assert opened.size == (size["width"], size["height"])


def test_drafts_and_what_is_withdrawn_are_told_nowhere(
    gallery: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    places = [f"{ITEMS}/kasbah", f"{ITEMS}?limit=5000", f"{ITEMS}?bbox={BOX}&limit=5000"]
    places += [f"/data/monuments.{ending}?lang=fr" for ending in ("csv", "geojson", "gpkg")]

    def found(sha256: str) -> list[bool]:
        gallery.extensions.pop("published", None)
        return [sha256.encode() in get(gallery.test_client(), path).data for path in places]

    bring(editor, (photo((900, 500)), "x.jpg"))
    row = made(gallery)
    assert found(row.sha256) == [False] * 6
    assert say(editor, row).status_code == 303
    assert found(row.sha256) == [True] * 6
    act(editor, row, "withdraw")
    assert found(row.sha256) == [False] * 6
    act(editor, row, "restore")
    assert found(row.sha256) == [False] * 6


def test_pictures_of_a_thing_that_is_gone_are_gone(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    change = "UPDATE feature SET withdrawn_at = {} WHERE layer = 'monuments' AND key = 'kasbah'"
    engine = gallery.extensions["engine"]
    try:
        with session_of(engine) as session:
            session.execute(text(change.format("now()")))
            published.touch(session)
            session.commit()
        answers = [told(gallery, f"{ITEMS}?limit=5000"), told(gallery, "/data/monuments.geojson")]
    finally:
        with session_of(engine) as session:
            session.execute(text(change.format("NULL")))
            published.touch(session)
            session.commit()

    assert all(row.sha256 not in json.dumps(answer) for answer in answers)
    assert row.sha256 in json.dumps(told(gallery, f"{ITEMS}?limit=5000"))


def test_what_an_author_permitted_to_the_commune_alone_is_no_open_data(
    gallery: Flask, editor: FlaskClient
) -> None:
    bring(editor, (photo((900, 500)), "x.jpg"))
    row = made(gallery)
    noted = {"licence": "permission", "licence_note": "By letter, 3 March 2026"}
    assert say(editor, row, **noted).status_code == 303

    assert row.sha256 in shown(gallery)
    assert pictures(gallery) == []
    assert "By letter" not in json.dumps(told(gallery, f"{ITEMS}?limit=5000"))


def test_pictures_come_in_the_order_of_the_page(gallery: Flask, editor: FlaskClient) -> None:
    for width in (900, 901):
        bring(editor, (photo((width, 500)), "x.jpg"))
        assert say(editor, made(gallery)).status_code == 303
    first, second = rows(gallery)
    before = [one["href"] for one in pictures(gallery)]
    act(editor, second, "up")

    assert [one["href"] for one in pictures(gallery)] == before[::-1]
    assert first.sha256 in before[0]


def test_ready_texts_tell_pictures_as_they_are_now(
    gallery: Flask, editor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "READY_FROM", 1)
    row = publish(gallery, editor)
    made_now = told(gallery, f"{ITEMS}?limit=5000")["features"]
    engine = gallery.extensions["engine"]
    with session_of(engine) as session:
        telling.rebuild(session)
        published.touch(session)
        session.commit()
    try:
        for path in (f"{ITEMS}?limit=5000", f"{ITEMS}?bbox={BOX}&limit=5000"):
            assert told(gallery, path)["features"] == made_now
        act(editor, row, "withdraw")
        for path in (f"{ITEMS}?limit=5000", f"{ITEMS}?bbox={BOX}&limit=5000"):
            assert row.sha256 not in json.dumps(told(gallery, path))
    finally:
        with session_of(engine) as session:
            session.execute(text("DELETE FROM ready_feature"))
            session.execute(text("UPDATE ready_whole SET collections = '{}'"))
            published.touch(session)
            session.commit()


def test_a_page_of_features_is_one_question_whatever_pictures_there_are(
    gallery: Flask, editor: FlaskClient
) -> None:
    def asked() -> list[str]:
        statements: list[str] = []
        engine = gallery.extensions["engine"]
        # What is read once a state of the data is read before it counts.
        told(gallery, f"{ITEMS}?limit=50")
        client = gallery.test_client()

        def noted(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", noted)
        try:
            get(client, f"{ITEMS}?limit=50")
        finally:
            event.remove(engine, "before_cursor_execute", noted)
        return [statement for statement in statements if "FROM commune" not in statement]

    without = asked()
    keys = [each["id"] for each in told(gallery, f"{ITEMS}?limit=3")["features"]]
    for key in keys:
        of = f"/desk/pictures/monuments/{key}"
        bring(editor, (photo((900, 500)), "x.jpg"), of=of)
        assert say(editor, made(gallery), of=of).status_code == 303
    some = told(gallery, f"{ITEMS}?limit=50")["features"]

    assert [each["id"] for each in some if each["properties"]["pictures"]] == keys
    assert len(without) == 1
    assert asked() == without


def test_tables_have_the_first_picture_in_cells_of_its_own(
    gallery: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    row = publish(gallery, editor)
    gallery.extensions.pop("published", None)
    client = gallery.test_client()
    body = get(client, "/data/monuments.csv?lang=ar").data.decode("utf-8-sig")
    [line] = [line for line in csv.DictReader(io.StringIO(body)) if line["key"] == "kasbah"]
    package = tmp_path / "monuments.gpkg"
    package.write_bytes(get(client, "/data/monuments.gpkg?lang=ar").data)
    about, _, _, values = raw.read(package)
    cells = {name: list(column) for name, column in zip(about["fields"], values, strict=True)}
    at = cells["key"].index("kasbah")

    href = f"{SITE}/pictures/{row.sha256}/900.webp"
    first = {
        "picture": href, "picture_author": "F. Amzil", "picture_licence": "CC-BY-SA-4.0",
        "picture_alt": "الباب",
    }  # fmt: skip
    assert {name: line[name] for name in first} == first
    assert {name: cells[name][at] for name in first} == first
    assert json.loads(line["pictures"]) == json.loads(cells["pictures"][at]) == pictures(gallery)
    columns = told(gallery, "/data/monuments.csv-metadata.json")["tableSchema"]["columns"]
    assert {one["name"]: one["datatype"] for one in columns}["pictures"] == "json"


def test_only_layers_that_have_pictures_speak_of_them(gallery: Flask) -> None:
    for name, collection in OWN.items():
        [first] = told(gallery, f"/ogc/collections/{name}/items?limit=1")["features"]
        assert ("pictures" in first["properties"]) is collection.pictured


def test_a_feature_is_as_the_interface_describes_it(gallery: Flask, editor: FlaskClient) -> None:
    publish(gallery, editor)
    document = told(gallery, "/ogc/api")
    feature = told(gallery, f"{ITEMS}/kasbah")
    schema = {"$ref": "#/components/schemas/feature", "components": document["components"]}

    validator = OAS30Validator(schema)
    validator.validate(feature)
    feature["properties"]["pictures"][0]["licence"] = "all rights reserved"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(feature)


def test_the_page_of_a_feature_shows_its_pictures(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor)
    page = shown(gallery, f"{ITEMS}/kasbah?f=html&lang=fr")

    assert f'href="{SITE}/pictures/{row.sha256}/900.webp"' in page
    assert 'href="https://creativecommons.org/licenses/by-sa/4.0/" rel="license noopener"' in page
    assert '<span lang="ar" dir="rtl">الباب</span>' in page


def test_a_walk_tells_search_engines_its_pictures(gallery: Flask) -> None:
    tourism = who(gallery, Role.TOURISM)
    key = walks(gallery)[0]
    of = f"/desk/pictures/routes/{key}"
    bring(tourism, (photo((900, 500)), "x.jpg"), of=of)
    row = made(gallery)
    assert say(tourism, row, of=of).status_code == 303
    page = shown(gallery, f"/fr/routes/{key}")
    [ld] = page.split('<script type="application/ld+json">')[1:]
    data = json.loads(ld.partition("</script>")[0])

    assert data["image"][0]["contentUrl"] == f"/pictures/{row.sha256}/900.webp"
    assert data["image"][0]["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    [told_once] = pictures(gallery, f"/ogc/collections/routes/items/{key}")
    assert told_once["alt"]["fr"] == "La porte"
