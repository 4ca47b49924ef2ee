"""Processes that grade: one that dies costs a retry, one that lost its patience names the exercise."""

import subprocess
import sys
import threading

import pytest

from course_lib.grading import pool
from course_lib.grading.verdict_files import Task

BEGIN = "import sys; sys.path[:] = {path!r}; from multiprocessing.connection import Connection; "
BEGIN += "from course_lib.grading.result import Result; c = Connection({descriptor})\n"
# A worker that loses its patience with two exercises of every task, one after the other.
IMPATIENT = """
while True:
    task = c.recv()
    for name in ("a.first", "a.fine", "a.second"):
        c.send(name)
        if name != "a.fine" and name not in task.endless:
            sys.exit(1)
    c.send(Result(notes=task.endless))
"""
DIES = "while True:\n    c.recv(); c.send('a.first'); import os; os.kill(os.getpid(), 9)\n"
DIES_ONCE = "import os, pathlib\nwhile True:\n    task = c.recv()\n    mark = pathlib.Path(task.student)\n"
DIES_ONCE += "    if not mark.exists(): mark.write_text(''); os._exit(3)\n    c.send(Result(layers=('process',)))\n"


def task(student="ada"):
    return Task("a", student, b"", b"{}", 1)


@pytest.fixture
def worker_of(monkeypatch):
    def worker_of(code):
        monkeypatch.setattr(pool, "_START", BEGIN + code.replace("{", "{{").replace("}", "}}"))

    return worker_of


def test_what_ended_a_worker_is_left_out_of_the_next_and_the_result_is_kept(worker_of):
    worker_of(IMPATIENT)
    results = list(pool.run_local([task("ada"), task("ben"), task("cem")], jobs=2))
    assert len(results) == 3
    for graded, result in results:
        assert result.notes == ("a.first", "a.second")
        assert not result.failed
        assert graded in (task("ada"), task("ben"), task("cem"))  # what was asked for, by which it is kept


def test_a_worker_that_is_killed_is_our_own_trouble(worker_of):
    worker_of(DIES)
    [(_, result)] = pool.run_local([task()], jobs=1)
    assert "died" in result.failed


def test_a_worker_that_dies_once_costs_one_retry(worker_of, tmp_path):
    worker_of(DIES_ONCE)
    results = list(pool.run_local([task(str(tmp_path / name)) for name in "abc"], jobs=2))
    assert [result.failed for _, result in results] == [""] * 3


def test_a_thread_has_a_process_of_its_own(worker_of):
    """Where Dask asks in a thread, no signal can interrupt it: its process can be ended all the same."""
    worker_of(IMPATIENT)
    found = []

    def ask():
        found.append(pool.grade_one(task()))
        pool._OF_THREAD.worker.stop()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(60)
    assert [result.notes for result in found] == [("a.first", "a.second")]


ENDLESS = """
from course_lib.grading.examiner import patience
patience.GRACE = 0.3
{told}
with patience.at_most(0.2, "a.first"):
    {work}
"""


@pytest.mark.parametrize(
    ("told", "work", "status", "words"),
    [
        ("patience.may_exit(print)", "sum(iter(int, 1))", pool.LOST_PATIENCE, "a.first"),  # in C: no signal ends it
        ("patience.may_exit(print)", "while True: pass", 1, "Endless"),
        ("", "while True: pass", 1, "Endless"),
        ("patience.may_exit(print)", "pass", 0, "a.first"),
    ],
    ids=["in C", "in Python", "in Python, where it may not exit", "in time"],
)
def test_what_takes_too_long_is_ended(told, work, status, words):
    code = ENDLESS.format(told=told, work=work)
    done = subprocess.run([sys.executable, "-u", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    assert words in done.stdout + done.stderr
