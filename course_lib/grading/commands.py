"""What `course grade`, `course export` and `course demo-class` do. `cli` parses and calls these.

Each returns an exit status: 0 all is well, 1 something could not be graded, 2 what was given cannot be used.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from course_lib.checking.progress_bar import progress_bar

DONE, NOT_ALL, UNUSABLE = 0, 1, 2


def grade(
    root: Path,
    assignment: str | None = None,
    student: str | None = None,
    *,
    jobs: int = 2,
    scheduler: str | None = None,
    require_isolation: bool = False,
    device: str = "cpu",
    screen: Console | None = None,
) -> int:
    """Grade what was handed in, with a progress bar, and print a table of what was done."""
    from sqlalchemy.exc import SQLAlchemyError

    from course_lib.grading.cohort import NotIsolated, grade_class
    from course_lib.grading.gradebook.scores import first_line
    from course_lib.grading.handed_in.course_folders import Course, CourseError

    screen = screen or Console(highlight=False)
    wishes: dict[str, Any] = {"jobs": jobs, "scheduler": scheduler, "device": device}
    try:
        with progress_bar("Grading") as move:
            course = Course(root)
            report = grade_class(
                course, assignment, student, require_isolation=require_isolation, progress=move, **wishes
            )
    except (CourseError, NotIsolated, OSError, RuntimeError, SQLAlchemyError) as error:
        _complain(screen, first_line(error) if isinstance(error, SQLAlchemyError) else str(error))
        return UNUSABLE
    _show(screen, report)
    return NOT_ALL if report.failed else DONE


def _show(screen: Console, report: Any) -> None:
    table = Table("", "submissions", "", title=f"{len(report.totals)} submissions")
    table.add_row("graded", str(report.counts["graded"]), "")
    table.add_row("cached", str(report.counts["cached"]), "known from an earlier run, nothing had changed")
    table.add_row("repaired", str(report.counts["repaired"]), "what was mended is written on top of each")
    if report.late:
        table.add_row("late", str(report.counts["late"]), "penalties as nbgrader_config.py asks")
    if report.review:
        table.add_row(
            "for review", str(report.counts["review"]), "which file was meant, or what it holds, is not clear"
        )
    table.add_row(
        "failed", str(report.counts["failed"]), "marked for review; mend it and run again" if report.failed else ""
    )
    screen.print(table)
    told = [("repaired", report.repaired, "yellow"), ("late", report.late, "yellow")]
    told += [("for review", report.review, "yellow"), ("failed", report.failed, "red")]
    for words, entries, style in told:
        for name, why in sorted(entries.items())[:20]:
            line = why if words in ("failed", "for review") else textwrap.shorten(why, 140, placeholder=" …")
            screen.print(Text.assemble((f"{words} ", style), f"{name}: {line}"))
        if len(entries) > 20:
            screen.print(f"… and {len(entries) - 20} more")
    if report.unisolated:
        words = f"Warning: the code of {report.unisolated} submissions was not isolated from this machine"
        screen.print(Text(f"{words} (active: {', '.join(report.layers)}). See the page For teachers.", "yellow"))
    elif report.layers:
        screen.print(Text(f"Student code ran behind: {', '.join(report.layers)}.", "dim"))


def export(
    root: Path,
    to: str,
    path: Path | None = None,
    assignment: str | None = None,
    student: str | None = None,
    screen: Console | None = None,
) -> int:
    """Write the gradebook's marks as CSV, or for Canvas or Moodle."""
    from course_lib.grading.gradebook.exporters import FORMATS
    from course_lib.grading.gradebook.scores import open_gradebook
    from course_lib.grading.handed_in.course_folders import Course, CourseError

    screen = screen or Console(highlight=False)
    if to not in FORMATS:
        _complain(screen, f"There is no format {to!r}; there are {', '.join(FORMATS)}.")
        return UNUSABLE
    try:
        course = Course(root)
        plugin = FORMATS[to](config=course.config)
        plugin.to = str(path or plugin.default)
        plugin.assignment, plugin.student = [assignment] if assignment else [], [student] if student else []
        with contextlib.closing(open_gradebook(course)) as book:
            if not book.students:
                raise CourseError(f"The gradebook {course.shown_db_url} holds no marks yet; run `course grade` first.")
            plugin.export(book)
    except (CourseError, OSError) as error:
        _complain(screen, str(error))
        return UNUSABLE
    screen.print(f"Wrote {plugin.to}.", soft_wrap=True)
    return DONE


def demo_class(root: Path, students: int = 30, concept: str = "", seed: int = 0, screen: Console | None = None) -> int:
    """Write a made-up class into `root`, with the notebooks that were handed out; nothing there is overwritten."""

    screen = screen or Console(highlight=False)
    here = Path.cwd()
    chosen = [concept] if concept else _with_solutions(here)
    try:
        if not chosen:
            raise FileNotFoundError("Run this in a clone of the course: it needs exercises/ and solutions/.")
        if any((root / "submitted").glob("*/*")):
            raise FileExistsError(f"{root / 'submitted'} holds submissions already; choose an empty folder.")
        with progress_bar("Writing") as move:
            kinds = _write_class(here, root, chosen, students, seed, move)
    except (OSError, ValueError, KeyError) as error:
        _complain(screen, str(error))
        return UNUSABLE
    table = Table("submissions", "kind", title=f"{students} students, {len(chosen)} assignments, in {root}")
    for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
        table.add_row(str(count), kind)
    screen.print(table)
    screen.print(f"Next: course grade --course {root}, then course export --course {root} --to canvas.")
    return DONE


def _with_solutions(here: Path) -> list[str]:
    return [path.stem for path in sorted((here / "solutions").glob("*.py")) if _released(here, path.stem).exists()]


def _released(here: Path, concept: str) -> Path:
    return here / "exercises" / concept / f"{concept}.ipynb"


def _write_class(
    here: Path,
    root: Path,
    concepts: list[str],
    students: int,
    seed: int,
    move: Callable[[int, int], None],
) -> dict[str, int]:
    from course_lib.grading.demo_class import make_class

    kinds: dict[str, int] = {}
    root.mkdir(parents=True, exist_ok=True)
    if not (root / "nbgrader_config.py").exists():
        shutil.copy(here / "nbgrader_config.py", root)
    for number, concept in enumerate(concepts):
        move(number, len(concepts))
        data = _released(here, concept).read_bytes()
        if not _released(root, concept).exists():
            _released(root, concept).parent.mkdir(parents=True)
            _released(root, concept).write_bytes(data)
        for made in make_class(here, concept, json.loads(data), students, seed + number):
            folder = root / "submitted" / made.student / concept
            folder.mkdir(parents=True)
            kinds[made.kind] = kinds.get(made.kind, 0) + 1
            if made.data is not None:
                (folder / f"{concept}.ipynb").write_bytes(made.data)
    move(len(concepts), len(concepts))
    return kinds


def _complain(screen: Console, message: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(message, "red"))
