"""How long a concept without tensors takes to import."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import PYTHON, Row, command_seconds, within


def measure() -> Iterator[Row]:
    """Yield the time of a whole Python that imports the concept and ends; the import alone is lost in the noise."""
    loaded = command_seconds(PYTHON, "-c", "import course_lib.string_comparison", times=7)
    yield within("python -c 'import course_lib.string_comparison'", loaded, 0.2)
