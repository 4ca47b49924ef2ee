"""Every page on a desktop."""

import pytest
from browser.every_page import EveryPage, all_visits, needs_browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def visits():
    """Every page on a desktop, in light and dark."""
    return all_visits("desktop")


class TestDesktop(EveryPage):
    """The tests of every page."""
