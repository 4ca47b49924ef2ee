"""A hostile notebook's way into the teacher's browser: through both doors, and through nbgrader's own feedback."""

import html.parser
import json
import os
import shutil
import subprocess
import sys

import pytest
from house_rules.house import MADE_UP, ROOT

from course_lib.grading import demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.handed_in.course_folders import Course

CONCEPT = "letters"
MARK = "HOSTILE"  # stands in everything that must not become a part of the page's own code
ATTACK = f"<script>{MARK}()</script><img src=x onerror={MARK}()>"

MARKDOWN = [
    ATTACK,
    f"[click](javascript:{MARK}()) <javascript:{MARK}()>\n\n[1]: javascript:{MARK}()\n\n[click][1]",
    f"<iframe srcdoc='{ATTACK}'></iframe>\n\n<style>@import '//{MARK}'</style>\n\n<base href='//{MARK}/'>",
    f"$\\href{{javascript:{MARK}()}}{{x}}$ `{ATTACK}`\n\n```\n{ATTACK}\n```\n\n```mermaid\ngraph LR; A[{ATTACK}]\n```",
    "![a picture that was pasted](attachment:a.png)",
]
CODE = [
    f"print({ATTACK!r})\nprint('\\x1b]8;;javascript:{MARK}()\\x07click\\x1b]8;;\\x07 \\ud800')",
    f"from IPython.display import *\ndisplay(HTML({ATTACK!r}), Markdown({ATTACK!r}), Javascript('{MARK}()'))\n"
    f"display(Latex({ATTACK!r}), SVG('<svg onload=\"{MARK}()\"></svg>'), JSON({{'a': {ATTACK!r}}}))",
    f"from IPython.display import display\ndisplay({{'text/plain': {ATTACK!r}, 'image/png': '{MARK}\">'}}, raw=True)",
    f"raise type({ATTACK!r}, (Exception,), {{}})({ATTACK!r})",
    f"# {ATTACK}\n'''{ATTACK}'''",
]
ANSWER = f"def to_upper(text):\n    raise type({ATTACK!r}, (Exception,), {{}})({ATTACK!r} + '\\ud800')  # {ATTACK}"
SECOND = f"Odd = type({ATTACK!r}, (), {{}})\ndef utf8_encode(*args):\n    return Odd()"


class Live(html.parser.HTMLParser):
    """Collects the marks that stand in scripts, styles, or attributes of tags."""

    def __init__(self, page):
        super().__init__()
        self.found, self.inside, self.tags = [], "", 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.inside, self.tags = tag, self.tags + 1
        self.found += [(tag, name, value) for name, value in attrs if MARK in (value or "") or MARK in name]

    def handle_data(self, data):
        if self.inside in ("script", "style") and MARK in data:
            self.found.append((self.inside, data))

    def handle_endtag(self, tag):
        self.inside = ""


@pytest.fixture
def course(tmp_path):
    """A course folder with the hostile notebook in it."""
    release = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
    (tmp_path / "exercises" / CONCEPT).mkdir(parents=True)
    (tmp_path / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").write_text(json.dumps(release))
    made = demo_class.filled(release, {f"{CONCEPT}.to_upper": ANSWER, f"{CONCEPT}.utf8_encode": SECOND})
    own = [{"cell_type": "markdown", "source": text} for text in MARKDOWN]
    own += [{"cell_type": "raw", "source": text, "format": "text/html"} for text in MARKDOWN]
    own += [{"cell_type": "code", "source": text, "outputs": [], "execution_count": None} for text in CODE]
    evil = {"name": ATTACK, "tags": [ATTACK], "raw_mimetype": "text/html", "nbgrader": {"grade_id": ATTACK}}
    made["cells"] += [cell | {"id": f"evil-{i}", "metadata": evil} for i, cell in enumerate(own)]
    made["metadata"] |= {"title": ATTACK, "authors": [{"name": ATTACK}]}
    (tmp_path / "submitted/mallory" / CONCEPT).mkdir(parents=True)
    (tmp_path / "submitted/mallory" / CONCEPT / f"{CONCEPT}.ipynb").write_text(json.dumps(made))
    shutil.copytree(MADE_UP / "solutions", tmp_path / "solutions")
    config = (ROOT / "nbgrader_config.py").read_text()
    lines = "\nfrom course_lib.grading.preprocessors import use\nuse(c)\n"
    (tmp_path / "nbgrader_config.py").write_text(config + lines)
    return Course(tmp_path)


def nbgrader(folder, *arguments):
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "none"), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout + ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("door", ["course grade", "nbgrader autograde"])
def test_nothing_of_a_student_runs_in_the_feedback(course, door):
    if door == "course grade":
        assert not grade_class(course, jobs=1).failed
    else:
        grade_class(course, jobs=1)  # enters the assignment, as generate_assignment would
        shutil.rmtree(course.root / "autograded")
        said = nbgrader(course.root, "autograde", CONCEPT, "--force")
        assert "\x1b]" not in said
    nbgrader(course.root, "generate_feedback", CONCEPT)
    page = (course.folder("feedback", "mallory", CONCEPT) / f"{CONCEPT}.html").read_text()
    live = Live(page)
    assert live.tags > 100
    assert page.count(MARK) > 20, "the attack is there, as text"
    assert not live.found
