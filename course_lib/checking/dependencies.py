"""What a piece of code depends on: the files of the course that it reaches, and one hash for all of them.

Whoever keeps what code has made (outputs of a page, a verdict, how far somebody has come) asks here when it is stale.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from course_lib.checking import places
from course_lib.checking.places import PACKAGE, ROOT

_MODULE = re.compile(rf"{PACKAGE}(\.\w+)+")


def digest_of(paths: Iterable[Path], *texts: str) -> str:
    """Return one hash of texts and of files' names and contents. A missing file counts as missing, not as an error."""
    total = hashlib.sha256()
    for text in texts:
        total.update(text.encode() + b"\0")
    for path in sorted(set(paths)):
        total.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
    return total.hexdigest()


def imported_files(code: str, root: Path = ROOT) -> set[Path]:
    """Return every file of the course that `code` imports, directly or through another; lines of magic are skipped."""
    found: set[Path] = set()
    waiting = _files_named_in(_parse(code), root, package="")
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting |= set(_imports_of_file(path, root, path.stat().st_mtime_ns))
    return found


def machinery(folder: str, root: Path = ROOT) -> set[Path]:
    """Return the files of a folder of the package, however deep."""
    return {path for path in (root / PACKAGE / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"}


def files_of_exercise(name: str, root: Path = ROOT) -> set[Path]:
    """Return every file on which the rubric of one exercise depends: itself, its helpers, and all they import."""
    concept = name.partition(".")[0]
    home = places.home(concept, root)
    rubric, helpers = places.rubric_file(name, home), places.helpers_file(concept, home)
    return {rubric, helpers} | imported_files(f"import {places.RUBRICS}.{name}", root)


def files_of_concept(concept: str, root: Path = ROOT) -> set[Path]:
    """Return every file on which the rubrics of a concept depend, and the one that says in which order they stand."""
    home = places.home(concept, root)
    own = {places.helpers_file(concept, home), places.reference_file(concept, home)}
    return own.union(*(files_of_exercise(name, root) for name in places.exercises(concept, home)))


def rubrics_named_in(code: str, root: Path = ROOT) -> set[Path]:
    """Return what rubrics depend on that a string names: of "attention_masks.padding_mask" the one, of others all.

    `check` imports a rubric by its name, so that no import statement shows it.
    """
    texts = {
        node.value for node in ast.walk(_parse(code)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found: set[Path] = set()
    for concept in places.known_concepts(root):
        names = {text for text in texts if text.partition(".")[0] == concept}
        known = {name for name in names if places.rubric_file(name, places.home(concept, root)).is_file()}
        for name in known:
            found |= files_of_exercise(name, root)
        if names - known:  # the concept alone, or a name that is put together while the code runs
            found |= files_of_concept(concept, root)
    return found


@lru_cache(maxsize=1024)
def _imports_of_file(path: Path, root: Path, changed: int) -> frozenset[Path]:
    package = ".".join(path.relative_to(places.root_of(path, root)).parent.parts)
    return frozenset(_files_named_in(_parse(path.read_text(encoding="utf-8")), root, package))


def _parse(code: str) -> ast.Module:
    """Parse a file or a cell; lines that only IPython understands are blanked."""
    try:
        return ast.parse(code)
    except SyntaxError:
        plain = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in code.splitlines()]
        try:
            return ast.parse("\n".join(plain))
        except SyntaxError:
            return ast.Module([], [])  # running the cell will say so, with its line


def _files_named_in(tree: ast.Module, root: Path, package: str) -> set[Path]:
    return {file for module in _modules_named_in(tree, package) for file in _files_of_module(module, root)}


def _modules_named_in(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield what is imported, and what a string names in full, as `import_module` takes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _MODULE.fullmatch(node.value):
            yield node.value


def _files_of_module(module: str, root: Path) -> set[Path]:
    """Return the file of a module of the course and the `__init__.py` of each package above it."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return set()
    found = set()
    for above, n in itertools.product(places.roots(root), range(1, len(parts) + 1)):
        folder = above.joinpath(*parts[:n])
        found |= {path for path in (folder / "__init__.py", folder.with_suffix(".py")) if path.is_file()}
    return found
