"""A verdict shows itself: as a card, as text, and as points for nbgrader."""

import json
import sys
import types

import pytest
import torch

from course_lib.checking import check


def marks_padding(lengths, max_len):
    return torch.arange(max_len, device=lengths.device) >= lengths[:, None]


@pytest.fixture
def notebook(monkeypatch):
    """Pretend to run in a notebook's kernel."""
    fake = types.SimpleNamespace(get_ipython=lambda: object())
    monkeypatch.setitem(sys.modules, "IPython", fake)


def test_in_a_terminal_it_is_text():
    verdict = check("made_up.padding_mask", marks_padding)
    assert repr(verdict) == str(verdict)
    assert "✗ made_up.padding_mask — 0 of 4 points" in str(verdict)
    assert "expected  True (at [0, 0])" in str(verdict)


def test_its_text_form_in_a_notebook_is_the_points_as_a_python_float(notebook):
    bundle = check("made_up.padding_mask", marks_padding)._repr_mimebundle_()
    assert bundle["text/plain"] == "0.0"
    assert type(eval(bundle["text/plain"])) is float


def test_the_card_is_labeled_and_does_not_rely_on_color(notebook):
    html = check("made_up.padding_mask", marks_padding)._repr_mimebundle_()["text/html"]
    assert 'role="group"' in html
    assert 'aria-label="Verdict on made_up.padding_mask: Not yet right, 0 of 4 points"' in html
    assert "Not yet right" in html


def test_what_an_answer_says_is_escaped_in_the_card(notebook):
    def padding_mask(lengths, max_len):
        raise ValueError("<script>alert(1)</script>")

    html = check("made_up.padding_mask", padding_mask)._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_what_an_answer_returns_is_escaped_in_the_card(notebook):
    html = check("made_up.root", lambda number: "<img src=x onerror=alert(1)>")._repr_mimebundle_()["text/html"]
    assert "<img" not in html
    assert "&lt;img" in html


def test_backquotes_become_code_in_the_card(notebook):
    def padding_mask(lengths):
        return lengths

    html = check("made_up.padding_mask", padding_mask)._repr_mimebundle_()["text/html"]
    assert "<code>padding_mask</code> is called with" in html
    assert "`" not in html


def test_the_card_is_the_same_each_time(notebook):
    cards = {check("made_up.padding_mask", marks_padding)._repr_mimebundle_()["text/html"] for _ in range(2)}
    assert len(cards) == 1


def test_it_turns_into_json_and_into_a_number():
    verdict = check("made_up.padding_mask", marks_padding)
    data = json.loads(json.dumps(verdict.to_dict()))
    assert data["mistake"] == "marks_the_padding"
    assert data["passed"] is False
    assert float(verdict) == 0.0


def test_a_verdict_comes_back_from_its_data():
    import json

    from course_lib.checking import Verdict

    verdict = check("made_up.padding_mask", lambda lengths, max_len: lengths)
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
    assert verdict.example is not None
