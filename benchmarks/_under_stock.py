"""One hostile notebook under stock nbgrader, in namespaces and limits of its own; prints what came of it as JSON.

Run as root by `stock_baseline`, inside fresh process, network and mount namespaces: nothing it does is seen outside,
and all of it ends with this process. nbgrader runs as a user who owns the made-up course and nothing else.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

USER = 61000
CONCEPT, ATTACKER, VICTIM = "string_comparison", "mallory", "zoe"
CANARY = "CANARY-5f1c"
PATIENCE = 60.0  # seconds for two notebooks; stock nbgrader needs about six
MEMORY, PROCESSES, DISK, FILES = 3 << 30, 80, 96 << 20, 4000
ENOUGH = {"memory": 1 << 30, "processes": 60, "disk": 64 << 20, "files": 3000}  # beyond these a notebook did harm


def limits() -> None:
    """Limit nbgrader and all it starts, and become its user."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_FSIZE, DISK),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def loopback_up() -> None:
    """Switch the loopback of this network namespace on: kernels talk over it. There is no other network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14s", b"lo", 0x49, b""))  # SIOCSIFFLAGS: up, running


class Watch(threading.Thread):
    """Notes the most that the user's processes took; ends them all where that endangers the machine."""

    def __init__(self, course: Path) -> None:
        """Watch the processes of this namespace and the file system of `course`."""
        super().__init__(daemon=True)
        self.course, self.most, self.done = course, dict.fromkeys(ENOUGH, 0), threading.Event()

    def run(self) -> None:
        """Look five times a second."""
        while not self.done.wait(0.2):
            pids = processes()
            disk = os.statvfs(self.course)
            now = {
                "memory": sum(resident(pid) for pid in pids),
                "processes": sum(threads(pid) for pid in pids),
                "disk": (disk.f_blocks - disk.f_bfree) * disk.f_frsize,
                "files": disk.f_files - disk.f_ffree,
            }
            self.most = {name: max(self.most[name], value) for name, value in now.items()}
            if now["memory"] > 5 << 30:
                end_all()


def processes() -> list[int]:
    """Return the processes of the user, in this namespace."""
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == USER and not _ended(int(name)):
                found.append(int(name))
    return found


def _ended(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"


def resident(pid: int) -> int:
    """Return the bytes that a process holds."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def threads(pid: int) -> int:
    """Return the number of threads of a process: each counts against the limit."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/task"))
    return 0


def end_all() -> None:
    """End every process of the user."""
    for _ in range(50):
        for pid in (left := processes()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            return
        time.sleep(0.1)


def scores(course: Path) -> dict[str, dict[str, float]]:
    """Return what stands in the gradebook, by student and exercise; nothing where it cannot be read."""
    sql = (
        "SELECT sa.student_id, bc.name, g.auto_score FROM grade g JOIN base_cell bc ON g.cell_id = bc.id "
        "JOIN submitted_notebook sn ON g.notebook_id = sn.id JOIN submitted_assignment sa ON sn.assignment_id = sa.id"
    )
    found: dict[str, dict[str, float]] = {}
    with contextlib.suppress(sqlite3.Error, OSError):
        book = sqlite3.connect(f"file:{course}/gradebook.db?mode=ro", uri=True)
        for student, name, score in book.execute(sql):
            found.setdefault(student, {})[name] = score
        book.close()
    return found


def main(template: Path, python: str, paths: str) -> dict[str, Any]:
    """Grade the course in `template`, copied to a small file system of its own, and say what came of it."""
    loopback_up()
    course = Path("/mnt")
    options = f"size={2 * DISK},nr_inodes={2 * FILES},mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(course)], check=True)
    shutil.copytree(template, course, dirs_exist_ok=True)
    for path in [course, *course.rglob("*")]:
        os.chown(path, USER, USER)
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file() and path.suffix != ".db"}
    listener = socket.create_server(("127.0.0.1", 9099))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 9099))
    watch = Watch(course)
    watch.start()
    environment = {
        "PATH": os.defpath,
        "HOME": str(course / "home"),
        "LMS_TOKEN": CANARY,
        "PYTHONPATH": paths,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",
    }
    command = [python, "-m", "nbgrader", "autograde", CONCEPT]
    run = subprocess.Popen(
        command, cwd=course, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limits
    )
    said, timed_out = b"", False
    try:
        said, _ = run.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        timed_out = True
    time.sleep(0.5)  # a kernel that was shut down needs a moment
    left_behind = len(processes())
    watch.done.set()
    end_all()
    autograded = course / "autograded" / ATTACKER / CONCEPT / f"{CONCEPT}.ipynb"
    return {
        "status": run.poll(),
        "timed_out": timed_out,
        "scores": scores(course),
        "shown": autograded.read_text(errors="replace") if autograded.is_file() else "",
        "changed": sorted(str(p) for p, data in before.items() if not p.is_file() or p.read_bytes() != data),
        "new": sorted(path.name for path in course.iterdir()) if course.is_dir() else [],
        "left_behind": left_behind,
        "got_out": _arrived(listener, datagrams),
        "took_all": sorted(name for name, most in watch.most.items() if most >= ENOUGH[name]),
        "said": said.decode(errors="replace")[-3000:],
    }


def _arrived(listener: socket.socket, datagrams: socket.socket) -> bool:
    for one, take in ((listener, listener.accept), (datagrams, lambda: datagrams.recv(1))):
        one.settimeout(0.05)
        with contextlib.suppress(OSError):
            take()
            return True
    return False


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
