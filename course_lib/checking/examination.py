"""The whole way from an answer to its verdict: cases, devices, edges, draws, and the same once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from course_lib.checking import scoring
from course_lib.checking.calls import Case
from course_lib.checking.device_trials import Devices
from course_lib.checking.diagnosis import agreeing, feedback
from course_lib.checking.finding import find
from course_lib.checking.judging import Trial, judge
from course_lib.checking.malformed import summary
from course_lib.checking.respondents import InThisProcess, Respondent
from course_lib.checking.rubric import Rubric
from course_lib.checking.steadiness import AGAIN, entangled, unsteady
from course_lib.checking.verdict import Verdict

AT_ONCE = 5  # draws that are tried before anybody asks whether one has failed
SLOW, THOUSANDS = 0.2, 1000  # seconds; times the reference
ON_DEVICES = 4  # of how many draws one is tried on other devices too


def check(name: str, answer: Any, *, seed: int = 0) -> Verdict:
    """Check `answer` against the exercise `name` ("concept.exercise") and return its verdict.

    Raises `UnknownExercise` for a name that no rubric has. Nothing the answer does raises, but a `KeyboardInterrupt`.
    """
    return examine(find(name), InThisProcess(answer), seed)


def examine(rubric: Rubric, respondent: Respondent, seed: int = 0, draws: int | None = None) -> Verdict:
    """Try an answer on every case of its rubric, and on draws from its domain; say what it is worth and why."""
    if problem := respondent.obstacle(rubric):
        return scoring.nothing(rubric, "failed", problem)
    trials = _tried(rubric, respondent, rubric.general_cases(seed))
    raised = trials[0].outcome.failure
    if raised and isinstance(raised.error, NotImplementedError):
        words = "Not yet written: replace the line that raises NotImplementedError."
        return scoring.nothing(rubric, "blank", words)
    if path := respondent.shortcut(rubric):
        return scoring.nothing(rubric, "failed", _shortcut(path))
    cases = rubric.domain_cases(seed, draws or rubric.draws)
    if _wrong(trials):
        edges = _tried(rubric, respondent, rubric.edge_cases())
        mistake = _mistake(rubric, respondent, trials, edges, cases)
        state = None if mistake else unsteady(rubric, respondent, trials[0])
        return scoring.failed(rubric, trials, mistake, state.message if state else "")
    on = Devices(rubric, respondent)
    for trial in on.on_each([trials[len(trials) // 2], trials[-1]]):
        if trial.difference:
            return scoring.nothing(rubric, "failed", trial.difference.message)
    edges = on.on_each(_tried(rubric, respondent, rubric.edge_cases()))
    verdict = scoring.graded(rubric, trials, edges)
    if verdict.passed:
        drawn = list(_drawn(rubric, respondent, cases, on))
        if wrong := _wrong(drawn):
            verdict = _short(rubric, trials, edges, drawn, wrong)
        elif wrong := _disturbed(rubric, respondent, trials):
            verdict = scoring.short_of_the_prompt(rubric, wrong.case.title, None, wrong, edges)
        elif path := respondent.shortcut(rubric):  # which only some edge or draw has led to
            verdict = scoring.nothing(rubric, "failed", _shortcut(path))
        else:
            verdict = replace(verdict, notes=_slow([*trials, *edges, *drawn]))
    return replace(verdict, devices=on.notes())


def _shortcut(path: str) -> str:
    return f"The answer uses `{path}`, which does the work for you; this exercise asks you to do it without."


def _tried(rubric: Rubric, respondent: Respondent, cases: Sequence[Case]) -> list[Trial]:
    outcomes = respondent.respond(rubric, [case.make() for case in cases])
    return [judge(rubric, case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]


def _wrong(trials: Sequence[Trial]) -> Trial | None:
    return next((trial for trial in trials if trial.difference), None)


def _drawn(rubric: Rubric, respondent: Respondent, cases: Sequence[Case], on: Devices) -> Iterator[Trial]:
    """Yield trials of draws, those with the least to read first, up to the first few of which one fails."""
    for begin in range(0, len(cases), AT_ONCE):
        trials = _tried(rubric, respondent, cases[begin : begin + AT_ONCE])
        for number, trial in enumerate(trials, begin):
            yield on.on_each([trial])[0] if number % ON_DEVICES == ON_DEVICES - 1 else trial
        if _wrong(trials):
            return


def _mistake(
    rubric: Rubric, respondent: Respondent, trials: list[Trial], edges: list[Trial], cases: Sequence[Case]
) -> str | None:
    """Name the mistake that agrees everywhere; else in general, where an edge is wrong for another reason as well."""
    names = agreeing(rubric, [*trials, *edges]) or agreeing(rubric, trials)
    if len(names) > 1 and cases:  # the draws may tell them apart
        names = agreeing(rubric, _tried(rubric, respondent, cases), names)
    return names[0] if len(names) == 1 else None


def _disturbed(rubric: Rubric, respondent: Respondent, trials: list[Trial]) -> Trial | None:
    """Return the trial in which something that was called before shows."""
    if state := unsteady(rubric, respondent, trials[0]):
        first = trials[0]
        return Trial(replace(first.case, title=AGAIN), first.outcome, first.expected, state)
    return entangled(rubric, respondent, trials[-1], trials[0])


def _slow(trials: Sequence[Trial]) -> tuple[str, ...]:
    """Note an answer that takes thousands of times as long as the reference. It costs nothing."""
    mine = sum(trial.outcome.seconds for trial in trials)
    own = sum(trial.expected.seconds for trial in trials)
    if mine < SLOW or mine < THOUSANDS * own:
        return ()
    return (f"The answer takes {mine / own:,.0f} times as long as the reference. That costs no points.",)


def _short(rubric: Rubric, trials: list[Trial], edges: list[Trial], drawn: list[Trial], wrong: Trial) -> Verdict:
    """Return the verdict of an answer for which some draw fails."""
    assert wrong.difference is not None
    assert rubric.draw is not None
    names = agreeing(rubric, [*drawn, *trials, *edges])
    mistake = names[0] if len(names) == 1 else None
    message = (
        feedback(rubric, mistake)
        if mistake
        else f"{wrong.difference.message} The cases are right, but the task allows more: {summary(rubric.draw)}"
    )
    return scoring.short_of_the_prompt(rubric, message, mistake, wrong, edges)
