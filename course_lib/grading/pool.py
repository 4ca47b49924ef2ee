"""Many tasks at once, on processes of this machine or a Dask cluster. A worker that dies costs its task one retry."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Task

Graded = tuple[Task, Result]
_GRACE = 60.0  # seconds beyond a notebook's own limits before its worker is taken for stuck


def run_local(tasks: Iterable[Task], jobs: int) -> Iterator[Graded]:
    """Grade tasks on `jobs` processes and yield each result as it comes."""
    again: list[tuple[Task, int]] = []
    fresh = ((task, 1) for task in tasks)
    first = list(itertools.islice(fresh, jobs))
    waiting = itertools.chain(first, fresh)
    workers = [_Worker() for _ in first]
    try:
        while True:
            for worker in workers:
                if not worker.busy and (given := again.pop() if again else next(waiting, None)):
                    worker.give(*given)
            if not any(worker.busy for worker in workers):
                return
            ready = wait([worker.connection for worker in workers if worker.busy], timeout=1.0)
            for worker in workers:
                if worker.connection in ready or worker.late:
                    task, attempt, result = worker.take()
                    if result.failed and attempt == 1:
                        again.append((task, 2))
                    else:
                        yield task, result
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that grades one task after the other, and is replaced when it dies or is stuck."""

    def __init__(self) -> None:
        self.task: tuple[Task, int] | None = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _one_thread():
            self.process.start()
        theirs.close()

    @property
    def busy(self) -> bool:
        return self.task is not None

    @property
    def late(self) -> bool:
        return self.task is not None and time.monotonic() > self.deadline

    def give(self, task: Task, attempt: int) -> None:
        self.task = (task, attempt)
        self.deadline = time.monotonic() + 8 * task.limits.notebook + _GRACE
        with contextlib.suppress(OSError):  # if it is dead, taking its result says so
            self.connection.send(task)

    def take(self) -> tuple[Task, int, Result]:
        assert self.task is not None
        (task, attempt), self.task = self.task, None
        try:
            if self.late or not self.connection.poll(0):
                raise EOFError
            return task, attempt, self.connection.recv()  # from our own process, which unpickles nothing of students
        except (EOFError, OSError):
            self.stop()
            self._start()
            return task, attempt, Result(failed="the grading process itself died or was stuck")

    def stop(self) -> None:
        self.connection.close()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let a process be started with one thread for arithmetic: the processes are the parallelism."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def _serve(connection: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):  # the run was ended, or killed
        while True:
            connection.send(attempt(connection.recv()))


def attempt(task: Task) -> Result:
    """Grade one task; trouble of our own becomes a result that says so."""
    from course_lib.grading import worker

    try:
        return worker.grade(task)
    except Exception as error:
        worker.close()
        return Result(failed=f"{type(error).__name__}: {error}")


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
            future = client.submit(attempt, task, key=f"grade-{task.key}", retries=2)
            futures[future.key] = task
            return future

        running = as_completed([submit(task) for task in itertools.islice(left, at_once)])
        for future in running:
            task = futures.pop(future.key)
            yield (
                task,
                (Result(failed=str(future.exception()) or "it ended") if future.status == "error" else future.result()),
            )
            if following := next(left, None):
                running.add(submit(following))
