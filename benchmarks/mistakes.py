"""How many of the known mistakes are rejected, and diagnosed as themselves."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import Row
from course_lib import checking
from course_lib.checking import InThisProcess
from course_lib.checking.places import concepts
from course_lib.checking.rubric import unwatched


def measure() -> Iterator[Row]:
    """Yield the two shares over all rubrics' mistakes."""
    rejected = diagnosed = every = 0
    for concept in concepts():
        for rubric in checking.load(concept).values():
            rubric = unwatched(rubric)  # mistakes are written with the reference, which answers may not call
            for name, mistake in rubric.mistakes.items():
                verdict = checking.examine(rubric, InThisProcess(mistake))
                every += 1
                rejected += not verdict.passed
                diagnosed += verdict.mistake == name
    yield Row(f"mistakes rejected, of {every}", f"{rejected / every:.1%}", "100.0%", rejected == every)
    yield Row(f"mistakes diagnosed as themselves, of {every}", f"{diagnosed / every:.1%}", "100.0%", diagnosed == every)
