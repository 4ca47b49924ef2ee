"""Pages as plain notebooks: nothing of MyST is left for a reader of Jupyter or Colab to stumble over."""

import base64
import re
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.publishing.colab import plain_lists
from course_lib.publishing.colab.downloads import copy_notebooks, portable
from course_lib.publishing.colab.plain_markdown import plain_markdown, plain_notebook
from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.exercises.exercise_lists import Exercise, Mistake

MODULE = '"""A module."""\n\n\ndef first():\n    return 1\n\n\n@staticmethod\ndef second():\n    return 2\n'
PAPERS = """
@misc{one2001, author = {One, Ann}, title = {A}, year = {2001}}
@misc{two2002, author = {One, Ann and Two, Bo}, title = {B}, year = {2002}}
@misc{many2003, author = {One, Ann and Two, Bo and Three, Cy}, title = {C}, year = {2003}, doi = {10.1/c_(3)}}
"""
FILES = "https://github.com/some/where/blob/main"
COLAB = "https://colab.research.google.com/github/some/where/blob/notebooks/other.ipynb"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "lib.py").write_text(MODULE)
    (tmp_path / "book").mkdir()
    (tmp_path / "book/references.bib").write_text(PAPERS)
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nRepository = "https://github.com/some/where"\n')
    (tmp_path / "book/part").mkdir()
    (tmp_path / "book/part/other.md").write_text("# Other\n\n```{code-cell} ipython3\n1\n```\n")
    (tmp_path / "book/words.md").write_text("# Words\n")
    (tmp_path / "book/part/a.png").write_text("png")
    idea = tmp_path / "book/part/idea.md"
    page = Page("book/part/idea", idea, "Idea", needs=("other",), minutes=30, is_concept=True)
    other = Page("book/part/other", tmp_path / "book/part/other.md", "Other", is_concept=True)
    return page, Contents(tmp_path, (page, other, Page("book/words", tmp_path / "book/words.md", "Words")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain $x$ `code`", "plain $x$ `code`"),
        ("see {doc}`the page <../a/b>` and {term}`mask`", "see the page and mask"),
        ("by {cite:t}`one2001`", "by One (2001)"),
        ("it is known {cite:p}`two2002, many2003`", "it is known (One and Two, 2002; One et al., 2003)"),
        ("{math}`x^2` and {func}`torch.add`", "$x^2$ and `torch.add`"),
        ("[o](../other/other.md#x) [w](https://a.b/c.md)", f"[o]({COLAB}) [w](https://a.b/c.md)"),
        ("[w](../words.md)", "[w](https://github.com/some/where/blob/main/book/words.md)"),
        (
            "```{concept-map}\n```",
            f"- [Idea](https://github.com/some/where/blob/main/book/part/idea.md)\n- [Other]({COLAB})",
        ),
        ("```{math}\n:label: one\na = b\n```", "$$\na = b\n$$"),
        ("::::{grid} 1 1 3 3\n:gutter: 3\n\n:::{grid-item-card} Learn\nRead.\n:::\n::::", "> **Learn**\n>\n> Read."),
        ("```{note}\nSay `it`.\n```", "> **Note**\n>\n> Say `it`."),
        (":::{admonition} Beware of $x$\n:class: warning\nText\n:::", "> **Beware of $x$**\n>\n> Text"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```python\n# {not} a directive\n```", "```python\n# {not} a directive\n```"),
        ("```{figure} a.png\n:alt: A cat\nWatch\n```", f"![A cat]({FILES}/book/part/a.png?raw=true)\n\nWatch"),
        ("![A [cat]](https://a.b/c.png)", "![A [cat]](https://a.b/c.png)"),
        ("[the code](../../lib.py#L4)", f"[the code]({FILES}/lib.py#L4)"),
        ("```python\nones[0](two)\n```", "```python\nones[0](two)\n```"),
    ],
)
def test_directives_and_roles_become_plain(book, text, expected):
    assert plain_markdown(text, *book) == expected


def test_equations_have_the_numbers_of_the_book_and_are_referred_to_by_them(book):
    page, contents = book
    text = "```{math}\n:label: one\na = b\n```\nBy {eq}`one` and {eq}`two`:\n\n$$\nc = d\n$$ (two)\n\n$$ e $$ (three)"
    page.path.write_text(text)
    numbered = "$$\na = b\n\\tag{1}\n$$\nBy (1) and (2):\n\n$$\nc = d\n\\tag{2}\n$$\n\n$$ e \\tag{3}$$"
    assert plain_markdown(text, page, contents) == numbered


def test_the_reasons_of_a_question_are_markdown_too(book):
    from markdown_it import MarkdownIt

    question = ":::{quiz} Why?\nchoices:\n  - {text: a, right: true, because: 'It is `x <y` and *so*.'}\n"
    made = plain_markdown(question + "  - {text: b, because: No.}\n:::", *book)
    shown = MarkdownIt("commonmark").render(made)
    assert "<p>Right. It is <code>x &lt;y</code> and <em>so</em>.</p>" in shown
    assert shown.count("<details>") == shown.count("</details>") == 2
    assert shown.count("<ul>") == 1, "the choices are one list"


def test_an_included_function_is_shown_with_its_decorators(book):
    page, contents = book
    text = "```{literalinclude} ../../lib.py\n:pyobject: second\n```"
    assert plain_markdown(text, page, contents) == "```python\n@staticmethod\ndef second():\n    return 2\n```"


def test_a_quiz_keeps_its_choices_and_reasons(book):
    body = ":::{quiz} Is `x` one?\nchoices:\n  - {text: Yes, right: true, because: It is.}\n"
    body += "  - {text: 'No', because: It is not.}\n:::"
    plain = plain_markdown(body.replace("Yes", "'Yes'"), *book)
    assert "**Is `x` one?**" in plain
    assert "- **A.** Yes" in plain
    assert "<details><summary>Why?</summary>\n\n  Not this one. It is not.\n\n  </details>" in plain
    assert ":::" not in plain


def test_a_bibliography_lists_what_the_page_cites_as_the_book_does(book):
    page, contents = book
    page.path.write_text("{cite:t}`one2001` and\n{cite:p}`many2003,one2001`\n")
    assert plain_markdown("```{bibliography}\n:filter: docname in docnames\n```", page, contents).splitlines() == [
        "1. Ann One. A. 2001.",
        "2. Ann One, Bo Two, and Cy Three. C. 2003. [doi:10.1/c\\_(3)](https://doi.org/10.1/c_(3)).",
    ]


def test_a_work_without_what_its_kind_needs_stops_no_notebook_for_the_book_says_it(book):
    page, contents = book
    (contents.root / "book/references.bib").write_text(PAPERS.replace("@misc{one", "@article{one"))
    page.path.write_text("{cite:t}`one2001`")
    assert plain_markdown("```{bibliography}\n```", page, contents) == ""


def test_the_mistakes_of_an_exercise_are_in_a_fold_and_their_code_stays_code(book, monkeypatch):
    from markdown_it import MarkdownIt

    mistake = Mistake("`x` is 2*n*3, not <b>.", call="f('`')", expected="`", gives="'a  b'")
    listed = [Exercise("c.f", "Add `x` & y", 1, 5, 2, (mistake,)), Exercise("c.g", "Other", 1, 5, 2, (mistake,) * 2)]
    monkeypatch.setattr(plain_lists, "exercises_of", lambda concept, with_mistakes=False: listed)
    shown = MarkdownIt("commonmark").render(plain_markdown("```{common-mistakes} c\n```", *book))
    assert "<details open><summary><b>Add <code>x</code> &amp; y</b> · 1 known mistakes</summary>" in shown
    assert "<details><summary><b>Other</b> · 2 known mistakes</summary>" in shown
    assert "<code>x</code> is 2*n*3, not &lt;b&gt;." in shown
    for code in ("f('`')", "`", "'a  b'"):
        assert f"<code>{code}</code>" in shown


def test_the_title_of_an_exercise_leads_to_its_cell(book, monkeypatch):
    monkeypatch.setattr(plain_lists, "exercises_of", lambda concept: [Exercise("c.f_g", "Add", 1, 5, 2)])
    colab = "https://colab.research.google.com/github/some/where/blob/main/exercises/c/c.ipynb"
    made = plain_markdown("```{exercises} c\n```", *book)
    assert f"| [Add]({colab}#scrollTo=exercise-f_g) | 1 of 3 | 5 | 2 |" in made


def test_a_notebook_says_below_its_title_what_the_page_needs_and_how_long_it_takes(book):
    page, contents = book
    notation = Page("book/notation", contents.root / "book/notation.md", "Notation")
    contents = Contents(contents.root, (*contents.pages, notation))
    title, rest = executed("# Idea\nText", "## More"), f"symbols as in [Notation]({FILES}/book/notation.md)"
    first, second = plain_notebook(title, page, contents).cells[1:]
    assert first.source == f"# Idea\n\n30 minutes · needs [Other]({COLAB}) · {rest}\nText"
    assert second.source == "## More"


def test_hidden_code_arrives_folded_under_the_heading_it_belongs_to(book):
    hidden, seen = nbformat.v4.new_code_cell("2", metadata={"tags": ["hide-input"]}), nbformat.v4.new_code_cell("3")
    notebook = executed("# Idea\n\n### See `it`\n\n```python\n# no heading\n```\nText", hidden, seen)
    *_, folded, last = plain_notebook(notebook, *book).cells
    assert folded.source == "# @title Code: See `it`\n2"
    assert folded.metadata == {"tags": ["hide-input"], "cellView": "form", "jupyter": {"source_hidden": True}}
    assert (last.source, last.metadata) == ("3", {})
    assert hidden.source == "2", "the executed notebook stays as it was"


@pytest.mark.slow
def test_a_notebook_to_download_shows_its_figures_where_jupyter_trusts_no_svg():
    code = "import matplotlib.pyplot as plt\nfrom course_lib.publishing.figures import play\n"
    code += "frames = [plt.figure(figsize=(2, 1)) for _ in '12']\n"
    code += "play(frames, alt='Two empty figures that show nothing \\\"at all\\\".', values=['<', '>'])"
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("print('<svg')")]
    notebook = NotebookClient(nbformat.v4.new_notebook(cells=cells)).execute()
    before = notebook.cells[0].outputs[-1].data
    after = nbformat.reads(portable(nbformat.writes(notebook)), as_version=4).cells[0].outputs[-1].data
    assert before["text/html"].count("<svg") == after["text/html"].count("<img") == 2
    assert "<svg" not in after["text/html"]
    assert after["text/plain"] == before["text/plain"]
    for name in ("&lt;", "&gt;"):
        assert (
            f'<img alt="Two empty figures that show nothing &quot;at all&quot;. (step {name})" style="width:'
            in (after["text/html"])
        )
    for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', after["text/html"]):
        assert ElementTree.fromstring(base64.b64decode(data)).tag == "{http://www.w3.org/2000/svg}svg"
    assert after["text/html"].count("<details") == 2, "the steps of the slider can be opened"
    for dead in ("<input", "<script", "course-controls"):
        assert dead in before["text/html"]
        assert dead not in after["text/html"]


def test_the_notebook_beside_a_page_is_the_one_to_download(book):
    _, contents = book
    drawn = nbformat.v4.new_output("display_data", data={"text/html": '<svg role="img" aria-label="A dot"></svg>'})
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[drawn])])
    notebooks, beside = contents.root / "notebooks", contents.root / "html/book/part/idea.ipynb"
    for folder in (notebooks, beside.parent):
        folder.mkdir(parents=True)
    nbformat.write(made, notebooks / "idea.ipynb")
    copy_notebooks(contents, notebooks, contents.root / "html")
    [cell] = nbformat.read(beside, 4).cells
    assert cell.outputs[0].data["text/html"].startswith('<img alt="A dot" style="max-width:100%;background:#fff" src=')


def test_a_notebook_without_figures_is_downloaded_as_it_is():
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Idea", id="a")])) + "\n"
    assert portable(text) == text


def executed(*cells):
    """A notebook as it comes from its page: texts are Markdown."""
    made = [nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def test_a_notebook_begins_with_the_course_and_stays_the_same(book):
    ran = executed("# Idea", nbformat.v4.new_code_cell("1 + 1"))
    made = plain_notebook(ran, *book)
    assert nbformat.writes(made) == nbformat.writes(plain_notebook(ran, *book))
    first, title, _ = made.cells
    assert '%pip install --quiet "course_lib[pages] @ git+https://github.com/some/where"' in first.source
    assert "Change runtime type → GPU" in first.source
    assert first.outputs == []
    assert title.source.startswith("# Idea\n")
