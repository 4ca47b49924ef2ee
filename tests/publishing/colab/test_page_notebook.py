"""A page as a notebook: title first, folds with names, and the library's code in cells that run."""

import math
import sys
import types

import nbformat
import pytest

from course_lib.publishing.colab.page_notebook import page_notebook
from course_lib.publishing.contents import Contents, Page

FILES = "https://github.com/some/where/blob/main"
COLAB = "https://colab.research.google.com/github/some/where/blob/notebooks/other.ipynb"


def executed(*cells):
    """A notebook as it comes from its page: texts are Markdown."""
    made = [nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def test_a_notebook_says_below_its_title_what_the_page_needs_and_how_long_it_takes(book):
    page, contents = book
    notation = Page("book/notation", contents.root / "book/notation.md", "Notation")
    contents = Contents(contents.root, (*contents.pages, notation))
    ran, rest = executed("# Idea\nText", "## More"), f"symbols as in [Notation]({FILES}/book/notation.md)"
    first, install, second, third = page_notebook(ran, page, contents).cells
    assert first.source == f"# Idea\n\n30 minutes · needs [Other]({COLAB}) · {rest}"
    assert (install.id, second.source, third.source) == ("install", "Text", "## More")


def test_hidden_code_that_draws_nothing_arrives_folded_under_the_heading_it_belongs_to(book):
    hidden, seen = nbformat.v4.new_code_cell("2", metadata={"tags": ["hide-input"]}), nbformat.v4.new_code_cell("3")
    notebook = executed("# Idea\n\n### See `it`\n\n```python\n# no heading\n```\nText", hidden, seen)
    *_, folded, last = page_notebook(notebook, *book).cells
    assert folded.source == "# @title Code: See `it`\n2"
    assert folded.metadata == {"tags": ["hide-input"], "cellView": "form", "jupyter": {"source_hidden": True}}
    assert (last.source, last.metadata) == ("3", {})
    assert hidden.source == "2", "the executed notebook stays as it was"


def test_below_the_title_the_course_is_installed_and_the_notebook_stays_the_same(book):
    ran = executed("# Idea", nbformat.v4.new_code_cell("1 + 1"))
    made = page_notebook(ran, *book)
    assert nbformat.writes(made) == nbformat.writes(page_notebook(ran, *book))
    title, first, _ = made.cells
    assert '%pip install --quiet "course_lib[pages] @ git+https://github.com/some/where"' in first.source
    assert "Change runtime type → GPU" in first.source
    assert first.outputs == []
    assert title.source.startswith("# Idea\n")


def test_hidden_code_arrives_folded_under_the_name_of_what_it_draws(book):
    code = "fig, ax = plt.subplots()\n%time\nshow(fig, alt=f'A line of {n} dots, each bigger; the last is red.')"
    hidden = nbformat.v4.new_code_cell(code, metadata={"tags": ["hide-input"]})
    *_, folded = page_notebook(executed("# Idea", hidden), *book).cells
    assert folded.source == f"# @title Code: A line of … dots, each bigger\n{code}"


LISTING = "```{{literalinclude}} ../../course_lib/idea.py\n:pyobject: {}\n```"
LIBRARY = """
import os
import numpy as np
from math import cos, sin

FACTOR: int = 2
UNUSED = 3

def helper(x):
    return FACTOR * x

class Base:
    pass

def turned(x: np.ndarray) -> float:
    \"\"\"Turn it, by {eq}`idea-one`.\"\"\"
    return helper(sin(x))

class Layer(Base):
    def forward(self, x):
        return turned(x)
"""


@pytest.fixture
def library(book):
    page, contents = book
    (contents.root / "course_lib").mkdir()
    (contents.root / "course_lib/idea.py").write_text(LIBRARY)
    page.path.write_text("# Idea\n\n```{math}\n:label: idea-one\na\n```\n")
    return book


def test_the_librarys_code_stands_in_a_cell_that_runs_by_itself(library):
    text = f"# Idea\n\nBefore.\n\n{LISTING.format('turned')}\nBetween.\n\n{LISTING.format('Layer')}"
    title, install, before, function, between, layer = page_notebook(executed(text), *library).cells
    assert [cell.id for cell in (title, install, before)] == ["title", "install", "idea-000"]
    assert (before.source, between.source) == ("Before.", "Between.")
    assert function.source.splitlines()[1:5] == [
        "import numpy as np",
        "from math import sin",
        "from course_lib import idea",
        "from course_lib.idea import helper",
    ]
    assert "Turn it, by (1)." in function.source, "an equation has the number that it has on the page"
    assert function.source.endswith("return helper(sin(x))\n\n\nidea.turned = turned")
    assert "from course_lib.idea import Base, turned\n\n\nclass Layer(Base):" in layer.source


def test_the_cells_below_use_what_a_reader_changed(library, monkeypatch):
    ran = page_notebook(executed(f"# Idea\n\n{LISTING.format('turned')}"), *library)
    idea, course = types.ModuleType("course_lib.idea"), types.ModuleType("course_lib")
    exec(LIBRARY, idea.__dict__)
    course.idea = idea
    monkeypatch.setitem(sys.modules, "course_lib", course)
    monkeypatch.setitem(sys.modules, "course_lib.idea", idea)
    exec(ran.cells[-1].source.replace("return helper(", "return -helper("), {})
    assert idea.Layer().forward(1.0) == -2 * math.sin(1.0)


@pytest.mark.parametrize("listing", ["../../course_lib/idea.py\n", "../../lib.py\n:pyobject: first\n"])
def test_what_is_no_function_or_class_of_the_library_is_only_shown(library, listing):
    text = f"# Idea\n\n```{{literalinclude}} {listing}```"
    cells = page_notebook(executed(text), *library).cells
    assert [cell.cell_type for cell in cells] == ["markdown", "code", "markdown"]
