"""Where respondents live: in directories and mounts that nobody else sees and that nobody has to clear by hand."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from grading.conftest import SHORT

from course_lib.grading.examiner.warm_server import WarmServer, ours_below
from course_lib.grading.sandbox import lockdown, private_folders
from course_lib.grading.sandbox.lockdown import DISK

MOUNTS = Path("/proc/self/mountinfo")

# In a mount namespace whose mounts are shared, as systemd makes them: what is not made private there is seen here.
SEEN = """
import sys
from pathlib import Path
from course_lib.grading.sandbox.lockdown import DISK, Limits
from course_lib.grading.examiner.warm_server import WarmServer
from course_lib.grading.examiner.remote_respondent import Answers
assert "shared:" in Path("/proc/self/mountinfo").read_text()
with WarmServer(with_torch=False) as warm:
    child = warm.child(Limits())
    cell = "open('mine', 'w').write('x'); import os; os.getcwd()"
    reply = Answers(child, Limits()).ask("cell", 5.0, source=cell, limit=999)
    assert DISK in child.layers and child.home in reply["outputs"][0]["data"]["text/plain"], (child.layers, reply)
    during, base = Path("/proc/self/mountinfo").read_text(), Path(warm.folders.base)
    assert not list(Path(child.home).iterdir()), "the file is on the private disk"
    child.end()
after = Path("/proc/self/mountinfo").read_text()
print("seen" if str(base) in during + after else "not seen", "left" if base.exists() else "gone")
"""


def can_unshare():
    command = ["unshare", "--mount", "--propagation", "shared", "true"]
    return shutil.which("unshare") and subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="this user may not leave the mount namespace")
def test_no_mount_of_a_respondent_is_seen_outside():
    command = ["unshare", "--mount", "--propagation", "shared", sys.executable, "-c", SEEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["not", "seen", "gone"], done.stderr


def test_no_mount_is_seen_here(warm):
    child = warm.child(SHORT)
    assert DISK in child.layers or os.geteuid() != 0
    assert warm.folders.base not in MOUNTS.read_text()
    child.end()
    assert warm.folders.base not in MOUNTS.read_text()


def test_a_killed_run_leaves_nothing_for_long(tmp_path, monkeypatch):
    """Its directory is cleared by the next run; that of a living one, a link and a file of that name are not."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "import time\nfrom course_lib.grading.sandbox.private_folders import PrivateFolders\n"
    code += "folders = PrivateFolders()\nprint(folders.new(), flush=True)\n"
    running = [subprocess.Popen([sys.executable, "-c", code + "time.sleep(60)"], stdout=-1, text=True) for _ in "12"]
    killed, living = [Path(process.stdout.readline().strip()) for process in running]
    assert killed.is_absolute()
    assert living.is_absolute()
    (killed / "file").write_text("left")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "respondents-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "respondents-file").write_text("")
    os.kill(running[0].pid, signal.SIGKILL)
    running[0].wait()
    try:
        with WarmServer(with_torch=False) as warm:
            assert not killed.parent.exists()
            assert living.exists()
            assert warm.folders.base
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {living.parent.name, "elsewhere", "respondents-link", "respondents-file"}
    finally:
        running[1].kill()
        for process in running:
            process.wait()
            process.stdout.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's directory")
def test_the_directories_of_others_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "respondents-other").mkdir()
    os.chown(tmp_path / "respondents-other", 61000, 61000)
    private_folders.clear_abandoned()
    assert (tmp_path / "respondents-other").exists()


def test_a_directory_is_removed_however_deep(tmp_path):
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        os.mkdir("deep")
        os.chdir("deep")
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(before)
    begun = time.process_time()
    private_folders.remove(str(tmp_path / "deep"))
    assert not (tmp_path / "deep").exists()
    assert time.process_time() - begun < 10  # of our own; a busy machine costs nothing


MANY = """
import sys
from course_lib.grading.sandbox.private_folders import PrivateFolders
for _ in range(150):
    PrivateFolders().close()
"""


def test_runs_that_begin_at_once_leave_each_other_their_directories(tmp_path):
    """Between the making of a directory and its lock, another run may take it for abandoned."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    running = [subprocess.Popen([sys.executable, "-c", MANY], env=environment, stderr=-1) for _ in range(4)]
    assert [process.communicate()[1] for process in running] == [b""] * 4
    assert [process.returncode for process in running] == [0] * 4
    assert not list(tmp_path.iterdir())


def test_a_clone_inside_python_s_own_folder_is_not_readable(tmp_path):
    for name in ("course_lib/rubrics/a.py", "solutions/a.py", ".git/HEAD", "pyproject.toml"):
        (tmp_path / "env/src/clone" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "env/src/clone" / name).write_text("ours")
    (tmp_path / "env/lib").mkdir()
    hidden = ours_below(tmp_path / "env/src/clone", tmp_path / "env")
    readable = lockdown._without(tmp_path / "env", [path.resolve() for path in hidden])
    assert readable == [tmp_path / "env/lib"]


def test_the_python_inside_a_clone_is_readable_and_the_rest_is_not(tmp_path):
    for name in ("course_lib/rubrics", "solutions", ".venv/lib", "pyproject.toml"):
        (tmp_path / name).mkdir(parents=True)
    hidden = ours_below(tmp_path, tmp_path / ".venv")
    assert tmp_path / "solutions" in hidden
    assert lockdown._without(tmp_path / ".venv", hidden) == [tmp_path / ".venv"]
