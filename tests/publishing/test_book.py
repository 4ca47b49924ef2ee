"""The strict build, tried on a tiny book: it fails where it should, stays failed, and does nothing twice."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.publishing.book import STAMP, UNFINISHED

ROOT = Path(__file__).parents[2]
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
needs: %s
minutes: 5
---
# %s

"""
MODULE = '''"""Sums.

All about `one`.
"""

one = %s


def add(
    a: int,
    b: int = 1,
) -> int:
    """Add `a` and `b` by {eq}`sums-add`.

    >>> add(1, 2)
    3
    """
    return a + b


def _hidden():
    """Nobody sees this."""
'''
CELL = "```{code-cell} ipython3\nfrom course_lib.sums import add, one\nadd(1)\nprint('one is', one)\n```\n"
EQUATION = "\n```{math}\n:label: sums-add\na + b\n```\n"
LISTING = "\n```{literalinclude} ../../course_lib/sums.py\n:pyobject: add\n```\n"


@pytest.fixture
def tiny(tmp_path):
    """A book of a front page and two concepts, with the course's own settings."""
    files = {
        "_config.yml": (ROOT / "_config.yml").read_text(),
        "_toc.yml": "format: jb-book\nroot: book/index\nparts:\n  - caption: Part\n    chapters:\n"
        "      - file: book/part/sums\n      - file: book/part/products\n      - file: book/api\n",
        "book/api.md": "# The library\n\n```{library}\n```\n",
        "pyproject.toml": '[project.urls]\nRepository = "https://github.com/some/where"\n',
        "requirements.txt": "",
        "course_lib/__init__.py": "",
        "course_lib/sums.py": MODULE % "1",
        "book/index.md": "# Front\n\n```{concept-map}\n```\n",
        "book/references.bib": "",
        "book/_static/course.css": "",
        "book/_static/math.css": "",
        "book/_static/favicon.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "book/part/sums.md": HEAD % ("[]", "Sums") + EQUATION + CELL + LISTING,
        "book/part/products.md": HEAD % ("[sums]", "Products") + "Text in UTF-8, 어휘 집합 and `텐서`.\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def build(root: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "course_lib.publishing.book", "--root", str(root), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"}, timeout=120
    )


def html(root: Path, name: str) -> str:
    return (root / "_build/html/book" / f"{name}.html").read_text()


def ways_in(page: str) -> dict[str, str]:
    """The buttons below a page's title: what each says, and where it leads."""
    head = re.search(r'<p class="page-head exercise-links">(.*?)</p>', page, flags=re.S)
    assert head
    return {re.sub("<[^>]+>", "", text): to for to, text in re.findall(r'href="([^"]*)"[^>]*>(.*?)</a>', head[1])}


@pytest.mark.slow
def test_a_book_is_built_once_and_again_when_something_changed(tiny):
    first = build(tiny)
    assert first.returncode == 0, first.stderr
    assert f"{tiny}/_build/html/index.html" in first.stdout
    assert 'url=book/index.html"' in (tiny / "_build/html/index.html").read_text()
    assert "one is 1" in html(tiny, "part/sums")
    assert "5 minutes" in html(tiny, "part/products")
    assert 'href="sums.html"' in html(tiny, "part/products")
    assert "cdn.jsdelivr.net" not in html(tiny, "part/sums")
    products = html(tiny, "part/products")
    assert '<p>Text in <span class="short">UTF-8</span>, ' in products, "not broken at its hyphen"
    assert '<span lang="ko">어휘 집합</span> and <code' in products, "said by a Korean voice"
    licensed = (tiny / "_build/html/_static/course-fonts-license.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licensed
    assert all(path.name in licensed for path in (tiny / "_build/html").rglob("*.woff2"))
    ways = ways_in(html(tiny, "part/sums"))
    assert ways == {
        "Open in Colab": "https://colab.research.google.com/github/some/where/blob/notebooks/sums.ipynb",
        "Download the notebook": "sums.ipynb",
        "View the source": "https://github.com/some/where/blob/main/book/part/sums.md",
    }
    beside = tiny / "_build/html/book/part/sums.ipynb"
    assert beside.read_bytes() == (tiny / "_build/notebooks/sums.ipynb").read_bytes()
    assert list(ways_in(html(tiny, "part/products"))) == ["View the source"]

    library = html(tiny, "api")
    assert 'id="api-sums-add"' in library
    assert "Nobody sees this" not in library
    said = re.sub(r"<[^>]+>", "", library[library.index('id="api-sums"') :])
    for words in (
        "course_lib.sums, explained on Sums.",
        "All about one.",
        "    a: int,\n    b: int = 1,\n) -&gt; int",
        "Add a and b by (1).",
        "&gt;&gt;&gt; add(1, 2)\n3",
        "Used in Sums · source",
        "The codedef add(\n    a: int,\n    b: int = 1,\n) -&gt; int:\n    return a + b\n",
    ):
        assert words in said
    assert '<a class="reference internal" href="part/sums.html#equation-sums-add">(1)</a>' in library
    assert "Add `a` and `b` by (1)." in re.sub(r"<[^>]+>", "", html(tiny, "part/sums")), "in a listing, too"
    assert "Add `a` and `b` by (1)." in (tiny / "_build/notebooks/sums.ipynb").read_text()
    assert 'href="https://github.com/some/where/blob/main/course_lib/sums.py#L9-L18"' in library
    assert 'href="../api.html#api-sums-add"' in html(tiny, "part/sums"), "a listing leads to its entry in the library"
    assert 'href="part/sums.html"' in library, "and the entry back to the page"

    assert "up to date" in build(tiny).stdout
    (tiny / "_build/html/book/part/sums.html").unlink()
    assert "Built in" in build(tiny).stdout
    assert "one is 1" in html(tiny, "part/sums")

    (tiny / "course_lib/sums.py").write_text(MODULE % "'uno'")  # the page's own text stays as it was
    assert "executed book/part/sums" in build(tiny).stdout
    assert "one is uno" in html(tiny, "part/sums")

    (tiny / "book/_static/course.css").write_text("p { color: olive }")
    assert "Built in" in build(tiny).stdout
    assert "olive" in (tiny / "_build/html/_static/styles/course-all.css").read_text()

    toc = (tiny / "_toc.yml").read_text()
    (tiny / "_toc.yml").write_text(toc.replace("      - file: book/part/products\n", ""))
    assert "Built in" in build(tiny).stdout
    assert not (tiny / "_build/html/book/part/products.html").exists()
    assert [path.name for path in (tiny / "_build/notebooks").iterdir()] == ["sums.ipynb"]
    assert [path.name for path in (tiny / "_build/html").rglob("*.ipynb")] == ["sums.ipynb"]


@pytest.mark.slow
def test_a_page_is_made_anew_when_what_it_says_of_another_changed_and_not_for_each_word_there(tiny):
    def read(name):
        return (tiny / f"_build/.doctrees/book/{name}.doctree").stat().st_mtime_ns

    with (tiny / "book/part/products.md").open("a") as page:
        page.write("\n```{code-cell} ipython3\n2 * 3\n```\n")
    notebook = tiny / "_build/notebooks/products.ipynb"
    assert build(tiny).returncode == 0
    sums = tiny / "book/part/sums.md"
    before, written = (read("part/sums"), read("part/products")), notebook.stat().st_mtime_ns
    sums.write_text(sums.read_text() + "\nAnother word.\n")
    assert build(tiny).returncode == 0
    assert read("part/sums") > before[0]
    assert read("part/products") == before[1]
    assert notebook.stat().st_mtime_ns == written

    sums.write_text(sums.read_text().replace("# Sums", "# All sums").replace("minutes: 5", "minutes: 6"))
    assert build(tiny).returncode == 0
    assert "All sums" in html(tiny, "part/products")
    assert "[All sums](" in notebook.read_text()
    assert "6 minutes" in html(tiny, "index")
    sums.write_text(sums.read_text().replace("\nadd(1)\n", "\n").replace(":pyobject: add", ":lines: 1-3"))
    assert build(tiny).returncode == 0
    assert "Used in" not in html(tiny, "api")[html(tiny, "api").index('id="api-sums-add"') :]


WORK = "@book{knuth1997art, author={Donald E. Knuth}, title={The Art}, publisher={Someone}, year={1997}}\n"
CITED = "\nSo does {cite:t}`knuth1997art`.\n\n```{bibliography}\n:filter: docname in docnames\n```\n"


@pytest.mark.slow
def test_two_pages_may_cite_one_work_and_each_leads_to_its_own_list(tiny):
    (tiny / "book/references.bib").write_text(WORK)
    for name in ("sums", "products"):
        with (tiny / f"book/part/{name}.md").open("a") as page:
            page.write(CITED)
    built = build(tiny)
    assert built.returncode == 0, built.stderr
    for name in ("sums", "products"):
        page = html(tiny, f"part/{name}")
        link = re.search(r'<a class="reference internal" href="#([^"]+)" title="Donald E. Knuth', page)
        assert link
        assert f'id="{link[1]}"' in page


BROKEN = """
[nowhere](nowhere.md)

:::{quiz} Which?
choices:
  - {text: a, right: true, because: b}
:::

```{exercises} nothing
```

:::{quiz} Why?
choices:
  - {text: a, right: true, because: b}
  - {text: c}
:::

:::{quiz} Who?
choices:
  - {text: a, right: true, because: b}
  - {text: c, right: true, because: d}
:::

![](../_static/favicon.svg)

<img src="../_static/favicon.svg">

[no place](#no-such-place)
"""


@pytest.mark.slow
def test_a_failed_build_stays_failed_until_it_is_mended(tiny):
    sums, products = tiny / "book/part/sums.md", tiny / "book/part/products.md"
    good = sums.read_text(), products.read_text()
    assert build(tiny).returncode == 0
    sums.write_text(HEAD % ("[products]", "Sums"))
    products.write_text(HEAD % ("[]", "Products") + BROKEN)
    for _ in range(2):
        failed = build(tiny)
        assert failed.returncode == 1
        assert "Built in" not in failed.stdout
        for words in (
            "sums.md:4: WARNING: needs 'products', which comes later in _toc.yml",
            "products.md:10: WARNING: 'myst' cross-reference target not found: 'nowhere.md'",
            "products.md:12: WARNING: quiz 'Which?': it needs `choices:`, a list of at least two",
            "products.md:17: WARNING: exercises nothing: UnknownExercise: There is no concept named 'nothing'",
            "products.md:20: WARNING: quiz 'Why?': choice 2 ('c') has no `because:`; every choice says why",
            "products.md:26: WARNING: quiz 'Who?': exactly one choice must be `right: true`, and 2 are",
            "products.md:32: WARNING: the image book/_static/favicon.svg has no alt text",
            "products.md:34: WARNING: the image ../_static/favicon.svg has no alt text",
            "products.md:36: WARNING: 'myst' cross-reference target not found: 'no-such-place'",
        ):
            assert words in failed.stderr, failed.stderr
    sums.write_text(good[0])
    products.write_text(good[1])
    assert build(tiny).returncode == 0


@pytest.mark.slow
def test_a_failing_cell_fails_the_build_with_its_line(tiny):
    (tiny / "course_lib/sums.py").write_text("two = 2\n")
    failed = build(tiny)
    assert failed.returncode == 1
    assert "sums.md:15: cell 2: ImportError" in failed.stderr
    assert "Traceback (most recent call last)" not in failed.stderr.split("ImportError")[0]


@pytest.mark.slow
def test_one_page_is_built_with_those_that_it_needs_or_links_to_and_no_others(tiny):
    toc = (tiny / "_toc.yml").read_text()
    (tiny / "_toc.yml").write_text(toc.replace("- file: book/api", "- file: book/part/powers\n      - file: book/api"))
    (tiny / "book/part/powers.md").write_text(HEAD % ("[]", "Powers") + "See [sums](sums.md).\n")
    for asked, kept in (("products", {"sums", "products"}), ("powers", {"sums", "powers"})):
        built = build(tiny, "--only", asked)
        assert built.returncode == 0, built.stderr
        pages = tiny / "_build/only/html/book/part"
        assert {page.stem for page in pages.glob("*.html")} == kept
        assert f"url=book/part/{asked}.html" in (tiny / "_build/only/html/index.html").read_text()
    wrong = build(tiny, "--only", "roots")
    assert wrong.returncode == 1
    assert "no page of _toc.yml is named roots; there are sums, products, powers" in wrong.stderr


@pytest.mark.slow
def test_a_page_names_the_way_to_it_where_its_needs_do_not(tiny):
    toc = (tiny / "_toc.yml").read_text()
    (tiny / "_toc.yml").write_text(toc.replace("- file: book/api", "- file: book/part/powers\n      - file: book/api"))
    (tiny / "book/part/powers.md").write_text(HEAD % ("[products]", "Powers") + "Text.\n")
    built = build(tiny)
    assert built.returncode == 0, built.stderr
    plain = {name: re.sub(r"<[^>]*>", "", html(tiny, f"part/{name}")) for name in ("sums", "products", "powers")}
    assert "from the start" not in plain["sums"]
    assert "5 minutes · needs Sums · from the start 2 pages, 10 minutes" in plain["products"]
    assert "The way here (3 pages, 15 minutes): Sums → Products → this page" in plain["powers"]
    (tiny / "book/part/sums.md").write_text(
        (tiny / "book/part/sums.md").read_text().replace("minutes: 5", "minutes: 7")
    )
    assert build(tiny).returncode == 0
    assert "(3 pages, 17 minutes)" in html(tiny, "part/powers"), "it was made anew with the minutes of another"


@pytest.mark.slow
def test_what_a_killed_build_left_is_not_taken_for_done(tiny):
    assert build(tiny).returncode == 0
    page = tiny / "_build/html/book/part/sums.html"
    whole = page.read_text()
    page.write_text("half a page")
    (tiny / "_build" / UNFINISHED).touch()
    (tiny / "_build" / STAMP).unlink()
    assert build(tiny).returncode == 0
    assert page.read_text() == whole
