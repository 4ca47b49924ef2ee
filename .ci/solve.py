"""Run solutions' notebooks from cold and keep them with their outputs in _build/solutions, for nbval to run again.

All of them, or those of the concepts named.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from course_lib.publishing.exercises.notebooks import make, solutions_in

ROOT = Path(__file__).resolve().parent.parent
SOLVED = ROOT / "_build" / "solutions"


def solve(solution: Path) -> str:
    """Execute one solution and write it; return what went wrong, or nothing."""
    notebook = nbformat.reads(make(solution, ROOT).source, as_version=4)
    where = {"metadata": {"path": str(SOLVED)}}
    client = NotebookClient(
        notebook, timeout=120, resources=where, shutdown_kernel="immediate", extra_arguments=["--log-level=ERROR"]
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"solutions/{solution.name}: {error.ename}: {error.evalue}"
    nbformat.write(notebook, SOLVED / f"{solution.stem}.ipynb")
    return ""


def main() -> int:
    """Solve them, two at a time; return the exit status."""
    SOLVED.mkdir(parents=True, exist_ok=True)
    solutions = solutions_in(ROOT, sys.argv[1:])
    for old in SOLVED.glob("*.ipynb"):
        if old.stem in {path.stem for path in solutions} or not sys.argv[1:]:
            old.unlink()
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        problems = [problem for problem in pool.map(solve, solutions) if problem]
    print("\n".join(problems) or f"Ran {len(solutions)} solutions.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
