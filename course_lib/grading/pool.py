"""Many tasks at once, on processes of this machine or a Dask cluster. A worker that dies costs its task one retry.

Values of a student's can keep one call in C busy for hours, which no signal ends. So tasks are graded in processes
that can end as a whole, also where Dask asks for it in a thread; an exercise that ended one is left out of the next.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Task

Graded = tuple[Task, Result]
_GRACE = 60.0  # seconds beyond a notebook's own limits before its worker is taken for stuck
_START = "import sys; sys.path[:] = {path!r}; from course_lib.grading.pool import serve; serve({descriptor})"


def run_local(tasks: Iterable[Task], jobs: int) -> Iterator[Graded]:
    """Grade tasks on `jobs` processes and yield each result as it comes."""
    fresh = iter(tasks)
    first = list(itertools.islice(fresh, jobs))
    waiting = itertools.chain(first, fresh)
    workers = [_Worker() for _ in first]
    try:
        while True:
            for worker in workers:
                if not worker.busy and (given := next(waiting, None)):
                    worker.give(given)
            if not any(worker.busy for worker in workers):
                return
            ready = wait([worker.connection for worker in workers if worker.busy], timeout=1.0)
            for worker in workers:
                if (worker.connection in ready or worker.late) and (graded := worker.take()):
                    yield graded
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that grades one task after the other, and is replaced when it dies or is stuck."""

    def __init__(self) -> None:
        self.task: Task | None = None
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        code = _START.format(path=sys.path, descriptor=theirs.fileno())
        environment = os.environ | {"OMP_NUM_THREADS": "1"}  # the processes are the parallelism
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )
        theirs.close()
        self.connection = Connection(ours.detach())

    @property
    def busy(self) -> bool:
        return self.task is not None

    @property
    def late(self) -> bool:
        return self.task is not None and time.monotonic() > self.deadline

    def give(self, task: Task) -> None:
        self.task, self.attempts, self.at = task, 0, ""
        self._try_again()

    def _try_again(self) -> None:
        assert self.task is not None
        self.attempts += 1
        self.deadline = time.monotonic() + 8 * self.task.limits.notebook + _GRACE
        with contextlib.suppress(OSError):  # if it is dead, taking its result says so
            self.connection.send(self.task)

    def take(self) -> Graded | None:
        """Return the result, if that is what there is to hear; a worker that is gone is replaced, and tries again."""
        assert self.task is not None
        result = self._hear()
        if result is None or (result.failed and self.attempts <= 1):
            if result is not None:
                self._try_again()
            return None
        task, self.task = self.task, None
        return replace(task, endless=()), result

    def _hear(self) -> Result | None:
        """Return a result, or None if the worker only said which exercise it begins with."""
        assert self.task is not None
        try:
            if self.late or not self.connection.poll(0):
                raise EOFError
            said = self.connection.recv()  # from our own process, which unpickles nothing of students
        except (EOFError, OSError):
            self.stop()
            lost_patience = self.process.returncode == LOST_PATIENCE and self.at
            self._start()
            if lost_patience and self.at not in self.task.endless:
                self.task, self.attempts = replace(self.task, endless=(*self.task.endless, self.at)), 0
            return Result(failed="the grading process itself died or was stuck")
        if type(said) is str:
            self.at = said
            return None
        return said  # type: ignore[no-any-return]

    def stop(self) -> None:
        self.connection.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


LOST_PATIENCE = 1  # the exit status that `faulthandler` gives


def serve(descriptor: int) -> None:
    """Grade what comes, in a process of its own. It may end itself, where nothing else ends a call."""
    from course_lib.grading.examiner import patience

    connection = Connection(descriptor)
    patience.may_exit(connection.send)
    with contextlib.suppress(EOFError, OSError):  # the run was ended, or killed
        while True:
            connection.send(attempt(connection.recv()))


def attempt(task: Task) -> Result:
    """Grade one task in this process; trouble of our own becomes a result that says so."""
    from course_lib.grading import worker

    try:
        return worker.grade(task)
    except Exception as error:
        worker.close()
        return Result(failed=f"{type(error).__name__}: {error}")


_OF_THREAD = threading.local()
_STARTED: list[_Worker] = []


def grade_one(task: Task) -> Result:
    """Grade one task in a process that this thread keeps for the next."""
    if not hasattr(_OF_THREAD, "worker"):
        _OF_THREAD.worker = _Worker()
        _STARTED.append(_OF_THREAD.worker)
    worker: _Worker = _OF_THREAD.worker
    worker.give(task)
    while True:
        wait([worker.connection], timeout=1.0)
        if (worker.late or worker.connection.poll(0)) and (graded := worker.take()):
            return graded[1]


@atexit.register
def _stop_all() -> None:
    for worker in _STARTED:
        worker.stop()


def run_on_dask(tasks: Iterable[Task], scheduler: str) -> Iterator[Graded]:
    """Grade tasks on the Dask cluster at `scheduler` and yield each result as it comes."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise RuntimeError("--scheduler needs Dask: pip install distributed") from error
    with Client(scheduler, timeout="10s", set_as_default=False) as client, client.as_current():
        at_once = max(8, 3 * sum(client.nthreads().values()))  # the rest waits here, so that memory stays bounded
        left, futures = iter(tasks), {}

        def submit(task: Task) -> Any:
            future = client.submit(grade_one, task, key=f"grade-{task.key}", retries=2)
            futures[future.key] = task
            return future

        running = as_completed([submit(task) for task in itertools.islice(left, at_once)])
        for future in running:
            task = futures.pop(future.key)
            broken = Result(failed=str(future.exception()) or "it ended") if future.status == "error" else None
            yield task, broken or future.result()
            if following := next(left, None):
                running.add(submit(following))
