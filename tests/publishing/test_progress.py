"""How far somebody has come: found again each time, without running what was not begun or has not changed."""

import json
from pathlib import Path

import pytest

from course_lib.checking import load
from course_lib.checking.reading import Unusable, read_cells
from course_lib.publishing import progress
from course_lib.publishing.progress import is_as_handed_out, notebooks_in, stand

ROOT = Path(__file__).resolve().parents[2]
HANDED_OUT = ROOT / "exercises" / "string_comparison" / "string_comparison.ipynb"
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"
UPPER = 'return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)'


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A copy of an exercise notebook, and a function that answers one exercise in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "answers" / "string_comparison.ipynb"
    path.parent.mkdir()
    path.write_bytes(HANDED_OUT.read_bytes())

    def answer(name, new):
        notebook = json.loads(path.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("answer") == f"string_comparison.{name}":
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
    assert found.next.name == "string_comparison.table_row"
    first = load(found.concept)[found.next.name]
    assert found.next.title == first.title
    assert f"about {first.minutes} minutes" in found.next.effort
    assert [step.max_points for step in found.steps] == [rubric.max_points for rubric in load(found.concept).values()]


@pytest.mark.slow
def test_an_answer_counts_and_the_next_one_is_named(mine, runs):
    path, answer = mine
    answer("to_upper", UPPER)
    found = stand(path, 30)
    assert [step.name for step in found.steps if step.status == "passed"] == ["string_comparison.to_upper"]
    assert found.done == 1
    assert found.next.name == "string_comparison.table_row"
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
    assert sorted(p.name for p in path.parent.iterdir()) == ["string_comparison.ipynb"]


@pytest.mark.slow
def test_code_below_an_answer_is_no_blank(mine, runs):
    path, answer = mine
    answer("to_upper", f"{UPPER}\n    {STUB}")
    assert stand(path, 30).done == 1


def test_a_change_of_the_course_makes_what_was_kept_worthless(mine, monkeypatch, tmp_path):
    notebook = progress.read_notebook(mine[0])
    before = progress._digest(notebook)
    assert progress._digest(notebook) == before
    (tmp_path / "more.py").write_text("")
    sources = list(progress._sources())
    monkeypatch.setattr(progress, "_sources", lambda: [*sources, tmp_path / "more.py"])
    assert progress._digest(notebook) != before


def test_handed_out_means_what_nbgrader_says(mine):
    from nbformat import NotebookNode
    from nbgrader.utils import compute_checksum

    answers = [cell for cell in read_cells(mine[0]) if "answer" in cell["metadata"]]
    assert len(answers) == 7
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
    for name in ("string_comparison", "tensors", "zzz", ".ipynb_checkpoints/tensors-checkpoint"):
        path = tmp_path / "x" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert [path.stem for path in notebooks_in(tmp_path / "x")] == ["tensors", "string_comparison", "zzz"]


def test_no_directory_and_no_notebook_are_told(tmp_path):
    with pytest.raises(Unusable, match="nowhere does not exist; name the directory"):
        notebooks_in(tmp_path / "nowhere")
    with pytest.raises(Unusable, match="There is no notebook in"):
        notebooks_in(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="file is no directory"):
        notebooks_in(tmp_path / "file")
