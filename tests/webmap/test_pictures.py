"""Pictures on the web: shown to everybody once they are published, files for good."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import Role
from core.imaging import renditions
from tests.made_pictures import photo
from tests.webmap.galleries import (
    CODE,
    HERE,
    OF,
    bring,
    get,
    made,
    publish,
    rows,
    say,
    shown,
    walks,
    who,
)


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


def test_a_walk_taken_along_holds_its_pictures_in_one_size(gallery: Flask, editor: FlaskClient) -> None:
    row = publish(gallery, editor, 1500)
    gallery.extensions.pop("published", None)
    packs = {key: gallery.test_client().get(f"/fr/routes/{key}/offline.json").json for key in walks(gallery)}
    held = {
        address
        for pack in packs.values()
        for address, *_ in (pack or {})["files"]
        if address.startswith("/pictures/")
    }

    assert held == {f"/pictures/{row.sha256}/640.webp"}
