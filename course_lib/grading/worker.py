"""Grading one task in this process, with a warm server that is kept from task to task."""

from __future__ import annotations

import atexit
import contextlib
import json
import threading
from pathlib import Path

from course_lib.checking import UnknownExercise, devices
from course_lib.checking.finding import load
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.examiner.warm_server import ServerGone, WarmServer
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Task

_OWN = threading.local()  # a server has one child at a time, so each thread has its own


def grade(task: Task) -> Result:
    """Return the result of one task. Nothing in a submission raises; what does is our own trouble."""
    release = json.loads(task.release)
    repaired = repair(task.submission, release)
    torch = b"torch" in task.release or b"torch" in (task.submission or b"")
    with contextlib.suppress(UnknownExercise):  # each of its cells will say so
        load(task.assignment)
    devices.USE_REAL = task.device != "cpu"
    for attempt in (1, 2):
        try:
            return examine_notebook(_warm_server(torch, task), repaired, task.seed, task.limits, task.endless)
        except ServerGone:
            close()
            if attempt == 2:
                raise
    raise AssertionError


def _warm_server(torch: bool, task: Task) -> WarmServer:
    wanted = (torch, task.device, task.hidden)
    if getattr(_OWN, "kind", None) != wanted:
        close()
        _OWN.warm, _OWN.kind = WarmServer(torch, [Path(place) for place in task.hidden], task.device != "cpu"), wanted
        _WARM.append(_OWN.warm)
    return _OWN.warm  # type: ignore[no-any-return]


def close() -> None:
    """End this thread's server."""
    if getattr(_OWN, "kind", None) is not None:
        _WARM.remove(_OWN.warm)
        _OWN.warm.close()
        _OWN.kind = None


_WARM: list[WarmServer] = []


@atexit.register
def _close_all() -> None:
    for warm in _WARM:
        warm.close()
