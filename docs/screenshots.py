"""Take the README's two pictures from the built book, a page and a verdict. `make screenshots` runs it."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
IMAGES = ROOT / "docs" / "images"
# Chromium calls its makers at every start; a picture of local files needs nobody.
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def main() -> int:
    """Write docs/images/page.png and verdict.png; return the exit status."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print(
            "Chromium was not found: install it (on Debian: apt install chromium) and run this again.", file=sys.stderr
        )
        return 2
    if not (HTML / "index.html").is_file():
        print("There is no built book: run `make book` first.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, "--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
        picture_of_a_page(page)
        picture_of_a_verdict(page)
        browser.close()
    return 0


def picture_of_a_page(page: Page) -> None:
    """Take the first concept's figure with a slider, and the text around it."""
    page.goto((HTML / "book" / "foundations" / "tensors.html").as_uri())
    figure = page.locator(".course-play").first
    for _ in range(3):  # a picture of something moved
        figure.locator("input").press("ArrowRight")
    figure.locator("input").blur()  # no ring of the keyboard's
    top = figure.evaluate("figure => figure.getBoundingClientRect().top + scrollY")
    page.evaluate("top => scrollTo(0, top)", top - 220)
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / "page.png")


def picture_of_a_verdict(page: Page) -> None:
    """Take the card on the front page, a known mistake called by its name."""
    page.set_viewport_size({"width": 1100, "height": 900})
    page.goto((HTML / "book" / "index.html").as_uri())
    page.locator(".verdict").first.screenshot(path=IMAGES / "verdict.png")


if __name__ == "__main__":
    sys.exit(main())
