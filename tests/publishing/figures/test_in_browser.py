"""Figures to play with, in a real browser: by keyboard, several on a page, and with scripts off."""

import shutil

import matplotlib.pyplot as plt
import pytest

from course_lib.publishing.figures import play

playwright = pytest.importorskip("playwright.sync_api")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
]
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def page_of_two(tmp_path, monkeypatch):
    """A page with two players: shift 0, 1, 2 and scale 0, 1, 2."""
    made = []
    monkeypatch.setattr("IPython.display.display", made.append)
    for label in ("shift", "scale"):
        frames = []
        for k in range(3):
            fig, ax = plt.subplots(figsize=(3, 2))
            ax.plot([0, k])
            frames.append(fig)
        play(frames, alt=f"A line that rises with the {label}, from left to right", label=label)
    path = tmp_path / "page.html"
    path.write_text("<!DOCTYPE html><meta charset='utf-8'>" + "".join(shown.html for shown in made))
    return path.as_uri()


@pytest.fixture
def open_page():
    """A function that opens a page, with scripts or without."""
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=OPTIONS)

        def go(address, scripts=True):
            page = browser.new_context(java_script_enabled=scripts, viewport={"width": 375, "height": 700}).new_page()
            page.goto(address)
            return page

        yield go
        browser.close()


def test_the_keyboard_moves_one_player_and_leaves_the_other(page_of_two, open_page):
    page = open_page(page_of_two)
    shift, scale = page.locator(".course-play").all()
    assert shift.locator("details:visible svg").get_attribute("aria-label").endswith("(shift 0)")
    page.get_by_label("shift", exact=True).press("ArrowRight")
    assert shift.locator("details:visible svg").get_attribute("aria-label").endswith("(shift 1)")
    assert shift.locator("output").text_content() == "1"
    assert page.get_by_label("shift", exact=True).get_attribute("aria-valuetext") == "1"
    assert scale.locator("details:visible svg").get_attribute("aria-label").endswith("(scale 0)")
    page.get_by_label("scale", exact=True).press("End")
    assert scale.locator("details:visible svg").get_attribute("aria-label").endswith("(scale 2)")


def test_without_scripts_there_is_no_dead_slider_and_every_frame_opens(page_of_two, open_page):
    page = open_page(page_of_two, scripts=False)
    assert page.locator("input:visible").count() == 0
    assert page.locator("summary:visible").count() == 6
    assert page.locator("svg:visible").count() == 2
    page.get_by_text("shift 2").click()
    assert page.locator("svg:visible").count() == 3


def test_a_player_fits_a_phone(page_of_two, open_page):
    page = open_page(page_of_two)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
