"""The source of a concept's module as a submission may see it: the answers in question are taken out of it."""

from __future__ import annotations

import ast

from course_lib.grading.child.course_modules import PACKAGE

_STUB = '''
def {name}(*args, **kwargs):
    """Not available while grading."""
    from {package} import _used
    _used("{module}.{name}")
    raise RuntimeError("{module}.{name} is an answer of this exercise, or is built on it")
'''


def masked(module: str, source: str, answers: set[str]) -> str:
    """Return the source of a module in which `answers`, and all that needs them, are replaced by refusals."""
    tree = ast.parse(source)
    gone = set(answers)
    definitions = [node for node in tree.body if _name(node)]
    while True:
        more = {_name(node) for node in definitions if _name(node) not in gone and gone & _mentioned(node)}
        if not more:
            break
        gone |= more
    kept: list[ast.stmt] = []
    for node in tree.body:
        if _name(node) in gone:
            stub = _STUB.format(name=_name(node), module=module, package=PACKAGE)
            kept += ast.parse(stub).body if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        else:
            kept.append(node)
    return ast.unparse(ast.Module(kept, []))


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _mentioned(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
