"""The built book that these tests look at, and how they say what is wrong with it."""

import os
from pathlib import Path

import pytest
from house_rules.house import ONLY

from course_lib.publishing.inspection.browsing import browser_path, pages_of

BUILD = Path(os.environ.get("COURSE_BUILD", Path(__file__).parents[2] / "_build")).resolve()  # another, to try a test
HTML = BUILD / "html"
needs_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(browser_path() is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
]


def pages() -> list[Path]:
    """The pages of the built book; under `make concept`, the concept's."""
    return [page for page in pages_of(HTML) if ONLY in ("", page.stem)]


def concept_pages() -> list[Path]:
    """The pages of concepts."""
    return [page for page in pages() if len(page.relative_to(HTML).parts) == 3]


def none_of(complaints: list[str]) -> None:
    assert not complaints, f"{len(complaints)}:\n" + "\n".join(dict.fromkeys(complaints))
