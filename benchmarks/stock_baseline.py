"""The hostile notebooks of our tests against stock nbgrader, once: what happens without the lines of `use(c)`.

`make bench` leaves this out; ask for it by name, as root: `python -m benchmarks stock_baseline`. Each notebook runs in
namespaces and under limits of its own (`_under_stock`), beside an honest one that is graded after it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import PYTHON, ROOT, Row
from benchmarks._under_stock import ATTACKER, CANARY, CONCEPT, VICTIM, limits
from course_lib.checking.places import reference_file, rubric_files
from course_lib.grading import demo_class
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course

RAISED, READ, HARMED, HELD = "raised a score", "read a secret", "harmed or stopped the run", "held"
SUITES = {  # suite of tests/grading/hostile.py: what its notebooks are after
    "RAISE_THE_SCORE": "raise their score",
    "READ_WHAT_IS_SECRET": "read what is secret",
    "HARM_THE_GRADER": "harm the grader",
    "HARM_SLOWLY": "use up the machine",
}
CELL_SECONDS = 6  # of `c.Execute.timeout`, 30 in the course, so that the whole ends in minutes
SETTINGS = (
    f'\nc.Execute.timeout = {CELL_SECONDS}\nc.Execute.interrupt_on_timeout = True\nc.Application.log_level = "ERROR"\n'
)


def measure() -> Iterator[Row]:
    """Yield one row for each kind of attack."""
    if os.geteuid() != 0:
        raise RuntimeError("stock_baseline runs hostile code and needs root, to take rights away from it")
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        outcomes = run_all(Path(made))
    for kind in SUITES.values():
        found = Counter(outcome for (its, _), outcome in outcomes.items() if its == kind)
        words = ", ".join(f"{outcome}: {count}" for outcome, count in sorted(found.items()))
        what = f"{sum(found.values())} notebooks that try to {kind}, under nbgrader {version('nbgrader')}"
        yield Row(what, words, "", None)


def run_all(place: Path) -> dict[tuple[str, str], str]:
    """Return the outcome of each notebook, by kind and name; the controls must come out as they should."""
    sys.path.insert(0, str(ROOT / "tests"))
    from grading import hostile

    attacks = {
        (kind, name): attack if isinstance(attack, tuple) else (attack, hostile.WRONG)
        for suite, kind in SUITES.items()
        for name, attack in getattr(hostile, suite).items()
    }
    place.chmod(0o755)
    template = _template(place / "template")
    right = demo_class.solutions_of(ROOT / "solutions" / f"{CONCEPT}.py")[f"{CONCEPT}.to_upper"]
    wrong = under_stock(template, place / "wrong", "", hostile.WRONG)
    controls = wrong, under_stock(template, place / "right", "", right)
    wrong_points, right_points = (result["scores"][ATTACKER]["check-to_upper"] for result in controls)
    if wrong_points != 0 or not right_points:
        raise RuntimeError(f"the controls got {wrong_points} and {right_points} points; nothing can be said")
    with ThreadPoolExecutor(2) as pool:
        folders = (place / f"attack-{number}" for number in range(len(attacks)))
        results = pool.map(lambda attack, folder: under_stock(template, folder, *attack), attacks.values(), folders)
        secrets = [line for line in _secrets() if line not in wrong["shown"]]
        return {key: judged(result, right_points, secrets) for key, result in zip(attacks, results, strict=True)}


def _template(folder: Path) -> Path:
    """Write a course with its gradebook and the honest submission that is graded after the hostile one."""
    release = json.loads((ROOT / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text(encoding="utf-8"))
    kept = ("start-2", "answer-to_upper", "check-to_upper")
    release["cells"] = [cell for cell in release["cells"] if cell["id"] in kept]
    _write(folder / "exercises" / CONCEPT / f"{CONCEPT}.ipynb", json.dumps(release))
    solved = demo_class.filled(release, demo_class.solutions_of(ROOT / "solutions" / f"{CONCEPT}.py"))
    _write(folder / "submitted" / VICTIM / CONCEPT / f"{CONCEPT}.ipynb", json.dumps(solved))
    _write(folder / "submitted" / "ada" / "tensors" / "tensors.ipynb", CANARY)
    _write(folder / ".grading" / "secret", CANARY)
    (folder / "home").mkdir()
    _write(folder / "nbgrader_config.py", (ROOT / "nbgrader_config.py").read_text(encoding="utf-8") + SETTINGS)
    course = Course(folder)
    with Writer(course) as writer:
        writer.ensure_assignment(CONCEPT, course.release(CONCEPT).read_bytes())
        writer.book.update_or_create_student("ada", last_name=CANARY)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def under_stock(template: Path, folder: Path, cell: str, answer: str) -> dict[str, Any]:
    """Grade one hostile notebook with stock nbgrader and return what came of it."""
    shutil.copytree(template, folder)
    release = json.loads((folder / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text(encoding="utf-8"))
    notebook = demo_class.filled(release, {f"{CONCEPT}.to_upper": answer})
    for name, word in {"course": "/mnt", "repository": str(ROOT), "port": 9099}.items():
        cell = cell.replace(f"@{name}@", repr(word))
    points = next(c["metadata"]["nbgrader"]["points"] for c in release["cells"] if c["id"] == "check-to_upper")
    cell = re.sub(r"\b(100|9)\.0\b", repr(float(points)), cell)  # who claims more than there is gets an error
    for number, place in enumerate((0, 2)):  # before the imports and after them: a student may write where he likes
        own = {"cell_type": "code", "id": f"own-{number}", "metadata": {}, "source": cell, "outputs": []}
        notebook["cells"].insert(place, own | {"execution_count": None})
    _write(folder / "submitted" / ATTACKER / CONCEPT / f"{CONCEPT}.ipynb", json.dumps(notebook))
    inner = [PYTHON, "-m", "benchmarks._under_stock", str(folder), *_python()]
    command = ["unshare", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", *inner]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def _python() -> tuple[str, str]:
    """Return a Python that the powerless user may run, and where it finds our packages."""
    paths = f"{next(path for path in sys.path if path.endswith('site-packages'))}:{ROOT}"
    for python in (PYTHON, f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"):
        quiet: dict[str, Any] = {"env": {"PYTHONPATH": paths, "HOME": "/"}, "capture_output": True, "check": True}
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([python, "-c", "import nbgrader"], preexec_fn=limits, **quiet)
            return python, paths
    raise RuntimeError("no Python here can be run by a user without rights; install Debian's python3")


def judged(result: dict[str, Any], full: float, secrets: list[str]) -> str:
    """Return the worst that a notebook did."""
    scores = result["scores"]
    if (scores.get(ATTACKER, {}).get("check-to_upper") or 0) > 0:
        return RAISED
    if CANARY in result["shown"] or any(line in result["shown"] for line in secrets):
        return READ
    graded = scores.get(VICTIM, {}).get("check-to_upper") == full and ATTACKER in scores and result["shown"]
    troubles = ("timed_out", "changed", "left_behind", "got_out", "took_all")
    news = set(result["new"]) - {"autograded", "exercises", "gradebook.db", "home", "nbgrader_config.py", "submitted"}
    scripts = any(_active(output.get("data", {})) for output in _outputs(result["shown"]))
    if not graded or result["status"] != 0 or news - {".grading"} or scripts or any(result[name] for name in troubles):
        return HARMED
    return HELD


def _active(data: dict[str, Any]) -> bool:
    return "application/javascript" in data or "<script" in "".join(data.get("text/html", ""))


def _outputs(shown: str) -> list[dict[str, Any]]:
    cells = json.loads(shown)["cells"] if shown else []
    return [output for cell in cells for output in cell.get("outputs", [])]


def _secrets() -> list[str]:
    """Return the long lines of our answers and rubric, as JSON writes them."""
    files = [reference_file(CONCEPT), *rubric_files(CONCEPT), ROOT / "solutions" / f"{CONCEPT}.py"]
    lines = {line.strip() for path in files for line in path.read_text(encoding="utf-8").splitlines()}
    return [json.dumps(line)[1:-1] for line in lines if len(line) > 50]
