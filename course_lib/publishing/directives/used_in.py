"""Which pages use a function of the library: they show its source, or a cell of theirs names it."""

import ast
import re
from functools import lru_cache
from pathlib import Path

from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.page_text import Block, read_text


def pages_that_use(concept: str, name: str, contents: Contents) -> list[Page]:
    """Return the pages, in reading order, that show `course_lib.<concept>.<name>` or run it."""
    return [page for page in contents.pages if page.path.is_file() and (concept, name) in _used_by(page.path)]


def _used_by(path: Path) -> frozenset[tuple[str, str]]:
    return _used(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _used(path: Path, changed: int) -> frozenset[tuple[str, str]]:
    return frozenset(names_used(path.read_text(encoding="utf-8")))


def names_used(page: str) -> set[tuple[str, str]]:
    r"""Pairs of concept and name that a page's Markdown shows or runs.

    >>> cell = "```{code-cell} ipython3\n%s\n```\n"
    >>> page = cell % "from course_lib import tensors as t" + cell % "t.strides_of((2, 3))"
    >>> sorted(names_used(page + "```{literalinclude} ../../course_lib/tensors.py\n:pyobject: nbytes\n```"))
    [('tensors', 'nbytes'), ('tensors', 'strides_of')]
    """
    read = read_text(page)
    shown = set(filter(None, map(_included, read.named("literalinclude"))))
    cells = [_plain(cell.body) for cell in read.named("code-cell")]
    try:
        return shown | _named("\n".join(cells))
    except SyntaxError:  # a page may show what cannot be read
        return shown | _named("\n".join(code for code in cells if _is_python(code)))


def _included(block: Block) -> tuple[str, str] | None:
    """Concept and name of what a `literalinclude` shows, if it is one function or class of the library."""
    concept = re.search(r"course_lib/(\w+)\.py$", block.argument)
    name = str(block.options.get("pyobject", "")).partition(".")[0]
    return (concept[1], name) if concept and name else None


def _plain(code: str) -> str:
    """Return a cell without what only IPython understands."""
    return "\n".join(line for line in code.splitlines() if not re.match(r"\s*[%!]", line))


def _is_python(code: str) -> bool:
    """Whether it can be read."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _named(code: str) -> set[tuple[str, str]]:
    """Return what the code names: `from course_lib.x import y` and used, or an attribute of an imported module."""
    tree = ast.parse(code)
    modules, names = _imported(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            found.add(names[node.id])
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
            found.add((modules[ast.unparse(node.value)], node.attr))
    return found


def _imported(tree: ast.AST) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """By the name it has here: the concept of each module of the course, and concept and name of what came from one."""
    modules: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "course_lib":
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and re.fullmatch(r"course_lib\.\w+", node.module or ""):
            concept = (node.module or "").partition(".")[2]
            names |= {alias.asname or alias.name: (concept, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if re.fullmatch(r"course_lib\.\w+", alias.name):
                    modules[alias.asname or alias.name] = alias.name.partition(".")[2]
    return modules, names
