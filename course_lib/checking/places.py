"""Where things stand: the only module that knows in which file a reference or a rubric is found.

The path is the index. The exercise `a.b` has its reference `b` in `course_lib/a.py` and its rubric in
`course_lib/rubrics/a/b.py`; what the rubrics of `a` share stands in `course_lib/rubrics/a/__init__.py`.
"""

from __future__ import annotations

import ast
import importlib
from functools import lru_cache
from pathlib import Path

PACKAGE = "course_lib"
RUBRICS = f"{PACKAGE}.rubrics"
ROOT = Path(__file__).resolve().parents[2]  # the clone, or the directory into which the package was installed
HELPERS = "__init__.py"


def reference_file(concept: str, root: Path = ROOT) -> Path:
    """Return the file in which a concept's references are defined."""
    return root / PACKAGE / f"{concept}.py"


def rubric_folder(concept: str, root: Path = ROOT) -> Path:
    """Return the folder of a concept's rubrics."""
    return root / PACKAGE / "rubrics" / concept


def rubric_file(exercise: str, root: Path = ROOT) -> Path:
    """Return the file of one rubric.

    >>> rubric_file("attention_masks.padding_mask", Path()).as_posix()
    'course_lib/rubrics/attention_masks/padding_mask.py'
    """
    concept, _, name = exercise.partition(".")
    return rubric_folder(concept, root) / f"{name}.py"


def helpers_file(concept: str, root: Path = ROOT) -> Path:
    """Return the file of what a concept's rubrics share."""
    return rubric_folder(concept, root) / HELPERS


def rubric_files(concept: str, root: Path = ROOT) -> list[Path]:
    """Return the files of a concept's rubrics, sorted, without the helpers."""
    return sorted(path for path in rubric_folder(concept, root).glob("*.py") if path.name != HELPERS)


def module_of(path: Path, root: Path = ROOT) -> str:
    """Return the name by which a file of the package is imported.

    >>> module_of(Path("course_lib/checking/__init__.py"), Path())
    'course_lib.checking'
    """
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def concepts(root: Path = ROOT) -> list[str]:
    """Return the names of the concepts that have rubrics, sorted."""
    return sorted(path.parent.name for path in rubric_folder("*", root).parent.glob(f"*/{HELPERS}"))


def exercises(concept: str, root: Path = ROOT) -> list[str]:
    """Return the names of a concept's exercises in the order in which their references are defined."""
    order = list(definitions(reference_file(concept, root)))
    names = [path.stem for path in rubric_files(concept, root)]
    return [f"{concept}.{name}" for name in sorted(names, key=lambda n: order.index(n) if n in order else len(order))]


def definitions(path: Path) -> dict[str, int]:
    """Return the functions and classes that a file defines, in order, each with its line."""
    return dict(_definitions(path, path.stat().st_mtime_ns)) if path.is_file() else {}


@lru_cache(maxsize=256)
def _definitions(path: Path, changed: int) -> tuple[tuple[str, int], ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple((node.name, node.lineno) for node in tree.body if isinstance(node, kinds))


def home(concept: str, root: Path = ROOT) -> Path:
    """Return the root under which a concept's rubrics stand: Python may find the package in more than one folder."""
    return next((one for one in roots(root) if helpers_file(concept, one).is_file()), root)


def roots(root: Path = ROOT) -> list[Path]:
    """Return the root and, if it is the course's own, every other one in which Python finds the package."""
    others = (Path(folder).parent for folder in importlib.import_module(PACKAGE).__path__)
    return list(dict.fromkeys([root, *others])) if root == ROOT else [root]


def root_of(path: Path, root: Path = ROOT) -> Path:
    """Return the innermost of the roots in which a file of the package stands."""
    return max((one for one in roots(root) if path.is_relative_to(one)), key=lambda one: len(one.parts))


def known_concepts(root: Path = ROOT) -> list[str]:
    """Return the names of all concepts that have rubrics, wherever Python finds them, sorted."""
    return sorted({name for one in roots(root) for name in concepts(one)})
