"""Warnings on the web: who may warn, and where a warning stands and until when."""

import re
from datetime import datetime, timedelta

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import Role
from portal import staff
from tests.geo.alerts.warned import valid
from tests.webmap.risky_site import BASE, Watch, risky_engine, site, watch

__all__ = ["risky_engine", "site", "watch"]
HERE = {"Sec-Fetch-Site": "same-origin"}
BAD = "<script>window.hacked=1</script>"
PAGES = ("/fr/", "/fr/map", "/fr/monuments", "/fr/places", "/fr/routes", "/fr/about", "/fr/risks", "/fr/data")


def person(site: Flask, name: str, *roles: Role) -> FlaskClient:
    """The browser of somebody who is in."""
    client = site.test_client()
    client.post(f"/desk/enter/{staff.token('test', name, roles or [Role.RISK])}", headers=HERE)
    return client


def form(now: datetime, **changed: str) -> dict[str, str]:
    """A filled-in form."""
    local = now + timedelta(hours=1)
    words = {
        "headline-ar": "ارتفاع الوادي", "description-ar": "الماء يرتفع.", "instruction-ar": "ابتعدوا.",
        "headline-fr": "L'oued monte", "description-fr": BAD, "instruction-fr": "Éloignez-vous.",
    }  # fmt: skip
    return {
        **{"hazard": "flash_flooding", "urgency": "Immediate", "severity": "Severe", "certainty": "Observed"},
        **{"onset": f"{local:%Y-%m-%dT%H:%M}", "expires": f"{local + timedelta(hours=6):%Y-%m-%dT%H:%M}"},
        **{"place": "zone", "zone": "said", "polygon": "", **words, **changed},
    }


def drafted(client: FlaskClient, now: datetime, **changed: str) -> str:
    """Path of a new draft."""
    answer = client.post("/desk/alerts/new", data=form(now, **changed), headers=HERE)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def base_of(client: FlaskClient, path: str) -> dict[str, str]:
    """The field of a page's form that names the draft as it was read."""
    found = re.search(r'name="base" value="(\w+)"', client.get(path).text)
    assert found is not None
    return {"base": found[1]}


def issued(client: FlaskClient, path: str) -> TestResponse:
    """What came of issuing a draft that was read."""
    return client.post(f"{path}/issue", data=base_of(client, path), headers=HERE)


def sent(site: Flask, watch: Watch) -> str:
    """Path of a warning that one drafted and another issued."""
    path = drafted(person(site, "F. Amzil"), watch.time)
    assert issued(person(site, "H. Idrissi"), path).status_code == 303
    site.extensions.pop("published", None)
    return path


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.EDITOR, Role.ADMIN, Role.PLANNER])
def test_only_the_risk_officers_come_to_the_desk(site: Flask, role: Role | None) -> None:
    client = person(site, "Somebody", role) if role else site.test_client()

    for path in ("/desk/alerts", "/desk/alerts/new", "/desk/alerts/1", "/desk/alerts/1.xml"):
        assert client.get(path).status_code == 403
    for path in (
        "/desk/alerts/new",
        "/desk/alerts/1/issue",
        "/desk/alerts/1/discard",
        "/desk/alerts/1/change",
    ):
        assert client.post(path, headers=HERE).status_code == 403


def test_the_drafter_is_refused_also_by_a_direct_post(site: Flask, watch: Watch) -> None:
    client = person(site, "F. Amzil")
    path = drafted(client, watch.time)

    assert "Issue this message" not in client.get(f"{path}?lang=en").text
    for again in (client, person(site, "f.  amzil")):
        answer = again.post(f"{path}/issue", headers=HERE)
        assert answer.status_code == 403
    assert site.test_client().get("/en/risks").text.count('class="banner ') == 0


def test_a_form_of_another_site_issues_nothing(site: Flask, watch: Watch) -> None:
    path = drafted(person(site, "F. Amzil"), watch.time)
    answer = person(site, "H. Idrissi").post(f"{path}/issue", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code in (400, 403)
    assert "L'oued monte" not in site.test_client().get("/fr/risks/warnings").text


def test_what_was_typed_stays_in_a_form_that_is_wrong(site: Flask, watch: Watch) -> None:
    answer = person(site, "F. Amzil").post(
        "/desk/alerts/new?lang=en", data=form(watch.time, expires="2020-01-01T00:00"), headers=HERE
    )

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "ارتفاع الوادي" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_of_two_officers_at_one_draft_the_later_sees_what_the_other_wrote(site: Flask, watch: Watch) -> None:
    one, two = person(site, "F. Amzil"), person(site, "H. Idrissi")
    path = drafted(one, watch.time)
    base = base_of(one, f"{path}/change")
    theirs = form(watch.time, severity="Minor", **{"instruction-fr": "Montez."})
    mine = form(watch.time, **{"instruction-fr": "Partez."})
    assert one.post(f"{path}/change", data={**theirs, **base}, headers=HERE).status_code == 303

    answer = two.post(f"{path}/change?lang=en", data={**mine, **base}, headers=HERE)
    assert answer.status_code == 409
    assert "Somebody else changed this draft" in answer.text
    assert "Montez." in answer.text and ">Partez.</textarea>" in answer.text
    wrong = {**mine, "expires": mine["onset"], **base}
    assert two.post(f"{path}/change", data=wrong, headers=HERE).status_code == 409
    seen = re.search(r'name="base" value="(\w+)"', answer.text)
    assert seen is not None
    assert two.post(f"{path}/change", data={**mine, "base": seen[1]}, headers=HERE).status_code == 303
    assert "Partez." in one.get(path).text


def test_nobody_issues_what_changed_since_they_read_it(site: Flask, watch: Watch) -> None:
    writer, reader = person(site, "F. Amzil"), person(site, "H. Idrissi")
    path = drafted(writer, watch.time)
    base = base_of(reader, path)
    changed = {**form(watch.time, severity="Extreme"), **base_of(writer, f"{path}/change")}
    assert writer.post(f"{path}/change", data=changed, headers=HERE).status_code == 303

    for read in (base, {}):
        answer = reader.post(f"{path}/issue?lang=en", data=read, headers=HERE)
        assert (answer.status_code, "read it again" in answer.text) == (409, True)
    assert issued(reader, path).status_code == 303


def test_a_warning_that_ends_while_its_update_is_written_leaves_what_was_typed(
    site: Flask, watch: Watch
) -> None:
    path = sent(site, watch)
    writer = person(site, "F. Amzil")
    assert writer.get(f"{path}/Update").status_code == 200
    watch.later(hours=8)
    writer = person(site, "F. Amzil")

    later = form(watch.time, **{"headline-fr": "Encore"})
    answer = writer.post(f"{path}/Update?lang=en", data=later, headers=HERE)
    assert answer.status_code == 409
    assert "no longer in force" in answer.text and 'value="Encore"' in answer.text
    assert 'formaction="/desk/alerts/new"' in answer.text
    assert writer.get(f"{path}/Update").status_code == 409
    assert writer.get(f"{path}/Cancel").status_code == 409


def test_who_issues_sees_what_lies_in_the_area(site: Flask, watch: Watch) -> None:
    path = drafted(person(site, "F. Amzil"), watch.time, place="commune")
    page = person(site, "H. Idrissi").get(f"{path}?lang=en").text

    zone = site.test_client().get("/en/risks/zones/high").text
    assert re.search(r"all [\d,]+ inhabitants of the commune", page)
    assert '<path class="l-warned"' in page
    row = re.compile(r'<th scope="row">Monuments</th><td><bdi>(\d+)</bdi>')
    whole, part = row.search(page), row.search(zone)
    assert whole is not None and part is not None
    assert int(whole[1]) > int(part[1])


def test_the_shapes_to_draw_on_are_the_officers_alone(site: Flask) -> None:
    assert site.test_client().get("/desk/alerts/shapes.geojson").status_code != 200
    found = person(site, "F. Amzil").get("/desk/alerts/shapes.geojson").get_json()

    assert [one["id"] for one in found["features"]] == ["commune", "zones/high", "zones/lane", "zones/said"]


def test_a_warning_stands_on_every_page_until_it_ends(site: Flask, watch: Watch) -> None:
    client = site.test_client()
    before = {path: client.get(path) for path in PAGES}
    sent(site, watch)
    during = {path: client.get(path) for path in PAGES}
    arabic = client.get("/ar/map").text
    watch.later(hours=6, minutes=2)
    after = {path: client.get(path) for path in PAGES}

    for path in PAGES:
        assert "L&#39;oued monte" not in before[path].text
        assert "L&#39;oued monte" in during[path].text
        assert 'class="banner ' not in after[path].text
        assert during[path].headers["ETag"] not in (before[path].headers["ETag"], after[path].headers["ETag"])
    assert "ارتفاع الوادي" in arabic
    assert '<p class="exercise">' in arabic
    kept = client.get("/fr/map", headers={"If-None-Match": during["/fr/map"].headers["ETag"]})
    assert kept.status_code == 200


def test_an_all_clear_takes_the_warning_down_and_leaves_it_reachable(site: Flask, watch: Watch) -> None:
    path = sent(site, watch)
    writer, other = person(site, "H. Idrissi"), person(site, "F. Amzil")
    answer = writer.post(f"{path}/Cancel", data=form(watch.time), headers=HERE)
    assert answer.status_code == 303
    assert issued(other, answer.headers["Location"]).status_code == 303
    watch.later(seconds=1)
    client = site.test_client()

    assert 'class="banner ' not in client.get("/fr/").text
    feed = feedparser.parse(client.get("/alerts.atom?lang=fr").data)
    assert feed.bozo == 0
    assert [entry.tags[0].term for entry in feed.entries] == ["Cancel", "Alert"]
    assert [entry.tags[1].term for entry in feed.entries] == ["cancel", "cancelled"]
    for entry in feed.entries:
        html, cap = entry.links
        assert (html.type, cap.type) == ("text/html", "application/cap+xml")
        assert client.get(html.href.removeprefix(BASE)).status_code == 200
        root = valid(client.get(cap.href.removeprefix(BASE)).data)
        assert root.findtext("{*}status") == "Exercise"
        assert root.findtext("{*}info/{*}web", "").startswith(f"{BASE}/ar/risks/warnings/")
    assert all(
        "Exercice" in entry.title
        for entry in feedparser.parse(client.get("/alerts.atom?lang=fr").data).entries
    )


def test_texts_are_shown_and_never_run(site: Flask, watch: Watch) -> None:
    path = sent(site, watch)
    client = site.test_client()
    pages = [client.get(each).text for each in ("/fr/risks", "/fr/risks/warnings", "/fr/map")]
    pages.append(person(site, "F. Amzil").get(f"{path}?lang=fr").text)

    assert all(BAD not in page for page in pages)
    assert "&lt;script&gt;" in pages[0]


def test_the_feed_of_a_quiet_town_is_a_feed(site: Flask) -> None:
    feed = feedparser.parse(site.test_client().get("/alerts.atom").data)

    assert (feed.bozo, feed.entries) == (0, [])


@pytest.mark.parametrize("identifier", ["x", "..", "a" * 500, "%00", "town-20261128-00000000"])
def test_a_warning_that_never_was_is_not_found(client: FlaskClient, identifier: str) -> None:
    assert client.get(f"/alerts/{identifier}.xml").status_code == 404
    assert client.get(f"/fr/risks/warnings/{identifier}").status_code == 404
