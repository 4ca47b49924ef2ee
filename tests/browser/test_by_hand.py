"""What readers do: answer a quiz by keyboard, search, move a slider, read with scripts off."""

import re

import pytest
from browser.every_page import HTML, concept_pages, needs_browser, none_of, pages

from course_lib.publishing.inspection.browsing import THEMES, WIDTHS, violations

pytestmark = needs_browser
TENSORS = HTML / "book" / "foundations" / "tensors.html"


def follow(page, link):
    """Click, and wait for the page that it leads to."""
    with page.expect_navigation():
        link.click()


def test_a_quiz_is_answered_by_keyboard(opened):
    page = opened(TENSORS)
    quiz = page.locator(".quiz").first
    first, second = quiz.locator(".quiz-choice").all()[:2]
    first.locator("summary").focus()
    assert not first.locator(".quiz-because").is_visible()
    page.keyboard.press("Enter")
    assert first.locator(".quiz-because").is_visible()
    assert re.match(r"(Right|Not this one)\.", first.locator(".quiz-because").inner_text())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert second.locator(".quiz-because").is_visible()
    outline = second.locator("summary").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline != "none", "the choice that the keyboard is on does not show it"


def test_each_question_has_one_right_answer_and_says_why_the_others_are_wrong(opened, concept_page):
    complaints = []
    page = opened(concept_page)
    quizzes = page.locator(".quiz").all()
    if not 3 <= len(quizzes) <= 5:
        complaints.append(f"{concept_page.name}: {len(quizzes)} questions, not three to five")
    for quiz in quizzes:
        question = quiz.locator(".quiz-question").inner_text()
        says = quiz.locator(".quiz-because").all_text_contents()
        right = sum(text.strip().startswith("Right.") for text in says)
        if right != 1 or min(map(len, says)) < 20:
            complaints.append(f"{concept_page.name}: {question!r}: {right} right answers, reasons {says}")
    none_of(complaints)


def test_search_finds_a_term_and_leads_to_its_page(opened):
    page = opened(TENSORS)
    page.keyboard.press("Control+K")
    page.keyboard.type("causal mask")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=causal*")
    result = page.locator("#search-results a", has_text="Attention masks").first
    result.wait_for()
    result.click()
    assert page.locator("h1").first.inner_text().startswith("Attention masks")


def test_the_map_leads_to_every_concept(opened):
    for number, box in enumerate(opened(HTML / "book" / "index.html").locator(".concept-map a").all()):
        title = box.text_content()
        page = opened(HTML / "book" / "index.html")
        follow(page, page.locator(".concept-map a").nth(number))
        assert page.locator("article h1").inner_text().rstrip("#") == title
    assert number + 1 == len(concept_pages())


def test_next_leads_through_the_whole_book_and_previous_back(opened):
    page, way = opened(HTML / "book" / "index.html"), []
    while page.locator(".right-next").count():
        assert page.url not in way, "next leads back to where the reader was"
        way.append(page.url)
        follow(page, page.locator(".right-next"))
    in_the_book = {file.as_uri() for file in pages() if file.is_relative_to(HTML / "book")}
    assert {*way, page.url} == in_the_book
    for url in reversed(way):
        follow(page, page.locator(".left-prev"))
        assert page.url == url


def test_a_slider_changes_its_figure_on_every_page(opened, concept_page):
    complaints = []
    page = opened(concept_page)
    players = page.locator(".course-play").all()
    if not players:
        complaints.append(f"{concept_page.name}: no figure that the reader can move")
    for number, player in enumerate(players, 1):
        visible = player.locator("svg:visible")
        before = visible.get_attribute("aria-label")
        player.locator("input[type=range]").press("ArrowRight")
        value, told = player.locator("output").inner_text(), player.locator("input").get_attribute("aria-valuetext")
        if value != told or not visible.get_attribute("aria-label").startswith(
            f"{player.locator('label').inner_text()} {value}"
        ):
            complaints.append(f"{concept_page.name}: figure {number} shows {value!r} and tells {told!r}")
        if visible.count() != 1 or visible.get_attribute("aria-label") == before:
            complaints.append(f"{concept_page.name}: figure {number} stays as it is: {before}")
    none_of(complaints)


def test_without_scripts_formulas_quizzes_and_figures_are_read(opened, concept_page):
    complaints = []
    page = opened(concept_page, scripts=False)
    for fold in page.locator("details").all():
        if fold.get_attribute("open") is None:
            fold.locator("> summary").click()
    formulas, shown = page.locator("math").count(), page.locator("math:visible").count()
    if not formulas or shown != formulas:
        complaints.append(f"{concept_page.name}: {shown} of {formulas} formulas are seen")
    for what in (".quiz-question", ".quiz-choice > summary", ".quiz-because", ".course-figure svg", ".mistake"):
        there, seen = page.locator(what).count(), page.locator(f"{what}:visible").count()
        if not there or seen != there:
            complaints.append(f"{concept_page.name}: {seen} of {there} {what} are seen")
    if dead := page.locator("input[type=range]:visible").count():
        complaints.append(f"{concept_page.name}: {dead} sliders that nothing moves")
    if raw := re.findall(r"\\(?:frac|begin|sum|theta)\b.{0,40}", page.locator("article").inner_text()):
        complaints.append(f"{concept_page.name}: TeX instead of a formula: {raw[:3]}")
    none_of(complaints)


def test_without_scripts_no_button_is_dead(opened):
    page = opened(TENSORS, scripts=False)
    dead = page.locator(".theme-switch-button:visible, .search-button:visible").all()
    none_of([f"tensors.html: a button that needs scripts: {button.get_attribute('class')}" for button in dead])


def test_a_formula_wider_than_a_phone_scrolls_in_its_own_box(opened):
    page = opened(TENSORS, width="phone")
    box = page.locator(".formula").first
    box.evaluate("e => e.querySelector('math').style.width = '900px'")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"][0]


def test_a_laptop_shows_code_whole(opened, concept_page):
    complaints = []
    page = opened(concept_page)
    cut = page.evaluate(
        "[...document.querySelectorAll('article details')].forEach(e => e.open = true), "
        "[...document.querySelectorAll('article pre')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.textContent.slice(0, 60))"
    )
    complaints += [f"{concept_page.name}: scrolls sideways: {code!r}" for code in cut]
    none_of(complaints)


def test_a_table_that_scrolls_on_a_phone_has_room_for_its_words(opened):
    page = opened(HTML / "book" / "sequences" / "attention_masks.html", width="phone")
    box = page.locator(".pst-scrollable-table-container", has_text="Hugging Face")
    assert box.get_attribute("data-wide") is None, "it fits"
    box.evaluate("e => { e.querySelector('table').style.minWidth = '500px'; dispatchEvent(new Event('load')); }")
    assert box.get_attribute("data-wide") == ""
    assert "gradient" in box.evaluate("box => getComputedStyle(box).maskImage"), "it fades where it goes on"
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    page.wait_for_function("box => box.dataset.wide === 'end'", arg=box.element_handle())
    assert box.evaluate("box => getComputedStyle(box).maskImage") == "none"
    assert box.evaluate("e => e.tabIndex") == 0, "the keyboard scrolls it"
    box.evaluate("e => e.querySelector('table').style.minWidth = ''")
    narrowest = box.evaluate("e => Math.min(...[...e.querySelectorAll('td')].map(cell => cell.clientWidth))")
    assert narrowest > 120
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"][0]


def test_the_sign_of_a_root_stands_on_the_line_and_a_comma_stays_with_its_formula(opened):
    page = opened(HTML / "book" / "training" / "optimizers.html")
    root, letter = page.locator("p:has(msqrt > mi:text-is('κ'))").first.evaluate(
        "p => [p.querySelector('msqrt'), p.querySelector('msqrt > mi')].map(e => e.getBoundingClientRect().bottom)"
    )
    assert root - letter < 8, "the sign hangs below its letter"
    prime = page.goto(TENSORS.as_uri()) and page.locator("math .prime > mo").first
    base = page.locator("math *:has(> .prime) > mi").first
    assert prime.bounding_box()["y"] >= base.bounding_box()["y"] - 8, "the prime flies above its letter"
    lone = page.evaluate(
        "[...document.querySelectorAll('article span.math')].filter(e => /^[.,;:]/.test(e.nextSibling?.data || '') "
        "&& !e.closest('.whole')).map(e => e.parentElement.textContent.slice(0, 60))"
    )
    none_of(lone)


def test_equations_are_numbered_and_referred_to_by_number(opened):
    page = opened(TENSORS)
    numbers = page.locator("div.math .eqno").all_inner_texts()
    assert [re.sub(r"\D", "", number) for number in numbers] == [str(i) for i in range(1, len(numbers) + 1)]
    reference = page.locator("article a.reference[href='#equation-tensors-address']").first
    assert reference.inner_text() == "(1)"


def test_formulas_are_drawn_in_the_books_own_font(opened):
    page = opened(TENSORS)
    page.locator("math").first.scroll_into_view_if_needed()
    loaded = page.evaluate(
        "document.fonts.ready.then(fonts => [...fonts].filter(f => f.status == 'loaded').map(f => f.family))"
    )
    assert any("Course Math" in family for family in loaded), f"loaded: {loaded}"


def test_no_letter_of_a_formula_comes_from_the_readers_system(opened):
    strange = []
    for file in (HTML / "book" / "notation.html", HTML / "book" / "training" / "optimizers.html"):
        page = opened(file)
        page.evaluate("document.fonts.ready")
        ask = page.context.new_cdp_session(page).send
        ask("DOM.enable"), ask("CSS.enable")
        root = ask("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        for node in ask("DOM.querySelectorAll", {"nodeId": root, "selector": "math mi, math mo"})["nodeIds"]:
            fonts = ask("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            if names := [font["familyName"] for font in fonts if not font["isCustomFont"]]:
                strange.append(f"{file.name}: {ask('DOM.getOuterHTML', {'nodeId': node})['outerHTML']}: {names}")
    none_of(strange)


@pytest.mark.parametrize("theme", THEMES)
def test_one_element_of_each_kind_stands_for_all_of_them(browser, theme):
    """Pale text, put where it is neither the first nor alone of its kind, is found from a sample as from the whole."""
    page = browser.new_context(color_scheme=theme, reduced_motion="reduce").new_page()
    page.goto((HTML / "book" / "index.html").as_uri())
    assert violations(page, theme, everywhere=False) == []
    page.locator("article p").nth(4).evaluate("p => p.style.color = '#888'")
    page.locator("article li").last.evaluate("li => li.style.background = '#888'")
    for everywhere in (True, False):
        [found] = violations(page, theme, everywhere)
        assert found["rule"] == "color-contrast"
        assert any("#888888" in element for element in found["elements"])


def test_on_a_phone_the_menus_of_chapters_and_of_the_page_open_and_lead_on(opened):
    page = opened(TENSORS, width="phone")
    page.locator(".primary-toggle:visible").press("Enter")
    page.get_by_role("dialog", name="Chapters").get_by_role("link", name="Optimizers").click()
    page.wait_for_url("**/optimizers.html")
    page.locator(".secondary-toggle:visible").click()
    menu = page.get_by_role("dialog", name="On this page")
    menu.get_by_role("link", name="By hand").click()
    assert not menu.is_visible()
    page.wait_for_function("Math.abs(document.getElementById('by-hand').getBoundingClientRect().top) < 100")
    page.locator(".secondary-toggle:visible").press("Enter")
    menu.wait_for()
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert page.evaluate("document.activeElement.classList.contains('secondary-toggle')"), "the focus is lost"


def test_on_a_desktop_the_chapters_give_way_and_come_back(opened):
    page = opened(TENSORS)
    page.set_viewport_size({"width": 1900, "height": 900})
    text, menu, button = page.locator("main.bd-main"), page.locator(".bd-sidebar-primary"), ".primary-toggle:visible"
    beside, width = text.bounding_box()["x"], menu.bounding_box()["width"]
    page.locator(button).click()
    page.wait_for_timeout(500)
    assert not menu.is_visible()
    assert text.bounding_box()["x"] == beside - width, "the page does not take just the room of the chapters"
    page.locator(button).click()
    page.wait_for_timeout(500)
    assert menu.is_visible()
    assert text.bounding_box()["x"] == beside


def test_what_the_keyboard_is_on_is_seen(opened):
    unseen = []
    for width in WIDTHS:
        page = opened(TENSORS, width=width)
        for _ in range(20):
            page.keyboard.press("Tab")
            name, seen = page.evaluate(
                "(([e, s]) => [e.ariaLabel || e.textContent.trim(), s.outlineStyle != 'none' && s.outlineWidth != '0px'"
                " || s.boxShadow != 'none'])([document.activeElement, getComputedStyle(document.activeElement)])"
            )
            unseen += [] if seen else [f"{width}: {name!r} does not show that the keyboard is on it"]
    none_of(unseen)


def test_a_folder_is_searched_in_silence(opened):
    page = opened(HTML / "search.html")
    said = []
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{(HTML / 'search.html').as_uri()}?q=텐서")
    page.locator("#search-results a", has_text="Tensors").wait_for()
    page.locator(".search-summary", has_text="Search finished").wait_for()
    none_of(said)


def test_without_scripts_a_phone_shows_the_chapters_and_no_dead_button(opened):
    page = opened(TENSORS, scripts=False, width="phone")
    assert page.get_by_role("navigation", name="Main").get_by_role("link", name="Optimizers").is_visible()
    assert page.get_by_role("heading", level=1).bounding_box()["y"] < 800, "the page itself is far down"
    dead = page.locator("button:visible").all()
    none_of([f"a button that needs scripts: {button.evaluate('e => e.outerHTML')[:120]}" for button in dead])
