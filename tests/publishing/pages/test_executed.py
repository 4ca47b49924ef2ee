"""Executing pages: only when something changed, and every failure with file, line and cell."""

import time
from pathlib import Path

import nbformat
import psutil
import pytest

from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.pages import executed as pages
from course_lib.publishing.pages.executed import PageError, execute_pages
from course_lib.publishing.pages.sources import page_key, read_source

ROOT = Path(__file__).parents[3]
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# Sums
"""


def cell(code):
    return f"\n```{{code-cell}} ipython3\n{code}\n```\n"


@pytest.fixture
def book(tmp_path):
    """A book of one page that imports a module of the course."""

    def write(code, module="one = 1\n"):
        files = {
            "course_lib/__init__.py": "",
            "course_lib/sums.py": module,
            "requirements.txt": "",
            "pyproject.toml": '[project.urls]\nRepository = "https://github.com/some/where"\n',
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        path = tmp_path / "book" / "part" / "sums.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + "".join(map(cell, code)))
        return Contents(tmp_path, (Page("book/part/sums", path, "Sums", is_concept=True),))

    return write


def executed(contents: Contents, **options) -> list[str]:
    return execute_pages(contents, contents.root / "_build", jobs=1, **options)


@pytest.mark.slow
def test_a_page_is_executed_once_and_again_when_what_it_imports_changes(book):
    code = ["from course_lib.sums import one", "one + 1"]
    contents = book(code)
    path = contents.root / "_build/notebooks/sums.ipynb"
    assert executed(contents) == ["book/part/sums"]
    assert nbformat.read(path, 4).cells[-1].outputs[0].data["text/plain"] == "2"
    before = path.read_bytes()
    assert executed(contents) == []
    assert executed(contents, force=True) == ["book/part/sums"]
    assert path.read_bytes() == before
    contents = book(code, module="one = 10\n")
    assert executed(contents) == ["book/part/sums"]
    assert nbformat.read(path, 4).cells[-1].outputs[0].data["text/plain"] == "11"


def test_the_key_changes_with_code_imports_and_requirements(book):
    code = ["from course_lib.sums import one"]
    root = book(code).root
    key = page_key(code, root)
    assert page_key(code, root) == key
    assert page_key([*code, "one"], root) != key
    (root / "requirements.txt").write_text("numpy==9\n")
    assert page_key(code, root) != key
    book(code, module="one = 2\n")
    assert page_key(code, root) != key
    book(code)
    assert page_key(code, root) == key
    (root / "course_lib/slider.js").write_text("go()")  # a figure's script, which the outputs carry
    assert page_key(code, root) != key


def test_text_that_is_no_code_leaves_the_key_alone(book):
    contents = book(["1"])
    page = contents.pages[0]
    key = read_source(page, contents.root).key
    page.path.write_text(page.path.read_text().replace("# Sums", "# Other sums"))
    assert read_source(page, contents.root).key == key


def test_a_page_kept_from_before_is_read_again_when_it_changed_or_was_cut_off(book, tmp_path):
    contents = book(["1"])
    page, kept = contents.pages[0], tmp_path / "kept"
    first = read_source(page, contents.root, kept)
    assert read_source(page, contents.root, kept).notebook == first.notebook
    page.path.write_text(page.path.read_text().replace("# Sums", "# Sums\n\nA word."))
    changed = read_source(page, contents.root, kept)
    assert changed.line(1) == first.line(1) + 2
    saved = kept / f"{page.docname}.source.json"
    saved.write_text(saved.read_text()[:100])
    assert read_source(page, contents.root, kept).notebook.cells[1].source == "1"


def test_a_page_without_code_is_not_run(book):
    assert read_source(book([]).pages[0], Path()) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (["1", "1 / 0"], ["sums.md:12: cell 3: ZeroDivisionError: division by zero"]),
        (["import sys", "print('look', file=sys.stderr)"], ["sums.md:12: cell 3: writes to stderr", "look"]),
        (["print('x y\\n' * 300_000)"], ["sums.md:8: cell 2: has an output of 1.50 MB", "at most 1 MB"]),
        (
            ["for i in range(3):\n    display({'text/plain': str(i), 'text/html': 'x ' * 180_000}, raw=True)"],
            ["sums.md:8: cell 2: has an output of 1.08 MB, all that it shows counted together; at most 1 MB"],
        ),
        (["print('x' * 50_000)"], ["sums.md:8: cell 2: prints a line of 50000 characters; at most 20000"]),
        (["import os\nos._exit(3)"], ["sums.md:8: cell 2: the kernel died"]),
    ],
)
def test_a_page_that_cannot_be_shown_says_where_and_why(book, code, words):
    contents = book(code)
    for _ in range(2):  # nor is the failure taken for a result the second time
        with pytest.raises(PageError) as error:
            executed(contents)
        for word in words:
            assert word in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shows", "words"),
    [
        ("show(plt.figure())", "MissingAltText: show(fig, alt=…, caption=…) needs alt text"),
        ("show(plt.figure(), alt='A figure.')", "MissingAltText: the alt text 'A figure.' is too short"),
        (
            "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
            "shows a picture without alt text; end the cell with show(fig, alt=…)",
        ),
        (
            'from IPython.display import HTML\nHTML(\'<img src="a.png" alt=" ">\')',
            "shows a picture without alt text; end the cell with show(fig, alt=…)",
        ),
    ],
)
def test_a_figure_without_alt_text_fails_its_page(book, shows, words):
    contents = book(["1", f"import matplotlib.pyplot as plt\nfrom course_lib.publishing.figures import show\n{shows}"])
    (contents.root / "course_lib/__init__.py").write_text(f"__path__.append({str(ROOT / 'course_lib')!r})\n")
    with pytest.raises(PageError) as error:
        executed(contents)
    assert f"sums.md:12: cell 3: {words}" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            "```{literalinclude} ../../course_lib/gone.py\n```",
            "sums.md:11: literalinclude ../../course_lib/gone.py: FileNotFoundError",
        ),
        ("```{exercises} nothing\n```", "sums.md:11: exercises nothing: UnknownExercise: There is no concept"),
        (":::{note}\n```{common-mistakes} nothing\n```\n:::", "sums.md:12: common-mistakes nothing: UnknownExercise"),
        ("{cite:t}`x`", "references.bib:2: syntax error in line 2: premature end of file"),
    ],
)
def test_a_page_whose_notebook_cannot_be_written_says_where_and_why(book, asked, words):
    contents = book(["1"])
    page = contents.pages[0].path
    page.write_text(page.read_text() + "\n" + asked + "\n")
    (contents.root / "book/references.bib").write_text("@misc{x,\n title = {T" if "cite" in asked else "")
    for _ in range(2):
        with pytest.raises(PageError) as error:
            executed(contents)
        assert str(error.value).removeprefix(f"{contents.root}/book/").removeprefix("part/").startswith(words)


@pytest.mark.slow
def test_a_page_that_computes_too_long_is_stopped(book, monkeypatch):
    monkeypatch.setattr(pages, "SECONDS_A_PAGE", 3)
    with pytest.raises(PageError, match=r"sums.md:12: cell 3: the page takes more than 3 seconds of computing"):
        executed(book(["1", "while True:\n    pass"]))


@pytest.mark.slow
def test_a_page_that_waits_too_long_is_stopped(book, monkeypatch):
    monkeypatch.setattr(pages, "LONGEST_WAIT", 3)
    with pytest.raises(PageError, match=r"sums.md:12: cell 3: the page is not done after 3 seconds"):
        executed(book(["1", "import time\ntime.sleep(60)"]))


@pytest.mark.slow
def test_what_a_page_started_ends_with_it(book):
    contents = book(['import subprocess\nprint(subprocess.Popen(["sleep", "300"]).pid)'])
    executed(contents)
    notebook = nbformat.read(contents.root / "_build/notebooks/sums.ipynb", 4)
    started = int(notebook.cells[-1].outputs[0].text)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(started) and psutil.Process(started).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the page is done, and what it started still runs"
        time.sleep(0.1)


@pytest.mark.slow
def test_what_is_done_meanwhile_is_waited_for_and_left_out_where_nothing_runs(book):
    done = []

    def meanwhile():
        time.sleep(4)  # longer than the page takes
        done.append("loaded")

    contents = book(["1 + 1"])
    executed(contents, meanwhile=meanwhile)
    assert done == ["loaded"]
    executed(contents, meanwhile=meanwhile)
    assert done == ["loaded"]


@pytest.mark.slow
def test_a_busy_machine_makes_no_page_too_long(book, monkeypatch):
    monkeypatch.setattr(pages, "SECONDS_A_PAGE", 4)
    assert executed(book(["import time\ntime.sleep(5)"])) == ["book/part/sums"]  # the clock's seconds are not counted


@pytest.mark.slow
def test_a_cell_that_is_meant_to_fail_may(book):
    contents = book([":tags: [raises-exception]\n\n1 / 0"])
    assert executed(contents) == ["book/part/sums"]


@pytest.mark.slow
def test_pieces_of_what_a_cell_prints_are_joined_as_they_came(book):
    contents = book(["import time\nprint('a line ', end='', flush=True)\ntime.sleep(1)\nprint('of words')\nprint(1)"])
    executed(contents)
    outputs = nbformat.read(contents.root / "_build/notebooks/sums.ipynb", 4).cells[-1].outputs
    assert [output.text for output in outputs] == ["a line of words\n1\n"]
