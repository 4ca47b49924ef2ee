"""The child that runs a notebook: cells as Jupyter runs them, and verdicts as they come. `notebook.py` starts it.

The job comes as JSON on stdin, which is then closed. Events go, one JSON line each, to what was stdout; whatever the
notebook prints, from any depth, goes nowhere. No Jupyter kernel is started.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import sys
import traceback
from typing import Any

LONGEST_TEXT = 300
CELL = "<ipython-input-"  # IPython's name for the file that a cell is


def main() -> None:
    """Take the job, run it, and leave at once, whatever threads the notebook has started."""
    job = json.load(sys.stdin)
    send = _channel()
    try:
        if _plan(job, send):
            _run(job["steps"], send)
            send(event="end")
    finally:
        os._exit(0)


def _channel() -> Any:
    """Keep stdout for events, and point the three standard streams to nowhere."""
    out, owner = os.fdopen(os.dup(1), "w", encoding="utf-8"), os.getpid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    for text in (sys.stdout, sys.stderr):
        text.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]

    def send(**event: Any) -> None:
        if os.getpid() != owner:  # the notebook has forked, and this is its child
            os._exit(0)
        out.write(json.dumps(event) + "\n")
        out.flush()

    return send


def _plan(job: dict[str, Any], send: Any) -> bool:
    """Load the rubrics before any cell runs, and say what each exercise is worth."""
    from course_lib.checking.finding import UnknownExercise, find

    exercises = {}
    for name in job["exercises"]:
        try:
            rubric = find(name)
        except UnknownExercise as error:
            send(event="unusable", message=str(error))
            return False
        except Exception as error:
            said = (
                f"The rubric of {name} cannot be loaded ({_said(error)}); run `make install` or reinstall the course."
            )
            send(event="unusable", message=said)
            return False
        exercises[name] = {"title": rubric.title, "max_points": rubric.max_points}
    send(event="plan", exercises=exercises)
    return True


def _said(error: BaseException) -> str:
    """Return the class and the text of an error in one line; never longer than a reader wants."""
    try:
        text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    except Exception:  # an exception of the learner's own whose __str__ fails
        text = ""
    text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _run(steps: list[dict[str, Any]], send: Any) -> None:
    shell = _shell()
    sys.path.insert(0, "")  # as in Jupyter: modules beside the notebook; ours are loaded already
    for step in steps:
        send(event="start", step=step["id"])
        if "source" in step:
            result = shell.run_cell(step["source"], store_history=True)
            error = result.error_before_exec or result.error_in_exec
            if error is not None:
                send(event="error", step=step["id"], **_place(_plainer(error, step["source"])))
        else:
            _check(step, shell, send)


def _shell() -> Any:
    """Make IPython's shell without a terminal, a kernel, a history, or tracebacks that nobody reads."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from course_lib.checking.forgiving_shell import Forgiving, offer_stand_ins

    class Shell(Forgiving, InteractiveShell):
        def showtraceback(self, *args: Any, **options: Any) -> None:
            """Show nothing: errors are sent as events."""

        def showsyntaxerror(self, *args: Any, **options: Any) -> None:
            """Show nothing: errors are sent as events."""

        def ask_exit(self) -> None:
            raise SystemExit("`exit` ends a notebook's kernel")

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.autocall = 0
    offer_stand_ins()
    return Shell.instance(config=config)


def _plainer(error: BaseException, source: str) -> BaseException:
    """Let Python itself say what is unfinished: IPython only knows that more input would be needed."""
    if isinstance(error, SyntaxError) and error.msg == "incomplete input":
        try:
            ast.parse(source)
        except SyntaxError as plain:
            return plain
    return error


def _place(error: BaseException) -> dict[str, Any]:
    """Say what was raised and on which line of the cell."""
    if isinstance(error, SyntaxError):
        return {"said": _said(error), "line": error.lineno or 0, "text": (error.text or "").strip()[:LONGEST_TEXT]}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(CELL)]
    if not frames:
        return {"said": _said(error), "line": 0, "text": ""}
    line = frames[0].lineno or 0  # the line of this cell, not of a function that another cell defined
    text = linecache.getline(frames[0].filename, line).strip()
    return {"said": _said(error), "line": line, "text": text[:LONGEST_TEXT]}


def _check(step: dict[str, Any], shell: Any, send: Any) -> None:
    from course_lib.checking.examination import check

    try:
        answer = eval(step["answer"], shell.user_ns)
    except BaseException as error:
        send(event="undefined", step=step["id"], exercise=step["check"], answer=step["answer"], said=_said(error))
        return
    try:
        verdict = check(step["check"], answer).to_dict()
    except BaseException as error:  # an answer that raises KeyboardInterrupt, or a fault of ours
        send(event="unchecked", step=step["id"], exercise=step["check"], said=_said(error))
        return
    send(event="verdict", step=step["id"], verdict=verdict)


if __name__ == "__main__":
    main()
