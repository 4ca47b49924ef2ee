"""Private routes to a forbidden function of torch: `torch._C._nn…`, `torch._softmax`, `torch.ops.aten…`.

Nobody comes upon them by accident, so each counts as the ban that it evades. Public functions do not: what is not
announced is not forbidden.
"""

from __future__ import annotations

import os
import sys
import types
from typing import Any


class PrivateRoutes:
    """The names that some entries of `forbids` have in torch, and whether a call goes round one of them."""

    def __init__(self) -> None:
        """Nothing is forbidden yet."""
        self.entries: dict[str, str] = {}
        torch = sys.modules.get("torch")
        self.home = os.path.dirname(torch.__file__ or "") + os.sep if torch else ""

    def add(self, path: str, entry: str) -> None:
        """Forbid what a path in torch names by its private routes, too."""
        if path.startswith("torch.") and self.home:
            self.entries.setdefault(path.rpartition(".")[2].strip("_").lower(), entry)

    def of_call(self, frame: types.FrameType) -> str | None:
        """Return the entry that a call of a Python function evades."""
        caller = frame.f_back
        if caller is None or not frame.f_code.co_filename.startswith(self.home) or self._inside(caller):
            return None
        name, file = frame.f_code.co_name, frame.f_code.co_filename[len(self.home) :]
        if file == "_ops.py":  # torch.ops.aten.softmax, or one of its overloads
            return self._named(f"{frame.f_locals.get('self')}.".split(".")[1])
        private = file.startswith("_") or (name.startswith("_") and not name.endswith("__"))
        return self._named(name) if private else None

    def of_native(self, frame: types.FrameType, called: Any) -> str | None:
        """Return the entry that a call of a C function evades."""
        if self._inside(frame):
            return None
        name, owner = called.__name__, getattr(called, "__self__", None)
        hidden = isinstance(owner, types.ModuleType) and owner.__name__.startswith("torch._C")
        if not name.startswith("_") and not hidden:
            return None
        public = sys.modules.get("torch.nn.functional"), sys.modules.get("torch")
        return (
            None
            if any(getattr(module, name, None) is called for module in public if name[0] != "_")
            else self._named(name)
        )

    def _inside(self, frame: types.FrameType) -> bool:
        return frame.f_code.co_filename.startswith(self.home)

    def _named(self, name: str) -> str | None:
        """Return the entry whose name is a word of this one: `adam` of `_single_tensor_adam`."""
        words = f"_{name.lower().strip('_')}_"
        return next((entry for known, entry in self.entries.items() if f"_{known}_" in words), None)
