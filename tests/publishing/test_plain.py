"""Pages as plain notebooks: nothing of MyST is left for a reader of Jupyter or Colab to stumble over."""

import pytest

from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.plain import plain_markdown

MODULE = '"""A module."""\n\n\ndef first():\n    return 1\n\n\n@staticmethod\ndef second():\n    return 2\n'
PAPERS = """
@article{one2001, author = {One, Ann}, title = {A}, year = {2001}}
@article{two2002, author = {One, Ann and Two, Bo}, title = {B}, year = {2002}}
@article{many2003, author = {One, Ann and Two, Bo and Three, Cy}, title = {C}, year = {2003}}
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "lib.py").write_text(MODULE)
    (tmp_path / "book").mkdir()
    (tmp_path / "book/references.bib").write_text(PAPERS)
    page = Page("book/part/idea", tmp_path / "book/part/idea.md", "Idea", is_concept=True)
    other = Page("book/part/other", tmp_path / "book/part/other.md", "Other", is_concept=True)
    return page, Contents(tmp_path, (page, other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain $x$ `code`", "plain $x$ `code`"),
        ("see {doc}`the page <../a/b>` and {term}`mask`", "see the page and mask"),
        ("by {cite:t}`one2001`", "by One (2001)"),
        ("it is known {cite:p}`two2002, many2003`", "it is known (One and Two, 2002; One et al., 2003)"),
        ("{math}`x^2` and {func}`torch.add`", "$x^2$ and `torch.add`"),
        ("[o](../other/other.md) [w](https://a.b/c.md)", "[o](other.ipynb) [w](https://a.b/c.md)"),
        ("```{math}\n:label: one\na = b\n```", "$$\na = b\n$$"),
        ("```{note}\nSay `it`.\n```", "> **Note**\n>\n> Say `it`."),
        (":::{admonition} Beware of $x$\n:class: warning\nText\n:::", "> **Beware of $x$**\n>\n> Text"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```python\n# {not} a directive\n```", "```python\n# {not} a directive\n```"),
        ("```{figure} a.png\n:alt: A cat\nWatch\n```", "![A cat](a.png)\n\nWatch"),
    ],
)
def test_directives_and_roles_become_plain(book, text, expected):
    assert plain_markdown(text, *book) == expected


def test_an_included_function_is_shown_with_its_decorators(book):
    page, contents = book
    page.path.parent.mkdir(parents=True)
    text = "```{literalinclude} ../../lib.py\n:pyobject: second\n```"
    assert plain_markdown(text, page, contents) == "```python\n@staticmethod\ndef second():\n    return 2\n```"


def test_a_quiz_keeps_its_choices_and_reasons(book):
    body = ":::{quiz} Is `x` one?\nchoices:\n  - {text: Yes, right: true, because: It is.}\n"
    body += "  - {text: 'No', because: It is not.}\n:::"
    plain = plain_markdown(body.replace("Yes", "'Yes'"), *book)
    assert "**Is `x` one?**" in plain
    assert "- **A.** Yes" in plain
    assert "<details><summary>Why?</summary>Not this one. It is not.</details>" in plain
    assert ":::" not in plain
