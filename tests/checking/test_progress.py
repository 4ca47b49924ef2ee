"""How far somebody has come: found again each time, without running what was not begun or has not changed."""

import io
import json
from pathlib import Path

import pytest
from house_rules.house import ROOT, front_matter, names, pages
from rich.console import Console

from course_lib.checking import load, progress
from course_lib.checking.progress import (
    Stand,
    Step,
    is_as_handed_out,
    notebooks_in,
    stand,
)
from course_lib.checking.progress_table import show_next, show_stands
from course_lib.checking.reading import Unusable, read_cells
from course_lib.publishing.contents import needs_of_concepts

STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"
UPPER = 'return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)'


@pytest.fixture
def mine(tmp_path, monkeypatch, handed_out):
    """A copy of an exercise notebook, and a function that answers one exercise in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "answers" / "letters.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(handed_out))

    def answer(name, new):
        notebook = json.loads(path.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("answer") == f"letters.{name}":
                cell["source"] = "".join(cell["source"]).replace(STUB, new)
        path.write_text(json.dumps(notebook))

    return path, answer


@pytest.fixture
def runs(monkeypatch):
    """Count how often a notebook is run."""
    counted = []

    def counting(path, **options):
        counted.append(path)
        return progress_check(path, **options)

    progress_check = progress.check_notebook
    monkeypatch.setattr(progress, "check_notebook", counting)
    return counted


def test_what_was_handed_out_is_blank_and_is_not_run(mine, runs):
    found = stand(mine[0], 30)
    assert runs == []
    assert {step.status for step in found.steps} == {"blank"}
    assert found.done == 0
    assert found.next.name == "letters.table_row"
    first = load(found.concept)[found.next.name]
    assert found.next.title == first.title
    assert f"about {first.minutes} minutes" in found.next.effort
    assert [step.max_points for step in found.steps] == [rubric.max_points for rubric in load(found.concept).values()]


@pytest.mark.slow
def test_an_answer_counts_and_the_next_one_is_named(mine, runs):
    path, answer = mine
    answer("to_upper", UPPER)
    found = stand(path, 30)
    assert [step.name for step in found.steps if step.status == "passed"] == ["letters.to_upper"]
    assert found.done == 1
    assert found.next.name == "letters.table_row"
    answer("table_row", 'return "wrong"')
    assert stand(path, 30).next.status == "failed"
    assert len(runs) == 2


@pytest.mark.slow
def test_what_has_not_changed_is_not_run_again_and_what_was_kept_may_be_lost(mine, runs, tmp_path):
    path, answer = mine
    answer("to_upper", UPPER)
    first = stand(path, 30)
    assert stand(path, 30) == first
    assert len(runs) == 1
    [kept] = (tmp_path / "cache").rglob("*.json")
    kept.write_text("[{")
    assert stand(path, 30) == first
    assert len(runs) == 2
    assert sorted(p.name for p in path.parent.iterdir()) == ["letters.ipynb"]


@pytest.mark.slow
def test_code_below_an_answer_is_no_blank(mine, runs):
    path, answer = mine
    answer("to_upper", f"{UPPER}\n    {STUB}")
    assert stand(path, 30).done == 1


def test_kept_progress_is_void_once_a_rubric_or_what_it_imports_has_changed(mine):
    notebook = progress.read_notebook(mine[0])
    sources = {path.as_posix().rpartition("/course_lib/")[2] for path in progress.sources_of(notebook)}
    assert {f"rubrics/{name.replace('.', '/')}.py" for name in notebook.exercises} <= sources
    assert {"rubrics/letters/__init__.py", "letters.py", "checking/comparison.py"} <= sources
    assert not any(set(Path(path).with_suffix("").parts) & set(names(ROOT)) for path in sources), "others void nothing"


def test_a_changed_file_changes_the_name_of_what_is_kept(mine, monkeypatch, tmp_path):
    notebook, rubric = progress.read_notebook(mine[0]), tmp_path / "rubric.py"
    rubric.write_text("x = 1\n")
    monkeypatch.setattr(progress, "sources_of", lambda notebook: {rubric})
    before = progress._digest(notebook)
    assert progress._digest(notebook) == before
    rubric.write_text("x = 2\n")
    assert progress._digest(notebook) != before


def test_handed_out_means_what_nbgrader_says(mine):
    from nbformat import NotebookNode
    from nbgrader.utils import compute_checksum

    answers = [cell for cell in read_cells(mine[0]) if "answer" in cell["metadata"]]
    assert len(answers) == 5
    for cell in answers:
        node = NotebookNode(
            source=cell["source"],
            cell_type="code",
            metadata=NotebookNode(nbgrader=NotebookNode(cell["metadata"]["nbgrader"])),
        )
        assert compute_checksum(node) == cell["metadata"]["nbgrader"]["checksum"]
        assert is_as_handed_out(cell)
        assert not is_as_handed_out({**cell, "source": cell["source"] + " "})


def test_notebooks_stand_in_the_books_order_and_copies_of_jupyter_do_not_count(tmp_path):
    for name in ("second", "first", "zzz", ".ipynb_checkpoints/first-checkpoint"):
        path = tmp_path / "x" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert [path.stem for path in notebooks_in(tmp_path / "x", ["first", "second"])] == ["first", "second", "zzz"]


@pytest.mark.parametrize(
    ("here", "named"),
    [(".", "./exercises"), ("below", "../exercises"), (".", ".local/exercises"), (".local", "../.local/exercises")],
)
def test_dots_on_the_way_to_a_directory_hide_nothing_in_it(tmp_path, monkeypatch, here, named):
    (tmp_path / here).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / here)
    Path(named, ".ipynb_checkpoints").mkdir(parents=True)
    Path(named, "first.ipynb").touch()
    Path(named, ".ipynb_checkpoints", "first-checkpoint.ipynb").touch()
    assert notebooks_in(Path(named)) == [Path(named, "first.ipynb")]


def test_no_directory_and_no_notebook_are_told(tmp_path):
    with pytest.raises(Unusable, match="nowhere does not exist; name the directory"):
        notebooks_in(tmp_path / "nowhere")
    with pytest.raises(Unusable, match="There is no notebook in"):
        notebooks_in(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="file is no directory"):
        notebooks_in(tmp_path / "file")


def standing(concept, *statuses):
    steps = [Step(f"{concept}.{i}", f"Title {i}", "", status, 0.0, 1.0) for i, status in enumerate(statuses)]
    return Stand(Path(f"{concept}.ipynb"), tuple(steps))


NEEDS = {"first": (), "other": (), "second": ("first",), "third": ("first", "other"), "last": ("second",)}


def printed(shown) -> str:
    console = Console(width=200, file=io.StringIO())
    console.print(shown)
    return console.file.getvalue()


def test_the_next_step_says_what_it_opens_and_what_still_waits():
    stands = [standing("first", "passed", "failed"), standing("other", "blank")]
    said = printed(show_next(stands, NEEDS))
    assert "Next: first.1 · Title 1, in first.ipynb" in said
    assert "1 to go in first. Finishing it opens second." in said
    assert "nearer to third (it also needs other)." in said
    finished = [standing("first", "passed"), standing("other", "blank")]
    assert "Finishing it opens third." in printed(show_next(finished, NEEDS))
    assert "opens" not in printed(show_next([standing("last", "blank")], NEEDS))
    assert printed(show_next([standing("first", "passed")], NEEDS)) == "Everything is done.\n"


def test_the_table_has_the_map_beside_each_concept():
    rows = printed(show_stands([standing("first", "passed", "blank"), standing("last", "blank")], NEEDS)).splitlines()
    assert rows[0].split() == ["concept", "exercises", "done", "points", "opens"]
    assert rows[1].split()[-2:] == ["second,", "third"]
    assert rows[2].split()[-1] == "–"


def test_what_opens_is_what_the_books_map_says():
    assert needs_of_concepts() == {page.stem: tuple(front_matter(page)["needs"]) for page in pages(ROOT)}
