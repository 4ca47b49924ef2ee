"""A domain draws all that the prompt allows, quickly, and what it draws is right or said to be refused."""

import collections
import copy
import random
import statistics
import time

import numpy as np
import pytest
import torch

from course_lib import checking
from course_lib.checking import Refused, Rubric, examine
from course_lib.checking.audit import audit
from course_lib.checking.audit.pasted import code
from course_lib.checking.calling import Outcome
from course_lib.checking.data import is_tensor, leaves
from course_lib.checking.judging import parameter_names, reference
from course_lib.checking.malformed import place_of
from house_rules.house import ROOT, exercises, none_of

DRAWS, DIFFERENT, SECONDS, SEEDS = 50, 10, 0.005, 250


def lacking(rubric: Rubric) -> list[str]:
    """Say which rubric has no domain or no oracle."""
    kinds = (("domain", rubric.draw), ("oracle", rubric.independent))
    return [f"{_place(rubric.build)}: {rubric.name} has no {kind}" for kind, made in kinds if made is None]


def problems(rubric: Rubric) -> list[str]:
    """Say what is wrong with a domain, at its file and line and with the draw."""
    if rubric.draw is None:
        return []
    return [*_slow(rubric), *_same_again(rubric), *_stuck(rubric), *_disagreeing(rubric)]


def _place(made: object) -> str:
    return place_of(made).replace(f"{ROOT}/", "")


def _slow(rubric: Rubric) -> list[str]:
    taken = []
    for number in range(DRAWS):
        begun = time.process_time()
        rubric.draw(np.random.default_rng(number))
        taken.append(time.process_time() - begun)
    if (usual := statistics.median(taken)) <= SECONDS:
        return []
    slowest = max(range(DRAWS), key=taken.__getitem__)
    words = f"takes {usual * 1000:.0f} ms a draw; 5 ms are enough (the slowest: default_rng({slowest}))"
    return [f"{_place(rubric.draw)}: the domain of {rubric.name} {words}"]


def _calls(rubric: Rubric) -> list[checking.Call]:
    return [rubric.drawn(0, number)() for number in range(2 * DRAWS)]


def _same_again(rubric: Rubric) -> list[str]:
    texts = collections.Counter(_key(call) for call in _calls(rubric))
    [(draw, times)] = texts.most_common(1)
    if len(texts) >= DIFFERENT and times <= DRAWS:
        return []
    words = f"drew {len(texts)} different inputs in {2 * DRAWS} draws, this one {times} times: {draw[:300]}"
    return [f"{_place(rubric.draw)}: the domain of {rubric.name} {words}"]


def _key(call: checking.Call) -> str:
    return code((call.args, call.kwargs))


def _stuck(rubric: Rubric) -> list[str]:
    """Name parameters that never leave the values of the cases: numbers of which no other is ever drawn."""
    shown: dict[str, set[str]] = {}
    for case in [*rubric.general_cases(0), *rubric.edge_cases()]:
        for name, value in _named(rubric, case.make()):
            shown.setdefault(name, set()).add(code(value))
    drawn: dict[str, list[object]] = {}
    for call in _calls(rubric):
        for name, value in _named(rubric, call):
            drawn.setdefault(name, []).append(value)
    found = []
    for name, values in drawn.items():
        texts = {code(value) for value in values}
        constant = len(texts) == 1 and not all(value is None or _is_device(value) for value in values)
        floats = all(type(value) is float for value in values) and texts <= shown.get(name, set())
        if constant or floats:
            words = f"never leaves the example's values of `{name}`: {', '.join(sorted(texts))[:300]}"
            found.append(f"{_place(rubric.draw)}: the domain of {rubric.name} {words}")
    return found


def _named(rubric: Rubric, call: checking.Call) -> list[tuple[str, object]]:
    return [*zip(parameter_names(rubric), call.args, strict=False), *call.kwargs.items()]


def _is_device(value: object) -> bool:
    return isinstance(value, torch.device)


def _disagreeing(rubric: Rubric) -> list[str]:
    places = {"the domain": rubric.draw, "the oracle": rubric.independent}
    return [
        f"{_place(places.get(one.who, rubric.build))}: {one.who} of {rubric.name} disagrees with its reference "
        f"({one.times} of {DRAWS} draws): {one.message}\n{one.paste}"
        for one in audit(rubric, None, DRAWS).disagreements.values()
    ]


class LooksUp:
    """An answer that has seen the cases and draws of many seeds, and gives the results it remembers."""

    def __init__(self, rubric: Rubric, key, seeds: int):
        self.rubric, self.key, self.known = rubric, key, collections.defaultdict(collections.Counter)
        self.outcomes: dict[str, Outcome] = {}
        for seed in range(seeds):
            edges = [] if seed else rubric.edge_cases()
            for case in [*rubric.general_cases(seed), *rubric.domain_cases(seed, 4), *edges]:
                outcome = reference(rubric, case.make())
                text = repr(outcome.failure) if outcome.failure else code(outcome.value)
                self.outcomes[text] = outcome
                self.known[key(case.make())][text] += 1

    def obstacle(self, rubric):
        return None

    def shortcut(self, rubric):
        return None

    def respond_on_fake_cuda(self, rubric, call):
        return None

    def respond(self, rubric, calls):
        if rubric.driver is not self.rubric.driver:  # two objects in turn, which a table could know as well
            return [reference(rubric, call) for call in calls]
        return [self._remembered(call) for call in calls]

    def _remembered(self, call):
        best = self.known[self.key(call)].most_common(1)
        outcome = self.outcomes[best[0][0]] if best else None
        args = outcome.call if outcome and outcome.value is None and not outcome.failure else call
        return Outcome(args, outcome.value if outcome else None, outcome.failure if outcome else None)


def by_sizes(call: checking.Call) -> str:
    """Return of a call what is left when only kinds, lengths and shapes are kept, and small numbers."""

    def size(leaf):
        if is_tensor(leaf) or isinstance(leaf, np.ndarray):
            return str(tuple(leaf.shape))
        return str(len(leaf)) if isinstance(leaf, str | bytes) else repr(leaf)

    return " ".join(map(size, leaves([call.args, call.kwargs])))


def without_the_idea(rubric: Rubric, seeds: int = SEEDS) -> list[str]:
    """Say where a table of results seen before passes another seed."""
    found = []
    for words, key in (("exact inputs", _key), ("the sizes of inputs", by_sizes)):
        verdict = examine(rubric, LooksUp(rubric, key, seeds), seed=10_000 + seeds)
        if verdict.reasons[0].points:
            case = rubric.general_cases(10_000 + seeds)[-1]
            words = f"a table of {words} from {seeds} seeds earns its general points, as for {_key(case.make())[:200]}"
            found.append(f"{_place(rubric.build)}: {rubric.name} is not checked: {words}")
    return found


@pytest.mark.parametrize("exercise", exercises(ROOT))
def test_every_rubric_has_a_domain_and_an_oracle(exercise):
    none_of(lacking(checking.find(exercise)))


@pytest.mark.parametrize("exercise", exercises(ROOT))
def test_every_domain_is_sound(exercise):
    none_of(problems(checking.find(exercise)))


@pytest.mark.slow
@pytest.mark.parametrize("exercise", exercises(ROOT))
def test_a_table_of_results_seen_before_passes_nowhere(exercise):
    none_of(without_the_idea(checking.find(exercise)))


# The rules themselves, on a domain that is right and on copies that are broken.


def scaled(value, factor):
    """Return a product; nothing is multiplied by 0."""
    if not factor:
        raise ValueError(f"factor={factor} is refused")
    return value * factor


def a_rubric() -> Rubric:
    def build(rng, size):
        """Numbers of many sizes."""
        return float(rng.normal()) + size, 2.0

    build.__name__ = "scaled"
    made = checking.rubric(answer=scaled, title="Scaled")(build)

    @made.domain
    def anything(rng):
        """Any two numbers but a factor of 0."""
        factor = float(rng.integers(-3, 4))
        call = float(rng.normal()), factor
        return call if factor else Refused(call)

    @made.oracle
    def by_division(value, factor):
        """Divides by the reciprocal."""
        return value / (1 / factor)

    return made


def broken(draw) -> Rubric:
    made = copy.copy(a_rubric())
    draw.__doc__ = "Some numbers."
    made.draw = draw
    return made


HERE = "tests/house_rules/test_domains.py:"


def test_a_sound_domain_has_no_problem():
    assert problems(a_rubric()) == lacking(a_rubric()) == without_the_idea(a_rubric(), 20) == []


def test_a_rubric_without_domain_or_oracle_is_named():
    made = a_rubric()
    made.draw = made.independent = None
    one, two = lacking(made)
    assert one.startswith(HERE)
    assert one.endswith("test_domains.scaled has no domain")
    assert two.endswith("test_domains.scaled has no oracle")
    assert problems(made) == []


def test_a_slow_domain_is_named_with_its_time():
    def slow(rng):
        until = time.process_time() + 0.008
        while time.process_time() < until:
            pass
        return float(rng.normal()), float(rng.normal())

    [problem] = problems(broken(slow))
    assert problem.startswith(HERE)
    assert "ms a draw; 5 ms are enough" in problem


def test_a_domain_that_draws_the_same_again_and_again_is_named_with_the_draw():
    found = problems(broken(lambda rng: (float(rng.integers(3)), float(rng.integers(1, 3)))))
    assert any("drew 6 different inputs in 100 draws" in problem and "1.0" in problem for problem in found)


def test_a_domain_that_never_leaves_the_examples_values_is_named():
    [problem] = problems(broken(lambda rng: (float(rng.normal()), 2.0)))
    assert "never leaves the example's values of `factor`: 2.0" in problem
    made = broken(lambda rng: (float(rng.normal()), random.Random(int(rng.integers(99))).choice([2.0, 4.0])))
    made.edge(points=1)(_of_four)
    [problem] = problems(made)
    assert "never leaves the example's values of `factor`: 2.0, 4.0" in problem


def _of_four():
    """A factor of 4."""
    return 1.0, 4.0


def test_a_domain_that_draws_what_is_refused_without_saying_so_is_named_with_the_draw():
    found = problems(broken(lambda rng: (float(rng.normal()), float(rng.integers(-1, 2)))))
    [problem] = [problem for problem in found if "disagrees" in problem]
    assert problem.startswith(HERE)
    assert "wrap it in `Refused`" in problem
    assert "scaled(value=" in problem
    assert "factor=0.0)" in problem


def test_an_oracle_that_disagrees_is_named_with_its_line_and_the_draw():
    made = a_rubric()
    made.independent = lambda value, factor: value * abs(factor)
    [problem] = problems(made)
    assert problem.startswith(HERE)
    assert "the oracle of test_domains.scaled disagrees with its reference" in problem
    assert "factor=-" in problem


def test_a_table_that_knows_every_result_is_named():
    made = broken(lambda rng: (float(rng.integers(3)), float(rng.integers(1, 3))))
    made.build = lambda rng, size: (float(size), 2.0)
    made.build.__doc__ = "Few numbers."
    found = without_the_idea(made, 20)
    assert len(found) == 2
    assert "a table of exact inputs from 20 seeds earns its general points" in found[0]
