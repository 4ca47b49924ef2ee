"""The course's own modules as a submission sees them: sent by the examiner, with answers taken out.

A student's cell may import concepts. It must not find there what it was asked to write, so the examiner removes the
references in question, and whatever is built on them, from the source it sends; files of the course are out of reach.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

PACKAGE = "course_lib"
_CHECKING = '''
class Later:
    """Stands for a verdict while a notebook is graded."""

    passed, points, message = None, 0.0, "Checked when the notebook is graded."

    def __float__(self):
        return 0.0

    def __repr__(self):
        return self.message


def check(name, answer=None, *, seed=0):
    """Check nothing: the grader does."""
    return Later()
'''


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules that were sent, and no other of the package."""

    def __init__(self, sources: dict[str, str], used: list[str]) -> None:
        self.sources, self.used = sources, used

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] != PACKAGE:
            return None
        if name not in self.sources:
            raise ModuleNotFoundError(f"{name} is not available while grading", name=name)
        package = name == PACKAGE or any(other.startswith(name + ".") for other in self.sources)
        return importlib.machinery.ModuleSpec(name, self, is_package=package, origin=f"<{name}>")

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        exec(compile(self.sources[name], f"<{name}>", "exec"), module.__dict__)
        if name == PACKAGE:
            module.__dict__["_used"] = self.used.append


def install(sources: dict[str, str], used: list[str]) -> None:
    """Let `import course_lib…` find these sources and nothing else; calls of removed answers go to `used`."""
    every = {PACKAGE: '"""The course, while a notebook is graded."""', f"{PACKAGE}.checking": _CHECKING} | sources
    sys.meta_path.insert(0, _Finder(every, used))
