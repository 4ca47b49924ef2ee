"""Shared drivers use an answer as a learner would, and write that down with the names of its own signature."""

import copy

import pytest
import torch

from course_lib.checking import InThisProcess, counter_example, drivers, examine, rubric
from course_lib.checking.comparison import Rules, difference
from course_lib.checking.rubric import unwatched


class Descent:
    """Step against the gradient."""

    def __init__(self, parameters, learning_rate, decay):
        self.parameters, self.rate, self.decay = parameters, learning_rate, decay

    def step(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter -= self.rate * (gradient + self.decay * parameter)


class Scale:
    """Multiply by a factor."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        self.x = x
        return self.factor * x

    def backward(self, upstream):
        self.factor_gradient = (upstream * self.x).sum()
        return self.factor * upstream


class Running:
    """Keep a share of the state."""

    def __init__(self, share):
        self.share = share

    def __call__(self, x, state):
        return self.share * state + x


class Letters:
    """One id for each letter."""

    def __init__(self, alphabet):
        self.alphabet = alphabet

    def encode(self, text):
        return [self.alphabet.index(c) for c in text]

    def decode(self, ids):
        return "".join(self.alphabet[i] for i in ids)


class Counter:
    """Count."""

    def __init__(self, start=0):
        self.count = start

    def add(self, amount):
        self.count += amount
        return self.count

    def __call__(self):
        return self.count


def rate(step, total, peak):
    """Fall in a straight line."""
    return peak * (total - step) / total


def running(x, state, share, bias):
    """Keep a share of the state."""
    return share * state + x + bias


ONE, TWO, THREE = torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([3.0])
USES = {
    "walk": (
        Descent,
        ([ONE], [[TWO], [THREE]], 0.5, 0.0),
        {"parameters after step 1": [torch.tensor([0.0])], "parameters after step 2": [torch.tensor([-1.5])]},
        "o = Descent([tensor([1.0])], learning_rate=0.5, decay=0.0); o.step([tensor([2.0])]); o.step([tensor([3.0])])",
    ),
    "for_each": (
        rate,
        ([0, 1, 2], 2, 8.0),
        [8.0, 4.0, 0.0],
        "[rate(step, total=2, peak=8.0) for step in range(3)]",
    ),
    "layer": (
        Scale,
        ((2.0,), (THREE,), TWO, "factor_gradient"),
        {"output": torch.tensor([6.0]), "gradients": torch.tensor([4.0]), "factor_gradient": torch.tensor(6.0)},
        "layer = Scale(factor=2.0); layer.forward(tensor([3.0])); layer.backward(tensor([2.0])); layer.factor_gradient",
    ),
    "layer_twice": (
        Scale,
        ({"factor": 2.0}, (THREE,), TWO),
        {f"{t} {k}": torch.tensor([v]) for t in ("first", "second") for k, v in (("output", 6.0), ("gradients", 4.0))},
        "layer = Scale(factor=2.0); layer.forward(tensor([3.0])); layer.backward(tensor([2.0])); "
        "layer.forward(tensor([3.0])); layer.backward(tensor([2.0]))",
    ),
    "unrolled": (
        running,
        ([1.0, 2.0], 4.0, 0.5, 0.0),
        {"state after step 1": 3.0, "state after step 2": 3.5},
        "state = 4.0; for x in [1.0, 2.0]: state = running(x, state, share=0.5, bias=0.0)",
    ),
    "cell": (
        Running,
        ((0.5,), [1.0, 2.0], 4.0),
        {"state after step 1": 3.0, "state after step 2": 3.5},
        "cell = Running(share=0.5); state = 4.0; for x in [1.0, 2.0]: state = cell(x, state)",
    ),
    "round_trip": (
        Letters,
        (("abc",), ["ca", ""]),
        {"ids of 'ca'": [2, 0], "text again, of 'ca'": "ca", "ids of ''": [], "text again, of ''": ""},
        "t = Letters(alphabet='abc'); t.decode(t.encode('ca')); t.decode(t.encode(''))",
    ),
    "messages": (
        Counter,
        ((5,), [("add", 2), ("__call__",)]),
        {"1: add": 7, "2: __call__": 7},
        "x = Counter(start=5); x.add(2); x()",
    ),
}


def made(name):
    answer, arguments, _, _ = USES[name]

    def build(rng, size):
        """One case."""
        return copy.deepcopy(arguments)

    build.__name__ = answer.__name__
    one = rubric(answer=answer, title="T", sizes=(1,))(build)
    one.drive(getattr(drivers, name))
    return one


@pytest.mark.parametrize("name", USES)
def test_a_driver_uses_the_answer_and_writes_the_call(name):
    answer, arguments, result, text = USES[name]
    assert difference(result, getattr(drivers, name)(answer, *arguments), Rules()) is None
    assert made(name).writer(*arguments) == text


@pytest.mark.parametrize("name", USES)
def test_the_reference_passes_and_one_that_does_nothing_does_not(name):
    assert examine(unwatched(made(name)), InThisProcess(USES[name][0])).passed

    def nothing(*args, **kwargs):
        """Do nothing."""

    verdict = examine(made(name), InThisProcess(nothing))
    assert not verdict.passed
    assert counter_example(made(name), nothing).call == USES[name][3]


def test_every_driver_is_tried_here():
    shared = {name for name, one in vars(drivers).items() if hasattr(one, "written")}
    assert shared == set(USES)


def test_what_an_optimizer_overwrites_is_named_as_its_signature_does():
    class Greedy(Descent):
        def step(self, gradients):
            super().step(gradients)
            for gradient in gradients:
                gradient.zero_()

    assert "`gradients` was changed in place" in examine(unwatched(made("walk")), InThisProcess(Greedy)).message


def test_a_rubric_may_still_write_the_call_in_its_own_way():
    one = made("walk")

    @one.written
    def in_short(starts, gradients, *settings):
        """Shorter."""
        return "a walk"

    assert one.writer([ONE], [[TWO]], 0.5, 0.0) == "a walk"
