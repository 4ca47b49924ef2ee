"""Files and folders that try to stop a run or to reach the teacher's browser or terminal."""

import html.parser
import io
import json
import os
import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from house_rules.house import MADE_UP, ROOT
from nbconvert.filters.markdown_mistune import InvalidNotebook, markdown2html_mistune
from rich.console import Console

from course_lib.checking import Verdict
from course_lib.grading import commands, preprocessors
from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook import graded_notebook
from course_lib.grading.handed_in.cells import MAX_BYTES, MAX_CELLS, cells_of
from course_lib.grading.handed_in.course_folders import Course
from course_lib.grading.handed_in.inert_markdown import inert
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.result import Result

CONCEPT = "letters"
RELEASE = MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb"

# What costs a careless reader hours or all memory: text, and what is said of it.
COSTLY = {
    "conflict markers without ends": ("<<<<<<< a\n" * 30_000 + "=======\n" * 30_000, "No cell could be read"),
    "cells in cells in cells": ('{"id":[' * 900 + "1," * 3_000_000, "No cell could be read"),
    "cells cut off, one in the other": (('{"id": [' * 200 + "1," * 300_000) * 3, "No cell could be read"),
    "deep nesting": ("[" * 3_000_000, "No cell could be read"),
    "more parts than memory": ('{"cells": [' + "[]," * 4_000_000 + "[]]}", "more than 3000000 parts"),
    "more than can be read": (" " * MAX_BYTES + "{}", "larger than 100 MB"),
    "a number of a million digits": ('{"cells": [' + "9" * 1_000_000 + "]}", "No cell could be read"),
}

# Markdown that would run, or load something from elsewhere, in the browser of who reads it.
ACTIVE = {
    "a script": "<script>alert(1)</script>",
    "an event": "hello <img src=x onerror=alert(1)> <svg/onload=alert(1)>",
    "a block": "<details open ontoggle=alert(1)>\n\ntext\n\n</details>",
    "a comment": "<!-- --><script>alert(1)</script>",
    "in a list and a quote": "> - <iframe src='javascript:alert(1)'></iframe>",
    "in a table": "| a |\n|---|\n| <script>alert(1)</script> |",
    "a link": "[click](javascript:alert(1)) [click](<javascript:alert(1)>) [click]( JaVaScript:alert(1))",
    "a link with entities": "[c](java&#115;cript:alert(1)) [c](java&Tab;script:alert(1)) [c](&#106;avascript:x)",
    "a link in brackets": "<javascript:alert(1)>",
    "a reference": "[click][1]\n\n[1]: javascript:alert(1)\n\n[2]:\n  javascript:alert(1)",
    "a data address": "[c](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==) ![](data:image/svg+xml,<svg/>)",
    "a picture with a script": '![a](x"onerror="alert(1))',
    "a picture from elsewhere": "![a](https://example.org/who-read-this.png)",
    "a picture by reference": "![a][1]\n\n[1]: https://example.org/who-read-this.png",
    "math": "$\\href{javascript:alert(1)}{x}$ $$\\require{html}\\style{background:url(//x)}{x}$$",
    "math with entities": "&#36;&#92;href{javascript:alert(1)}{x}&#36;",
    "a definition in math": "$\\def\\x{\\href}\\x{javascript:alert(1)}{y}$ $\\let\\x\\href$",
}


class Tags(html.parser.HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def danger(page):
    """Say what in a page can run or load something."""
    found = [tag for tag, _ in Tags(page).found if tag in ("script", "iframe", "svg", "details", "object", "img")]
    for _, attributes in Tags(page).found:
        found += [name for name in attributes if name.startswith("on")]
        found += [link for name in ("href", "src") if not re.match(r"https?:|#|$", link := attributes.get(name) or "")]
    text = html.unescape(page)
    return found + re.findall(r"\\(?:href|require|style|def|let)\b", text)


@pytest.mark.parametrize("name", COSTLY)
def test_no_file_takes_long(name):
    text, words = COSTLY[name]
    begun = time.process_time()
    cells, notes = cells_of(text.encode())
    assert time.process_time() - begun < 10
    assert not cells
    assert any(words in note for note in notes)


@pytest.mark.parametrize("source", ["", " ", "x", "def f(): pass\n"])
@pytest.mark.parametrize("kept", [[], ["check-to_upper"], ["answer-to_upper"]], ids=["none", "a check", "an answer"])
def test_many_small_cells_take_no_longer_than_their_number(source, kept):
    release = json.loads(RELEASE.read_text())
    own = {"cell_type": "code", "id": "", "metadata": {}, "source": source, "outputs": []}
    ours = [cell for cell in release["cells"] if cell["id"] in kept]
    data = json.dumps(release | {"cells": [*[own] * 30_000, *ours, *[own] * 30_000]}).encode()
    begun = time.process_time()
    repaired = repair(data, release)
    assert time.process_time() - begun < 5  # 20 s when each cell looked at all others
    assert len(repaired.notebook["cells"]) <= MAX_CELLS + len(release["cells"])
    assert not source.strip() or any(" 10000 were read" in note for note in [*repaired.notes, *repaired.review])
    assert repaired.found == ("answer-to_upper" in kept)


@pytest.mark.parametrize("name", ACTIVE)
def test_markdown_of_a_student_is_inert(name):
    assert danger(markdown2html_mistune(ACTIVE[name])), "the attack itself does nothing"
    assert not danger(markdown2html_mistune(inert(ACTIVE[name])))


def test_a_pasted_picture_does_not_end_the_feedback():
    """Attachments are dropped, and nbconvert refuses a notebook that names one which is not there."""
    with pytest.raises(InvalidNotebook):
        markdown2html_mistune("![a](attachment:a.png)")
    assert "attachment:a.png" in markdown2html_mistune(inert("![a](attachment:a.png)"))


def test_honest_markdown_looks_as_before():
    text = "# Title\n\n*a* < b, `x & y`, $a_1 \\le \\frac{1}{2}$, [a page](https://example.org) [here](#below)\n\n- b\n"
    assert inert(text) == text


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_no_cell_of_a_student_brings_markup_into_the_graded_notebook(kind):
    release = json.loads(RELEASE.read_text())
    evil = {
        "cell_type": kind,
        "id": "evil",
        "metadata": {"raw_mimetype": "text/html", "format": "text/html"},
        "attachments": {"a.svg": {"image/svg+xml": "PHN2Zy8+"}},
        "source": ["<script>", "alert(1)</script>"],
    }
    handed_in = release | {"cells": [evil, *release["cells"]], "metadata": {"title": "<script>alert(1)</script>"}}
    made = repair(json.dumps(handed_in).encode(), release).notebook
    (cell,) = [cell for cell in made["cells"] if cell["id"] == "evil"]
    assert (cell["cell_type"], cell["metadata"], set(cell)) == (
        "markdown",
        {},
        {"cell_type", "id", "metadata", "source"},
    )
    assert "<script" not in json.dumps(made)


def test_every_graded_notebook_is_valid_whatever_its_cells_are_called():
    release = json.loads(RELEASE.read_text())
    names = [
        "own-3",
        "own-2",
        "own-1",
        "own-1",
        "é",
        "x" * 65,
        "a b",
        "",
        "own-9",
        "own-8",
        "own-7",
        release["cells"][3]["id"],
    ]
    own = [{"cell_type": "code", "id": name, "metadata": {}, "source": "1", "outputs": []} for name in names]
    own[2]["source"] = "print('\ud800')"
    made = repair(json.dumps(release | {"cells": [*own, *release["cells"]]}).encode(), release).notebook
    nbformat.validate(nbformat.from_dict(made))
    assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"]) == len(own) + len(release["cells"])
    json.dumps(made, ensure_ascii=False).encode()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["\\\\(", "\\begin{a}", "a" + " " * 99_999, "[", "*a "])
def test_no_cell_takes_long_to_show(text):
    """What turns Markdown into HTML needs time that grows with the square of its length, or worse."""
    release = json.loads(RELEASE.read_text())
    own = {"cell_type": "markdown", "id": "", "metadata": {}, "source": text * (100_000 // len(text))}
    handed_in = release | {"cells": [own, *release["cells"], *[own | {"source": "a"}] * 5_000]}
    shown = graded_notebook.graded(repair(json.dumps(handed_in).encode(), release).notebook, Result())
    assert len(shown["cells"]) <= len(release["cells"]) + graded_notebook.MOST_CELLS
    assert {cell["id"] for cell in release["cells"] if cell["cell_type"] == "code"} <= {c["id"] for c in shown["cells"]}
    begun = time.process_time()
    markdown2html_mistune(shown["cells"][0]["source"])
    assert time.process_time() - begun < 10


@pytest.mark.slow
def test_a_thousand_costly_texts_take_no_longer_than_a_few():
    release = json.loads(RELEASE.read_text())
    own = {"cell_type": "markdown", "id": "", "metadata": {}, "source": "\\\\(" * 6_000}
    handed_in = release | {"cells": [*release["cells"], *[own] * 1_000]}
    shown = graded_notebook.graded(repair(json.dumps(handed_in).encode(), release).notebook, Result())
    texts = [cell["source"] for cell in shown["cells"] if cell["cell_type"] == "markdown" and cell["id"][:3] == "own"]
    assert 500 < len(texts) <= graded_notebook.MOST_CELLS
    assert sum(map(len, texts)) < graded_notebook.ALL_MARKDOWN + 100 * len(texts)
    begun = time.process_time()
    for text in texts:
        markdown2html_mistune(text)
    assert time.process_time() - begun < 60


def test_no_word_of_a_student_is_read_as_a_formula():
    release = json.loads(RELEASE.read_text())
    repaired = repair(RELEASE.read_bytes(), release)
    evil = "ValueError: $\\href{javascript:alert(1)}{x}$"
    verdict = Verdict("letters.to_upper", "T", "failed", 0.0, 3.0, evil)
    shown = graded_notebook.graded(repaired.notebook, Result(verdicts={"check-to_upper": verdict}))
    [cell] = [cell for cell in shown["cells"] if cell["id"] == "check-to_upper"]
    page = cell["outputs"][0]["data"]["text/html"]
    assert evil in page
    assert page.startswith('<div class="tex2jax_ignore mathjax_ignore">')
    assert page.endswith("</div>")


def write_class(folder):
    """Write the submissions of three students, of whom one is hostile; return the folder of hers."""
    (folder / "exercises" / CONCEPT).mkdir(parents=True)
    shutil.copy(RELEASE, folder / "exercises" / CONCEPT)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for student in ("ada", "mallory", "zoe"):
        place = folder / "submitted" / student / CONCEPT
        place.mkdir(parents=True)
        shutil.copy(RELEASE, place)
    return folder / "submitted/mallory" / CONCEPT


def sparse(place):
    with (place / f"{CONCEPT}.ipynb").open("wb") as file:
        file.truncate(1 << 40)


def instead_of_the_notebook(make):
    def change(place):
        (place / f"{CONCEPT}.ipynb").unlink()
        make(place / f"{CONCEPT}.ipynb")

    return change


# What stands in a student's folder, and what the teacher is told.
FOLDERS = {
    "a file of a terabyte": (sparse, "for review mallory/.*larger than 100 MB"),
    "a pipe": (instead_of_the_notebook(os.mkfifo), "for review mallory/.*no notebook: 'letters.ipynb' can"),
    "a folder": (
        instead_of_the_notebook(Path.mkdir),
        "for review mallory/.*no notebook: 'letters.ipynb' can",
    ),
    "a link": (
        instead_of_the_notebook(lambda path: path.symlink_to("/etc/passwd")),
        "for review mallory/.*no notebook",
    ),
    "a link to itself": (
        instead_of_the_notebook(lambda path: path.symlink_to(path)),
        "for review mallory/.*no notebook",
    ),
    "an assignment of her own": (lambda place: (place.parent / "mine").mkdir(), "failed mallory/mine: .*no released"),
    "a name that is no text": (
        lambda place: os.rename(os.fsencode(place.parent), os.fsencode(place.parent) + b"\xff"),
        "failed 'mallory.udcff/.*rename it",
    ),
    "a name that a terminal obeys": (
        lambda place: place.parent.rename(f"{place.parent}\x1b]0;owned\x07"),
        "failed 'mallory.x1b]0;owned.x07/.*rename it",
    ),
    "a timestamp that is no date": (lambda place: (place / "timestamp.txt").write_text("soon"), "mallory/.*no date"),
    "a timestamp that is no file": (lambda place: os.mkfifo(place / "timestamp.txt"), "mallory/.*no file"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_no_folder_keeps_the_others_from_being_graded(name, tmp_path):
    change, words = FOLDERS[name]
    change(write_class(tmp_path))
    screen = Console(file=io.StringIO(), width=1000, highlight=False)
    commands.grade(tmp_path, screen=screen, jobs=1)
    told = screen.file.getvalue()
    assert re.search(words, told), told
    assert "\x1b" not in told
    assert {"ada", "zoe"} <= {path.name for path in (tmp_path / "autograded").iterdir()}


@pytest.mark.slow
def test_a_file_that_cannot_be_read_costs_the_others_nothing(tmp_path, monkeypatch):
    write_class(tmp_path)
    opened = Path.open

    def broken(path, *args, **kwargs):
        if "mallory" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", broken)
    report = grade_class(Course(tmp_path), jobs=1)
    assert set(report.failed) == {f"mallory/{CONCEPT}"}
    assert {student for student, _ in report.totals} == {"ada", "zoe"}


def test_nbgrader_reads_no_file_of_a_terabyte(tmp_path):
    sparse(tmp_path)
    text, _ = preprocessors.AnyNotebook().from_filename(str(tmp_path / f"{CONCEPT}.ipynb"))
    assert json.loads(text)["cells"] == []
