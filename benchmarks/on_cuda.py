"""Do the checks give the same verdicts on a GPU? Every rubric that meets a device, on the CPU and on CUDA."""

from __future__ import annotations

import contextlib
import copy
import io
import runpy
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks import ROOT, Row
from course_lib import checking
from course_lib.checking import devices
from course_lib.checking.calling import run
from course_lib.checking.comparison import difference
from course_lib.checking.judging import rules
from course_lib.checking.respondents import InThisProcess
from course_lib.checking.rubric import Rubric

SEEDS, DRAWS = range(5), 40


def measure() -> Iterator[Row]:
    """Yield a row for each exercise whose inputs hold tensors: right answers that pass, mistakes that are rejected."""
    if not torch.cuda.is_available():
        yield Row("verdicts on CPU and CUDA", "skipped: no CUDA", "", None)
        return
    for solution in sorted((ROOT / "solutions").glob("*.py")):
        with contextlib.redirect_stdout(io.StringIO()):
            answers = runpy.run_path(str(solution))
        for name, rubric in checking.load(solution.stem).items():
            call = rubric.general_cases(0)[0].make()
            if rubric.devices and devices.holds_tensors([*call.args, *call.kwargs.values()]):
                yield _row(name, rubric, answers[name.rpartition(".")[2]])


def _row(name: str, rubric: Rubric, answer: Any) -> Row:
    free = copy.copy(rubric)
    free.forbids = ()  # known mistakes and alternatives are written with the reference, which answers may not call
    right = {"the solution": answer, **rubric.alternatives}
    passed = {device: [_passes(free, made, device) for made in right.values()] for device in ("cpu", "cuda")}
    rejected = {device: [_differs(free, made, device) for made in rubric.mistakes.values()] for device in passed}
    names = [name for found in rejected.values() for name, yes in zip(rubric.mistakes, found, strict=True) if not yes]
    words = [
        f"{device}: {sum(passed[device])} of {len(right)} right ones pass, "
        f"{sum(rejected[device])} of {len(rubric.mistakes)} mistakes differ"
        for device in passed
    ]
    same = all([all(found) for found in (*passed.values(), *rejected.values())])
    unseen = f"; not seen: {', '.join(sorted(set(names)))}" if names else ""
    return Row(name, "; ".join(words) + unseen, "all, on both", same)


def _passes(rubric: Rubric, answer: Callable[..., Any], device: str) -> bool:
    """Say whether a right answer gets full points where the checks may use the GPU, or may not."""
    with _may_use_gpu(device == "cuda"):
        return all(checking.examine(rubric, InThisProcess(answer), seed).passed for seed in SEEDS)


def _differs(rubric: Rubric, mistake: Callable[..., Any], device: str) -> bool:
    """Say whether a mistake differs from the reference on some case whose tensors lie on `device`."""
    return any(
        _wrong(rubric, mistake, case, device)
        for seed in SEEDS
        for case in [*rubric.general_cases(seed), *rubric.edge_cases(), *rubric.domain_cases(seed, DRAWS)]
    )


def _wrong(rubric: Rubric, mistake: Callable[..., Any], case: Any, device: str) -> bool:
    ours = run(rubric.answer, devices.move(case.make(), device), rubric.driver)
    theirs = run(mistake, devices.move(case.make(), device), rubric.driver)
    if ours.failure or theirs.failure:
        return type(ours.failure and ours.failure.error) is not type(theirs.failure and theirs.failure.error)
    if difference(ours.value, theirs.value, rules(rubric)):
        return True
    return difference([*ours.call.args], [*theirs.call.args], rules(rubric)) is not None


@contextlib.contextmanager
def _may_use_gpu(allowed: bool) -> Iterator[None]:
    before, devices.USE_REAL = devices.USE_REAL, allowed
    try:
        yield
    finally:
        devices.USE_REAL = before
