"""A notebook's second run is left out only while nothing changed that its outputs depend on."""

import importlib.util
import sys

import pytest

from house_rules.house import ROOT


@pytest.fixture
def notebooks(monkeypatch, house):
    """The script that runs notebooks twice, at home in the small house."""
    monkeypatch.syspath_prepend(ROOT / ".ci")
    spec = importlib.util.spec_from_file_location("ci_notebooks", ROOT / ".ci" / "notebooks.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ci_notebooks", module)
    spec.loader.exec_module(module)
    for name, place in (("ROOT", house), ("SOLVED", house / "solved"), ("AGREED", house / "agreed")):
        monkeypatch.setattr(module, name, place)
    return module


def test_a_solution_is_run_again_when_what_it_depends_on_changed_and_no_other(notebooks, house):
    def keys():
        return {twice.notebook.stem: twice.key for twice in notebooks.solutions([])}

    before = keys()
    for name in ("solutions/first.py", "course_lib/rubrics/first/double.py", "course_lib/first.py"):
        file = house / name
        file.write_text(file.read_text() + "\n# another word\n")
        after = keys()
        assert after["first"] != before["first"], name
        assert after["second"] == before["second"], name
        before = after


def test_a_page_is_run_again_when_its_key_changed(notebooks, house):
    for name, text in (("page_keys/book/start/first.txt", "a"), ("notebooks/first.ipynb", "{}")):
        (house / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (house / "build" / name).write_text(text)
    [twice] = notebooks.pages(house / "build", [])
    assert twice.is_new
    twice.kept.parent.mkdir(parents=True)
    twice.kept.write_text(twice.key)
    assert not notebooks.pages(house / "build", ["first"])[0].is_new
    assert notebooks.pages(house / "build", ["second"]) == []
    (house / "build/page_keys/book/start/first.txt").write_text("b")
    assert notebooks.pages(house / "build", [])[0].is_new


def test_a_notebook_whose_runs_disagree_is_not_written_down(notebooks, house, monkeypatch):
    twice = notebooks.Twice(house / "made" / "first.ipynb", "key")
    twice.notebook.parent.mkdir()
    twice.notebook.write_text("{}")
    monkeypatch.setattr(notebooks, "pages", lambda build, concepts: [twice])
    monkeypatch.setattr(notebooks, "solutions", lambda concepts: [])
    monkeypatch.setattr(sys, "argv", ["notebooks.py"])
    monkeypatch.delenv("WHOLE", raising=False)
    ran = []
    monkeypatch.setattr(notebooks, "agree", lambda paths: ran.append(paths) or len(ran) > 1)
    assert [notebooks.main() for _ in range(3)] == [1, 0, 0]
    assert ran == [[twice.notebook]] * 2
    monkeypatch.setenv("WHOLE", "1")
    assert notebooks.main() == 0
    assert len(ran) == 3
