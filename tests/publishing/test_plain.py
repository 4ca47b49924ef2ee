"""Pages as plain notebooks: nothing of MyST is left for a reader of Jupyter or Colab to stumble over."""

import nbformat
import pytest

from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.plain import plain_markdown, plain_notebook

MODULE = '"""A module."""\n\n\ndef first():\n    return 1\n\n\n@staticmethod\ndef second():\n    return 2\n'
PAPERS = """
@article{one2001, author = {One, Ann}, title = {A}, year = {2001}}
@article{two2002, author = {One, Ann and Two, Bo}, title = {B}, year = {2002}}
@article{many2003, author = {One, Ann and Two, Bo and Three, Cy}, title = {C}, year = {2003}}
"""
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
    page = Page("book/part/idea", tmp_path / "book/part/idea.md", "Idea", is_concept=True)
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
        ("```{figure} a.png\n:alt: A cat\nWatch\n```", "![A cat](a.png)\n\nWatch"),
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


def test_a_notebook_begins_with_the_course_and_stays_the_same(book):
    cells = [nbformat.v4.new_markdown_cell("# Idea"), nbformat.v4.new_code_cell("1 + 1")]
    executed = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    made = plain_notebook(executed, *book)
    assert nbformat.writes(made) == nbformat.writes(plain_notebook(executed, *book))
    first, title, _ = made.cells
    assert '%pip install --quiet "course_lib[pages] @ git+https://github.com/some/where"' in first.source
    assert "Change runtime type → GPU" in first.source
    assert first.outputs == []
    assert title.source == "# Idea"
