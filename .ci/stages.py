"""Run every check there is, say what each stops, and count. `make test` and CI run this; `--fast` is `make check`.

A stage that fails stops no other: one run tells everything that is wrong.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")
WORKERS = os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1)))


@dataclass(frozen=True)
class Stage:
    """Commands that guard against one kind of failure."""

    name: str
    guards: str
    commands: tuple[tuple[str, ...], ...]
    fast: bool = True
    always: bool = True  # False: in `make test-all` only


def pytest(*arguments: str) -> tuple[str, ...]:
    """Return a quiet pytest whose tests go to whichever worker is free; those that share a fixture stay together."""
    return (*PYTHON, "pytest", "-q", "-n", WORKERS, "--dist", "loadgroup", *arguments)


def stages(fast: bool) -> list[Stage]:
    """Return the stages in the order in which their failures are cheapest to mend."""
    not_slow = ("-m", "not slow") if fast else ()
    every = [
        Stage(
            "style",
            "code that reads in two ways: layout, imports, likely bugs",
            ((*PYTHON, "ruff", "check", "."), (*PYTHON, "ruff", "format", "--check", ".")),
        ),
        Stage("types", "a call that cannot work", ((*PYTHON, "mypy"),)),
        Stage(
            "exercises",
            "notebooks that are not what solutions/ makes of them",
            ((*PYTHON, "course_lib.cli", "exercises", "--check"),),
        ),
        Stage(
            "tests",
            "wrong references, checks that check nothing, a house out of order",
            (pytest("--ignore", "tests/grading", "--ignore", "tests/browser", *not_slow),),
        ),
        Stage(
            "book",
            "a cell that fails, a link to nowhere, any warning of the build",
            ((*PYTHON, "course_lib.publishing.book"),),
            fast=False,
        ),
        Stage(
            "browser",
            "a page that calls elsewhere, scrolls sideways, shuts readers out or leads nowhere",
            (pytest("-rs", "tests/browser"),),
            fast=False,
        ),
        Stage(
            "notebooks",
            "pages and solutions that print something else when they run again",
            ((sys.executable, ".ci/notebooks.py"),),
            fast=False,
        ),
        Stage(
            "audit",
            "a reference, an oracle or a right answer that disagrees with the others on what the prompt allows",
            ((*PYTHON, "course_lib.cli", "audit"),),
            fast=False,
            always=False,
        ),
        Stage(
            "grading",
            "points that nbgrader and `course check` give differently",
            (pytest("tests/grading"),),
            fast=False,
        ),
    ]
    whole = bool(os.environ.get("WHOLE"))
    return [stage for stage in every if (stage.fast or not fast) and (stage.always or whole)]


def nbval(*notebooks: str) -> tuple[str, ...]:
    """Return pytest's arguments for running notebooks again, each on one worker; our own options are not for them."""
    plain = ("--dist", "loadfile", "-o", "addopts=", "-o", "filterwarnings=", "-p", "no:cacheprovider")
    return ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", *plain, *notebooks)


def passes(stage: Stage) -> bool:
    """Run a stage's commands, all of them, and say whether each exited 0."""
    return all([subprocess.run(command, cwd=ROOT).returncode == 0 for command in stage.commands])


def run(every: list[Stage]) -> int:
    """Run the stages, print the table and the count, and return the exit status."""
    # One thread for each worker: two workers with a thread for each core would stand in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    results = []
    for stage in every:
        print(f"\n━━ {stage.name}: stops {stage.guards}", flush=True)
        start = time.monotonic()
        results.append((stage, passes(stage), time.monotonic() - start))
    print("\n━━ summary")
    for stage, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {seconds:6.1f} s  {stage.name:<10} {stage.guards}")
    failed = sum(not passed for _, passed, _ in results)
    print(f"\n{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run(stages("--fast" in sys.argv[1:])))
