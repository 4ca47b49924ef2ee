"""Notebooks that take all the time or memory they can get: what they may take in all, and who pays for it."""

import json
import os
import resource

import pytest
from house_rules.house import MADE_UP

from course_lib.grading import demo_class, worker
from course_lib.grading.examiner import exchange
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.examiner.warm_server import ServerGone, WarmServer
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.verdict_files import Task

LIMITS = Limits(call=1.0, cell=2.0, notebook=8.0, memory=512 << 20, processes=24, disk=8 << 20, file=4 << 20)


def handed_in(concept, answers, cells):
    """Return a released notebook, and one with these answers and these cells before them."""
    release = json.loads((MADE_UP / "exercises" / concept / f"{concept}.ipynb").read_text())
    kept = {f"{kind}-{name}" for name in answers for kind in ("answer", "check")}
    release["cells"] = [cell for cell in release["cells"] if cell["id"] in kept]
    made = demo_class.filled(release, {f"{concept}.{name}": text for name, text in answers.items()})
    own = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": text} for i, text in enumerate(cells)]
    return release, json.dumps(made | {"cells": own + made["cells"]}).encode()


@pytest.fixture
def examined(warm):
    """Return a function that examines one answer of a concept, with cells before it."""

    def examined(cells, name="to_upper", answer=None, concept="letters", limits=LIMITS):
        answer = answer or demo_class.solutions_of(MADE_UP / "solutions" / f"{concept}.py")[f"{concept}.{name}"]
        release, data = handed_in(concept, {name: answer}, cells)
        result = examine_notebook(warm, repair(data, release), 7, limits)
        return result, result.verdicts[f"check-{name}"]

    return examined


@pytest.mark.slow
def test_any_number_of_cells_may_end_the_process(examined):
    result, verdict = examined(["import os\nos._exit(0)"] * 12)
    assert verdict.passed
    assert len(result.trouble) == 12


@pytest.mark.slow
@pytest.mark.whole
def test_cells_that_take_too_long_together_leave_those_above_graded(examined):
    _, verdict = examined(["import time\ntime.sleep(0.45)"] * 40)
    assert verdict.points == 0
    assert "together ran for more than 8 s" in verdict.message


@pytest.mark.slow
@pytest.mark.whole
def test_a_notebook_that_is_slow_every_time_ends(examined):
    """Each load takes its time, each exercise asks for another: without a limit this takes loads times exercises."""
    slow = "import time, os\ntime.sleep(1.5)"
    dies = "def to_upper(text):\n    import os\n    os._exit(0)"
    result, verdict = examined([slow] * 5, answer=dies)
    assert verdict.points == 0
    assert result.seconds < 5 * LIMITS.notebook + 60  # by its own limit of four notebooks, on a busy machine as well


def test_a_hundred_cells_show_no_more_than_is_kept(examined):
    result, verdict = examined(["print('x' * 200_000)"] * 100)
    assert verdict.passed
    assert len(result.to_json()) < 10 << 20
    shown = [output for outputs in result.outputs.values() for output in outputs]
    assert "more was printed than is kept" in shown[-1]["text"]


ENDLESS = """
import time
import torch
class Walk:
    def __init__(self, parameters, *rest): self.found = parameters
    def step(self, gradients): pass
    @property
    def parameters(self):
        while True:
            yield {value}
"""


def endless(value):
    """Return an optimizer that never comes to the end of its parameters."""
    return ENDLESS.format(value=value)


@pytest.mark.slow
@pytest.mark.whole
def test_an_endless_answer_that_a_driver_follows_ends(examined):
    """The examiner's alarm ends a case, which takes it for the answer's own error; the next one has an end, too."""
    _, verdict = examined([], "Walk", endless("time.sleep(0.2) or self.found[0]"), "made_up")  # would never end
    assert verdict.points == 0


@pytest.mark.slow
def test_an_endless_answer_does_not_fill_the_examiner(examined, monkeypatch):
    monkeypatch.setattr(exchange, "MOST_BYTES", 64 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, verdict = examined([], "Walk", endless("torch.ones(1 << 20)"), "made_up")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 << 10
    assert verdict.points == 0
    assert "64 MB together" in verdict.message


def test_what_was_shown_can_be_written_as_text_and_is_a_picture(examined):
    cells = [
        "print('\\ud800')\nraise ValueError('\\udfff')",
        "from IPython.display import display\nimport base64\n"
        "png = base64.b64encode(bytes([137]) + b'PNG\\r\\n' + b'0' * 9).decode()\n"
        "for text in (png, '\\n'.join(png), png + '\"><b>', '<b>' + png, png[:-4]):\n"
        "    display({'image/png': text}, raw=True)",
    ]
    result, _ = examined(cells, answer="def to_upper(text):\n    raise ValueError('\\ud800')")
    result.to_json().encode()
    pictures = [output["data"]["image/png"] for output in result.outputs["c1"]]
    assert len(pictures) == 3
    assert not any("<" in picture or "\n" in picture for picture in pictures)


def test_an_exercise_that_ended_the_grader_has_a_verdict_that_is_kept(warm):
    release, data = handed_in("letters", {"to_upper": "def to_upper(text): return text"}, ["1"])
    endless = ("letters.to_upper",)
    result = examine_notebook(warm, repair(data, release), 7, LIMITS, endless)
    verdict = result.verdicts["check-to_upper"]
    assert (verdict.status, verdict.points) == ("failed", 0)
    assert "longer than there is time" in verdict.message
    assert not result.failed


@pytest.mark.slow
def test_a_server_that_ends_is_our_trouble_and_started_again(monkeypatch):
    release, data = handed_in("letters", {"to_upper": "def to_upper(text): return text"}, ["1"])
    task = Task("letters", "ada", data, json.dumps(release).encode(), 7, LIMITS)
    ended = []

    class Mortal(WarmServer):
        def child(self, limits):
            if not ended:
                ended.append(os.kill(self.process.pid, 9))
            return super().child(limits)

    monkeypatch.setattr(worker, "WarmServer", Mortal)
    worker.close()
    try:
        assert worker.grade(task).verdicts["check-to_upper"].status == "failed"
        worker.close()
        monkeypatch.setattr(Mortal, "child", lambda *_: (_ for _ in ()).throw(ServerGone))
        with pytest.raises(ServerGone):
            worker.grade(task)
    finally:
        worker.close()
