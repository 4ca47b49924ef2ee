"""Which of the course's modules a notebook may import while it is graded. The examiner asks, and the verdicts' keys."""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.checking import places
from course_lib.checking.dependencies import imported_files
from course_lib.checking.places import PACKAGE

_USES = re.compile(r"course_lib\.(?!checking\b)|from\s+course_lib\s+import|import_module|__import__")
_BY_NAME = re.compile("import_module|__import__")
_FIGURES = f"{PACKAGE}.publishing.figures"


def files_for(text: str) -> dict[str, Path]:
    """Return the course's modules that a notebook with this text may import while it is graded, by name.

    A notebook names what it imports, unless it puts the name together, as `import_module` lets it: then it gets all.
    """
    if not _USES.search(text):
        return {}
    named = [name for name in places.known_concepts() if _BY_NAME.search(text) or name in text]
    figures = [_FIGURES] if _BY_NAME.search(text) or "publishing" in text else []
    code = "\n".join(f"import {module}" for module in [*(f"{PACKAGE}.{name}" for name in named), *figures])
    found = {places.module_of(path, places.root_of(path)): path for path in imported_files(code)}
    return {module: path for module, path in found.items() if module not in (PACKAGE, f"{PACKAGE}.checking")}
