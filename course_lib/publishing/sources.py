"""Which files a piece of code depends on, and one hash for all of them."""

import ast
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

PACKAGE = "course_lib"


def digest_of(paths: Iterable[Path], *texts: str) -> str:
    """One hash of texts and of files' names and contents. A missing file counts as missing, not as an error."""
    total = hashlib.sha256()
    for text in texts:
        total.update(text.encode() + b"\0")
    for path in sorted(set(paths)):
        total.update(str(path).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest() if path.exists() else b"missing")
    return total.hexdigest()


def imported_files(code: str, root: Path) -> set[Path]:
    """Every file of the course that `code` imports, directly or through another; lines of magic are skipped."""
    found: set[Path] = set()
    waiting = _files_named_in(_parse(code), root, package="")
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting |= set(_imports_of_file(path, root, path.stat().st_mtime_ns))
    return found


def rubrics_named_in(code: str, root: Path) -> set[Path]:
    """Rubrics whose concept stands in a string like "attention_masks.padding_mask": `check` imports them by name."""
    names = {
        node.value.partition(".")[0]
        for node in ast.walk(_parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = set()
    for rubric in (root / PACKAGE / "rubrics").rglob("*.py"):
        if rubric.stem in names:
            found |= {rubric} | imported_files(rubric.read_text(encoding="utf-8"), root)
    return found


@lru_cache(maxsize=1024)
def _imports_of_file(path: Path, root: Path, changed: int) -> frozenset[Path]:
    package = ".".join(path.relative_to(root).parent.parts)
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
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            modules |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {file for module in modules for file in _files_of_module(module, root)}


def _files_of_module(module: str, root: Path) -> set[Path]:
    """The file of a module of the course and the `__init__.py` of each package above it."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return set()
    found = set()
    for n in range(1, len(parts) + 1):
        folder = root.joinpath(*parts[:n])
        found |= {path for path in (folder / "__init__.py", folder.with_suffix(".py")) if path.is_file()}
    return found
