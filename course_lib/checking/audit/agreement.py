"""Whether reference, oracle, alternatives and solution agree on every draw."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from course_lib.checking.audit.drawn import Drawn
from course_lib.checking.audit.pasted import pasted
from course_lib.checking.calling import Outcome, run
from course_lib.checking.calls import Case
from course_lib.checking.comparison import difference
from course_lib.checking.data import is_tensor, torch
from course_lib.checking.judging import judge, reference, rules
from course_lib.checking.rubric import Rubric

ORACLE = "the oracle"


@dataclass(frozen=True)
class Disagreement:
    """The smallest draw on which somebody disagrees with the reference, how often that happened, and how to see it."""

    who: str
    message: str
    paste: str
    times: int
    bulk: int


@dataclass
class Audit:
    """What the draws from one rubric's domain came to."""

    exercise: str
    draws: int = 0
    refused: int = 0
    seconds: float = 0.0
    disagreements: dict[str, Disagreement] = field(default_factory=dict)
    drawn: Drawn = field(default_factory=Drawn)
    untaken: list[str] = field(default_factory=list)

    def add(self, who: str, message: str, paste: Callable[[], str], bulk: int) -> None:
        """Keep a disagreement: the first of the smallest ones is shown, all are counted."""
        known = self.disagreements.get(who)
        times = known.times + 1 if known else 1
        if known and known.bulk <= bulk:
            self.disagreements[who] = Disagreement(who, known.message, known.paste, times, known.bulk)
        else:
            self.disagreements[who] = Disagreement(who, message, paste(), times, bulk)


def audit(rubric: Rubric, solution: Any = None, draws: int = 2000, seed: int = 0) -> Audit:
    """Compare everything that should be right on so many draws; without a domain nothing is drawn."""
    made, begun = Audit(rubric.name), time.monotonic()
    others: dict[str, Any] = {f"the alternative {name}": one for name, one in rubric.alternatives.items()}
    if solution is not None:
        others["the solution"] = solution
    for number in range(draws if rubric.draw else 0):
        _one(rubric, others, seed, number, made)
    made.seconds = time.monotonic() - begun
    return made


def _one(rubric: Rubric, others: dict[str, Any], seed: int, number: int, made: Audit) -> None:
    draw = rubric.drawn(seed, number)
    case = Case(f"draw {number}", "", draw, draw=True, refused=draw.refused)
    made.draws += 1
    made.refused += draw.refused
    made.drawn.see(rubric, draw())
    expected = reference(rubric, case.make())

    def differs(who: str, message: str) -> None:
        made.add(who, message, lambda: pasted(rubric, seed, number), draw.bulk)

    if said := _refusal(case, expected):
        differs("the domain", said)
        return
    for who, answer in others.items():
        trial = judge(rubric, case, run(answer, case.make(), rubric.driver), expected)
        if trial.difference:
            differs(who, _words(trial.difference))
    if rubric.independent and not case.refused and (said := _of_the_oracle(rubric, case, expected)):
        differs(ORACLE, said)


def _refusal(case: Case, expected: Outcome) -> str:
    """Say where domain and reference do not agree on what is to be refused."""
    if case.refused and not expected.failure:
        return "It says `Refused`, but the reference returns a result."
    if expected.failure and not case.refused:
        return f"The reference refuses it ({expected.failure.name}: {expected.failure.text}): wrap it in `Refused`."
    return ""


def _of_the_oracle(rubric: Rubric, case: Case, expected: Outcome) -> str:
    """Say how the oracle's result differs. It may be in NumPy or plain numbers: only what tensors hold is compared."""
    outcome = run(rubric.independent, case.make(), rubric.driver)  # type: ignore[arg-type]
    if outcome.failure:
        line = f", on the line `{outcome.failure.line}`" if outcome.failure.line else ""
        return f"It raised {outcome.failure.name}: {outcome.failure.text}{line}."
    value = outcome.value if rubric.mutates is False else outcome.call.args
    wanted = expected.value if rubric.mutates is False else expected.call.args
    value = _as_tensors(wanted, value)
    found = difference(wanted, value, rules(rubric))
    if found and found.kind == "values":
        found = judge(rubric, case, Outcome(expected.call, value=value), expected).difference
    return _words(found) if found else ""


def _as_tensors(wanted: Any, value: Any) -> Any:
    """Give arrays and numbers that stand where the reference has tensors the dtypes of those."""
    t = torch()
    if t is None:
        return value
    if is_tensor(wanted) and not is_tensor(value):
        try:
            return t.as_tensor(value).to(wanted.dtype)
        except (TypeError, ValueError, RuntimeError):
            return value
    if type(wanted) in (list, tuple) and type(value) in (list, tuple) and len(wanted) == len(value):
        return type(wanted)(_as_tensors(want, have) for want, have in zip(wanted, value, strict=True))
    if type(wanted) is dict and type(value) is dict:
        return {key: _as_tensors(wanted[key], one) if key in wanted else one for key, one in value.items()}
    return value


def _words(found: Any) -> str:
    shown = f" Expected {found.expected}, got {found.actual}." if found.expected or found.actual else ""
    return found.message + shown


def example_values(rubric: Rubric, seed: int = 0) -> Drawn:
    """Return what the hand-written cases and edges hold, to compare draws with."""
    seen = Drawn()
    for case in [*rubric.general_cases(seed), *rubric.edge_cases()]:
        seen.see(rubric, case.make())
    return seen
