"""What a piece of code depends on, and the hash of it."""

import pytest

from course_lib.checking.dependencies import (
    digest_of,
    files_of_concept,
    files_of_exercise,
    imported_files,
    rubrics_named_in,
)


@pytest.fixture
def root(tmp_path):
    """A course whose module `late` imports `early`, and whose kit is a package."""
    files = {
        "course_lib/__init__.py": "",
        "course_lib/early.py": "x = 1\n",
        "course_lib/late.py": "def f():\n    from course_lib.early import x\n    return x\n",
        "course_lib/other.py": "y = 2\n",
        "course_lib/kit/__init__.py": "from .inner import go\n",
        "course_lib/kit/inner.py": "from course_lib import other\ngo = other\n",
        "course_lib/rubrics/__init__.py": "",
        "course_lib/rubrics/late/__init__.py": "",
        "course_lib/rubrics/late/f.py": "from course_lib import late, kit\n",
        "course_lib/rubrics/late/g.py": "from course_lib.rubrics.late import draw\n",
        "course_lib/rubrics/early/__init__.py": "",
        "course_lib/rubrics/early/x.py": "from course_lib import early\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def names(paths, root):
    return {str(path.relative_to(root / "course_lib")) for path in paths}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch", set()),
        ("from course_lib.early import x", {"__init__.py", "early.py"}),
        ("from course_lib import late", {"__init__.py", "early.py", "late.py"}),
        ("import course_lib.late as l", {"__init__.py", "early.py", "late.py"}),
        ("%matplotlib inline\nfrom course_lib import early", {"__init__.py", "early.py"}),
        ('import_module("course_lib.early")', {"__init__.py", "early.py"}),
        ("from course_lib.kit import go", {"__init__.py", "kit/__init__.py", "kit/inner.py", "other.py"}),
    ],
)
def test_imports_are_followed_to_the_end(root, code, expected):
    assert names(imported_files(code, root), root) == expected


def test_a_check_depends_on_the_rubric_it_names(root):
    found = names(rubrics_named_in('check("late.f", f)', root), root)
    assert {"rubrics/late/f.py", "rubrics/late/__init__.py", "late.py", "early.py", "kit/inner.py"} <= found
    assert not {"rubrics/late/g.py", "rubrics/early/x.py"} & found
    assert rubrics_named_in('print("nothing.here")', root) == set()


@pytest.mark.parametrize("code", ['load("late")', 'check(f"late.{name}", f)'])
def test_a_name_that_says_no_exercise_depends_on_all_rubrics_of_the_concept(root, code):
    found = names(rubrics_named_in(code, root), root)
    assert {"rubrics/late/f.py", "rubrics/late/g.py", "late.py"} <= found
    assert "rubrics/early/x.py" not in found


def test_a_rubric_depends_on_its_helpers_and_on_no_other_rubric(root):
    assert names(files_of_exercise("late.g", root), root) == {
        "__init__.py",
        "rubrics/__init__.py",
        "rubrics/late/__init__.py",
        "rubrics/late/g.py",
    }


def test_a_concepts_rubrics_depend_on_the_file_that_orders_them(root):
    found = names(files_of_concept("early", root), root)
    assert {"early.py", "rubrics/early/x.py"} <= found
    assert not {path for path in found if "late" in path}


def test_the_digest_changes_with_content_name_and_text(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    before = digest_of([first])
    assert digest_of([first]) == before
    assert digest_of([first], "text") != before
    second.write_text("1")
    assert digest_of([second]) != before
    first.write_text("2")
    assert digest_of([first]) != before
    first.unlink()
    assert digest_of([first]) != before


def test_an_imported_file_that_changes_is_read_again(root):
    import os

    assert names(imported_files("import course_lib.early", root), root) == {"__init__.py", "early.py"}
    (root / "course_lib/early.py").write_text("from course_lib import other\n")
    os.utime(root / "course_lib/early.py", ns=(1, 1))
    assert "other.py" in names(imported_files("import course_lib.early", root), root)
