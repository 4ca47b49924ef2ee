"""Every page on a phone."""

import pytest
from browser.every_page import EveryPage, all_visits, needs_browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def visits():
    """Every page on a phone, in light and dark."""
    return all_visits("phone")


class TestPhone(EveryPage):
    """The tests of every page."""
