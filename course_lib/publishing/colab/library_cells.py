"""The library's code that a page shows, as a cell that runs by itself, for readers to change."""

import ast
import re
from pathlib import Path

from course_lib.publishing.page_text import Block

SAYS = "# The course's own code, to run and to change: the cells below use what stands here."


def library_cell(listing: Block, folder: Path) -> str:
    """Return the code for a `literalinclude` of one function or class of a concept; nothing for any other."""
    concept = re.search(r"course_lib/(\w+)\.py$", listing.argument)
    name = str(listing.options.get("pyobject", ""))
    file = folder / listing.argument
    if concept is None or not file.is_file():  # what is missing is said, with its line, where listings become text
        return ""
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    node = next((node for node in tree.body if getattr(node, "name", None) == name), None)
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return ""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    source = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    imports = "\n".join(_imports(tree, node, concept[1]))
    return f"{SAYS}\n{imports}\n\n\n{source}\n\n\n{concept[1]}.{name} = {name}"


def _imports(tree: ast.Module, node: ast.stmt, concept: str) -> list[str]:
    """Return the lines that import what a definition names: what its module imports, and what is defined beside it."""
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {getattr(node, "name", "")}
    found, beside = [], set()
    for one in tree.body:
        if isinstance(one, ast.Import | ast.ImportFrom):
            kept = [alias for alias in one.names if (alias.asname or alias.name.partition(".")[0]) in used]
            if kept:
                again = ast.Import(kept) if isinstance(one, ast.Import) else ast.ImportFrom(one.module, kept, one.level)
                found.append(ast.unparse(again))
        else:
            beside |= used & _defined(one)
    found.append(f"from course_lib import {concept}")
    return [*found, f"from course_lib.{concept} import {', '.join(sorted(beside))}"] if beside else found


def _defined(one: ast.stmt) -> set[str]:
    if isinstance(one, ast.FunctionDef | ast.ClassDef):
        return {one.name}
    targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
