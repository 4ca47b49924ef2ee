"""What is shown of a verdict on secret cases: the words of the public ones, and the points of both."""

import dataclasses

from course_lib.checking import Reason, Verdict
from course_lib.checking.scoring import GENERAL
from course_lib.grading.examiner.notebook_result import showable


def verdict(general, edge, message):
    """Make a verdict that earned so many of 3 general points and of 1 for an edge."""
    points, most = general + edge, 4.0
    status = "passed" if points == most else "partial" if points else "failed"
    reasons = (
        Reason(GENERAL, "Cases", general, 3.0, bool(general), "" if general else message),
        Reason("an_edge", "An edge", edge, 1.0, bool(edge) or None),
    )
    return Verdict("made_up.exercise", "T", status, points, most, message, None, reasons)


def test_an_edge_keeps_its_points_where_secret_and_public_draws_fail():
    shown = showable(verdict(0.0, 1.0, "secret"), verdict(0.0, 1.0, "public"), "")
    assert (shown.points, shown.status, shown.message) == (1.0, "partial", "public")


def test_an_edge_earns_nothing_where_secret_cases_fail():
    shown = showable(verdict(0.0, 0.0, "secret"), verdict(0.0, 1.0, "public"), "")
    assert (shown.points, shown.status, shown.message) == (0.0, "failed", "public")
    assert sum(reason.points for reason in shown.reasons) == 0
    assert [reason.passed for reason in shown.reasons] == [False, None]


def test_nothing_of_a_secret_draw_is_shown_where_the_public_ones_pass():
    secret = verdict(0.0, 1.0, "The value at place 3 is 7, but should be 8.")
    shown = showable(secret, verdict(3.0, 1.0, "fine"), "")
    assert (shown.points, shown.status) == (1.0, "partial")
    assert "7" not in str(dataclasses.asdict(shown))
    assert shown.message.startswith("It agrees with the reference on the cases of `check`, but not on all those")
