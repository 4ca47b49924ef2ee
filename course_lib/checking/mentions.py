"""What the source of an answer says of a shortcut: a call of a certain form, or a class written in C.

A profiler sees no call of a class written in C, and `bytes` of numbers is another thing than `bytes` of a text. So the
source is read: names count under whatever alias the answer gave them, as far as that is plain from the source itself.
"""

from __future__ import annotations

import ast
import builtins
import functools
import linecache
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

_FORM = re.compile(r"([\w.]+)\((\w+(?:, \w+)*)\)")
_MISSING = object()


def form(entry: str) -> tuple[str, tuple[str, ...]]:
    """Split an entry of `forbids` into the path and the arguments that make a call of it a shortcut.

    >>> form("bytes(text, encoding)")
    ('bytes', ('text', 'encoding'))
    >>> form("torch.softmax")
    ('torch.softmax', ())
    """
    found = _FORM.fullmatch(entry)
    return (found[1], tuple(found[2].split(", "))) if found else (entry, ())


def nodes(code: types.CodeType) -> list[ast.AST]:
    """Return the definitions in a file or notebook cell that begin on the line where this code does."""
    return [
        node
        for node in _definitions("".join(linecache.getlines(code.co_filename)))
        if code.co_firstlineno == min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    ]


@functools.lru_cache(maxsize=8)
def _definitions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


class Reader:
    """One definition, and what the names in it stand for."""

    def __init__(self, node: ast.AST, scope: dict[str, Any]) -> None:
        """`scope` holds what the definition sees outside itself."""
        self.node, self.scope = node, scope
        self.local: dict[str, Any] = {}
        for inner in ast.walk(node):
            for name, value in self._bound(inner):
                self.local[name] = value

    def _bound(self, node: ast.AST) -> Iterator[tuple[str, Any]]:
        """Yield the names that a statement binds, each with its value or `_MISSING` where that is not plain."""
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.partition(".")[0]
                yield one.asname or first, sys.modules.get(one.name if one.asname else first, _MISSING)
        elif isinstance(node, ast.ImportFrom):
            module = sys.modules.get(node.module or "")
            yield from ((one.asname or one.name, getattr(module, one.name, _MISSING)) for one in node.names)
        elif isinstance(node, ast.Assign):
            value = self.value(node.value)
            yield from ((target.id, value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id, self.value(node.value)
        elif isinstance(node, ast.arg):
            yield node.arg, _MISSING

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for: a name, an attribute of a module, the type of a constant."""
        if isinstance(node, ast.NamedExpr):
            return self.value(node.value)
        if isinstance(node, ast.Name):
            known = self.local if node.id in self.local else self.scope
            return known.get(node.id, getattr(builtins, node.id, _MISSING))
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            return vars(owner).get(node.attr, _MISSING) if type(owner) is types.ModuleType else _MISSING
        if isinstance(node, ast.Call) and [type(one) for one in node.args] == [ast.Constant]:
            constant = ast.literal_eval(node.args[0])
            return type(constant) if self.value(node.func) is type else _MISSING
        return _MISSING

    def names(self, target: Any) -> bool:
        """Say whether the definition names `target` at all."""
        found = (node for node in ast.walk(self.node) if isinstance(node, ast.Name | ast.Attribute))
        return any(self.value(node) is target for node in found)

    def calls(self, target: Any, arguments: tuple[str, ...]) -> bool:
        """Say whether `target` is called, or handed on to be called, with so many arguments or one of their names."""
        return any(
            self._has(node, place, arguments)
            for node in ast.walk(self.node)
            if isinstance(node, ast.Call)
            for place, one in enumerate([node.func, *node.args])
            if self.value(one) is target
        )

    def _has(self, call: ast.Call, place: int, arguments: tuple[str, ...]) -> bool:
        """Count what follows the target: `bytes(text, "utf-8")`, `partial(bytes, encoding="utf-8")`."""
        given = sum(_length(argument) for argument in call.args[place:]) + len(call.keywords)
        return given >= len(arguments) or any(keyword.arg in arguments[1:] for keyword in call.keywords)


def _length(argument: ast.expr) -> int:
    if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.List | ast.Tuple):
        return len(argument.value.elts)
    return 1
