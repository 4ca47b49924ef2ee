"""What must hold on every page, on a desktop and a phone, in light and dark."""

import pytest
from browser.every_page import HTML, needs_browser, none_of, pages

from course_lib.publishing.inspection.accepted import complaints_of, stale
from course_lib.publishing.inspection.browsing import THEMES, WIDTHS, visit

pytestmark = needs_browser
HEAVIEST = 400_000  # bytes, packed; no page needs a library for its figures


def complaints(seen):
    """Say what a reader would trip over on a visit."""
    yield from (f"asks another host: {url}" for url in seen.strangers)
    yield from seen.console
    yield from (f"no alt text: {element}" for element in seen.unnamed)
    yield from (f"scrolls sideways: {element}" for element in seen.sticking_out)
    yield from (f"the words of a figure are too small: {words}" for words in seen.small_words)
    yield from complaints_of(seen.violations)
    if seen.weight > HEAVIEST:
        yield f"{seen.weight} bytes, packed; at most {HEAVIEST}"


@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_trips_over_anything_on_a_page(browser, page, width):
    visits = [visit(browser, page, HTML, width, theme) for theme in THEMES]
    none_of([f"{seen}: {words}" for seen in visits for words in complaints(seen)])


def test_nothing_is_accepted_that_no_page_has(browser):
    found = []
    for page in pages():
        if stale(found):
            found += visit(browser, page, HTML, "desktop", "light").violations
    none_of([f"accepted.py: {rule} occurs no more" for rule in stale(found)])


BROKEN = """<html lang="en"><head><title>Broken</title></head><body><main><h1>Broken</h1>
<img src="none.png"><p style="width: 2000px">Wide.</p><script src="https://example.org/x.js"></script>
<p style="color: #999">Pale.</p><script>console.error("Alas")</script></main></body></html>"""


def test_a_page_on_which_everything_is_wrong_is_told_so(browser, tmp_path):
    (tmp_path / "broken.html").write_text(BROKEN)
    said = list(complaints(visit(browser, tmp_path / "broken.html", tmp_path, "desktop", "light")))
    for words in ("asks another host: https://example.org/x.js", "Alas", "no alt text", "not loaded"):
        assert any(words in complaint for complaint in said), words
    for words in ("scrolls sideways: <p", "color-contrast (serious)"):
        assert any(complaint.startswith(words) for complaint in said), words
