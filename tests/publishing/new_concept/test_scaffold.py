"""`course new` writes all of a concept's files or none, and the house rules name every place still to be written."""

import re
import shutil

import pytest
import yaml
from house_rules import test_names, test_sources
from house_rules.house import ROOT, names

from course_lib.checking.percent import read_cells
from course_lib.publishing.exercises.solutions import problems_of, read_solution
from course_lib.publishing.new_concept.scaffold import Refused, new_concept, with_page
from course_lib.publishing.new_concept.templates import MARK

FILES = (
    "course_lib/lone_words.py",
    "tests/test_lone_words.py",
    "book/sequences/lone_words.md",
    "course_lib/rubrics/lone_words/__init__.py",
    "course_lib/rubrics/lone_words/first_step.py",
    "solutions/lone_words.py",
)


@pytest.fixture
def house(tmp_path):
    """The table of contents of the real course, in a place of its own."""
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path


def snapshot(root):
    """Return every path below a folder with its text."""
    return {path: path.read_text() if path.is_file() else None for path in root.rglob("*")}


def test_every_file_of_the_concept_is_written_and_listed(house):
    written = new_concept(house, "lone_words", "sequences")
    assert [path.relative_to(house).as_posix() for path in written] == [*FILES, "_toc.yml"]
    toc = (house / "_toc.yml").read_text()
    assert toc.replace("      - file: book/sequences/lone_words\n", "") == (ROOT / "_toc.yml").read_text()
    sequences = next(part for part in yaml.safe_load(toc)["parts"] if part["caption"] == "Sequences")
    assert sequences["chapters"][-1] == {"file": "book/sequences/lone_words"}


def test_the_house_rules_miss_only_what_make_exercises_writes(house):
    new_concept(house, "lone_words", "sequences")
    about = [problem for problem in test_names.problems(house) if "lone_words" in problem]
    assert [problem.partition(":")[0] for problem in about] == ["exercises/lone_words/lone_words.ipynb"]


def test_the_house_rules_name_every_place_still_to_be_written(house):
    new_concept(house, "lone_words", "sequences")
    named = {problem.partition(f": {MARK}")[0] for problem in test_sources.problems(house)}
    marked = {
        f"{path}:{number}"
        for path in FILES
        for number, line in enumerate((house / path).read_text().splitlines(), 1)
        if MARK in line
    }
    assert named == marked
    assert {place.partition(":")[0] for place in marked} == set(FILES)


def test_what_is_written_is_python_that_solution_and_rubric_agree_on(house):
    new_concept(house, "lone_words", "sequences")
    for path in FILES:
        if path.endswith(".py"):
            compile((house / path).read_text(), path, "exec")
    solution = read_solution(house / "solutions" / "lone_words.py")
    assert problems_of(solution, ["lone_words.first_step"]) == []
    assert len(read_cells(solution.path)[0]) == 5


def test_the_page_has_the_ten_parts(house):
    from house_rules import test_pages

    new_concept(house, "lone_words", "sequences")
    text = (house / "book/sequences/lone_words.md").read_text()
    assert re.findall(r"(?m)^## (.*)$", text) == list(test_pages.PARTS)
    assert test_pages._parts(house / "book/sequences/lone_words.md") == []


def test_files_are_formatted_as_ruff_formats_them(house):
    import subprocess
    import sys

    new_concept(house, "lone_words", "sequences")
    shutil.copy(ROOT / "pyproject.toml", house)
    command = [sys.executable, "-m", "ruff", "format", "--check", "--no-cache", "."]
    ran = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Lone-Words", "such as lone_words"),
        ("lone words", "such as lone_words"),
        ("1st", "must be lower-case words joined by _, as in Python"),
        ("", "must be lower-case words"),
        ("lambda", "must be lower-case words"),
        ("../evil", "such as evil"),
        ("단어", "must be lower-case words"),
        ("checking", "is the name of a part of the machinery"),
        (names(ROOT)[0], f"The concept {names(ROOT)[0]} exists already (_toc.yml)"),
    ],
)
def test_a_bad_or_taken_name_is_refused_and_nothing_written(house, name, words):
    before = snapshot(house)
    with pytest.raises(Refused) as caught:
        new_concept(house, name, "sequences")
    assert words in str(caught.value)
    assert snapshot(house) == before


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_is_there_already_is_never_overwritten(house, path):
    (house / path).parent.mkdir(parents=True)
    (house / path).write_text("mine")
    before = snapshot(house)
    with pytest.raises(Refused, match=re.escape(f"exists already ({path})")):
        new_concept(house, "lone_words", "sequences")
    assert snapshot(house) == before


def test_an_unknown_part_is_refused_with_the_nearest(house):
    before = snapshot(house)
    with pytest.raises(Refused, match=r"no part 'sequnces' \(did you mean sequences\?\); --caption TEXT begins"):
        new_concept(house, "lone_words", "sequnces")
    with pytest.raises(Refused, match=r"'Two Words' is no name for a part"):
        new_concept(house, "lone_words", "Two Words")
    assert snapshot(house) == before


def test_a_caption_begins_a_new_part_before_the_glossary(house):
    toc = yaml.safe_load(with_page((house / "_toc.yml").read_text(), "k_means", "grouping", "Finding groups"))
    captions = [part["caption"] for part in toc["parts"]]
    assert captions.index("Finding groups") == captions.index("Reference") - 1
    assert toc["parts"][captions.index("Finding groups")]["chapters"] == [{"file": "book/grouping/k_means"}]


@pytest.mark.parametrize("blocked", ["solutions", "book"])
def test_what_cannot_be_written_leaves_nothing_half_written(house, blocked):
    (house / blocked).write_text("a file where a folder should be")
    before = snapshot(house)
    with pytest.raises(Refused, match=rf"{blocked}.* cannot be written: .*Nothing was changed"):
        new_concept(house, "lone_words", "sequences")
    assert snapshot(house) == before
