"""A plan's surveys on the web: brought, shown, compared, removed."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.usefixtures("no_catalogue")
def test_without_a_catalogue_no_survey_is_compared(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>"))

    assert brought.status_code == 422 and "No equipment is known here yet" in brought.text
    assert ">None.<" in brought.text


def _walk(name: str, many: int = 60) -> bytes:
    """A walk around a hotspot, as a file that names it."""
    lines = ["lat;lon;dbm;hotspot;time"]
    for step in range(many):
        lat, lon = 30.46944 + step * 0.00002, -8.88259 + step * 0.00003
        lines.append(f"{lat:.6f};{lon:.6f};{-60 - step * 0.4:.1f};{name};2026-03-01 10:00:{step % 60:02}")
    return "\n".join(lines).encode()


def _bring(planner: FlaskClient, data: bytes, lang: str = "en", **form: str) -> TestResponse:
    given: dict[str, object] = {
        "title": "A walk",
        "band": "5",
        **form,
        "file": (io.BytesIO(data), "../x.csv"),
    }
    return planner.post(f"/{lang}/planner/first/surveys", data=given, headers=HERE)


def test_a_survey_is_brought_shown_compared_and_removed(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>"))
    assert brought.status_code == 303
    page = planner.get(brought.location).text

    assert "A walk" in page and "Assarag &lt;1&gt;" in page and "30.469" in page
    assert page.count('class="r-') > 40 and "5 GHz" in page and "<td>no model there" not in page
    assert "10:00" not in page
    again = _bring(planner, _walk("Assarag <1>"))
    assert again.status_code == 422 and "was taken over already" in again.text
    used = planner.post(f"{brought.location}/use", headers=HERE)
    listed = planner.get("/en/planner/first/surveys").text
    assert (
        used.status_code == 303
        and "offset used" in listed
        and "F. Amzil" in planner.get(brought.location).text
    )
    assert planner.post(f"{brought.location}/compare", headers=HERE).status_code == 303
    assert planner.post("/en/planner/first/surveys/forget-offset", headers=HERE).status_code == 303
    assert "+0.0 dB" in planner.get("/en/planner/first/surveys").text
    assert planner.post(f"{brought.location}/remove", headers=HERE).status_code == 303
    assert planner.get(brought.location).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose the file"),
        (b"a,b\n1,2\n", "no columns for: lat, lon, dbm"),
        (b"lat,lon,dbm\n<script>,1,2\n", "1 of 1 lines cannot be read"),
        (_walk("Nobody"), "is on your list"),
    ],
)
def test_a_bad_file_is_told_and_nothing_is_kept(planner: FlaskClient, data: bytes, told: str) -> None:
    answer = _bring(planner, data, title="<b>Kept</b>")

    assert answer.status_code == 422 and told in answer.text
    assert "&lt;b&gt;Kept&lt;/b&gt;" in answer.text and "<b>Kept" not in answer.text
    assert ">None.<" in answer.text


def test_a_file_that_is_too_large_is_refused_unread(planner: FlaskClient) -> None:
    answer = planner.post(
        "/en/planner/first/surveys",
        data=b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=HERE,
        environ_overrides={"CONTENT_LENGTH": str(6 * 1024 * 1024)},
    )

    assert answer.status_code == 413


def test_a_survey_with_few_places_says_why_its_offset_is_no_use(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>", 5))
    page = planner.get(brought.location).text
    refused = planner.post(f"{brought.location}/use", headers=HERE)
    planner.post(f"{brought.location}/remove", headers=HERE)

    assert "Too little was measured" in page and "Use this offset" not in page
    assert refused.status_code == 422 and "Too little was measured" in refused.text


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_survey_that_there_is_not_is_not_found(planner: FlaskClient, number: int) -> None:
    at = f"/en/planner/first/surveys/{number}"

    assert planner.get(at).status_code == 404
    for what in ("use", "compare", "remove"):
        assert planner.post(f"{at}/{what}", headers=HERE).status_code == 404
