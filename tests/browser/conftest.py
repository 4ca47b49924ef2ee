"""One browser for the tests of a file, and the pages of the built book, one test each."""

import pytest
from browser.every_page import HTML, concept_pages, pages

from course_lib.publishing.inspection.browsing import WIDTHS, chromium


def pytest_generate_tests(metafunc):
    """Give a test each page of the book (`page`), or each concept's (`concept_page`)."""
    for name, found in (("page", pages()), ("concept_page", concept_pages())):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, found, ids=lambda path: path.stem)


@pytest.fixture(scope="session", autouse=True)
def book():
    """A book that was not built is a failure, since nothing would be tested."""
    assert pages(), f"{HTML} holds no book: run `make book` first"


@pytest.fixture(scope="module")
def browser():
    """A browser; a file's own, since one that lives on would be in the way of the PDF's."""
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser):
    """A function that opens a page, with scripts or without, and a desktop's or a phone's window."""
    contexts = []

    def go(page, scripts=True, width="desktop"):
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        contexts.append(browser.new_context(java_script_enabled=scripts, viewport=size))
        page_opened = contexts[-1].new_page()
        page_opened.goto(page.as_uri())
        return page_opened

    yield go
    for context in contexts:
        context.close()
