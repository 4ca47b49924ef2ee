"""An audit finds who disagrees, on the smallest draw, and what was never drawn or never run."""

import io
import re
import sys

import numpy as np
import pytest
import torch
from rich.console import Console

from course_lib.checking import Refused, rubric
from course_lib.checking.audit import audit, show, summary
from course_lib.checking.audit.pasted import code
from course_lib.checking.audit.untaken import watched


def scaled(values, factor=2.0):
    """Return the values times a factor; an empty tensor is refused."""
    if not values.numel():
        raise ValueError("empty")
    return values * factor


def a_rubric():
    def build(rng, size):
        """Some numbers."""
        return torch.from_numpy(rng.normal(size=size)), 2.0

    build.__name__ = "scaled"
    made = rubric(answer=scaled, title="Scaled")(build)

    @made.domain
    def anything(rng):
        """Any numbers and any factor; none are refused."""
        size = int(rng.integers(0, 9))
        call = torch.from_numpy(rng.normal(size=size)), float(rng.normal())
        return call if size else Refused(call)

    @made.oracle
    def by_numpy(values, factor=2.0):
        """Multiplies arrays."""
        return values.numpy() * factor

    @made.alternative
    def by_adding(values, factor=2.0):
        """Adds to zero."""
        if not len(values):
            raise ValueError
        return torch.zeros_like(values).add(values, alpha=factor)

    return made


def printed(made):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(show(made))
    return console.export_text()


def test_everything_that_is_right_agrees():
    made = audit(a_rubric(), scaled, 300)
    assert not made.disagreements
    assert made.draws == 300
    assert 10 < made.refused < 80
    assert "✓" in printed(made)
    assert "300 draws for 1 of 1 exercises, 0 disagreements" in summary([made]).plain


@pytest.mark.parametrize("who", ["the oracle", "the solution", "the alternative by_adding"])
def test_who_disagrees_is_named_with_the_smallest_draw_as_code_that_runs(who):
    def wrong(values, factor=2.0):
        if not len(values):
            raise ValueError
        return values * factor if len(values) < 4 else values * factor + 1

    broken = a_rubric()
    solution = scaled
    if who == "the oracle":
        broken.independent = wrong
    elif who == "the solution":
        solution = wrong
    else:
        broken.alternatives["by_adding"] = wrong
    made = audit(broken, solution, 200)
    [(name, found)] = made.disagreements.items()
    assert name == who
    assert found.times > 20
    lines = found.paste.splitlines()
    assert "torch.tensor([" in lines[-1]
    assert lines[-1].count(",") < 8, "the smallest: four values"
    shown = printed(made)
    assert f"{who} disagrees, {found.times} times" in shown
    sys.modules.setdefault("test_audit_pasted", sys.modules[__name__])
    space = {"scaled": scaled, "torch": torch}
    exec("\n".join(line for line in lines if not line.startswith("from")), space)


def test_a_domain_that_draws_what_is_refused_without_saying_so_disagrees_and_the_other_way_round():
    made = a_rubric()
    drawn = made.draw
    made.draw = lambda rng: getattr(drawn(rng), "call", drawn(rng))
    [found] = audit(made, None, 100).disagreements.values()
    assert (found.who, found.message) == (
        "the domain",
        "The reference refuses it (ValueError: empty): wrap it in `Refused`.",
    )
    made.draw = lambda rng: Refused((torch.ones(1), 1.0))
    [found] = audit(made, None, 10).disagreements.values()
    assert found.message == "It says `Refused`, but the reference returns a result."


def test_what_was_never_drawn_is_said():
    made = a_rubric()
    made.draw = lambda rng: (torch.from_numpy(rng.random(size=3)), 2.0)
    rows = {name: never for name, _, never in audit(made, None, 50).drawn.rows()}
    assert "anything but 2.0" in rows["factor"]
    for gap in ("length 0", "length 1", "another dtype than float64", "number of axes than 1", "negative"):
        assert gap in rows["values"]
    rows = {name: never for name, _, never in audit(a_rubric(), None, 200).drawn.rows()}
    assert "length" not in rows["values"]
    assert "negative" not in rows["factor"]


def test_what_was_drawn_is_said_by_kind():
    made = a_rubric()
    texts = ["", "a", "é", "\U0001f600"]
    made.draw = lambda rng: ([texts[rng.integers(4)]], bool(rng.integers(2)))
    made.answer = lambda values, factor: None
    made.independent, made.alternatives = None, {}
    rows = {name: drawn for name, drawn, _ in audit(made, None, 60).drawn.rows()}
    assert "False, True" in rows["factor"]
    assert "beyond ASCII" in rows["values[…]"]
    assert "beyond the BMP" in rows["values[…]"]
    assert "lengths 0–1" in rows["values[…]"]


def test_lines_and_branches_of_a_solution_that_were_never_taken_are_named(tmp_path):
    file = tmp_path / "solution.py"
    file.write_text("def sign(x):\n    if x < 0:\n        return -1\n    if x > 0:\n        x = 1\n    return x\n")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    with watched(file) as never:
        space["sign"](3)
    assert never["sign"] == ["line 3 was never run: `return -1`", "line 4 never went on to line 6: `if x > 0:`"]
    with watched(file) as never:
        for number in (-1, 0, 1):
            space["sign"](number)
    assert never["sign"] == []


@pytest.mark.parametrize(
    "value",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.zeros(0, 3, dtype=torch.float16),
        torch.tensor([float("nan"), float("inf")], dtype=torch.bfloat16),
        torch.tensor(True),
        torch.arange(9)[2::3],
    ],
)
def test_a_tensor_is_written_as_code_that_makes_it_again(value):
    made = eval(code(value), {"torch": torch, "float": float})
    assert torch.equal(made.nan_to_num() if made.is_floating_point() else made, torch.nan_to_num(value))
    assert (made.dtype, made.shape, made.stride()) == (value.dtype, value.shape, value.stride())


def test_other_values_are_written_as_code_that_makes_them_again():
    value = {"a": (1, [float("-inf"), None]), "b": np.ones((1, 2), np.int8), "c": torch.device("cpu")}
    made = eval(code(value), {"torch": torch, "np": np})
    assert re.sub(r"\s", "", str(made)) == re.sub(r"\s", "", str(value))
    assert made["b"].dtype == np.int8
