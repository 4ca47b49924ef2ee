"""Formgrader's "autograde" button, pressed in a real Jupyter server: our verdicts, the points of `course grade`."""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from grading.test_cohort import CONCEPT, MANY, marks, write_class

from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course

pytestmark = pytest.mark.slow

PRESSED = (
    "all right",
    "a known mistake here and there",
    "tries to replace the checker",
    "metadata stripped",
    "the file is cut off",
)


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """The same class twice, with the same secret: one for the command, one for the button."""
    ours = tmp_path_factory.mktemp("ours")
    kinds = write_class(ours, MANY)
    students = {kind: student for student, kind in kinds.items() if kind in PRESSED}
    for student, kind in kinds.items():
        if kind not in PRESSED:
            shutil.rmtree(ours / "submitted" / student)
    report = grade_class(Course(ours))
    theirs = tmp_path_factory.mktemp("theirs")
    for name in ("submitted", "exercises"):
        shutil.copytree(ours / name, theirs / name)
    (theirs / ".grading").mkdir()
    shutil.copy(ours / ".grading" / "secret", theirs / ".grading")
    lines = (ours / "nbgrader_config.py").read_text()
    lines += "\nfrom course_lib.grading.preprocessors import use\n\nuse(c)\n"
    (theirs / "nbgrader_config.py").write_text(lines)
    with Writer(Course(theirs)) as writer:  # as `nbgrader generate_assignment` would
        writer.ensure_assignment(CONCEPT, Course(theirs).release(CONCEPT).read_bytes())
    return Course(ours), Course(theirs), students, report


@pytest.fixture(scope="module")
def request_of(courses, tmp_path_factory):
    """Start a Jupyter server on loopback in the course's folder; return a function that asks it."""
    _, theirs, _, _ = courses
    place = tmp_path_factory.mktemp("jupyter")
    token = secrets.token_hex(16)
    options = {
        "ip": "127.0.0.1",
        "port": 0,
        "token": token,
        "root_dir": theirs.root,
        "allow_root": True,
        "open_browser": False,
        "jpserver_extensions": {"nbgrader.server_extensions.formgrader": True},
    }
    command = [sys.executable, "-m", "jupyter_server", *(f"--ServerApp.{name}={v}" for name, v in options.items())]
    folders = {f"JUPYTER_{kind}_DIR": str(place / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **folders, "JUPYTER_NO_CONFIG": "1", "PYTHONWARNINGS": "ignore"}
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=theirs.root, env=environment, stdout=log, stderr=log)
    try:
        address = _address(server, place)

        def ask(path, method="GET"):
            request = urllib.request.Request(address + path, method=method)
            request.add_header("Authorization", f"token {token}")
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.loads(reply.read())

        yield ask
    finally:
        server.terminate()
        server.wait(20)


def _address(server, place):
    """Wait until the server answers: it writes its address down a moment before, and a busy machine is slow."""
    for _ in range(300):
        for path in (place / "runtime").glob(f"jpserver-{server.pid}.json"):
            with contextlib.suppress(OSError, ValueError):
                about = json.loads(path.read_text())
                socket.create_connection(("127.0.0.1", about["port"]), timeout=1).close()
                return about["url"]
        assert server.poll() is None, (place / "log").read_text()
        time.sleep(0.1)
    raise AssertionError((place / "log").read_text())


@pytest.mark.parametrize("kind", PRESSED)
def test_the_button_gives_the_points_of_course_grade(courses, request_of, kind):
    ours, theirs, students, report = courses
    student = students[kind]
    said = request_of(f"formgrader/api/submission/{CONCEPT}/{student}/autograde", "POST")
    assert said["success"], said
    expected = {place: score for place, score in marks(ours).items() if place[0] == student}
    assert expected
    assert {place: score for place, score in marks(theirs).items() if place[0] == student} == expected
    shown = request_of(f"formgrader/api/submission/{CONCEPT}/{student}")
    assert shown["autograded"]
    assert shown["score"] == report.totals[student, CONCEPT]


def test_the_button_leaves_our_verdicts_behind(courses, request_of):
    """Not stock nbgrader in our process: the verdict file and the cards are there."""
    _, theirs, students, _ = courses
    student = students["a known mistake here and there"]
    assert request_of(f"formgrader/api/submission/{CONCEPT}/{student}/autograde", "POST")["success"]
    notebook = (theirs.folder("autograded", student, CONCEPT) / f"{CONCEPT}.ipynb").read_text()
    assert re.search("verdict-(failed|partial)", notebook)
    assert list((theirs.root / ".grading" / "verdicts").glob("*/*.json"))
