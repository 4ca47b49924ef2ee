"""Docstrings cite an equation of a page by its label, and some page defines that label."""

from pathlib import Path

from course_lib.publishing.contents import read_contents
from course_lib.publishing.equations import equations_of, unknown
from house_rules.house import ROOT, concept_modules, files, none_of


def problems(root: Path) -> list[str]:
    """Say which file of the library cites a label that no page defines."""
    equations = equations_of(read_contents(root))
    sources = [*concept_modules(root), *files(root, "course_lib/*/**/*.py")]
    found = [problem for path in sources for problem in unknown(path, equations)]
    return [problem.removeprefix(f"{root}/") for problem in found]


def test_every_label_that_the_library_cites_is_defined_by_a_page():
    none_of(problems(ROOT))


def test_docstrings_cite_by_label():
    cited = [path.read_text(encoding="utf-8").count("{eq}`") for path in concept_modules(ROOT)]
    assert sum(cited) >= 30


def test_a_house_in_order_has_no_problem(house, edit):
    assert problems(house) == []
    edit("course_lib/first.py", "Euclid, V", "{eq}`first-double`")
    edit("book/start/first.md", "## In code", "```{math}\n:label: first-double\ny = 2x\n```\n## In code")
    assert problems(house) == []


def test_a_label_that_no_page_defines_is_named_with_file_line_and_what_to_do(house, edit):
    edit("course_lib/first.py", "Euclid, V", "{eq}`first-duoble`")
    [problem] = problems(house)
    assert problem.startswith("course_lib/first.py:10: cites the equation first-duoble, which no page defines")
    assert problem.endswith("give the equation this label on its page")
    edit("book/start/second.md", "## In code", "$$\ny = 2x\n$$ (first-double)\n\n## In code")
    [problem] = problems(house)
    assert "did you mean first-double?" in problem
