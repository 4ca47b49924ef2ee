"""The checking kit: one answer → one verdict. README.md beside this file is its contract."""

from course_lib.checking.calling import call_each
from course_lib.checking.check import Respondent, check, examine
from course_lib.checking.diagnosis import counter_example
from course_lib.checking.rubric import Call, Rubric, RubricError, UnknownExercise, find, load, rubric
from course_lib.checking.verdict import Example, Reason, Verdict

__all__ = [
    "Call",
    "Example",
    "Reason",
    "Respondent",
    "Rubric",
    "RubricError",
    "UnknownExercise",
    "Verdict",
    "call_each",
    "check",
    "counter_example",
    "examine",
    "find",
    "load",
    "rubric",
]
