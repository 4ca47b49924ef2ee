"""Folds, half-truths and the card of a page: as written, in the book, in a browser, in a notebook and on paper."""

import re

import nbformat
import pytest
from publishing.test_book import ROOT, build, tiny

from course_lib.publishing.directives.split_folds import FoldError, split_folds
from course_lib.publishing.inspection.browsing import browser_path, chromium
from course_lib.publishing.one_file.printed import articles

needs_browser = pytest.mark.skipif(browser_path() is None, reason="no Chromium is installed")
CELL = "```{code-cell} ipython3\n1 + 1\n```\n"
TEXT = r"""
See [the fold](#deeper-why-x-is-uphill), {eq}`sums-one`.

:::{deeper} Why `x` is uphill

A zebra stands here.

$$ a = b $$ (sums-one)
:::

::::{deeper} With a cell

A quagga stands here.

:::{half-truth} "Masks save `time`"
They cost some.
:::

```{code-cell} ipython3
print("the cell", "ran")
```

After the cell.

::::

## In short

:::{in-short}
- Remember $x$.
- Use `relu`.
:::
"""


def test_a_fold_without_cells_stays_as_it_is():
    text = ":::{deeper} Why\nText.\n:::\n"
    assert split_folds(text) == text


def test_a_fold_with_a_cell_becomes_two_marks_and_no_line_moves():
    text = f"# A\n::::{{deeper}} Why `x`\n\nText.\n\n{CELL}\n::::\nAfter\n"
    made = split_folds(text)
    assert made == f"# A\n::::{{deeper-begins}} Why `x`\n::::\nText.\n\n{CELL}::::{{deeper-ends}}\n::::\nAfter\n"
    assert made.count("\n") == text.count("\n")


def test_what_only_looks_like_a_fold_is_left_alone():
    text = f"````\n:::{{deeper}} Why\n\n{CELL}\n:::\n````\n"
    assert split_folds(text) == text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (":::{deeper} Why\nText.\n", 1, "the fold 'Why' is never closed: end it with :::"),
        (":::{deeper} Why\n\n:::{note}\nText.\n:::\n:::\n", 3, "begin and end the fold with 4 colons"),
        (
            f":::{{deeper}} Why\n{CELL}\n:::\n",
            2,
            "the fold 'Why' holds a code cell, so it needs an empty line after",
        ),
        (f":::{{deeper}} Why\n\n{CELL}:::\n", 5, "needs an empty line before its last"),
        (f":::{{deeper}} Why\n\n### More\n\n{CELL}\n:::\n", 3, "the heading 'More' stands in the fold 'Why'"),
    ],
)
def test_a_fold_that_cannot_be_read_is_named_with_its_line(text, line, words):
    with pytest.raises(FoldError, match=re.escape(words)) as caught:
        split_folds(text)
    assert caught.value.line == line


def test_a_comment_in_a_cell_is_no_heading():
    text = f":::{{deeper}} Why\n\n{CELL.replace('1 + 1', '# two')}\n:::\n"
    assert "{deeper-begins}" in split_folds(text)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A tiny book with one page that has all three, and where it was built."""
    root = tiny.__wrapped__(tmp_path_factory.mktemp("readings"))
    page = root / "book/part/sums.md"
    page.write_text(page.read_text() + TEXT)
    (root / "book/_static/course.css").write_text((ROOT / "book/_static/course.css").read_text())
    built = build(root)
    assert built.returncode == 0, built.stderr
    return root / "_build"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser, book):
    """A function that opens the page at a place, with scripts or without."""
    contexts = []

    def go(place="", scripts=True):
        contexts.append(browser.new_context(java_script_enabled=scripts))
        page = contexts[-1].new_page()
        page.goto((book / "html/book/part/sums.html").as_uri() + place)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.slow
def test_the_cell_of_a_fold_is_run_and_stands_in_it(book):
    page = (book / "html/book/part/sums.html").read_text()
    fold = page[page.index('id="deeper-with-a-cell"') :]
    fold = fold[: fold.index("</details>")]
    assert "the cell ran" in fold
    assert "After the cell." in fold
    assert '<q class="half-truth-says">Masks save' in fold


@pytest.mark.slow
def test_the_search_of_the_book_knows_what_stands_in_folds(book):
    index = (book / "html/searchindex.js").read_text()
    for word in ("zebra", "quagga"):
        assert f'"{word}"' in index or f"{word}:" in index


@pytest.mark.slow
def test_a_notebook_has_the_fold_and_the_cell(book):
    cells = nbformat.read(book / "notebooks/sums.ipynb", 4).cells
    words = "\n".join(cell.source for cell in cells)
    assert "<details><summary><b>Deeper: Why <code>x</code> is uphill</b></summary>\n\nA zebra" in words
    assert "\n---\n\n**Deeper: With a cell** (as far as the next line across)\n" in words
    assert '> **Half-truth:** "Masks save `time`"\n>\n> They cost some.' in words
    assert "After the cell.\n\n---" in words, "without the empty line it would be a heading"
    assert 'print("the cell", "ran")' in [cell.source for cell in cells if cell.cell_type == "code"]
    assert ":::" not in words


@pytest.mark.slow
def test_the_printed_book_shows_folds_open_under_their_titles(book):
    from course_lib.publishing.contents import read_contents

    contents = read_contents(book.parent, book.parent / "_toc.yml")
    body = next(a.body for a in articles(contents, book / "html", lambda key, place: f"#{place}") if a.title == "Sums")
    assert '<p class="deeper-of"><span class="deeper-label">Deeper</span>' in body
    assert "A zebra stands here." in body
    assert "<details" not in body


@pytest.mark.slow
@needs_browser
def test_a_fold_is_closed_until_it_is_opened_by_keyboard(opened):
    page = opened(scripts=False)
    fold = page.locator("#deeper-why-x-is-uphill")
    assert not fold.get_by_text("zebra").is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_by_text("zebra").is_visible()


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("place", ["#equation-sums-one", "#deeper-why-x-is-uphill", "#:~:text=zebra"])
def test_a_fold_opens_where_a_link_or_a_found_text_leads(opened, place):
    page = opened(place)
    page.locator("#deeper-why-x-is-uphill[open]").wait_for()
    assert page.locator("#deeper-with-a-cell[open]").count() == 0


@pytest.mark.slow
@needs_browser
def test_a_fold_opens_where_the_books_search_found_a_word(opened):
    page = opened("?highlight=quagga")
    page.locator("#deeper-with-a-cell[open] .highlighted").wait_for()
    assert page.locator("#deeper-why-x-is-uphill[open]").count() == 0


@pytest.mark.slow
@needs_browser
def test_a_fold_is_closed_again_when_the_page_is_opened_again(opened):
    page = opened("#deeper-why-x-is-uphill")
    page.locator("#deeper-why-x-is-uphill[open]").wait_for()
    page.goto(page.url.partition("#")[0] + "?again")
    assert page.locator("details.deeper[open]").count() == 0


@pytest.mark.slow
@needs_browser
def test_paper_shows_what_stands_in_closed_folds_without_scripts(opened):
    page = opened(scripts=False)
    inside = page.locator("#deeper-why-x-is-uphill").get_by_text("zebra")
    assert not inside.evaluate("e => e.checkVisibility()")
    page.emulate_media(media="print")
    assert inside.evaluate("e => e.checkVisibility()")


@pytest.mark.slow
@needs_browser
def test_folds_open_for_the_printer_and_close_again(opened):
    page = opened()
    page.locator("#deeper-with-a-cell > summary").click()
    count = "document.querySelectorAll('details.deeper[open]').length"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.onPaper = {count}; }})")
    page.pdf()
    assert page.evaluate("window.onPaper") == 2
    assert page.evaluate(count) == 1, "the one that was open stays so"


@pytest.mark.slow
@needs_browser
def test_a_half_truth_says_that_it_is_one_to_those_who_do_not_see_it(opened):
    page = opened("#deeper-with-a-cell")
    page.locator("#deeper-with-a-cell[open]").wait_for()
    assert page.get_by_role("note", name="Half-truth Masks save time").is_visible()


WRONG = """
:::{deeper}
No title.
:::

:::{deeper} Empty
:::

:::{half-truth} Masks save time
They cost some.
:::

:::{half-truth} "Masks save time"
:::

:::{in-short}
Text and

- a list
:::

:::{in-short}
- 1
- 2
- 3
- 4
- 5
- 6
- 7
- 8
:::

:::{deeper} Open

```{code-cell} ipython3
1
```
"""


@pytest.mark.slow
def test_what_would_mislead_stops_the_build_with_its_line(tiny):
    page = tiny / "book/part/products.md"
    first = page.read_text().count("\n")
    page.write_text(page.read_text() + WRONG)
    failed = build(tiny)
    assert failed.returncode == 1
    assert f"products.md:{first + 33}: the fold 'Open' is never closed" in failed.stderr
    page.write_text(page.read_text().partition(":::{deeper} Open")[0])
    failed = build(tiny)
    assert failed.returncode == 1
    for line, words in (
        (2, "deeper: a fold needs a title"),
        (6, "deeper: the fold 'Empty' is empty"),
        (9, "half-truth: what people say stands in quotes"),
        (13, 'half-truth: the half-truth "Masks save time" is not set right'),
        (16, "in-short: the card is one list of at most 7 items"),
        (22, "in-short: the card has 8 items, at most 7"),
    ):
        assert f"products.md:{first + line}: WARNING: {words}" in failed.stderr, failed.stderr
