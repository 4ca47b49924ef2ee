"""An answer in another process, examined through the kit: the same verdicts as in this one."""

import inspect
import re

import pytest
import torch
from grading.conftest import needs_landlock

from course_lib.checking import Call, call_each, examine, rubric
from course_lib.checking.finding import find
from course_lib.grading.examiner.exchange import MOST_AHEAD
from course_lib.grading.examiner.masked_source import masked
from course_lib.grading.examiner.remote_respondent import MOST_DEATHS, RemoteRespondent
from course_lib.grading.sandbox.lockdown import TRUSTED, Limits


def double(x):
    """Twice a tensor."""
    return x * 2


class Momentum:
    """Gradient descent with momentum, in place."""

    def __init__(self, params, rate, beta):
        """Keep the parameters."""
        self.params, self.rate, self.beta = list(params), rate, beta
        self.state = [torch.zeros_like(p) for p in self.params]

    def step(self):
        """Move against the gradients."""
        with torch.no_grad():
            for p, v in zip(self.params, self.state, strict=True):
                v.mul_(self.beta).add_(p.grad)
                p.sub_(self.rate * v)


SOURCE = "import torch\n" + inspect.getsource(double) + "\n" + inspect.getsource(Momentum)
USUAL = Limits(call=3.0, memory=1 << 30)
GPU = "it would run on a GPU too (tried with fake CUDA tensors)"


def _make(answer, build, **options):
    answer.__module__ = "course_lib.made_for_grading"
    build.__name__ = answer.__name__
    return rubric(answer=answer, title="Made for grading", **options)(build)


def _tensors(rng, size):
    """Random tensors."""
    return torch.from_numpy(rng.normal(size=size))


def _bowl(rng, size):
    """A bowl and a start."""
    return torch.from_numpy(rng.normal(size=3)), 0.1, 0.9, size


DOUBLE = _make(double, _tensors)
MOMENTUM = _make(Momentum, _bowl)


@MOMENTUM.drive
def descend(answer, start, rate, beta, steps):
    """Return the path down a bowl; the gradient is set on the learner's own parameter."""
    p = torch.nn.Parameter(start.clone())
    optimizer, path = answer([p], rate, beta), []
    for _ in range(steps):
        p.grad = 2 * p.detach()
        optimizer.step()
        path.append(p.detach().clone())
    return path, [v.clone() for v in optimizer.state], optimizer.rate


def judged(load, rubric, *cells, limits=USUAL, seed=3):
    remote = RemoteRespondent(Loader(load, cells, limits), limits)
    return examine(rubric, remote, seed)


class Loader:
    """Loads the cells once, and again when the child has ended."""

    def __init__(self, load, cells, limits):
        self.how, self.answers = (load, cells, limits), None

    def __call__(self):
        load, cells, limits = self.how
        if self.answers is None or not self.answers.child.alive:
            self.answers = load(*cells, limits=limits)
        return self.answers


def test_right_answers_pass_with_the_same_verdict_as_here(load):
    assert judged(load, DOUBLE, SOURCE).passed
    assert judged(load, DOUBLE, SOURCE).devices == ("Checked on the CPU", GPU)


def test_a_stateful_answer_is_driven_from_here(load):
    verdict = judged(load, MOMENTUM, SOURCE)
    assert verdict.passed, str(verdict)


def test_a_wrong_stateful_answer_is_told_where(load):
    verdict = judged(load, MOMENTUM, SOURCE.replace("mul_(self.beta)", "mul_(0.5)"))
    assert verdict.status == "failed"
    assert "differ" in verdict.message


CASES = {
    "wrong": "def double(x): return x * 3",
    "blank": "def double(x): raise NotImplementedError()",
    "raises": "def double(x):\n    y = x * 2\n    raise KeyError('why')",
    "class": "class double: pass",
    "signature": "def double(x, y): return x",
    "value": "double = 3",
    "none": "def double(x): pass",
    "generator": "def double(x): yield x",
    "changes": "def double(x):\n    x *= 2\n    return x",
    "list": "def double(x): return (x * 2).tolist()",
    "dtype": "def double(x): return x.float() * 2",
    "cpu": "import torch\ndef double(x): return torch.zeros(len(x), dtype=x.dtype) + x * 2",
    "numpy": "import torch\ndef double(x): return torch.from_numpy(x.numpy() * 2)",
    "item": "import torch\ndef double(x): return x * 2 if x[0].item() > 0 else x + x",
    "right": "def double(x): return x + x",
    "exit": "def double(x): exit()",
    "itself": "def double(x): return double",
    "own error": "class Odd(ValueError): pass\ndef double(x): raise Odd('no')",
    "unicode": "def double(x): return b'\\xff'.decode()",
    "prints": "import warnings\ndef double(x):\n    print('hi'); warnings.warn('old'); return x * 2",
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_a_verdict_does_not_depend_on_the_process(load, source):
    space = {}
    exec(source.replace("exit()", "raise SystemExit"), space)
    from course_lib.checking import InThisProcess

    here = examine(DOUBLE, InThisProcess(space["double"]), 3)
    there = judged(load, DOUBLE, source)
    assert (there.status, there.points) == (here.status, here.points)
    assert _words(there.message) == _words(here.message)


def _words(message):
    return re.sub(r", on the line `.*`| The line: `.*`", "", message).rstrip(".")


def test_the_line_of_an_error_is_named(load):
    assert "on the line `raise KeyError('why')`" in judged(load, DOUBLE, CASES["raises"]).message


@pytest.mark.parametrize("name", ["table_row", "length_key", "letter_gap"])
def test_a_forbidden_shortcut_is_not_there(load, name):
    exercise = find(f"letters.{name}")
    import course_lib.letters as concept

    cell = f"from course_lib.letters import {name}"

    def verdict_with(source):
        loader = Loader(lambda *cells, limits: load(*cells, sources={concept.__name__: source}), [cell], USUAL)
        return examine(exercise, RemoteRespondent(loader, USUAL), 3)

    source = inspect.getsource(concept)
    verdict = verdict_with(masked(concept.__name__, source, {name}))
    assert verdict.points == 0
    assert f"uses `course_lib.letters.{name}`" in verdict.message
    assert verdict_with(source).passed  # it is taking the answer out that makes the difference


def test_a_library_shortcut_is_noticed(load):
    shortcut = _make(double, _tensors, forbids=["torch.add"])
    assert "uses `torch.add`" in judged(load, shortcut, "import torch\ndef double(x): return torch.add(x, x)").message


@pytest.mark.parametrize("death", ["while True: pass", "import os; os._exit(0)", "x = [0] * 10**10"])
def test_a_death_costs_the_case_and_is_told(load, death):
    limits = Limits(call=0.5, memory=1 << 29)
    cell = f"def double(x):\n    if len(x) == 2:\n        {death}\n    return x * 2"
    verdict = judged(load, DOUBLE, cell, limits=limits)
    assert verdict.status == "failed"
    assert any(words in verdict.message for words in ("within 0.5 s", "process that ran it ended", "MemoryError"))


def test_after_some_deaths_nothing_more_is_tried(load):
    loader = Loader(load, ["def double(x):\n    import os\n    os._exit(1)"], Limits(call=2.0))
    remote = RemoteRespondent(loader, Limits(call=2.0))
    examine(DOUBLE, remote, 3)
    assert len(remote.deaths) == MOST_DEATHS


@needs_landlock
def test_the_layers_that_hold_are_told(load):
    assert set(TRUSTED) <= set(load("1").child.layers)


def test_a_call_carries_keywords(load):
    answers = load("def f(a, *, b): return a - b")
    outcomes = RemoteRespondent(lambda: answers, USUAL).respond(_make(_f(), _pair), [Call((5,), {"b": 2})])
    assert [outcome.value for outcome in outcomes] == [3]


def _f():
    def f(a, *, b):
        """Subtract."""
        return a - b

    return f


def _pair(rng, size):
    """Numbers."""
    return Call((size,), {"b": 1})


def test_a_death_costs_only_the_call_that_died(load):
    loader = Loader(load, ["import os\ndef f(a, *, b): return os._exit(1) if a == 2 else a - b"], USUAL)
    remote = RemoteRespondent(loader, USUAL)
    outcomes = remote.respond(_make(_f(), _pair), [Call((a,), {"b": 1}) for a in range(6)])
    assert [outcome.value for outcome in outcomes] == [-1, 0, None, 2, 3, 4]
    assert [place for place, outcome in enumerate(outcomes) if outcome.failure] == [2]
    assert len(remote.deaths) == 1


def test_more_calls_than_are_sent_ahead_come_back_in_order(load):
    answers = load("def f(a, *, b): return [a[0] - b, a]")
    calls = [Call(([n, "x" * 3000],), {"b": 1}) for n in range(3 * MOST_AHEAD)]
    outcomes = RemoteRespondent(lambda: answers, USUAL).respond(_make(_f(), _pair), calls)
    assert [outcome.value for outcome in outcomes] == [[n - 1, [n, "x" * 3000]] for n in range(3 * MOST_AHEAD)]
    assert all(outcome.value[1] is outcome.call.args[0] for outcome in outcomes)  # the list sent is the list returned


def test_independent_calls_of_a_driver_raise_the_first_error_and_stay_in_step(load):
    seen = []
    exercise = _make(_f(), _pair)

    @exercise.drive
    def several(answer, a, b):
        """Call it with several numbers, then once more."""
        try:
            call_each(answer, [(n,) for n in (3, 1, 0, -1)])
        except (ValueError, ZeroDivisionError) as error:
            seen.append(type(error))
        return call_each(answer, [(4,), (5,)])

    answers = load("def f(a):\n    if a == 1: raise ValueError\n    return 20 // a")
    outcomes = RemoteRespondent(lambda: answers, USUAL).respond(exercise, [_pair(None, 1)])
    assert outcomes[0].value == [5, 4]
    assert seen == [ValueError]


def copied(x):
    """A tensor of its own, with its length."""
    return x.clone(), len(x)


COPIED = _make(copied, _tensors)
PAIR = "from collections import namedtuple\nPair = namedtuple('Pair', 'copy length')\n"
STEADY = {
    "named tuple": (PAIR + "def copied(x): return Pair(x.clone(), len(x))", ""),
    "itself": ("def copied(x): return x, len(x)", "`x` itself"),
    "view": ("def copied(x): return x[:], len(x)", "`x` itself"),
    "state": (
        "seen = []\ndef copied(x):\n    seen.append(x)\n    return x + (len(seen) > 2), len(x)",
        "Called once more",
    ),
}


@pytest.mark.parametrize(("source", "words"), STEADY.values(), ids=STEADY.keys())
def test_what_is_asked_unasked_is_asked_in_every_process(load, source, words):
    from course_lib.checking import InThisProcess

    space = {}
    exec(source, space)
    here, there = examine(COPIED, InThisProcess(space["copied"]), 3), judged(load, COPIED, source)
    assert (here.status, here.points, here.message) == (there.status, there.points, there.message)
    assert words in here.message
    assert here.passed == (not words)


def test_objects_that_disturb_each_other_are_noticed_in_another_process(load):
    shared = SOURCE.replace("self.state = [", "type(self).state = [")
    verdict = judged(load, MOMENTUM, shared)
    assert verdict.message.startswith("Two objects that are used in turn disturb each other")
