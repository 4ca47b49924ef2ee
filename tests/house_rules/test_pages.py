"""A page keeps its contract: front matter, ten parts in order, figures, questions."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from house_rules.house import ROOT, at, calls, cells, front_matter, names, none_of, pages, parse, prose, text

PARTS = (
    "By hand",
    "The idea",
    "In code",
    "See it",
    "What it costs",
    "In short",
    "Common mistakes",
    "Check yourself",
    "Exercises",
    "Further reading",
)
FIGURES, PLAYS, QUIZZES = 2, 1, range(3, 6)
COLUMNS = 100  # book/_static/course.css sets the size of code by it


def problems(root: Path) -> list[str]:
    """Say which page breaks which part of the contract."""
    found = []
    for path in pages(root):
        found += [
            f"{at(root, path)}: {words}" for words in (*_front(path, names(root)), *_parts(path), *_contents(path))
        ]
        found += _wide(root, path)
    return found


def _front(path: Path, order: list[str]) -> list[str]:
    matter, found = front_matter(path), []
    needs = matter.get("needs")
    if not isinstance(needs, list):
        found.append("the front matter lacks `needs`, the list of the concepts it builds on ([] for none)")
        needs = []
    if not isinstance(matter.get("minutes"), int) or matter["minutes"] < 1:
        found.append("the front matter lacks `minutes`, how long the page takes to read")
    for need in needs:
        if need not in order:
            found.append(f"it needs {need}, which is no concept of _toc.yml")
        elif order.index(need) >= order.index(path.stem):
            found.append(f"it needs {need}, which comes later in _toc.yml; move one of the two")
    return found


def _parts(path: Path) -> list[str]:
    words = prose(path)
    headings = [heading.strip() for heading in re.findall(r"(?m)^## +(.*)$", words)]
    if headings != list(PARTS):
        missing = [part for part in PARTS if part not in headings]
        extra = [heading for heading in headings if heading not in PARTS]
        detail = (
            f"missing: {', '.join(missing)}"
            if missing
            else f"not of the ten: {', '.join(extra)}"
            if extra
            else "out of order"
        )
        return [f"its ## headings are not the ten parts in order ({detail}); they are {', '.join(PARTS)}"]
    opening = re.search(r"(?ms)^# [^\n]+\n(.*?)^## ", words)
    if not opening or len(opening[1].split()) < 5:
        return ["it does not open with the question and what one can do afterwards, between the title and By hand"]
    return []


def _contents(path: Path) -> list[str]:
    trees = [cell.tree for cell in cells(path)]
    plays = sum(1 for tree in trees for _ in calls(tree, "play"))
    figures = plays + sum(1 for tree in trees for _ in calls(tree, "show"))
    quizzes = len(re.findall(r"(?m)^(?:`{3,}|:{3,})\{quiz\}", text(path)))
    found = []
    if figures < FIGURES:
        found.append(f"it shows {figures} figures; at least {FIGURES} belong on a page")
    if plays < PLAYS:
        found.append("it has nothing to play with; at least one figure is shown by play(…)")
    if quizzes not in QUIZZES:
        found.append(f"it asks {quizzes} questions; three to five {{quiz}} belong under Check yourself")
    for directive in ("common-mistakes", "exercises"):
        if not re.search(rf"(?m)^(?:`{{3,}}|:{{3,}})\{{{directive}\}} *{path.stem} *$", text(path)):
            found.append(f"it lacks the directive {{{directive}}} {path.stem}")
    return found


def _wide(root: Path, path: Path) -> list[str]:
    """Code that a page shows, its own or the library's, fits beside both bars on a laptop."""
    shown = [(path, cell.line, cell.source) for cell in cells(path)]
    for block in MarkdownIt().parse(text(path)):
        if block.type == "fence" and block.map and not block.info.startswith("{"):
            shown.append((path, block.map[0] + 2, block.content))
    for concept, name in re.findall(r"course_lib/(\w+)\.py\n(?:[^`\n].*\n)*?:pyobject: *(\w+)", text(path)):
        module = root / "course_lib" / f"{concept}.py"
        found = [node for node in parse(module).body if getattr(node, "name", "") == name]
        lines = text(module).splitlines()
        shown += [(module, node.lineno, "\n".join(lines[node.lineno - 1 : node.end_lineno])) for node in found]
    return [
        f"{at(root, file, first + i)}: {len(line)} columns of code; {path.name} has room for {COLUMNS}"
        for file, first, source in shown
        for i, line in enumerate(source.splitlines())
        if len(line) > COLUMNS
    ]


def test_every_page_keeps_its_contract():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("needs: []\n", "", "the front matter lacks `needs`"),
        ("minutes: 10\n", "", "the front matter lacks `minutes`"),
        ("needs: []", "needs: [second]", "it needs second, which comes later"),
        ("needs: []", "needs: [magic]", "it needs magic, which is no concept"),
        ("## By hand\n", "", "its ## headings are not the ten parts in order (missing: By hand)"),
        (
            "## By hand\n",
            "## Summary\n## By hand\n",
            "its ## headings are not the ten parts in order (not of the ten: Summary)",
        ),
        (
            "## The idea\n## In code",
            "## In code\n## The idea",
            "its ## headings are not the ten parts in order (out of order)",
        ),
        ("How does one double? After this page you can.", "", "it does not open with the question"),
        ("play([plt", "list([plt", "it shows 1 figures; at least 2"),
        ("play([plt", "list([plt", "it has nothing to play with"),
        (":::{quiz} Three?", ":::{note} Three?", "it asks 2 questions"),
        ("{common-mistakes} first", "{common-mistakes} second", "it lacks the directive {common-mistakes} first"),
        ("{exercises} first", "{note} first", "it lacks the directive {exercises} first"),
    ],
)
def test_what_breaks_the_contract_is_named(house, edit, old, new, words):
    edit("book/start/first.md", old, new)
    assert any(problem.startswith(f"book/start/first.md: {words}") for problem in problems(house))


def test_code_that_a_laptop_would_cut_is_named_with_its_line(house, edit):
    edit("book/start/first.md", "first.double", f"1 + {'1' * 96}\n1 + {'1' * 97}")
    edit("book/start/first.md", ":tags: [hide-input]\n", f":tags: [hide-input]\n1 + {'2' * 98}\n")
    edit(
        "book/start/first.md",
        "## See it\n",
        "```{literalinclude} ../../course_lib/first.py\n:pyobject: double\n```\n"
        f"```python\n1 + {'3' * 99}\n```\n## See it\n",
    )
    edit("course_lib/first.py", "return 2 * values", f"return {' + '.join(['values'] * 12)}")
    assert problems(house) == [
        "book/start/first.md:31: 102 columns of code; first.md has room for 100",
        "book/start/first.md:46: 101 columns of code; first.md has room for 100",
        "book/start/first.md:25: 103 columns of code; first.md has room for 100",
        "course_lib/first.py:17: 116 columns of code; first.md has room for 100",
    ]
