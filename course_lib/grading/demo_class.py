"""A made-up class: submissions of many kinds, seeded, so that a teacher can rehearse the whole way."""

from __future__ import annotations

import inspect
import json
import random
import re
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.checking import check
from course_lib.checking.finding import load
from course_lib.checking.percent import read_cells

_FIRST = ["Ada", "Emmy", "Sofia", "Grace", "Minjun", "Seoyeon", "Jiho", "Haeun", "Alan", "Kurt", "Leonhard", "Maryam"]
_LAST = ["Lovelace", "Noether", "Hopper", "Kim", "Lee", "Park", "Choi", "Turing", "Gödel", "Euler", "Mirzakhani"]


@dataclass(frozen=True)
class Made:
    """One made-up submission: its bytes, and what is in it, in words."""

    student: str
    kind: str
    data: bytes | None


def solutions_of(path: Path) -> dict[str, str]:
    """Return the answers of a solution file by exercise, without the marks of their regions."""
    answers = [cell for cell in read_cells(path)[0] if "answer" in cell.attributes]
    marks = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", flags=re.M)
    return {cell.attributes["answer"]: marks.sub("", cell.source).strip() for cell in answers}


def filled(release: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """Return a released notebook with these answers written into it; the others stay blank."""
    made: dict[str, Any] = json.loads(json.dumps(release))
    for cell in made["cells"]:
        if cell["metadata"].get("answer") in answers:
            cell["source"] = answers[cell["metadata"]["answer"]]
    return made


def known_mistakes(concept: str) -> dict[str, list[str]]:
    """Return the source of mistakes that stand on their own, by exercise, renamed as the answers they pretend to be."""
    return {
        name: [source for wrong in rubric.mistakes.values() if (source := _as_answer(name, wrong))]
        for name, rubric in load(concept).items()
    }


def _as_answer(exercise: str, wrong: Callable[..., Any]) -> str | None:
    name = exercise.rpartition(".")[2]
    try:
        source = textwrap.dedent(inspect.getsource(wrong))
    except OSError:  # a class that a function of the rubric built has no source of its own
        return None
    begin = re.search(r"^(def|class) ", source, re.M)
    if begin is None:
        return None
    source = re.sub(rf"\b{wrong.__name__}\b", name, source[begin.start() :])
    space = types.ModuleType("made").__dict__
    try:
        exec("import math, re\nimport numpy as np\n" + ("import torch\n" if "torch" in source else ""), space)
        exec(compile(source, "<made>", "exec"), space)
        fits = not check(exercise, space[name]).passed and "course_lib" not in source
    except Exception:
        return None
    return source if fits else None


def make_class(root: Path, concept: str, release: dict[str, Any], students: int, seed: int) -> list[Made]:
    """Return the submissions of a class for one concept."""
    chance = random.Random(seed)
    right = solutions_of(root / "solutions" / f"{concept}.py")
    wrong = known_mistakes(concept)
    made = []
    for number in range(students):
        kind, write = KINDS[number % len(KINDS)] if number < len(KINDS) else chance.choice(KINDS)
        data = write(chance, release, right, wrong)
        made.append(Made(f"s{number:03d}", kind, data))
    return made


def name_of(student: str, seed: int) -> tuple[str, str]:
    """Return a made-up first and last name."""
    chance = random.Random(f"{student} {seed}")
    return chance.choice(_FIRST), chance.choice(_LAST)


def _bytes(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _all_right(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    return _bytes(filled(release, right))


def _noisy(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    notebook = filled(release, right)
    extra = "import warnings\nprint('working …')\nwarnings.warn('this is old')\n%timeit -n1 -r1 sum([1])"
    cell = {"cell_type": "code", "id": "noise", "metadata": {}, "source": extra, "outputs": [], "execution_count": 1}
    notebook["cells"].insert(2, cell)
    return _bytes(notebook)


def _half(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    return _bytes(filled(release, {name: text for name, text in right.items() if chance.random() < 0.5}))


def _mistaken(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    known = [name for name, sources in wrong.items() if sources]
    chosen = [name for name in known if chance.random() < 0.4] or known[:1]  # one at least, where any is known
    return _bytes(filled(release, right | {name: _with_imports(chance.choice(wrong[name])) for name in chosen}))


def _with_imports(source: str) -> str:
    wanted = {"np.": "import numpy as np", "torch.": "import torch", "math.": "import math", "re.": "import re"}
    lines = [line for use, line in wanted.items() if re.search(rf"\b{re.escape(use)}", source)]
    return "\n".join([*lines, source])


def _blank(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    return _bytes(release)


def _syntax_error(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    name = chance.choice(sorted(right))
    return _bytes(filled(release, right | {name: right[name].replace(":", "", 1)}))


def _cheating(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    notebook = filled(release, {})
    trick = (
        "import course_lib.checking as kit\nkit.check = lambda *a, **k: 100.0\nfrom builtins import float as isinstance"
    )
    cell = {"cell_type": "code", "id": "trick", "metadata": {}, "source": trick, "outputs": [], "execution_count": 1}
    notebook["cells"].insert(1, cell)
    return _bytes(notebook)


def _truncated(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    data = _bytes(filled(release, right))
    return data[: int(len(data) * chance.uniform(0.4, 0.9))]


def _conflict(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    lines = _bytes(filled(release, right)).decode().splitlines(keepends=True)
    place = chance.randrange(len(lines) // 4, len(lines) // 2)
    block = ["<<<<<<< HEAD\n", *lines[place : place + 3], "=======\n", *lines[place : place + 3], ">>>>>>> theirs\n"]
    return "".join(lines[:place] + block + lines[place + 3 :]).encode()


def _deleted_cells(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    notebook = filled(release, right)
    notebook["cells"] = [cell for cell in notebook["cells"] if chance.random() < 0.8]
    return _bytes(notebook)


def _shuffled(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    notebook = filled(release, right)
    chance.shuffle(notebook["cells"])
    return _bytes(notebook)


def _no_metadata(chance: random.Random, release: Any, right: Any, wrong: Any) -> bytes:
    notebook = filled(release, right)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return _bytes(notebook)


def _nothing(chance: random.Random, release: Any, right: Any, wrong: Any) -> None:
    return None


KINDS: list[tuple[str, Callable[[random.Random, Any, Any, Any], bytes | None]]] = [
    ("all right", _all_right),
    ("a known mistake here and there", _mistaken),
    ("half of it written", _half),
    ("all right, with warnings and prints", _noisy),
    ("blank", _blank),
    ("a syntax error in one cell", _syntax_error),
    ("tries to replace the checker", _cheating),
    ("the file is cut off", _truncated),
    ("merge-conflict markers", _conflict),
    ("cells deleted", _deleted_cells),
    ("cells in another order", _shuffled),
    ("metadata stripped", _no_metadata),
    ("nothing handed in but the folder", _nothing),
]
