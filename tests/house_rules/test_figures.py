"""Every figure says what it shows to a reader who cannot see it, by the one helper that makes sure of it."""

import ast
import re
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, calls, cells, files, none_of, pages, prose, read_page, solutions

SHORTEST_ALT = 25  # as the helper demands when it runs; here it is found before
MAKE_FIGURES = ("subplots", "figure", "subplot_mosaic")


def problems(root: Path) -> list[str]:
    """Say which figure has no alt text, or is shown past the helper."""
    found = []
    for path in [*pages(root), *solutions(root)]:
        for cell in cells(path):
            tree = cell.tree
            found += [f"{at(root, path, cell.line + line - 1)}: {words}" for line, words in sorted(_in_cell(tree))]
    for path in files(root, "book/**/*.md"):
        found += [f"{at(root, path, line)}: {words}" for line, words in _in_prose(path)]
    return found


def _in_cell(tree: ast.Module) -> list[tuple[int, str]]:
    helper, found = list(calls(tree, "show", "play")), []
    for call in helper:
        if isinstance(call.func, ast.Attribute):
            found.append(
                (call.lineno, f"{ast.unparse(call.func)}() shows a figure without alt text; use show(fig, alt=…)")
            )
        elif weak := _weak_alt(call):
            found.append((call.lineno, f"{call.func.id}() {weak}; say in a sentence what the figure shows"))
    makes = [call for call in _at_top(tree) if call in set(calls(tree, *MAKE_FIGURES))]
    if makes and not helper:
        found.append((makes[0].lineno, "this cell makes a figure and does not show() or play() it"))
    return found


def _at_top(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes that run with the cell, not those inside functions it defines."""
    return {
        node for item in tree.body if not isinstance(item, ast.FunctionDef | ast.ClassDef) for node in ast.walk(item)
    }


def _weak_alt(call: ast.Call) -> str:
    value = next((keyword.value for keyword in call.keywords if keyword.arg == "alt"), None)
    if value is None:
        return "has no alt text"
    if isinstance(value, ast.JoinedStr):
        written = "".join(part.value for part in value.values if isinstance(part, ast.Constant))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        written = value.value
    else:
        return "has an alt text that is not written out where it stands"
    return "" if len(written.strip()) >= SHORTEST_ALT else f"has too short an alt text ({written.strip()!r})"


def _in_prose(path: Path) -> list[tuple[int, str]]:
    words, found = prose(path, fences="`"), []
    for match in re.finditer(r"!\[\s*\]\(|<img(?![^>]*\balt=\"[^\"]+\")[^>]*>", words):
        found.append((words.count("\n", 0, match.start()) + 1, "this image has no alt text"))
    images = read_page(path).named("figure", "image")
    return found + [(image.line, f"this {image.name} has no :alt:") for image in images if not image.options.get("alt")]


def test_every_figure_has_alt_text():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


ALT = ', alt="A line that rises twice as steeply as the diagonal."'


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (ALT, "", 26, "show() has no alt text"),
        (ALT, ', alt=""', 26, "show() has too short an alt text ('')"),
        (ALT, ', alt="A figure."', 26, "show() has too short an alt text"),
        (ALT, ", alt=words", 26, "show() has an alt text that is not written out"),
        ("show(fig" + ALT, "plt.show(fig", 26, "plt.show() shows a figure without alt text"),
        ("show(fig" + ALT + ', caption="Twice as steep.")', "ax.plot([1])", 25, "this cell makes a figure"),
        ("How does one double?", "![](double.png)", 9, "this image has no alt text"),
        ("How does one double?", '<img src="double.png">', 9, "this image has no alt text"),
        ("How does one double?", ":::{note}\n![](double.png)\n:::", 10, "this image has no alt text"),
        ("How does one double?", "```{figure} double.png\nA caption\n```", 9, "this figure has no :alt:"),
    ],
)
def test_a_figure_without_alt_text_is_named_with_its_line(house, edit, old, new, line, words):
    edit("book/start/first.md", old, new)
    [problem] = problems(house)
    assert problem.startswith(f"book/start/first.md:{line}: {words}")


def test_a_solution_is_held_to_it_too(house, edit):
    edit("solutions/first.py", "# %% check", "# %%\nshow(figure)\n# %% check")
    assert problems(house) == ["solutions/first.py:17: show() has no alt text; say in a sentence what the figure shows"]
