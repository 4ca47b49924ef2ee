"""Where the kernel offers less than Linux does here: notebooks are graded all the same, and said not to be isolated.

No macOS is tested here. What is: the same code, in a server that finds none of what only Linux has.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from grading.conftest import needs_landlock
from grading.test_cohort import CONCEPT, MANY, marks, write_class
from house_rules.house import MADE_UP

from course_lib.grading import demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.examiner import warm_server
from course_lib.grading.examiner.exchange import Answers
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import PID, PROCESS, SENDS, SIGNALS, TRUSTED, USER, Limits, isolates

# What each lack does to the server, before it starts to work. Written as it would fail: by name, or by the kernel's no.
REFUSE = "def refuse(*_):\n    raise OSError(38, 'Function not implemented')\n"
ORDINARY = REFUSE + "os.geteuid = lambda: 1000\nkernel.unshare = kernel.mount_private = refuse\n"
ORDINARY += "kernel.landlock_version = lambda: 5"
LACKS = {
    "no pidfd_open": "del os.pidfd_open",
    "no pidfd_open in the kernel": REFUSE + "os.pidfd_open = refuse",
    "no namespaces": REFUSE + "kernel.unshare = kernel.mount_private = refuse",
    "no libc with them": "def absent(*_):\n    raise AttributeError('prctl')\nkernel.unshare = kernel._prctl = absent",
    "no other user at once": "del os.setresuid, os.setresgid",
    "no Landlock": REFUSE + "kernel.landlock_version = lambda: 0\nkernel.landlock = refuse",
    "an ordinary user without namespaces, and Landlock older than signals": ORDINARY,
    "no filter of system calls": REFUSE + "system_calls.restrict = refuse",
    "no /proc": (
        "real, read = os.listdir, Path.read_text\n"
        "def listdir(path='.'):\n    if str(path) == '/proc': raise FileNotFoundError(path)\n    return real(path)\n"
        "def read_text(self, *a, **k):\n"
        "    if str(self).startswith('/proc'): raise FileNotFoundError(self)\n    return read(self, *a, **k)\n"
        "os.listdir, Path.read_text = listdir, read_text\nisdir = os.path.isdir\n"
        "os.path.isdir = lambda path: str(path) != '/proc' and isdir(path)"
    ),
}
LACKS["all of it, as on macOS"] = "\n".join(words for name, words in LACKS.items() if "in the kernel" not in name)


@pytest.fixture
def lacking(monkeypatch):
    """Return a function that starts a server on a platform which lacks something."""

    def lacking(lacks):
        names = "import os\nfrom pathlib import Path\nfrom course_lib.grading.sandbox import kernel, system_calls\n"
        before = f"{names}{lacks}\n"
        start = warm_server._START.replace(
            "from course_lib", f"exec({before!r}); from course_lib".replace("{", "{{"), 1
        )
        monkeypatch.setattr(warm_server, "_START", start)
        return warm_server.WarmServer(with_torch=False)

    return lacking


@pytest.fixture
def graded(lacking):
    """Return a function that grades a right notebook on a platform which lacks something."""

    def graded(lacks, answers=None):
        release = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
        right = demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")
        solved = demo_class.filled(release, right | (answers or {}))
        with lacking(lacks) as made:
            child = made.child(Limits(call=3.0))
            answers = Answers(child, child.limits)
            answers.ask("cell", 10.0, source="import time; time.sleep(0.3)", limit=1000)  # lives on, and answers
            assert len(warm_server.tree(child.guard)) > 1  # its guard lives, too, to end it
            child.end()
            return examine_notebook(made, repair(json.dumps(solved).encode(), release), 7, Limits(call=3.0))

    return graded


@pytest.mark.slow
@pytest.mark.parametrize("name", LACKS)
def test_a_platform_that_lacks_it_grades_and_says_what_holds(graded, name):
    result = graded(LACKS[name])
    assert all(verdict.points == verdict.max_points for verdict in result.verdicts.values())
    assert PROCESS in result.layers
    if "kernel.landlock = refuse" in LACKS[name]:
        assert not result.isolated
        assert not any(layer.startswith("landlock") for layer in result.layers)
    if "kernel.unshare" in LACKS[name]:
        assert not any("namespace" in layer for layer in result.layers)
    assert result.isolated == isolates(result.layers)
    assert not result.isolated or set(TRUSTED) <= set(result.layers)


# What a cell tries on another process of the same user, none of which may reach it: each prints EPERM.
SENDERS = {
    "kill": "attempt(lambda: os.kill(@victim@, 0))",
    "kill everybody": "attempt(lambda: os.kill(-1, 0))",
    "kill its group": "attempt(lambda: os.kill(0, 0))",
    "kill another group": "attempt(lambda: os.killpg(@victim@, 0))",
    "kill a thread": "call(200, @victim@, 0)",
    "kill a thread of a process": "call(234, @victim@, @victim@, 0)",
    "queue a signal": "call(129, @victim@, 0, ctypes.create_string_buffer(128))",
    "queue a signal for a thread": "call(297, @victim@, @victim@, 0, ctypes.create_string_buffer(128))",
    "a descriptor of the process": "attempt(lambda: os.pidfd_open(@victim@))",
    "a pipe that wakes it": "attempt(lambda: fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, @victim@))",
    "a pipe that wakes it, the newer way": "call(72, os.pipe()[0], 15, ctypes.create_string_buffer(8))",
    "a pipe with a signal of its own": "attempt(lambda: fcntl.fcntl(os.pipe()[0], 10, 9))",
    "a file that wakes it": "attempt(lambda: fcntl.ioctl(os.pipe()[0], 0x8901, b'    '))",
    "its limits": "attempt(lambda: resource.prlimit(@victim@, resource.RLIMIT_CPU, (0, 0)))",
}
TRY = """
import ctypes, errno, fcntl, os, resource
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    return result if result >= 0 else errno.errorcode[ctypes.get_errno()]
def attempt(f):
    try:
        return f()
    except PermissionError:
        return "EPERM"
"""


@needs_landlock
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of the calls are x86-64's")
def test_without_namespaces_no_signal_leaves_the_child(lacking):
    """Signal 0 reaches whom it may reach and does nothing. Landlock keeps signals in since its sixth version only."""
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        with lacking(ORDINARY) as warm:
            child = warm.child(Limits(call=3.0))
            assert SENDS in child.layers
            assert not {SIGNALS, PID, USER} & set(child.layers)
            assert isolates(child.layers)
            answers = Answers(child, child.limits)
            told = {}
            for name, source in {"": TRY, **SENDERS, "itself": "os.kill(os.getpid(), 0)"}.items():
                source = source if not name else f"print({source})".replace("@victim@", str(victim.pid))
                reply = answers.ask("cell", 5.0, source=source, limit=10_000)
                told[name] = "".join(item.get("text", "") for item in reply["outputs"]).strip() or reply["error"]
            child.end()
    finally:
        victim.kill()
        victim.wait()
    assert told == {"": None, **dict.fromkeys(SENDERS, "EPERM"), "itself": "None"}


def test_without_a_wall_for_signals_nothing_is_called_isolated():
    assert not isolates(TRUSTED)
    assert all(isolates([*TRUSTED, layer]) for layer in (SIGNALS, PID, USER, SENDS))


@pytest.mark.slow
def test_there_too_a_child_that_dies_or_hangs_costs_only_its_exercise(graded):
    bad = {
        f"{CONCEPT}.to_upper": "import os\ndef to_upper(text):\n    os._exit(3)",
        f"{CONCEPT}.letter_gap": "def letter_gap(left, right):\n    while True: pass",
    }
    result = graded(LACKS["all of it, as on macOS"], bad)
    points = {v.exercise.rpartition(".")[2]: v.points / v.max_points for v in result.verdicts.values()}
    assert {name for name, share in points.items() if share < 1} == {"to_upper", "letter_gap"}
    assert points["to_upper"] == points["letter_gap"] == 0


def test_no_socket_is_used_that_macos_lacks(graded, monkeypatch):
    """A pair of sockets that keeps messages apart is not to be had there."""
    real = socket.socketpair

    def socketpair(family=socket.AF_UNIX, kind=socket.SOCK_STREAM, *rest):
        if kind != socket.SOCK_STREAM:
            raise OSError(43, "Protocol not supported")
        return real(family, kind, *rest)

    monkeypatch.setattr(socket, "socketpair", socketpair)
    result = graded("")
    assert all(verdict.points for verdict in result.verdicts.values())


# The whole way as somebody without rights


def powerless(command, **options):
    """Run a command as a user who owns nothing but what it is given."""
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    return subprocess.run([*user, *command], capture_output=True, text=True, check=False, **options)


@pytest.fixture
def python(tmp_path):
    """Return a Python that nobody may run, with our packages, and the environment to run it in."""
    if os.geteuid() != 0:
        pytest.skip("not root: every other test here runs without rights already")
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv here")
    (tmp_path / "home").mkdir()
    environment = {"HOME": str(tmp_path / "home"), "PATH": os.defpath, "PYTHONPATH": os.environ["PYTHONPATH"]}
    starts_itself = "import subprocess, sys; subprocess.run([sys.executable, '-Ic', 'import nbgrader'], check=True)"
    for found in (sys.executable, _system_python(tmp_path / "venv")):
        open_the_way_to(found)
        open_the_way_to(tmp_path / "home")
        if powerless([found, "-c", starts_itself], env=environment, cwd="/").returncode == 0:
            return found, environment | {"PYTHONWARNINGS": "ignore"}
    pytest.skip("no Python here can be run by a user without rights")


def _system_python(folder):
    """Make a virtual environment of the system's Python and our packages: ours may lie where only root can go."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (folder / "bin").mkdir(parents=True)
    (folder / "lib" / name).mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(f"/usr/bin/{name}")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    (folder / "lib" / name / "site-packages").symlink_to(packages)
    return str(folder / "bin" / "python")


def open_the_way_to(path):
    """Let others pass through the folders that pytest made for us."""
    made = Path(tempfile.gettempdir()).resolve()
    for part in Path(path).parents:
        if made in part.parents and part.stat().st_uid == os.geteuid():
            part.chmod(part.stat().st_mode | 0o001)


@pytest.mark.slow
@pytest.mark.whole
def test_a_user_without_rights_gives_the_same_points(python, tmp_path):
    """As a teacher on a shared machine: no root, no separate user, no mount; Landlock is there for everybody."""
    found, environment = python
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    write_class(ours, MANY)
    shutil.copytree(ours, theirs)
    report = grade_class(Course(ours))
    Writer(Course(theirs)).close()  # a new gradebook is made by a program that may lie where only root can go
    for part in [tmp_path / "home", theirs, *theirs.rglob("*")]:
        os.chown(part, 65534, 65534)
    ran = powerless([found, "-m", "course_lib.cli", "grade", "--course", str(theirs)], env=environment, cwd=theirs)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    course = Course(theirs)
    found_points = {}
    for (student, _), score in marks(course).items():
        found_points[student] = found_points.get(student, 0) + score
    assert found_points == {student: total for (student, _), total in report.totals.items()}
    layers = [json.loads(path.read_text())["layers"] for path in (theirs / ".grading/verdicts").glob("*/*.json")]
    assert len(layers) == MANY
    assert all("separate-user" not in names and PROCESS in names for names in layers)
    if set(TRUSTED) <= set(report.layers):
        assert all(set(TRUSTED) <= set(names) for names in layers)
