"""A page has two readings: the first is short and plain, and shows before it defines; the second stands in folds."""

import re
from pathlib import Path

import pytest

from course_lib.publishing.inspection.prose import first_reading, median_length
from house_rules.house import ROOT, at, calls, cells, none_of, pages, prose, read_page, text

WORDS, MEDIAN, HARDEST = 1800, 14, 60
HIDDEN_LINES = 45
HIDING = {"hide-input", "hide-cell"}
READ = {
    "deeper",
    "half-truth",
    "in-short",
    "quiz",
    "note",
    "warning",
    "tip",
    "hint",
    "important",
    "seealso",
    "admonition",
}
RUN = {"code-cell", "literalinclude", "math", "common-mistakes", "exercises", "bibliography", "figure", "image"}
LABEL = re.compile(
    r"^\$\$.*\$\$ *\((\S+)\)\s*$|^\$\$ *\((\S+)\)\s*$|^\((\S+)\)=\s*$|^:(?:label|name):\s*(\S+)\s*$", re.M
)


def problems(root: Path) -> list[str]:
    """Say which page is too long, too hard, or shows its formulas too early."""
    found = []
    for path in pages(root):
        for rule in (_length, _hard, _formulas, _hidden, _half_truths, _card, _labels, _fences):
            found += [f"{at(root, path, line)}: {words}" for line, words in rule(path)]
    return found


def _length(path: Path):
    first = first_reading(text(path))
    count, median = sum(sentence.length for sentence in first), median_length(first)
    if count > WORDS:
        yield (
            0,
            f"its first reading has {count} words, at most {WORDS}; what no exercise needs goes into {{deeper}} folds",
        )
    if median > MEDIAN:
        yield 0, f"half its sentences have more than {median:g} words, at most {MEDIAN}; one thought a sentence"


def _hard(path: Path):
    for sentence in first_reading(text(path)):
        if sentence.effort > HARDEST:
            said = " ".join(sentence.words.split()[:12])
            yield (
                sentence.line,
                f"a sentence here must be read twice ({sentence.effort}, at most {HARDEST}): “{said} …”; split it",
            )


def _formulas(path: Path):
    formulas, folds = _displayed(path), read_page(path).named("deeper")
    formulas = [line for line in formulas if not any(fold.line <= line <= fold.last for fold in folds)]
    shown = [cell.line for cell in cells(path) for _ in calls(cell.tree, "show", "play")]
    idea = next((heading.line for heading in read_page(path).headings if heading.title == "The idea"), 0)
    if formulas and formulas[0] < idea:
        yield formulas[0], "a formula stands before The idea; By hand has numbers and a picture, and no formula yet"
    elif formulas and formulas[0] < min(shown, default=10**9):
        yield formulas[0], "this formula comes before any figure; show the idea first, then write it down"


def _displayed(path: Path) -> list[int]:
    """The lines on which displayed formulas begin."""
    blocks = [block.line for block in read_page(path).named("math")]
    outside = read_page(path).without_blocks("`").splitlines()
    signs = [i for i, line in enumerate(outside, 1) if line.lstrip().startswith("$$")]
    alone = [i for i in signs if outside[i - 1].count("$$") == 2]
    opening = [i for i in signs if i not in alone][::2]
    return sorted([*blocks, *alone, *opening])


def _hidden(path: Path):
    for cell in cells(path):
        lines = len(cell.source.strip().splitlines())
        if HIDING.intersection(cell.tags) and lines > HIDDEN_LINES:
            yield (
                cell.line,
                f"this hidden cell has {lines} lines, at most {HIDDEN_LINES}; "
                "course_lib.publishing.figures draws most of what it needs",
            )


def _half_truths(path: Path):
    outside = prose(path).splitlines()
    for number, line in enumerate(outside, 1):
        if re.search(r"\bhalf[- ]truths?\b|⚠", line, flags=re.I):
            yield number, 'a half-truth is named in running text; set it right in a box, :::{half-truth} "…"'


def _card(path: Path):
    page = read_page(path)
    cards = page.named("in-short")
    part = next((heading for heading in page.headings if heading.title == "In short"), None)
    after = next((h.line for h in page.headings if part and h.level <= 2 and h.line > part.line), 10**9)
    if part is None or part.level != 2:
        yield 0, f"it has {len(cards)} cards, and no part In short for them"
    elif len(cards) != 1:
        yield 0, f"it has {len(cards)} cards of what to remember; one :::{{in-short}} stands under In short"
    elif not part.line < cards[0].line < after:
        yield cards[0].line, "the card :::{in-short} stands under In short"


def _labels(path: Path):
    for found in LABEL.finditer(read_page(path).text):
        label = next(filter(None, found.groups()))
        if not label.startswith(f"{path.stem}-"):
            line = read_page(path).text.count("\n", 0, found.start()) + 1
            yield line, f"the label {label} belongs to the whole book; begin it with {path.stem}-"


def _fences(path: Path):
    for block in read_page(path).blocks:
        if block.name in READ and block.mark[0] == "`":
            yield block.line, f"{{{block.name}}} is for reading: fence it with colons, :::{{{block.name}}}"
        if block.name in RUN and block.mark[0] == ":":
            yield block.line, f"{{{block.name}}} is run or fetched: fence it with backquotes, ```{{{block.name}}}"


def test_every_page_has_a_short_and_plain_first_reading():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


OPENING = "How does one double? After this page you can."
FORMULA = "\n\n$$ y = 2x $$ (first-double)\n"
HARD = f"One doubles: so it is; and so on: {'again, ' * 14}b."
LONG = " ".join(["One doubles a number."] * 470)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (OPENING, LONG, ": its first reading has 18"),
        (OPENING, "One doubles all of them, again and again, until no number at all is left. " * 2, ": half its"),
        (OPENING, HARD, ":9: a sentence here must be"),
        (OPENING, OPENING + FORMULA, ":11: a formula stands before The idea"),
        ("## In code\n", f"{FORMULA}## In code\n", ":15: this formula comes before any figure"),
        ("fig, ax = plt.subplots()\n", "fig, ax = plt.subplots()\n" + "pass\n" * 44, "this hidden cell has 46 lines"),
        (OPENING, f"{OPENING} It is a half-truth.", ":9: a half-truth is named in running text"),
        (":::{in-short}", ":::{note}", ": it has 0 cards"),
        ("- Double it.\n:::", "- Double it.\n:::\n\n:::{in-short}\n- a\n:::", ": it has 2 cards"),
        ("## In short\n", "### In short\n", ": it has 1 cards, and no part In short"),
        ("## See it\n", "$$ a $$ (double)\n\n## See it\n", "the label double belongs to the whole book"),
        ("## See it\n", "```{math}\n:label: double\na\n```\n\n## See it\n", "begin it with first-"),
        ("## See it\n", "(here)=\n## See it\n", "the label here belongs to the whole book"),
        (":::{in-short}\n- Double it.\n:::", "```{in-short}\n- Double it.\n```", "{in-short} is for reading"),
        ("```{exercises} first\n```", ":::{exercises} first\n:::", "{exercises} is run or fetched"),
    ],
)
def test_what_makes_a_page_hard_is_named(house, edit, old, new, words):
    edit("book/start/first.md", old, new)
    found = [problem for problem in problems(house) if problem.startswith("book/start/first.md")]
    assert any(words in problem for problem in found), found


def test_what_stands_in_folds_may_be_long_and_hard_and_have_formulas(house, edit):
    fold = f":::{{deeper}} Why\n{LONG}\n\n{HARD}\n\n$$ a $$ (first-a)\n:::\n"
    edit("book/start/first.md", "## The idea\n", f"{fold}\n## The idea\n")
    assert problems(house) == []


def test_a_formula_after_a_figure_is_no_problem(house, edit):
    edit("book/start/first.md", "## What it costs\n", f"{FORMULA}## What it costs\n")
    assert problems(house) == []
