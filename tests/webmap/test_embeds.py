"""Frames, their one answer of data, their pictures: open to any site; addresses are read strictly."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image

from core.languages import LANGUAGES
from webmap.embeds import options

WALK = "/embed/routes/gates-and-squares"
FRAMES = (WALK, "/embed/map")


def _ancestors(policy: str) -> str:
    return re.search(r"frame-ancestors ([^;]*)", policy)[1]  # type: ignore[index]


@pytest.mark.parametrize("path", FRAMES)
def test_any_site_may_frame_an_embed_twice_over(client: FlaskClient, path: str) -> None:
    """The second answer comes from the shelf of ready ones, and must say the same."""
    for _ in range(2):
        answer = client.get(path, query_string={"lang": "en"})

        assert answer.status_code == 200
        assert "X-Frame-Options" not in answer.headers
        assert _ancestors(answer.headers["Content-Security-Policy"]) == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/en/", "/en/map", "/en/embed", "/en/routes/gates-and-squares", "/en/nothing", "/en/routes/%00"]
)
def test_no_other_page_may_be_framed(client: FlaskClient, path: str) -> None:
    for _ in range(2):
        answer = client.get(path)

        assert answer.headers["X-Frame-Options"] == "DENY"
        assert _ancestors(answer.headers["Content-Security-Policy"]) == "'none'"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", FRAMES)
def test_an_embed_is_in_its_language_and_tells_its_matter_without_scripts(
    client: FlaskClient, path: str, lang: str
) -> None:
    page = client.get(path, query_string={"lang": lang}).text

    assert f'<html lang="{lang}" dir="{LANGUAGES[lang].dir}">' in page
    assert page.count("<li") >= 13
    assert f'href="/{lang}/monuments/bab-zorgane" target="_blank" rel="noopener"' in page
    links = re.findall(r"<a [^>]*>", page)
    assert [link for link in links if 'target="_blank" rel="noopener"' not in link] == []
    assert re.search(r'<noscript><img [^>]*src="/embed/[^"]+\.svg', page)
    assert not re.search(r'\b(style|on[a-z]+)="', page)


def test_the_theme_that_was_chosen_holds_whatever_the_device_wants(client: FlaskClient) -> None:
    pages = {theme: client.get(WALK, query_string={"theme": theme}).text for theme in options.THEMES}

    assert "prefers-color-scheme" in pages["auto"]
    assert "--paper:#171210" in pages["dark"]
    assert "--paper:#171210" not in pages["light"]
    assert "prefers-color-scheme" not in pages["dark"] + pages["light"]
    assert 'name="color-scheme" content="dark"' in pages["dark"]


def test_all_layers_come_in_one_answer_in_drawing_order(client: FlaskClient) -> None:
    answer = client.get("/embed/data/routes/gates-and-squares.geojson?lang=ar")
    data = json.loads(answer.text)
    layers = [feature["properties"]["layer"] for feature in data["features"]]

    assert answer.mimetype == "application/geo+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert list(dict.fromkeys(layers)) == ["boundary", "walls", "routes", "stops"]
    assert layers.count("stops") == data["layers"]["stops"]["numberMatched"] == 13
    stops = [each["properties"] for each in data["features"] if each["properties"]["layer"] == "stops"]
    assert sorted(stop["ordinal"] for stop in stops) == list(range(1, 14))
    assert {stop["name_lang"] for stop in stops} == {"ar"}


def test_a_layer_is_the_same_together_as_alone(client: FlaskClient) -> None:
    alone = json.loads(client.get("/layers/monuments.geojson?lang=fr").text)
    together = json.loads(client.get("/embed/data/map.geojson?lang=fr&layers=walls,monuments").text)
    monuments = [each for each in together["features"] if each["properties"]["layer"] == "monuments"]
    for each in monuments:
        del each["properties"]["layer"]

    assert monuments == alone["features"]
    assert together["layers"]["monuments"] == {"numberMatched": 32, "numberReturned": 32}


def test_the_page_asks_for_its_data_once(client: FlaskClient) -> None:
    page = client.get(f"{WALK}?lang=fr").text

    assert len(set(re.findall(r'"url": "([^"]+)"', page))) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("theme=neon", 422),
        ("layers=secrets", 422),
        ("layers=walls,%00", 422),
        ("height=abc", 422),
        ("height=-1", 422),
        ("height=99999999999999", 422),
        ("start=99", 422),
        ("start=0", 422),
        ("start=%3Cscript%3E", 422),
        ("start=1%0D%0ASet-Cookie:x", 422),
        ("e=nobody", 404),
        ("e=%00", 404),
        ("e=" + "x" * 5000, 404),
        ("height=9", 200),
        ("height=99999", 200),
        ("start=13", 200),
        ("lang=xx", 200),
        ("x=" + "y" * 100_000, 200),
    ],
)
def test_what_an_address_asks_is_read_strictly_and_refused_inside_the_frame(
    client: FlaskClient, query: str, status: int
) -> None:
    answer = client.get(f"{WALK}?{query}")

    assert answer.status_code == status
    assert "X-Frame-Options" not in answer.headers
    if status != 200:
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'target="_blank"' in answer.text


@pytest.mark.parametrize(("height", "shown"), [("9", 200), ("5000", 1000), ("", 380)])
def test_a_height_is_kept_within_its_bounds(client: FlaskClient, height: str, shown: int) -> None:
    assert f"--map-block:{shown}px" in client.get(WALK, query_string={"height": height}).text


@pytest.mark.parametrize(
    "path", ["/embed/routes/nothing", "/embed/routes/%00", "/embed/routes/nothing?lang=ar"]
)
def test_a_walk_that_is_not_there_is_told_inside_the_frame(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert _ancestors(answer.headers["Content-Security-Policy"]) == "*"


def test_the_script_of_the_element_stays_where_it_is_and_may_be_used_by_any_site(client: FlaskClient) -> None:
    answer = client.get("/embed/commune-map.js")
    again = client.get("/embed/commune-map.js", headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert again.status_code == 304
    assert "X-Frame-Options" not in again.headers or again.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("target", ["routes/gates-and-squares", "map"])
def test_a_picture_is_whole_and_names_what_it_shows(client: FlaskClient, target: str, lang: str) -> None:
    answer = client.get(f"/embed/{target}.svg?lang={lang}")
    root = ElementTree.fromstring(answer.text)
    svg = "{http://www.w3.org/2000/svg}"

    assert answer.mimetype == "image/svg+xml"
    assert root.findtext(f"{svg}title")
    assert root.findtext(f"{svg}desc")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    if target != "map":
        numbers = [text.text for text in root.iter(f"{svg}text") if (text.text or "").isdigit()]
        assert sorted(int(number or 0) for number in numbers) == sorted([*range(1, 14)] * 2)
        assert "OpenStreetMap" in answer.text
    assert ("font/woff2" in answer.text) == (lang in ("ar", "zgh"))
    assert len(answer.data) < 40_000


@pytest.mark.parametrize(
    ("asked", "wide"), [("1", 160), ("639", 480), ("640", 640), ("99999", 1200), ("", 640)]
)
def test_pictures_have_few_widths(client: FlaskClient, asked: str, wide: int) -> None:
    answer = client.get("/embed/routes/gates-and-squares.png", query_string={"lang": "fr", "width": asked})

    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.format == "PNG"
        assert picture.width == wide
    assert len(answer.data) < 90_000


def test_arabic_is_joined_in_the_picture(client: FlaskClient) -> None:
    """Set letter by letter from the left, as drawings are, the words would be wider than set as writing."""
    from core import fonts
    from webmap.embeds import pictures

    fonts.prepare()
    sheet = pictures.Sheet(bare=True, rows=0)
    blank = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 520"/>'

    def extent(text: str) -> int:
        word = pictures.Word(700, 200, 60, text, "end")
        png = pictures.png(blank, [word], pictures.LIGHT, 800, sheet)
        with Image.open(io.BytesIO(png)) as picture:
            box = picture.convert("L").point(lambda level: 255 if level < 128 else 0).getbbox()
        assert box
        return box[2] - box[0]

    joined, apart = extent("القصبة"), extent("\u200c".join("القصبة"))
    assert joined < 0.9 * apart


def test_a_dark_picture_is_dark(client: FlaskClient) -> None:
    light, dark = (
        Image.open(io.BytesIO(client.get(f"/embed/map.png?bare=1&width=160&theme={theme}").data)).convert("L")
        for theme in ("light", "dark")
    )

    assert light.getpixel((2, 60)) > 200 > 60 > dark.getpixel((2, 60))  # type: ignore[operator]


@pytest.mark.parametrize(
    "path", ["/embed/map.gif", "/embed/map.svg?width=abc", "/embed/routes/no.png", "/embed/map.svg?theme=x"]
)
def test_a_picture_that_is_not_there_is_told_in_a_line(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in (404, 422)


def test_the_builder_gives_code_that_leads_to_what_it_shows(client: FlaskClient) -> None:
    page = client.get(
        "/fr/embed?route=gates-and-squares&in=ar&theme=dark&height=500&start=3&layer=walls&layer=monuments"
    )
    codes = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    frame, element, picture = (
        code.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
        for code in codes
    )
    address = re.search(r'src="https://athar.example([^"]+)"', frame)[1].replace("&amp;", "&")  # type: ignore[index]

    assert page.status_code == 200
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'title="أبواب' in frame
    shown = client.get(address)
    assert '<html lang="ar" dir="rtl">' in shown.text
    assert "--map-block:500px" in shown.text
    assert 'aria-current="step"' in shown.text
    assert 'route="gates-and-squares"' in element
    assert 'start="3"' in element
    found = re.search(r'src="https://athar.example([^"]+)"', picture)
    assert found
    assert client.get(found[1].replace("&amp;", "&")).mimetype == "image/png"
    for code in (element, picture):
        assert "https://athar.example/ar/routes/gates-and-squares" in code


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("route=nothing", 404),
        ("in=xx", 422),
        ("height=x", 422),
        ("route=", 200),
        ("route=%00", 404),
        ("layer=secrets&route=", 200),
    ],
)
def test_the_builder_reads_strictly_too(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/en/embed?{query}").status_code == status


def test_a_name_that_is_markup_stays_text_in_the_code() -> None:
    from webmap.embeds.snippets import Embed

    title = '"><script>alert(1)</script>'
    embed = Embed("https://athar.example", "routes/x", "x", "en", title, options.Options(token='"x'))

    for code in (embed.frame, embed.element, embed.picture):
        assert "<script>alert" not in code
        assert "&lt;script&gt;" in code
