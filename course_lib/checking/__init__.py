"""The checking kit: one answer → one verdict. README.md beside this file is its contract."""

from course_lib.checking.calling import call_each
from course_lib.checking.calls import Call, Refused
from course_lib.checking.examination import check, examine
from course_lib.checking.examples import counter_example
from course_lib.checking.finding import UnknownExercise, find, load
from course_lib.checking.malformed import RubricError
from course_lib.checking.reasons import Example, Reason
from course_lib.checking.respondents import InThisProcess, Respondent
from course_lib.checking.rubric import Rubric, rubric
from course_lib.checking.verdict import Verdict

__all__ = [
    "Call",
    "Example",
    "InThisProcess",
    "Reason",
    "Refused",
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
