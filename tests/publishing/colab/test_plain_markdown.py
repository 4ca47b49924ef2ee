"""Pages as plain notebooks: nothing of MyST is left for a reader of Jupyter or Colab to stumble over."""

import pytest

from course_lib.publishing.colab import plain_directives
from course_lib.publishing.colab.plain_markdown import plain_markdown
from course_lib.publishing.exercises.described import Exercise, Mistake

FILES = "https://github.com/some/where/blob/main"
COLAB = "https://colab.research.google.com/github/some/where/blob/notebooks/other.ipynb"


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
    papers = contents.root / "book/references.bib"
    papers.write_text(papers.read_text().replace("@misc{one", "@article{one"))
    page.path.write_text("{cite:t}`one2001`")
    assert plain_markdown("```{bibliography}\n```", page, contents) == ""


def test_the_mistakes_of_an_exercise_are_in_a_fold_and_their_code_stays_code(book, monkeypatch):
    from markdown_it import MarkdownIt

    mistake = Mistake("`x` is 2*n*3, not <b>.", call="f('`')", expected="`", gives="'a  b'")
    listed = [Exercise("c.f", "Add `x` & y", 1, 5, 2, (mistake,)), Exercise("c.g", "Other", 1, 5, 2, (mistake,) * 2)]
    monkeypatch.setattr(plain_directives, "exercises_of", lambda concept, with_mistakes=False: listed)
    shown = MarkdownIt("commonmark").render(plain_markdown("```{common-mistakes} c\n```", *book))
    assert "<details open><summary><b>Add <code>x</code> &amp; y</b> · 1 known mistakes</summary>" in shown
    assert "<details><summary><b>Other</b> · 2 known mistakes</summary>" in shown
    assert "<code>x</code> is 2*n*3, not &lt;b&gt;." in shown
    for code in ("f('`')", "`", "'a  b'"):
        assert f"<code>{code}</code>" in shown


def test_the_title_of_an_exercise_leads_to_its_cell(book, monkeypatch):
    monkeypatch.setattr(plain_directives, "exercises_of", lambda concept: [Exercise("c.f_g", "Add", 1, 5, 2)])
    colab = "https://colab.research.google.com/github/some/where/blob/main/exercises/c/c.ipynb"
    made = plain_markdown("```{exercises} c\n```", *book)
    assert f"| [Add]({colab}#scrollTo=exercise-f_g) | 1 of 3 | 5 | 2 |" in made
