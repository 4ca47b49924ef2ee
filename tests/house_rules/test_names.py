"""One name everywhere: a concept in _toc.yml has every one of its files, and every such file has its concept."""

import re
from pathlib import Path

import pytest

from course_lib.checking.places import HELPERS, definitions, reference_file
from house_rules.house import ROOT, at, concept_modules, concepts, files, names, none_of

# Where the files of a concept stand, and what to do about one that is missing.
PLACES = {
    "page": ("book/{part}/{name}.md", "write it; `course new` scaffolds one"),
    "reference": ("course_lib/{name}.py", "write it; `course new` scaffolds one"),
    "rubrics' folder": ("course_lib/rubrics/{name}/__init__.py", "write it; `course new` scaffolds one"),
    "solution": ("solutions/{name}.py", "write it; `course new` scaffolds one"),
    "exercise notebook": ("exercises/{name}/{name}.ipynb", "run `make exercises`"),
    "test": ("tests/test_{name}.py", "write it; `course new` scaffolds one"),
}


def problems(root: Path) -> list[str]:
    """Say which concept lacks which file, and which file lacks its concept."""
    return _twice(root) + _missing(root) + _orphans(root) + _rubrics(root)


def _twice(root: Path) -> list[str]:
    known = names(root)
    return [
        f"_toc.yml: the concept {name} is listed twice" for name in sorted({n for n in known if known.count(n) > 1})
    ]


def _missing(root: Path) -> list[str]:
    found = []
    for concept in concepts(root):
        for kind, (place, advice) in PLACES.items():
            path = place.format(name=concept.name, part=concept.part)
            if not (root / path).is_file():
                found.append(f"{path}: the {kind} of the concept {concept.name} is missing; {advice}")
    return found


def _rubrics(root: Path) -> list[str]:
    """Say which file among the rubrics answers to no reference of its concept, or to no concept."""
    known, found = names(root), []
    for path in files(root, "course_lib/rubrics/**/*.py"):
        concept, place = path.parent.name, at(root, path)
        if path.parent.parent.name == "rubrics" and concept in known:
            defined = definitions(reference_file(concept, root))
            if defined and path.name != HELPERS and path.stem not in defined:
                wanted = f"course_lib/{concept}.py defines no {path.stem}"
                found.append(f"{place}:1: {wanted}; name the file after a reference, or move helpers to {HELPERS}")
        elif path != root / "course_lib" / "rubrics" / HELPERS:
            found.append(f"{place}: belongs to no concept of _toc.yml; rubrics stand in rubrics/<concept>/")
    return found


def _orphans(root: Path) -> list[str]:
    known = names(root)
    mirrored = {path.stem for path in files(root, "course_lib/*.py")} | set(known)
    owned = {
        *concept_modules(root),
        *(path for path in files(root, "course_lib/fused/*.py") if path.stem != "__init__"),
        *files(root, "solutions/*"),
        *files(root, "exercises/*/*.ipynb"),
        *files(root, "exercises/*.ipynb"),
        *files(root, "book/*/*.md"),
    }
    found = [
        f"{at(root, path)}: belongs to no concept of _toc.yml; add book/<part>/{path.stem} there, or remove the file"
        for path in sorted(owned)
        if path.stem not in known
    ]
    for path in files(root, "exercises/*/*.ipynb"):
        if path.stem in known and path.parent.name != path.stem:
            found.append(f"{at(root, path)}: should stand in exercises/{path.stem}/")
    for path in files(root, "tests/test_*.py"):
        if re.sub("^test_", "", path.stem) not in mirrored:
            found.append(f"{at(root, path)}: mirrors no file of course_lib; name it after what it tests")
    for path in files(root, "tests/*/*/**/test_*.py"):
        room = path.parent.relative_to(root / "tests")
        if (root / "course_lib" / room.parts[0]).is_dir() and not (root / "course_lib" / room).is_dir():
            found.append(
                f"{at(root, path)}: mirrors no room, for there is no folder course_lib/{room.as_posix()}; move it"
            )
    return found


def test_every_concept_has_its_files_and_every_file_its_concept():
    none_of(problems(ROOT))


def test_there_are_concepts_to_look_after():
    assert len(names(ROOT)) >= 4


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize("kind", PLACES)
def test_a_missing_file_is_named_with_its_concept_and_what_to_do(house, kind):
    place, advice = PLACES[kind]
    path = place.format(name="second", part="start")
    (house / path).unlink()
    [problem] = problems(house)
    assert problem == f"{path}: the {kind} of the concept second is missing; {advice}"


@pytest.mark.parametrize("kind", PLACES)
def test_a_file_without_its_concept_is_named(house, kind):
    path = house / PLACES[kind][0].format(name="third", part="start")
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    [problem] = problems(house)
    assert problem.startswith(f"{path.relative_to(house)}: ")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("first/triple.py", ":1: course_lib/first.py defines no triple; name the file after a reference, or move"),
        (
            "first/more/double.py",
            ": belongs to no concept of _toc.yml; rubrics stand in rubrics/<concept>/",
        ),
        ("first.py", ": belongs to no concept of _toc.yml; rubrics stand in rubrics/<concept>/"),
    ],
)
def test_a_rubric_that_answers_to_no_reference_is_named(house, path, words):
    place = house / "course_lib" / "rubrics" / path
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    [problem] = problems(house)
    assert problem.startswith(f"course_lib/rubrics/{path}{words}")


def test_a_test_that_stands_in_no_room_of_the_library_is_named(house):
    for room in ("checking/hall", "checking/attic", "browser/hall"):
        (house / "tests" / room).mkdir(parents=True)
        (house / "tests" / room / "test_it.py").write_text("")
    (house / "course_lib/checking/hall").mkdir()
    assert problems(house) == [
        "tests/checking/attic/test_it.py: mirrors no room, for there is no folder course_lib/checking/attic; move it"
    ]


def test_a_concept_listed_twice_is_named(house, edit):
    edit("_toc.yml", "book/start/second", "book/start/first")
    assert "_toc.yml: the concept first is listed twice" in problems(house)
