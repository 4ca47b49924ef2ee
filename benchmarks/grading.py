"""Grading a class: against stock nbgrader, its own overhead, and how it grows with students and workers."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import PYTHON, ROOT, Row
from course_lib.checking import check
from course_lib.grading import demo_class, worker
from course_lib.grading.child import shell
from course_lib.grading.cohort import grade_class
from course_lib.grading.examiner.warm_server import memory_of_tree
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.verdict_files import Task

WITHOUT, WITH_TORCH, USUAL = "string_comparison", "tensors", "attention_masks"  # the lightest three, in this order
STOCK, OURS = 4, 60  # notebooks; each time is divided by their number, so ours pays its start like a small class
FEW, MANY = 100, 1000


def measure() -> Iterator[Row]:
    """Yield the rows of the table."""
    with tempfile.TemporaryDirectory() as place:
        yield _against_stock(Path(place))
        yield _overhead()
        yield from _growth(Path(place))
        yield from _on_dask(Path(place))


def _class(folder: Path, concept: str, students: int, exercises: int | None = None) -> Course:
    """Write a class whose answers are all right; each submission differs, so that none is known already."""
    release = json.loads((ROOT / "exercises" / concept / f"{concept}.ipynb").read_text(encoding="utf-8"))
    if exercises:
        kept = [cell["id"].partition("-")[2] for cell in release["cells"] if "check" in cell["metadata"]][:exercises]
        release["cells"] = [cell for cell in release["cells"] if cell["id"].partition("-")[2] in kept]
    place = folder / "exercises" / concept
    place.mkdir(parents=True)
    (place / f"{concept}.ipynb").write_text(json.dumps(release), encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    solved = demo_class.filled(release, demo_class.solutions_of(ROOT / "solutions" / f"{concept}.py"))
    for number in range(students):
        solved["metadata"]["number"] = number
        where = folder / "submitted" / f"s{number:04d}" / concept
        where.mkdir(parents=True)
        (where / f"{concept}.ipynb").write_text(json.dumps(solved), encoding="utf-8")
    course = Course(folder)
    with Writer(course) as writer:  # making the gradebook is no part of grading
        writer.ensure_assignment(concept, (place / f"{concept}.ipynb").read_bytes())
    return course


def _seconds(action: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _against_stock(place: Path) -> Row:
    theirs = _class(place / "theirs", WITH_TORCH, STOCK)
    config = theirs.root / "nbgrader_config.py"
    config.write_text("".join(x for x in config.read_text().splitlines(True) if not x.startswith("c.Autograde")))
    command = [PYTHON, "-m", "nbgrader", "autograde", WITH_TORCH]
    quiet = {"cwd": theirs.root, "capture_output": True, "check": True}
    slow = _seconds(lambda: subprocess.run(command, **quiet)) / STOCK  # type: ignore[call-overload]
    ours = _class(place / "ours", WITH_TORCH, OURS)
    fast = _seconds(lambda: grade_class(ours, jobs=2)) / OURS
    what = f"notebooks that import torch, 2 processes, against nbgrader ({60 / slow:.0f} a minute)"
    return Row(what, f"{60 / fast:.0f} a minute, {slow / fast:.1f}×", "10×", slow / fast >= 10)


def _overhead() -> Row:
    """Time a warm notebook less the same cells and checks in this process, which know no isolation."""
    data = (ROOT / "exercises" / WITHOUT / f"{WITHOUT}.ipynb").read_bytes()
    solved = demo_class.filled(json.loads(data), demo_class.solutions_of(ROOT / "solutions" / f"{WITHOUT}.py"))
    code = [cell for cell in solved["cells"] if cell["cell_type"] == "code"]
    cells = ["".join(cell["source"]) for cell in code if "check" not in cell["metadata"]]
    names = [cell["metadata"]["check"] for cell in code if "check" in cell["metadata"]]
    main = sys.modules["__main__"]
    ipython = shell.make_shell()
    sys.modules["__main__"] = main  # IPython takes its place, and new processes look for it

    def here() -> None:
        for source in cells:
            shell.run(ipython, source, Limits().output)
        for name in names:
            assert check(name, ipython.user_ns[name.rpartition(".")[2]], seed=5).passed

    task = Task(WITHOUT, "s", json.dumps(solved).encode(), data, 5)
    worker.grade(task)
    here()
    extra = [_seconds(lambda: worker.grade(task)) - _seconds(here) for _ in range(15)]
    worker.close()
    median = statistics.median(extra)
    what = f"a warm notebook with {len(names)} exercises, less its cells and checks run here, median"
    return Row(what, f"{median * 1000:.0f} ms", "50 ms", median <= 0.05)


def _growth(place: Path) -> Iterator[Row]:
    few = _class(place / "few", WITHOUT, FEW, exercises=1)
    many = _class(place / "many", WITHOUT, MANY, exercises=1)
    small = _seconds(lambda: grade_class(few, jobs=2)) / FEW
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peak[0] = max(peak[0], memory_of_tree(os.getpid()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    large = _seconds(lambda: grade_class(many, jobs=2)) / MANY
    done.set()
    watcher.join()
    what = f"a submission among {MANY}, against one among {FEW} ({small * 1000:.0f} ms)"
    yield Row(what, f"{large * 1000:.0f} ms, {large / small:.2f}×", "1.1×", large <= 1.1 * small)
    yield Row(f"memory of all processes at {MANY}", f"{peak[0] / 2**30:.2f} GB", "2 GB", peak[0] < 2 << 30)


def _on_dask(place: Path) -> Iterator[Row]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        yield Row("two Dask workers against one", "not measured: Dask is not installed", "1.8×", None)
        return
    times = []
    for workers in (1, 2):
        # Each worker grades one notebook first, so that its warm parent has started.
        sizes = (("warm", 2 * workers), ("dask", OURS))
        warm, course = (_class(place / f"{name}{workers}", USUAL, n) for name, n in sizes)
        with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as cluster:
            with Client(cluster) as client:  # type: ignore[no-untyped-call]
                for core, address in enumerate(client.scheduler_info()["workers"]):
                    client.run(_stay_on, core, workers=[address])
            grade_class(warm, scheduler=cluster.scheduler_address)
            times.append(_seconds(lambda c=course, a=cluster.scheduler_address: grade_class(c, scheduler=a)))  # type: ignore[misc]
    ratio = times[0] / times[1]
    what = f"two Dask workers of one core each against one, {OURS} notebooks of {USUAL}"
    yield Row(what, f"{ratio:.2f}×", "1.8×", ratio >= 1.8)


def _stay_on(core: int) -> None:
    """Keep this process, and all it starts, on one core: a worker alone would use a part of the other's as well."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
