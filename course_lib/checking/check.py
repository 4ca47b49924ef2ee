"""`check`: the whole way from an answer to its verdict."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from course_lib.checking import devices
from course_lib.checking.calling import Outcome, run
from course_lib.checking.comparison import difference
from course_lib.checking.data import kind_of
from course_lib.checking.diagnosis import Trial, diagnose, example, feedback, judge, rules
from course_lib.checking.forbidden import Watch
from course_lib.checking.rubric import Call, Case, Rubric, find
from course_lib.checking.verdict import Reason, Verdict

GENERAL = "general cases"


@runtime_checkable
class Respondent(Protocol):
    """Whatever can run an answer: this process, or a sandboxed one elsewhere."""

    def obstacle(self, rubric: Rubric) -> str | None:
        """Say why the answer cannot be tried at all, or None."""

    def respond(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """Run the answer on each call in turn, on the devices of its arguments."""

    def shortcut(self, rubric: Rubric) -> str | None:
        """Return the forbidden shortcut that the answer has used or mentions, or None."""

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """Run the answer on fake CUDA copies of the arguments; None where that cannot be decided."""


def check(name: str, answer: Any, *, seed: int = 0) -> Verdict:
    """Check `answer` against the exercise `name` ("concept.exercise") and return its verdict.

    Raises `UnknownExercise` for a name that no rubric has. Nothing the answer does raises, but a `KeyboardInterrupt`.
    """
    return examine(find(name), InThisProcess(answer), seed)


class InThisProcess:
    """A respondent that simply calls the answer."""

    def __init__(self, answer: Any) -> None:
        """Keep the answer; nothing is called yet."""
        self.answer = answer
        self.used: list[str] = []

    def obstacle(self, rubric: Rubric) -> str | None:
        """See `Respondent`: an answer must be callable, with the arguments of the exercise."""
        name = rubric.answer.__name__
        if not callable(self.answer):
            return f"`{name}` should be a {_noun(rubric)}, but is {kind_of(self.answer)}."
        if rubric.driver is None and isinstance(self.answer, type):
            return f"`{name}` should be a function, but is a class."
        call = rubric.general_cases(0)[0].make()
        return None if rubric.driver else _signature_problem(self.answer, call, rubric)

    def respond(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """See `Respondent`; forbidden shortcuts are watched for."""
        return [run(self.answer, call, rubric.driver, self._watching(rubric)) for call in calls]

    def _watching(self, rubric: Rubric) -> Any:
        return _watch(rubric).watching(self.used, rubric.driver) if rubric.forbids else None

    def shortcut(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        if not rubric.forbids:
            return None
        return next(iter(self.used), None) or _watch(rubric).mentioned(self.answer)

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """See `Respondent`."""
        return devices.run_on_fake_cuda(self.answer, call, rubric.driver)


_WATCHES: dict[str, Watch] = {}


def _watch(rubric: Rubric) -> Watch:
    if rubric.name not in _WATCHES:
        _WATCHES[rubric.name] = Watch(rubric.forbids)
    return _WATCHES[rubric.name]


def _noun(rubric: Rubric) -> str:
    return "class" if isinstance(rubric.answer, type) else "function"


def _signature_problem(answer: Callable[..., Any], call: Call, rubric: Rubric) -> str | None:
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*call.args, **call.kwargs)
    except TypeError:
        yours = ", ".join(signature.parameters)
        wanted = ", ".join(rubric.parameters)
        return f"`{rubric.answer.__name__}` is called with ({wanted}), but yours takes ({yours})."
    return None


def examine(rubric: Rubric, respondent: Respondent, seed: int = 0) -> Verdict:
    """Try an answer on every case of its rubric and say what it is worth and why."""
    if problem := respondent.obstacle(rubric):
        return _nothing(rubric, "failed", problem)
    general = rubric.general_cases(seed)
    outcomes = respondent.respond(rubric, [case.make() for case in general])
    if outcomes[0].failure and isinstance(outcomes[0].failure.error, NotImplementedError):
        return _nothing(rubric, "blank", "Not yet written: replace the line that raises NotImplementedError.")
    trials = [judge(rubric, case, outcome) for case, outcome in zip(general, outcomes, strict=True)]
    if path := respondent.shortcut(rubric):
        words = f"Your answer uses `{path}`, which does the work for you; this exercise asks you to do it without."
        return _nothing(rubric, "failed", words)
    if any(trial.difference for trial in trials):
        return _failed(rubric, [*trials, *_edges(rubric, respondent)], len(trials))
    notes, problem = _on_devices(rubric, respondent, general)
    if problem:
        return _nothing(rubric, "failed", problem)
    return _graded(rubric, trials, _edges(rubric, respondent), notes)


def _edges(rubric: Rubric, respondent: Respondent) -> list[Trial]:
    cases = rubric.edge_cases()
    outcomes = respondent.respond(rubric, [case.make() for case in cases])
    return [judge(rubric, case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]


def _nothing(rubric: Rubric, status: Any, message: str) -> Verdict:
    reasons = (Reason(GENERAL, _general_title(rubric), 0.0, rubric.points, False, message), *_untried(rubric))
    return Verdict(rubric.name, rubric.title, status, 0.0, rubric.max_points, message, reasons=reasons)


def _untried(rubric: Rubric) -> tuple[Reason, ...]:
    return tuple(Reason(edge.name, edge.title, 0.0, edge.points, None) for edge in rubric.edges)


def _general_title(rubric: Rubric) -> str:
    return " ".join((rubric.build.__doc__ or "").split())


def _failed(rubric: Rubric, trials: list[Trial], general: int) -> Verdict:
    """Build the verdict of an answer that fails a general case: the first failure is the smallest."""
    trial = next(trial for trial in trials[:general] if trial.difference)
    assert trial.difference is not None
    # one that agrees everywhere; else one that agrees in general, where an edge is wrong for another reason as well
    mistake = diagnose(rubric, trials) or diagnose(rubric, trials[:general])
    message = feedback(rubric, mistake) if mistake else trial.difference.message
    shown = Reason(GENERAL, _general_title(rubric), 0.0, rubric.points, False, message, example(rubric, trial))
    reasons = (shown, *_untried(rubric))
    return Verdict(rubric.name, rubric.title, "failed", 0.0, rubric.max_points, message, mistake, reasons)


def _graded(rubric: Rubric, trials: list[Trial], edges: list[Trial], notes: tuple[str, ...]) -> Verdict:
    """Build the verdict of an answer whose general cases hold; each edge counts for itself."""
    reasons = [Reason(GENERAL, _general_title(rubric), rubric.points, rubric.points, True)]
    mistake, message = None, "Every case agrees with the reference."
    wrong = [trial for trial in edges if trial.difference]
    if wrong:
        mistake = diagnose(rubric, [*trials, *edges])
        found = wrong[0].difference
        assert found is not None
        message = feedback(rubric, mistake) if mistake else f"{wrong[0].case.title} {found.message}"
    for trial in edges:
        case, found = trial.case, trial.difference
        points, words = (0.0, found.message) if found else (case.points, "")
        shown = example(rubric, trial) if found else None
        reasons.append(Reason(case.name, case.title, points, case.points, not found, words, shown))
    points = sum(reason.points for reason in reasons)
    status: Any = "partial" if wrong else "passed"
    return Verdict(
        rubric.name, rubric.title, status, points, rubric.max_points, message, mistake, tuple(reasons), notes
    )


def _on_devices(rubric: Rubric, respondent: Respondent, cases: list[Case]) -> tuple[tuple[str, ...], str | None]:
    """Try the general cases on every device; return what was found out and, where one fails, the sentence about it."""
    call = cases[0].make()
    if not rubric.devices or not devices.holds_tensors([*call.args, *call.kwargs.values()]):
        return (), None
    notes = ["Checked on the CPU"]
    for device in devices.present():
        if device == devices.FAKE:
            conclusive, problem = _on_fake_cuda(rubric, respondent, [cases[len(cases) // 2], cases[-1]])
            fine = "it would run on a GPU too (tried with fake CUDA tensors)"
            notes.append(fine if conclusive else "whether it would run on a GPU could not be told without one")
        else:
            problem = _on_real_device(rubric, respondent, cases, device)
            notes.append(f"checked on {device}")
        if problem:
            return (), problem
    return tuple(notes), None


def _on_fake_cuda(rubric: Rubric, respondent: Respondent, cases: list[Case]) -> tuple[bool, str | None]:
    conclusive = True
    for case in cases:
        ours = devices.run_on_fake_cuda(rubric.answer, case.make(), rubric.driver)
        theirs = respondent.respond_on_fake_cuda(rubric, case.make())
        if ours is None or theirs is None or ours.failure:
            conclusive = False
        elif theirs.failure:
            return True, devices.advice(theirs.failure)
        elif (wanted := devices.devices_of(ours.value)) != (got := devices.devices_of(theirs.value)):
            away = next((g for w, g in zip(wanted, got, strict=False) if w != g), "cpu")
            return True, (
                f"On a GPU the result would be on {away} although the input is on cuda: create new tensors on the "
                "device of the input (`device=x.device`)."
            )
    return conclusive, None


def _on_real_device(rubric: Rubric, respondent: Respondent, cases: list[Case], device: str) -> str | None:
    for case in cases:
        expected = run(rubric.answer, devices.move(case.make(), device), rubric.driver)
        outcome = respondent.respond(rubric, [devices.move(case.make(), device)])[0]
        if expected.failure:
            continue
        if outcome.failure and devices.is_mix_up(outcome.failure):
            return devices.advice(outcome.failure)
        if outcome.failure:
            return f"On {device} your answer raised {outcome.failure.name}: {outcome.failure.text}"
        if found := difference(expected.value, outcome.value, rules(rubric)):
            return f"On {device}: {found.message}"
    return None
