"""Texts that are listened to: recordings with and without a network, and the device's own voices."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import clock, files, sounds
from core.db import session_of
from core.settings import Settings
from geo import published, recordings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import Open, Town, serving
from tests.journeys.walks import WALK, cut_off, take_along
from tests.recorded import tone

VOICES = """
window.said = [];
const voices = [
  { lang: "fr-FR", name: "here", localService: true }, { lang: "ar-MA", name: "far", localService: false }
];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  known: [], getVoices() { return this.known; },
  speak(what) { window.said.push([what.text, what.lang]); }, cancel() { window.said.push(["cancel", ""]); }
}) });
addEventListener("load", () => {
  speechSynthesis.known = voices;
  speechSynthesis.dispatchEvent(new Event("voiceschanged"));
});
"""
"""Stands in for the voices of a phone, which this browser has none of; they come late, as they do there."""


@pytest.fixture(scope="module")
def spoken_app(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with a recording in French of what is said of the kasbah."""
    root = tmp_path_factory.mktemp("spoken")
    with _database("spoken") as engine:
        load(engine, shipped)
        data = tone(20)
        given = recordings.Given("monuments", "kasbah", "summary", "fr", "Voici la kasbah.", "", "CC0")
        with session_of(engine) as session:
            sound = sounds.checked(data)
            name = files.keep(root, data)
            recordings.keep(session, given, sound, name, len(data), origin="desk", now=clock.now())
            published.touch(session)
            session.commit()
        app = create_app(Settings(SECRET_KEY="test", SIGN_KEY="k", FILES_DIR=str(root)), engine)
        yield app
        app.extensions["scan_counter"].close()


def play(page: Page) -> float:
    """Play from the tenth second until time goes on; how long the recording is."""
    seconds: float = page.locator("audio").evaluate(
        """async (audio) => {
          audio.muted = true;
          audio.currentTime = 10;
          await audio.play();
          while (audio.currentTime < 10.2) await new Promise((next) => audio.addEventListener("timeupdate", next, { once: true }));
          return audio.duration;
        }"""  # noqa: E501
    )
    return seconds


def test_a_recording_is_played_and_read(open_page: Open, spoken_app: Flask, axe: str) -> None:
    with serving(spoken_app) as base:
        page = open_page("/fr/monuments/kasbah", base=base, java_script_enabled=False)
        expect(page.locator("audio")).to_be_visible()
        page.locator(".heard summary").click()
        expect(page.get_by_text("Voici la kasbah.")).to_be_visible()

        page = open_page("/fr/monuments/kasbah", base=base)
        assert play(page) == pytest.approx(20, abs=0.2)
        page.evaluate(axe)
        assert page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"] == []


def test_a_recording_is_taken_along(open_page: Open, spoken_app: Flask) -> None:
    town = Town(spoken_app)
    page = open_page(f"/fr/routes/{WALK}", base=town.base)
    take_along(page)
    cut_off(town, page.context)
    page.goto(f"{town.base}/fr/monuments/kasbah")

    assert play(page) == pytest.approx(20, abs=0.2)


def test_without_a_voice_there_is_no_button(open_page: Open, site: str) -> None:
    page = open_page("/fr/monuments/bab-zorgane")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("speechSynthesis.getVoices().length") == 0
    expect(page.locator(".listen")).to_have_count(0)


def test_a_voice_of_the_device_reads_in_the_texts_own_language(open_page: Open, site: str) -> None:
    page = open_page("/fr/about")
    page.add_init_script(VOICES)
    page.goto(f"{site}/fr/monuments/bab-zorgane")
    button = page.locator(".listen")
    expect(button).to_have_count(1)
    idle = button.inner_text()
    button.click()
    told, lang = page.evaluate("said.at(-1)")
    assert lang == "fr-FR" and told == page.locator(".told").inner_text()
    expect(button).not_to_have_text(idle)
    button.click()
    assert page.evaluate("said.at(-1)") == ["cancel", ""]
    expect(button).to_have_text(idle)

    # A voice that would send the text elsewhere does not count, and Tamazight has none at all.
    for lang in ("ar", "zgh"):
        page.goto(f"{site}/{lang}/monuments/bab-zorgane")
        page.wait_for_load_state("networkidle")
        expect(page.locator(".listen")).to_have_count(0)
