"""What Jupyter, Colab and VS Code put into notebooks, where there is none of them: ignored with a word, never the cell.

A line `%matplotlib widget` at the top of a cell must not keep the answer below it from being defined.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

_RUN_CODE = {"time", "timeit", "prun", "capture", "debug", "code_wrap"}  # what they raise, the learner's code raised
_ELSEWHERE = ("google", "google.colab")


class Forgiving:
    """A mixin for IPython's shell: magics that cannot be had, or that fail, are passed over."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no screen, whatever `%matplotlib` asks for."""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic, or say that it was ignored."""
        try:
            return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)  # type: ignore[misc]
        except Exception as error:
            if magic_name in _RUN_CODE:
                raise
            self._say_ignored(f"%{magic_name}", error)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a magic; below one that is not known, what is Python is run as Python."""
        if self.find_cell_magic(magic_name) is None:  # type: ignore[attr-defined]
            self._say_ignored(f"%%{magic_name}", "there is no such magic here")
            return self._run_if_python(cell)
        try:
            return super().run_cell_magic(magic_name, line, cell)  # type: ignore[misc]
        except Exception as error:
            if magic_name in _RUN_CODE:
                raise
            self._say_ignored(f"%%{magic_name}", error)

    def _run_if_python(self, cell: str) -> None:
        code = self.transform_cell(cell)  # type: ignore[attr-defined]
        try:
            compiled = compile(code, "<below a magic>", "exec")
        except (SyntaxError, ValueError):
            return  # another language
        exec(compiled, self.user_ns)  # type: ignore[attr-defined]

    def _say_ignored(self, name: str, why: object) -> None:
        words = " ".join(str(why).split())[:200] or type(why).__name__
        print(f"({name} was ignored: {words})")


class _StandIn(types.ModuleType):
    """A module of a place that this is not; whatever is asked of it does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Nothing:
    """Stands for a function, a class or an object of such a module."""

    def __call__(self, *args: Any, **options: Any) -> _Nothing:
        """Do nothing."""
        return self

    def __getattr__(self, name: str) -> Any:
        """Return nothing, again."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Any:
        """Hold nothing."""
        return iter(())

    def __repr__(self) -> str:
        """Say what it is."""
        return "(nothing: this is not Colab)"


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds Colab's own modules where they are not installed; the last one that is asked."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name in _ELSEWHERE or name.startswith("google.colab."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def offer_stand_ins() -> None:
    """Let a notebook that was written in Colab import Colab's modules, whose calls do nothing."""
    sys.meta_path.append(_Finder())
