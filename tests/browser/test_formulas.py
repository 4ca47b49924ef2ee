"""Formulas as they are drawn: in body text, on a screen of ordinary density, thin strokes are not lost."""

import io

import numpy as np
import pytest
from browser.every_page import HTML, needs_browser
from PIL import Image

pytestmark = needs_browser
SIZES = (14.4, 15.2, 16, 17.28, 17.6, 18)  # px: captions and tables, body text, ours, larger


@pytest.fixture(scope="module")
def notation(browser):
    page = browser.new_page(viewport={"width": 700, "height": 900}, device_scale_factor=1)
    page.goto((HTML / "book" / "notation.html").as_uri())
    page.evaluate("document.fonts.ready")
    return page


def ink(page, sign, size):
    """The share of each row of pixels that is dark, from the sign's first dark row to its last."""
    page.evaluate(f"for (const one of document.querySelectorAll('math')) one.style.fontSize = '{size}px'")
    drawn = page.locator("math").get_by_text(sign, exact=True).first.screenshot()
    dark = 1 - np.asarray(Image.open(io.BytesIO(drawn)).convert("L"), dtype=float) / 255
    dark = dark[:, dark.max(axis=0) > 0.1]
    return dark[dark.max(axis=1) > 0.1].mean(axis=1)


@pytest.mark.parametrize("size", SIZES)
def test_nabla_has_its_bar(notation, size):
    rows = ink(notation, "∇", size)
    assert rows[:3].max() > 0.45, f"∇ reads as V at {size} px: its first rows are {rows[:3].round(2)} dark"


@pytest.mark.parametrize("size", SIZES)
def test_theta_is_closed(notation, size):
    rows = ink(notation, "θ", size)
    top, bottom = rows[:3].max(), rows[-3:].max()
    assert top > 0.8 * bottom, f"θ is open above at {size} px: its rows are {rows.round(2)} dark"
