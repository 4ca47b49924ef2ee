"""The scripts of pages, each a .js file beside the Python that puts it there."""

import re
from pathlib import Path


def compact(script: str) -> str:
    """Return a script as a page carries it: without the lines that are comments, and without indentation.

    >>> compact("// Why.\\nif (x) {\\n  y();\\n}\\n")
    'if (x) {\\ny();\\n}'
    """
    return re.sub(r"(?m)^ *(?://.*)?\n?", "", script).strip()


def script_beside(file: str, name: str) -> str:
    """Return the script `name` in the folder of a module whose `__file__` is given."""
    return compact(Path(file).with_name(name).read_text(encoding="utf-8"))
