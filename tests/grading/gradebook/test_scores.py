"""The gradebook as an interface: one writer at a time, and one sentence about a database that cannot be used."""

import contextlib
import os
import sqlite3
import subprocess
import sys

import pytest
from grading.test_cohort import write_class

from course_lib.grading import commands
from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course, CourseError

PASSWORD = "hunter2"


def test_a_gradebook_that_somebody_has_locked_is_said_in_one_line(tmp_path, capsys):
    write_class(tmp_path, 1)
    grade_class(Course(tmp_path), jobs=1)
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert commands.grade(tmp_path) == commands.UNUSABLE
        told = capsys.readouterr().err
    assert "database is locked" in told
    assert "SELECT" not in told
    assert "sqlalche.me" not in told
    assert len(told.strip().splitlines()) == 1


def test_a_second_writer_is_refused_and_told_who_is_at_work(tmp_path, capsys):
    write_class(tmp_path, 1)
    course = Course(tmp_path)
    with Writer(course):
        with pytest.raises(CourseError, match=f"process {os.getpid()} on .* run again"):
            grade_class(course)
        assert commands.grade(tmp_path) == commands.UNUSABLE
        assert "Another `course grade`" in capsys.readouterr().err
    assert grade_class(course).counts["graded"] == 1


def test_a_writer_that_is_killed_leaves_no_lock(tmp_path):
    write_class(tmp_path, 1)
    code = (
        "import sys, time; from pathlib import Path; from course_lib.grading.handed_in.course_folders import Course\n"
        "from course_lib.grading.gradebook.scores import Writer\n"
        f"with Writer(Course(Path({str(tmp_path)!r}))): print('open', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(CourseError, match=f"process {other.pid} "):
            Writer(Course(tmp_path))
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    Writer(Course(tmp_path)).close()


@pytest.mark.parametrize(
    "url",
    [
        "rubbish",
        "sqlite:////no/such/folder/gradebook.db",
        "postgresql+nosuchdriver://teacher@127.0.0.1/x",
        f"postgresql+psycopg2://teacher:{PASSWORD}@127.0.0.1:1/x",
        f"postgresql+psycopg2://teacher:{PASSWORD}@127.0.0.1:nan/x",
    ],
)
def test_a_gradebook_that_cannot_be_opened_is_named_without_its_password(tmp_path, capsys, url):
    write_class(tmp_path, 1)
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {url!r}\n")
    for run in (lambda: commands.grade(tmp_path), lambda: commands.export(tmp_path, "csv", tmp_path / "x.csv")):
        assert run() == commands.UNUSABLE
        said = capsys.readouterr().err
        assert url.replace(PASSWORD, "***") in said
        assert PASSWORD not in said
        assert "db_url" in said
        assert "Traceback" not in said
        assert said.count("\n") == 1


def test_what_a_broken_gradebook_does_not_take_is_told_and_kept_for_the_next_run(tmp_path):
    write_class(tmp_path, 2)
    course = Course(tmp_path)

    def lose(done, total):
        if done == 1:
            with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as book:
                book.execute("DROP TABLE grade")

    report = grade_class(course, jobs=1, progress=lose)
    assert len(report.failed) == 1
    assert "no such table: grade" in next(iter(report.failed.values()))
    (tmp_path / "gradebook.db").unlink()
    again = grade_class(course, jobs=1)
    assert again.counts["cached"] == 2
    assert not again.failed
