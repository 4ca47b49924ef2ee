"""How long a concept without tensors takes to import."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import PYTHON, Row, command_seconds, within


def measure() -> Iterator[Row]:
    """Yield the time of the import, that is of Python with it less Python without it."""
    empty = command_seconds(PYTHON, "-c", "pass", times=7)
    loaded = command_seconds(PYTHON, "-c", "import course_lib.string_comparison", times=7)
    yield within("import course_lib.string_comparison", loaded - empty, 0.2)
