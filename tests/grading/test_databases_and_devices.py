"""What only some machines have: a PostgreSQL server, and a GPU. Elsewhere these are skipped, and say so."""

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from grading.test_cohort import CONCEPT, marks, write_class
from house_rules.house import MADE_UP

from course_lib.grading import commands, demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.verdict_files import Task
from course_lib.grading.worker import close, grade


def _program(name):
    places = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    return next((place for place in places if place), None)


def _user():
    """Return the words that run a command as somebody else than root, whom PostgreSQL refuses to serve."""
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def server():
    """Start a PostgreSQL server of our own, on a Unix socket only; return the folder of its socket."""
    pytest.importorskip("psycopg2", reason="the driver psycopg2 is not installed")
    if not _program("initdb") or not _program("postgres"):
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    if os.geteuid() == 0 and not _program("setpriv"):
        pytest.skip("PostgreSQL does not run as root, and there is no setpriv to run it as somebody else")
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))  # the path of a socket has to be short
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    data = str(folder / "data")
    quiet = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}, "cwd": folder}
    make = [*_user(), _program("initdb"), "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, **quiet)
    with (folder / "log").open("wb") as log:
        serve = [*_user(), _program("postgres"), "-D", data, "-c", "listen_addresses=", "-k", str(folder)]
        process = subprocess.Popen(serve, stdout=log, stderr=log, **quiet)
    try:
        _wait_for(folder / ".s.PGSQL.5432", process, folder / "log")
        yield folder
    finally:
        process.send_signal(signal.SIGINT)  # "fast": whoever is connected is thrown out
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(path, process, log):
    for _ in range(150):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as trial:
            trial.connect(str(path))
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError("the server did not start: " + log.read_text())


@pytest.fixture
def database(server):
    """Make an empty database; return its address, and a function that runs SQL as its owner."""
    import psycopg2

    connection = psycopg2.connect(host=str(server), user="teacher", dbname="postgres")
    connection.autocommit = True

    def run(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None

    run("DROP DATABASE IF EXISTS course WITH (FORCE)")
    run("CREATE DATABASE course")
    yield f"postgresql+psycopg2://teacher@/course?host={server}", run
    connection.close()


THROW_OUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'course'"


def on(database, folder, students=3):
    """Return a course in `folder` whose gradebook is in that database."""
    write_class(folder, students)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {database!r}\n")
    return Course(folder)


def table(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.slow
def test_postgresql_and_sqlite_hold_the_same_gradebook(database, tmp_path):
    """Graded, graded again, late, exported in every format: the same bytes from both."""
    address, _ = database
    courses = on(address, tmp_path / "postgresql"), on(f"sqlite:///{tmp_path}/sqlite.db", tmp_path / "sqlite")
    for course in courses:
        (course.root / "submitted" / "s000" / CONCEPT / "timestamp.txt").write_text("2026-11-02 12:00:00 UTC")
        config = course.root / "nbgrader_config.py"
        config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
        with Writer(course) as writer:
            writer.ensure_assignment(CONCEPT, course.release(CONCEPT).read_bytes())
            writer.book.update_or_create_assignment(CONCEPT, duedate="2026-11-01 12:00:00 UTC")
        course = Course(course.root)
        report = grade_class(course)
        assert not report.failed
        assert list(report.late) == [f"s000/{CONCEPT}"]
        assert grade_class(course).counts["cached"] == 3
        assert sum(marks(course).values()) == sum(report.totals.values()) > 0
        for name in ("csv", "canvas", "moodle"):
            assert commands.export(course.root, name, course.root / f"{name}.csv") == commands.DONE
    for name in ("csv", "canvas", "moodle"):
        first, second = (table(course.root / f"{name}.csv") for course in courses)
        assert first == second
        assert len(first) >= 4
    assert not (courses[0].root / "gradebook.db").exists()


@pytest.mark.slow
def test_a_second_writer_from_another_folder_is_refused_until_the_first_has_ended(database, tmp_path):
    address, run = database
    first, second = (on(address, tmp_path / name, 1) for name in ("first", "second"))
    with Writer(first):
        with pytest.raises(CourseError, match=r"Another `course grade` is writing the gradebook of .* run again"):
            grade_class(second)
        assert run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(1,)]
    assert run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]
    assert grade_class(second).counts["graded"] == 1


@pytest.mark.slow
def test_a_connection_that_is_lost_costs_at_most_the_submission_at_hand(database, tmp_path):
    address, run = database
    course = on(address, tmp_path)
    report = grade_class(course, jobs=1, progress=lambda done, total: run(THROW_OUT) if done == 1 else None)
    assert len(report.failed) <= 1
    assert all("could not be entered" in why for why in report.failed.values())
    again = grade_class(course)
    assert again.counts["cached"] == 3
    assert not again.failed
    assert sum(marks(course).values()) == sum(again.totals.values())


@pytest.mark.slow
def test_a_database_that_is_gone_ends_the_run_and_loses_no_verdict(database, tmp_path):
    address, run = database
    course = on(address, tmp_path)

    def lose(done, total):
        if done == 1:
            run("ALTER DATABASE course ALLOW_CONNECTIONS false")
            run(THROW_OUT)

    with pytest.raises(CourseError, match=r"is gone: .* run again when it is back"):
        grade_class(course, jobs=1, progress=lose)
    run("ALTER DATABASE course ALLOW_CONNECTIONS true")
    again = grade_class(course)
    assert again.counts["cached"] >= 1
    assert len(again.totals) == 3
    assert not again.failed


@pytest.mark.slow
def test_a_name_longer_than_its_column_costs_only_its_owner(database, tmp_path):
    """PostgreSQL takes what nbgrader's tables say, 128 characters; so nobody is asked to take more."""
    address, _ = database
    course = on(address, tmp_path)
    (tmp_path / "submitted" / "s000").rename(tmp_path / "submitted" / ("s" * 200))
    report = grade_class(course)
    [(name, why)] = report.failed.items()
    assert name.startswith("sss")
    assert "too long" in why
    assert {student for student, _ in marks(course)} == {"s001", "s002"}


def _has_cuda():
    import torch

    return torch.cuda.is_available()


@pytest.mark.slow
def test_verdicts_on_the_gpu_agree_with_those_on_the_cpu():
    if not _has_cuda():
        pytest.skip("no CUDA device here")
    concept = "made_up"
    release = (MADE_UP / "exercises" / concept / f"{concept}.ipynb").read_bytes()
    solved = demo_class.filled(json.loads(release), demo_class.solutions_of(MADE_UP / "solutions" / f"{concept}.py"))
    data = json.dumps(solved).encode()
    points = {}
    for device in ("cpu", "cuda"):
        result = grade(Task(concept, "ada", data, release, 5, device=device))
        points[device] = {name: verdict.points for name, verdict in result.verdicts.items()}
        close()
    assert points["cpu"] == points["cuda"]
    assert sum(points["cpu"].values()) > 0
