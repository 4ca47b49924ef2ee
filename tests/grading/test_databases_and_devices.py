"""What only some machines have: a PostgreSQL server, and a GPU. Elsewhere these are skipped, and say so."""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from grading.test_cohort import ROOT, marks, write_class

from course_lib.grading import demo
from course_lib.grading.cohort import grade_class
from course_lib.grading.course import Course
from course_lib.grading.store import Task
from course_lib.grading.worker import close, grade


def _program(name):
    places = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    return next((place for place in places if place), None)


def _user():
    """Return the words that run a command as somebody else than root, whom PostgreSQL refuses to serve."""
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.fixture
def database(tmp_path):
    """Start a server on loopback, and return the address of its database."""
    pytest.importorskip("psycopg2", reason="the driver psycopg2 is not installed")
    if not _program("initdb") or not _program("postgres"):
        pytest.skip("no PostgreSQL server is installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = Path("/tmp") / f"postgres-{port}"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    data = str(folder / "data")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
    make = [*_user(), _program("initdb"), "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8"]
    subprocess.run(make, check=True, capture_output=True, env=environment, cwd=folder)
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    server = subprocess.Popen(
        [*_user(), _program("postgres"), "-D", data, *options],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"postgresql+psycopg2://teacher@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not start")


@pytest.mark.slow
def test_a_gradebook_in_postgresql(database, tmp_path):
    write_class(tmp_path, 3)
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {database!r}\n")
    course = Course(tmp_path)
    report = grade_class(course)
    assert not report.failed
    assert not (tmp_path / "gradebook.db").exists()
    found = marks(course)
    for (student, _), total in report.totals.items():
        assert sum(score for (who, _), score in found.items() if who == student) == total


def _has_cuda():
    import torch

    return torch.cuda.is_available()


@pytest.mark.slow
def test_verdicts_on_the_gpu_agree_with_those_on_the_cpu():
    if not _has_cuda():
        pytest.skip("no CUDA device here")
    concept = "tensors"
    release = (ROOT / "exercises" / concept / f"{concept}.ipynb").read_bytes()
    solved = demo.filled(json.loads(release), demo.solutions_of(ROOT / "solutions" / f"{concept}.py"))
    data = json.dumps(solved).encode()
    points = {}
    for device in ("cpu", "cuda"):
        result = grade(Task(concept, "ada", data, release, 5, device=device))
        points[device] = {name: verdict["points"] for name, verdict in result["verdicts"].items()}
        close()
    assert points["cpu"] == points["cuda"]
    assert sum(points["cpu"].values()) > 0
