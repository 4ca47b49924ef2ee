"""No circles: in every folder of course_lib, files and rooms import one another in one direction only."""

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, files, imports, none_of, parse

Arrows = dict[str, dict[str, str]]  # from, to, and the place of the first import that makes the arrow


def problems(root: Path) -> list[str]:
    """Name each folder whose files and rooms import in a circle, with an import for each step of the circle."""
    found = []
    for folder, arrows in sorted(_arrows(root).items()):
        try:
            TopologicalSorter({name: to.keys() for name, to in arrows.items()}).prepare()
        except CycleError as error:
            steps = list(pairwise(reversed(error.args[1])))
            places = ", ".join(f"{one} imports {other} at {arrows[one][other]}" for one, other in steps)
            found.append(f"{folder.as_posix()}: a circle: {places}; move what both need to a place of its own")
    return found


def _arrows(root: Path) -> dict[Path, Arrows]:
    """Return, for each folder, which of its files and rooms import which others of them."""
    modules = {_dotted(path, root): path.relative_to(root) for path in files(root, "course_lib/**/*.py")}
    found: dict[Path, Arrows] = defaultdict(lambda: defaultdict(dict))
    for path in modules.values():
        package = ".".join(path.parent.parts)
        for line, name in imports(parse(root / path), package):
            target = modules.get(name) or modules.get(name.rpartition(".")[0])
            if target not in (None, path):
                folder = next(above for above in path.parents if above in target.parents)
                one, other = (file.relative_to(folder).parts[0].removesuffix(".py") for file in (path, target))
                found[folder][one].setdefault(other, at(root, root / path, line))
    return found


def _dotted(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def test_nothing_is_imported_in_a_circle():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_circle(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("written", "circle"),
    [
        (
            {"checking/one.py": "from . import two", "checking/two.py": "def late():\n    from .one import x"},
            "course_lib/checking: a circle: one imports two at course_lib/checking/one.py:1, two imports one at "
            "course_lib/checking/two.py:2",
        ),
        (
            {
                "publishing/figures/one.py": "import course_lib.publishing.pages.two",
                "publishing/pages/two.py": "from course_lib.publishing.front import three",
                "publishing/front.py": "from course_lib.publishing.figures.four import x",
                "publishing/figures/four.py": "",
            },
            "course_lib/publishing: a circle: ",
        ),
        (
            {"publishing/pages/one.py": "from ..pages import two", "publishing/pages/two.py": "from .one import x"},
            "course_lib/publishing/pages: a circle: ",
        ),
        (
            {"checking/one.py": "from course_lib.checking import x", "checking/__init__.py": "from .one import x"},
            "course_lib/checking: a circle: ",
        ),
    ],
)
def test_a_circle_is_shown_step_by_step(house, written, circle):
    for name, text in written.items():
        path = house / "course_lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
        path.with_name("__init__.py").touch()
    [problem] = problems(house)
    assert problem.startswith(circle)
