"""Every solution of the course, handed in as a student would, earns every point in the sandbox."""

import json

import pytest
from house_rules.house import ROOT, names

from course_lib.grading import demo_class
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import Limits

LIMITS = Limits(call=10.0, cell=10.0, memory=1 << 30)


@pytest.mark.parametrize("concept", names(ROOT))
def test_a_solution_handed_in_earns_every_point(warm, concept):
    release = json.loads((ROOT / "exercises" / concept / f"{concept}.ipynb").read_text(encoding="utf-8"))
    notebook = demo_class.filled(release, demo_class.solutions_of(ROOT / "solutions" / f"{concept}.py"))
    result = examine_notebook(warm, repair(json.dumps(notebook).encode(), release), 17, LIMITS)
    assert result.verdicts
    for verdict in result.verdicts.values():
        assert verdict.points == verdict.max_points, (verdict.exercise, verdict.message, result.trouble)
