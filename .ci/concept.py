"""Run every check that concerns one concept, whatever the rest of the house looks like. `make concept` runs this."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path

import yaml
from stages import PYTHON, ROOT, Stage, pytest, run

BUILT = "_build/only"  # where `book --only` builds


def known() -> list[str]:
    """Return the concepts of _toc.yml, in its order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [chapter["file"].split("/") for part in toc["parts"] for chapter in part["chapters"]]
    return [parts[2] for parts in files if len(parts) == 3]


def refusal(concept: str) -> str:
    """Say in one sentence why this is no concept to check; nothing if it is."""
    if concept in known():
        return ""
    listed = f"the concepts of _toc.yml are {', '.join(known())}"
    if not concept:
        return f"Name a concept, as in `make concept CONCEPT={known()[0]}`: {listed}."
    close = difflib.get_close_matches(concept, known(), n=1)
    return f"There is no concept named {concept!r}{f'; did you mean {close[0]!r}' if close else ''}: {listed}."


def stages(concept: str) -> list[Stage]:
    """Return what concerns a concept, in the order in which its failures are cheapest to mend."""
    code = [f"course_lib/{concept}.py", f"course_lib/rubrics/{concept}"]
    places = (f"tests/{concept}", f"tests/fused/test_{concept}.py")  # what some concepts have besides
    tests = [f"tests/test_{concept}.py", *(place for place in places if Path(ROOT, place).exists())]
    files = [*code, f"solutions/{concept}.py", *tests]
    every = [
        ("style", ((*PYTHON, "ruff", "check", *files), (*PYTHON, "ruff", "format", "--check", *files))),
        ("types", ((*PYTHON, "mypy", "--follow-imports", "silent", *code),)),
        ("exercises", ((*PYTHON, "course_lib.cli", "exercises", "--check", concept),)),
        ("tests", (pytest(*tests, *code, "tests/house_rules", "tests/grading/test_solutions.py"),)),
        ("audit", ((*PYTHON, "course_lib.cli", "audit", concept),)),
        ("book", ((*PYTHON, "course_lib.publishing.book", "--only", concept),)),
        ("browser", (pytest("-rs", "tests/browser"),)),
        ("notebooks", ((sys.executable, ".ci/notebooks.py", "--build", BUILT, concept),)),
    ]
    return [Stage(name, GUARDS[name], commands) for name, commands in every]


GUARDS = {
    "style": "code that reads in two ways",
    "types": "a call that cannot work",
    "exercises": "a notebook that is not what its solution makes of it",
    "tests": "a wrong reference or doctest, a house rule broken, a check that checks nothing, an answer graded wrongly",
    "audit": "a rubric whose reference, alternatives, solution and oracle disagree somewhere",
    "book": "a cell that fails, a link to nowhere, any warning of the build",
    "browser": "a page that calls elsewhere, scrolls sideways or shuts readers out",
    "notebooks": "a page or solution that prints something else when it runs again",
}


def main() -> int:
    """Check one concept; return the exit status."""
    concept = " ".join(sys.argv[1:]).strip()
    if words := refusal(concept):
        print(words, file=sys.stderr)
        return 2
    os.environ["COURSE_CONCEPT"] = concept
    os.environ["COURSE_BUILD"] = str(Path(ROOT, BUILT))
    return run(stages(concept))


if __name__ == "__main__":
    sys.exit(main())
