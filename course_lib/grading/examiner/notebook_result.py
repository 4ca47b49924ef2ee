"""One submission → its verdicts. Runs in the trusted process, which owns cases, references and points."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection

from course_lib.checking import Rubric, UnknownExercise, Verdict, examine, find
from course_lib.checking.reasons import Reason
from course_lib.checking.scoring import GENERAL
from course_lib.grading.examiner.masked_source import masked
from course_lib.grading.examiner.patience import Endless, at_most
from course_lib.grading.examiner.remote_respondent import RemoteRespondent
from course_lib.grading.examiner.session import Cell, GaveUp, Session
from course_lib.grading.examiner.shown_modules import files_for
from course_lib.grading.examiner.warm_server import ServerGone, WarmServer
from course_lib.grading.handed_in.repaired import Repaired, text_of
from course_lib.grading.result import Result
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.talk import frames

PUBLIC = 0  # the seed of `check` in the learner's notebook
PATIENCE = 5.0  # times the limit of one call: how long one exercise may keep the examiner itself busy


def examine_notebook(
    warm: WarmServer, repaired: Repaired, seed: int, limits: Limits, endless: Collection[str] = ()
) -> Result:
    """Return verdicts and outputs by cell id, active layers and times. What is `endless` is not tried again."""
    begun = time.monotonic()
    cells = _cells(repaired)
    text = "\n".join(cell.source for cell in cells)
    names = [cell.exercise for cell in cells if cell.exercise]
    session = Session(warm, cells, _sources(text, names), limits)
    try:
        session.load()
        checks = [cell for cell in cells if cell.exercise]
        verdicts = {c.id: _no_end(c) if c.exercise in endless else _verdict(session, c, seed, text) for c in checks}
    finally:
        session.close()
    result = Result(
        verdicts=verdicts,
        outputs=session.outputs,
        trouble=tuple(session.trouble),
        layers=tuple(session.layers),
        notes=tuple(repaired.notes),
        review=tuple(repaired.review),
        seconds=round(time.monotonic() - begun, 3),
    )
    return Result.from_json(result.to_json())  # as it will be read again, without what no UTF-8 holds


def _cells(repaired: Repaired) -> list[Cell]:
    """Return the code cells in order. Check cells are never run: they say where an exercise is examined."""
    made = []
    for cell in repaired.notebook["cells"]:
        if cell["cell_type"] == "code":
            grade = cell["metadata"].get("nbgrader", {})
            exercise = cell["metadata"].get("check", "") if grade.get("grade") else ""
            made.append(Cell(cell["id"], text_of(cell), exercise, cell["id"] in repaired.blank))
    return made


def _sources(text: str, names: list[str], only: Rubric | None = None) -> dict[str, str]:
    """Return the course's modules for a notebook that uses any, without the answers to its exercises."""
    files = files_for(text)
    rubrics = [only] if only else [rubric for name in names if files and (rubric := _found(name))]
    hidden: dict[str, set[str]] = {}
    for rubric in rubrics:
        for dotted in rubric.forbids:
            module, _, name = dotted.rpartition(".")
            hidden.setdefault(module, set()).add(name)
    found = {}
    for module, path in files.items():
        source = path.read_text(encoding="utf-8")
        found[module] = masked(module, source, hidden[module]) if module in hidden else source
    return found


def _found(name: str) -> Rubric | None:
    try:
        return find(name)
    except UnknownExercise:
        return None


def _verdict(session: Session, cell: Cell, seed: int, text: str) -> Verdict:
    """Examine one exercise where it stands the student best, and write what may be shown of it."""
    rubric = _found(cell.exercise)
    if rubric is None:
        return Verdict(
            cell.exercise, cell.exercise, "failed", 0.0, 0.0, f"There is no exercise named {cell.exercise!r}."
        )
    best, deaths = _examine(session, rubric, seed)
    if not best.passed and not deaths and not session.tired:
        best, deaths = _elsewhere(session, cell, rubric, seed, text, best)
    if deaths or _harmless(best) or seed == PUBLIC:
        public = best
    else:
        public, _ = _examine(session, rubric, PUBLIC)
    return showable(best, public, session.reason_for(cell))


def _no_end(cell: Cell) -> Verdict:
    """Return the verdict on an answer whose results kept a whole grading process busy until that was ended."""
    rubric = _found(cell.exercise)
    assert rubric is not None
    return _not_to_its_end(rubric, "to compare its results took longer than there is time")


def _not_to_its_end(rubric: Rubric, words: str) -> Verdict:
    message = f"This exercise could not be graded to its end: {words}."
    reason = Reason(GENERAL, rubric.title, 0.0, rubric.points, False, message)
    return Verdict(rubric.name, rubric.title, "failed", 0.0, rubric.max_points, message, None, (reason,))


def _elsewhere(
    session: Session, cell: Cell, rubric: Rubric, seed: int, text: str, best: Verdict
) -> tuple[Verdict, list[str]]:
    """Examine an answer that did not pass where it might: at its check cell, and with the rest of the course."""
    deaths: list[str] = []
    others = [session.upto(cell)] if session.changed_after(cell) else []
    others += [session.with_sources(_sources(text, [], only=rubric))] if session.sources else []
    for other in others:
        verdict, died = _examine(other, rubric, seed)
        other.close()
        if _better(best, verdict) is verdict:
            best, deaths = verdict, died
    return best, deaths


def _better(one: Verdict, other: Verdict) -> Verdict:
    return other if other.points > one.points or (one.status == "blank" != other.status) else one


def _examine(session: Session, rubric: Rubric, seed: int) -> tuple[Verdict, list[str]]:
    """Return the verdict, its example taken out if the child died meanwhile, and why it died."""
    for _ in range(2):  # a child may have died since the last exercise, which is not this one's fault
        remote = RemoteRespondent(session.answers, session.limits)
        try:
            session.answers()  # loading has limits of its own
            with at_most(session.limits.call * PATIENCE, rubric.name):
                verdict = examine(rubric, remote, seed, rubric.draws if seed == PUBLIC else rubric.graded_draws)
            return (_cut_short(verdict, remote.deaths) if remote.deaths else verdict), remote.deaths
        except ServerGone:
            raise
        except Exception as error:
            session.end()
            words = "; ".join(remote.deaths) or _words(error)
            if isinstance(error, Endless):
                break
    return _not_to_its_end(rubric, words), [words]


def _cut_short(verdict: Verdict, deaths: list[str]) -> Verdict:
    """Say of a verdict that is partly about unanswered cases why they were, and show no case."""
    message = verdict.message if verdict.passed else f"Some cases got no result: {'; '.join(dict.fromkeys(deaths))}."
    reasons = tuple(
        dataclasses.replace(reason, example=None, message="" if reason.passed else message)
        for reason in verdict.reasons
    )
    return dataclasses.replace(verdict, message=message, mistake=None, reasons=reasons)


def _words(error: Exception) -> str:
    if isinstance(error, GaveUp):
        return str(error)
    if isinstance(error, frames.Hangup):
        return "the process that ran it ended"
    return "no result came in time" if isinstance(error, frames.TooLate | Endless) else type(error).__name__


def _harmless(verdict: Verdict) -> bool:
    """Say whether a verdict shows nothing of a secret case: edges are public, general cases are not."""
    return verdict.status == "blank" or any(reason.name == GENERAL and reason.passed for reason in verdict.reasons)


def _worth(public: Verdict, secret: Verdict) -> Verdict:
    """Return the public verdict with what both verdicts agree was earned."""
    earned = {reason.name: reason.points for reason in secret.reasons}
    reasons = tuple(
        reason
        if reason.points <= earned.get(reason.name, 0.0)
        else dataclasses.replace(reason, points=0.0, passed=None)
        for reason in public.reasons
    )
    points = sum(reason.points for reason in reasons)
    status = public.status if points else "failed"
    return dataclasses.replace(public, points=points, status=status, reasons=reasons)


def showable(secret: Verdict, public: Verdict, trouble: str) -> Verdict:
    """Return the verdict with the secret cases' points, its words and examples from the public ones only."""
    shown = secret
    if secret is not public and not _harmless(secret):
        if not _harmless(public):
            shown = _worth(public, secret)
        else:
            message = "It agrees with the reference on the cases of `check`, but not on all those it was graded with."
            if secret.mistake:
                rubric = _found(secret.exercise)
                advice = (rubric.mistakes[secret.mistake].__doc__ or "") if rubric else ""
                message += " " + " ".join(advice.split())
            reasons = tuple(
                dataclasses.replace(reason, message=message if reason.name == GENERAL else "", example=None)
                for reason in secret.reasons
            )
            shown = dataclasses.replace(secret, message=message, reasons=reasons, devices=())
    return dataclasses.replace(shown, message=f"{shown.message} {trouble}") if trouble and not shown.passed else shown
