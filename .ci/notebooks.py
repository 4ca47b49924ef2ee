"""Run pages and solutions a second time, and hold both runs beside each other.

The build of the book has run the pages; solutions are run here, from cold, and kept with their outputs. Then nbval runs
all of them again. What has not changed since both runs agreed is left out, unless WHOLE is set, as in `make test-all`.

    python .ci/notebooks.py                         every page of the book, every solution
    python .ci/notebooks.py --build DIR CONCEPT…    of these concepts only, whose pages were built in DIR
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from stages import ROOT, nbval, pytest

from course_lib.checking.dependencies import digest_of, imported_files, rubrics_named_in
from course_lib.publishing.exercises.notebooks import make, solutions_in

SOLVED = ROOT / "_build" / "solutions"
AGREED = ROOT / "_build" / "second_runs"  # one file a notebook: the key under which both runs agreed


@dataclass(frozen=True)
class Twice:
    """A notebook that is run twice; `key` changes with all that its outputs depend on. `solution` has the first run."""

    notebook: Path
    key: str
    solution: Path | None = None

    @property
    def kept(self) -> Path:
        """Where the key under which both runs agreed is written down."""
        return AGREED / self.notebook.parent.name / f"{self.notebook.stem}.txt"

    @property
    def is_new(self) -> bool:
        """Whether both runs have not yet agreed on this."""
        return not (self.notebook.is_file() and self.kept.is_file() and self.kept.read_text() == self.key)


def pages(build: Path, concepts: list[str]) -> list[Twice]:
    """Return the executed pages of a built book; the build's own keys say what their outputs depend on."""
    keys = {path.stem: path.read_text() for path in (build / "page_keys").rglob("*.txt") if "." not in path.stem}
    found = sorted((build / "notebooks").glob("*.ipynb"))
    return [Twice(path, keys.get(path.stem, "")) for path in found if path.stem in concepts or not concepts]


def solutions(concepts: list[str]) -> list[Twice]:
    """Return the solutions, each with the key of its text, all it imports and the rubrics it names."""
    found = []
    for path in solutions_in(ROOT, concepts):
        text = path.read_text(encoding="utf-8")
        files = {ROOT / "requirements.txt", *imported_files(text, ROOT), *rubrics_named_in(text, ROOT)}
        found.append(Twice(SOLVED / f"{path.stem}.ipynb", digest_of(files, text, sys.version), path))
    return found


def solve(twice: Twice) -> str:
    """Execute one solution and write it; return what went wrong, or nothing."""
    assert twice.solution is not None
    twice.notebook.unlink(missing_ok=True)
    notebook = nbformat.reads(make(twice.solution, ROOT).source, as_version=4)
    where = {"metadata": {"path": str(SOLVED)}}
    client = NotebookClient(
        notebook, timeout=120, resources=where, shutdown_kernel="immediate", extra_arguments=["--log-level=ERROR"]
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"solutions/{twice.solution.name}: {error.ename}: {error.evalue}"
    nbformat.write(notebook, twice.notebook)
    return ""


def solve_all(unsolved: list[Twice]) -> bool:
    """Solve them, two at a time; say what went wrong, and whether nothing did."""
    SOLVED.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        problems = [problem for problem in pool.map(solve, unsolved) if problem]
    if problems:
        print("\n".join(problems))
    return not problems


def agree(notebooks: list[Path]) -> bool:
    """Run notebooks again under nbval; say whether they print the same."""
    arguments = pytest(*nbval(*map(str, notebooks)))
    return subprocess.run(arguments, cwd=ROOT).returncode == 0


def main() -> int:
    """Run a second time what should be; return the exit status."""
    parser = argparse.ArgumentParser(prog="python .ci/notebooks.py", description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "_build")
    parser.add_argument("concepts", nargs="*")
    options = parser.parse_args()
    every = [*pages(options.build.resolve(), options.concepts), *solutions(options.concepts)]
    stale = [twice for twice in every if twice.is_new or os.environ.get("WHOLE")]
    print(f"{len(stale)} of {len(every)} pages and solutions are to be run again.", flush=True)
    solved = solve_all([twice for twice in stale if twice.solution])
    there = [twice for twice in stale if twice.notebook.is_file()]
    if there and not agree([twice.notebook for twice in there]):
        return 1
    for twice in there:
        twice.kept.parent.mkdir(parents=True, exist_ok=True)
        twice.kept.write_text(twice.key)
    return 0 if solved else 1


if __name__ == "__main__":
    sys.exit(main())
