"""The warm server and its children, as the examiner handles them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from course_lib.grading.sandbox import gpu_memory, lockdown, private_folders
from course_lib.grading.talk import frames

_HERE = Path(__file__).resolve()
_ROOT = _HERE.parents[3]
_START = (
    "import sys; sys.path.append({root!r}); from course_lib.grading.child.server import main; "
    "main({control}, {torch}, {hidden!r}, {gpu})"
)
# A compiler is a program, which no child may run: `torch.compile` gives back what it was given.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "TORCH_COMPILE_DISABLE": "1"}
_PATIENCE = 120.0  # seconds for the server to import everything


class ServerGone(Exception):
    """The warm server ended, or gave no child: trouble of our own, not of a notebook's."""


class OutOfMemory(frames.Hangup):
    """The child used more memory than allowed."""


class Child:
    """One respondent, alive until `end`."""

    def __init__(self, warm: WarmServer, channel: socket.socket, home: str, limits: lockdown.Limits) -> None:
        """Made by `WarmServer.child`."""
        self.warm, self.home, self.limits = warm, home, limits
        self.channel = frames.Channel(channel)
        self.gpu = gpu_memory.Watch()
        self.guard = 0
        self.layers: list[str] = []
        self.alive = True

    def send(self, frame: bytes) -> None:
        """Send a request."""
        self.channel.write(frame, self.limits.call)

    def receive(self, seconds: float) -> tuple[dict[str, Any], list[bytearray]]:
        """Read a reply, watching the child's memory meanwhile."""
        return self.channel.receive(seconds, self._watch_memory)

    def _watch_memory(self) -> None:
        if memory_of_tree(self.guard) > self.limits.memory * 2:
            raise OutOfMemory("more memory than allowed")
        if self.warm.uses_gpu and self.gpu.exceeded(tree(self.guard), self.limits.gpu):
            raise OutOfMemory("more memory of the GPU than allowed")

    def end(self) -> None:
        """End the child and all it started; safe to call twice."""
        if self.alive:
            self.alive = False
            self.channel.close()
            self.warm.finished(self)
            private_folders.remove(self.home)


class WarmServer:
    """A warm server process; it keeps one child ready."""

    def __init__(self, with_torch: bool, hidden: list[Path] | None = None, uses_gpu: bool = False) -> None:
        """Start the server; it imports torch only if told to. `hidden` is never readable to children."""
        ours, theirs = socket.socketpair()
        kept = [str(path) for path in [*ours_below(_ROOT, Path(sys.prefix)), *(hidden or [])]]
        code = _START.format(root=str(_ROOT), control=theirs.fileno(), torch=with_torch, hidden=kept, gpu=uses_gpu)
        self.uses_gpu, self.with_torch = uses_gpu, with_torch
        self.spare: Child | None = None
        self.folders = private_folders.PrivateFolders()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", code],
            env=_ENVIRONMENT | {"MPLCONFIGDIR": _font_cache(), "PATH": os.defpath},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        theirs.close()
        self.control = ours
        self.control.settimeout(_PATIENCE)
        self.replies = ours.makefile("rb")

    def child(self, limits: lockdown.Limits) -> Child:
        """Return a fresh respondent in a private directory; raises `ServerGone`.

        The next one is ordered at once, so that it is ready when it is needed.
        """
        if self.spare is not None and self.spare.limits != limits:
            self._ready(self.spare).end()
            self.spare = None
        child = self._ready(self.spare or self._order(limits))
        self.spare = self._order(limits)
        return child

    def _order(self, limits: lockdown.Limits) -> Child:
        home = self.folders.new()
        ours, theirs = socket.socketpair()
        order = json.dumps({"home": home, "limits": limits.to_dict(), "gpu": self.uses_gpu}).encode()
        try:
            socket.send_fds(self.control, [order + b"\n"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise ServerGone(f"the server is gone: {error}") from error
        finally:
            theirs.close()
        return Child(self, ours, home, limits)

    def _ready(self, child: Child) -> Child:
        """Wait for an ordered child; replies come in the order of the orders."""
        try:
            child.guard = json.loads(self.replies.readline() or b"{}").get("guard", 0)
            child.layers = child.channel.receive(_PATIENCE)[0]["layers"]  # said before any code of the student's runs
        except (OSError, frames.Hangup, frames.TooLate) as error:
            child.end()
            raise ServerGone(f"the server is gone, or gave no child: {error}") from error
        return child

    def finished(self, child: Child) -> None:
        """Tell the server to end a child. It is gone soon after; nothing has to wait for it."""
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps({"end": child.guard}).encode() + b"\n")

    def close(self) -> None:
        """End the server and whatever it started."""
        if self.spare is not None:
            with contextlib.suppress(ServerGone):
                self._ready(self.spare)
            self.spare.end()
            self.spare = None
        self.replies.close()
        self.control.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.folders.close()

    def __enter__(self) -> WarmServer:
        """Close at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.close()


def ours_below(root: Path, prefix: Path) -> list[Path]:
    """Return what no child may read: the package, and all of the clone it stands in, but for the Python it runs on.

    `pip install --editable git+…` makes the clone inside Python's own folder, all else of which children may read.
    """
    if root.name in ("site-packages", "dist-packages"):
        return [root / _HERE.parents[2].name]
    return [entry for entry in root.iterdir() if not prefix.resolve().is_relative_to(entry.resolve())]


def _font_cache() -> str:
    """Return where matplotlib may keep its list of fonts, so that only the first server ever looks for them."""
    return str(Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "matplotlib")


def memory_of_tree(root: int) -> int:
    """Return the bytes of memory that a process and its descendants hold alone."""
    page, total = os.sysconf("SC_PAGE_SIZE"), 0
    for pid in tree(root):
        with contextlib.suppress(OSError, IndexError, ValueError):
            resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
            total += (int(resident) - int(shared)) * page
    return total


def tree(root: int) -> set[int]:
    """Return a process and its descendants, as far as `/proc` tells."""
    parents = {}
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.path.isdir("/proc") else []:
        with contextlib.suppress(OSError, IndexError, ValueError):
            parents[pid] = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    family = {root}
    for _ in range(len(parents)):
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            break
        family |= more
    return family
