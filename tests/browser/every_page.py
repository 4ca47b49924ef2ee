"""What must hold on every page, at every width, in light and dark. Desktop and phone are two files, for two workers."""

import os
from pathlib import Path

import pytest

from course_lib.publishing.inspection.accepted import complaints_of, stale
from course_lib.publishing.inspection.browsing import THEMES, Visit, browser_path, chromium, pages_of, visit

BUILD = Path(os.environ.get("COURSE_BUILD", Path(__file__).parents[2] / "_build")).resolve()  # another, to try a test
HTML = BUILD / "html"
HEAVIEST = 400_000  # bytes, packed; no page needs a library for its figures
needs_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(browser_path() is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
]


def built_pages() -> list[Path]:
    """The pages of the built book; a book that was not built is a failure, since nothing would be tested."""
    pages = pages_of(HTML)
    assert pages, f"{HTML} holds no book: run `make book` first"
    return pages


def all_visits(width: str) -> list[Visit]:
    """Every page once in each theme, each visit bringing all that the tests ask about."""
    with chromium() as browser:
        return [visit(browser, page, HTML, width, theme) for page in built_pages() for theme in THEMES]


def none_of(complaints: list[str]) -> None:
    assert not complaints, f"{len(complaints)}:\n" + "\n".join(dict.fromkeys(complaints))


class EveryPage:
    """The tests, on the visits of the file that inherits them."""

    def test_nothing_comes_from_another_host(self, visits):
        none_of([f"{seen} asks another host: {url}" for seen in visits for url in seen.strangers])

    def test_the_console_is_silent(self, visits):
        none_of([f"{seen}: {said}" for seen in visits for said in seen.console])

    def test_every_picture_says_what_it_shows(self, visits):
        none_of([f"{seen}: no alt text: {element}" for seen in visits for element in seen.unnamed])

    def test_nothing_reaches_beyond_the_window(self, visits):
        none_of([f"{seen}: scrolls sideways: {element}" for seen in visits for element in seen.sticking_out])

    def test_axe_has_no_objection_that_is_not_accepted(self, visits):
        none_of([f"{seen}: {line}" for seen in visits for line in complaints_of(seen.violations)])

    def test_nothing_is_accepted_that_no_page_has(self, visits):
        none_of(
            [f"accepted.py: {rule} occurs no more" for rule in stale(v for seen in visits for v in seen.violations)]
        )

    def test_a_page_is_light(self, visits):
        none_of(
            [f"{seen}: {seen.weight} bytes, packed; at most {HEAVIEST}" for seen in visits if seen.weight > HEAVIEST]
        )
