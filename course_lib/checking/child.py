"""A child process that runs a notebook (`worker.py`), seen from its parent: events in, nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

_PACKAGES = Path(__file__).resolve().parents[2]  # where this very course_lib was imported from
_TICK = 0.2
_LAST_WORDS = 2000


class Gone(Exception):
    """The child is no more. `status` is its exit status, or None if its time was up and it was killed."""

    def __init__(self, status: int | None, words: str = "") -> None:
        """Keep the status and the last it wrote to stderr."""
        super().__init__(status)
        self.status = status
        self.words = words

    def before_start(self) -> str:
        """Say what happened if it was lost before the first cell."""
        if self.status is None:
            return "loading the course took too long; try again."
        last = self.words.strip().splitlines()
        return f"Python ended with status {self.status}{f' ({last[-1]})' if last else ''}; reinstall the course."


class Child:
    """Runs one job; a context manager, which kills whatever is still running when it ends."""

    def __init__(self, job: dict[str, Any], directory: Path) -> None:
        """Keep the job and the directory it runs in; `with` starts it."""
        self.job, self.directory = job, directory
        self.events: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def __enter__(self) -> Child:
        """Start the process in a session of its own, and hand it the job."""
        self.home = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        self.said = tempfile.TemporaryFile(dir=self.home.name)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "course_lib.checking.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            cwd=self.directory,
            env=self.environment(),
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        with contextlib.suppress(OSError):  # a child that is gone already is found to be so by `event`
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(self.job).encode())
            self.process.stdin.close()
        return self

    def environment(self) -> dict[str, str]:
        """Return ours, with this course_lib, no screen, and a home for IPython that is thrown away."""
        path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))
        return {**os.environ, "PYTHONPATH": path, "MPLBACKEND": "agg", "IPYTHONDIR": self.home.name}

    def listen(self) -> None:
        """Queue the child's events; anything else on the channel ends the conversation."""
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self.process.stdout:
                event = json.loads(line)
                if not isinstance(event, dict) or "event" not in event:
                    break
                self.events.put(event)
        self.events.put(None)

    def event(self, seconds: float) -> dict[str, Any]:
        """Return the next event; raises `Gone` if the child dies or says nothing for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            dead = self.process.poll() is not None  # asked first: what it said before it died is queued by then
            try:
                event = self.events.get(timeout=min(_TICK, left))
            except queue.Empty:
                if dead:
                    break
                continue
            if event is None:
                break
            return event
        else:
            raise Gone(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=_TICK)
        self.said.seek(0)
        status = self.process.poll()
        raise Gone(0 if status is None else status, self.said.read().decode(errors="replace")[-_LAST_WORDS:])

    def __exit__(self, *_: object) -> None:
        """Kill the process and all it has started, and take its things away."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        self.end_strays()
        self.listener.join(timeout=1)
        if not self.listener.is_alive() and self.process.stdout:  # a grandchild that got away may still hold the pipe
            self.process.stdout.close()
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        self.said.close()
        self.home.cleanup()

    def end_strays(self) -> None:
        """Kill what has left the session; it is known by the folder that only this run's environment names."""
        mark = f"IPYTHONDIR={self.home.name}".encode()
        for place in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):  # another user's, or gone
                if mark in place.read_bytes().split(b"\0"):
                    os.kill(int(place.parent.name), signal.SIGKILL)
