"""Hostile notebooks: none raises its score, reads a secret, touches the gradebook or stops the run."""

import json
import socket
import tempfile
from pathlib import Path

import pytest
from grading import hostile
from grading.conftest import needs_landlock
from house_rules.house import MADE_UP, ROOT

from course_lib.grading import demo_class
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.gradebook import graded_notebook
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import NETWORK, Limits

CONCEPT = "letters"
LIMITS = Limits(call=3.0, cell=4.0, notebook=40.0, memory=512 << 20, processes=24, disk=8 << 20, file=4 << 20)
CANARY = "CANARY-5f1c"
RUBRIC = "Control codes went out as they are and show nothing"  # a sentence that stands in the rubric alone


@pytest.fixture(scope="module")
def release():
    """Return the exercise notebook with two exercises: one to attack, one to see that nothing else suffers."""
    whole = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
    kept = ("answer-to_upper", "check-to_upper", "answer-utf8_encode", "check-utf8_encode")
    whole["cells"] = [cell for cell in whole["cells"] if cell["id"] in kept]
    return whole


@pytest.fixture(scope="module")
def right():
    return demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")


@pytest.fixture
def course():
    """A course folder, open to every user, whose gradebook and secret hold a word that must never come out."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o777)
        for name in ("gradebook.db", ".grading/secret", "submitted/ada/made_up/made_up.ipynb"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(CANARY)
            (place / name).chmod(0o666)
        yield place


@pytest.fixture
def attack(warm, release, right, course):
    """Return a function that grades a hostile notebook, whose other exercise is answered right."""
    layers: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(listener.getsockname())
    words = {
        "course": str(course),
        "made_up": str(MADE_UP),
        "port": listener.getsockname()[1],
    }

    def attack(cell, answer=hostile.WRONG):
        answers = {f"{CONCEPT}.to_upper": answer, f"{CONCEPT}.utf8_encode": right[f"{CONCEPT}.utf8_encode"]}
        notebook = demo_class.filled(release, answers)
        source = cell
        for name, word in words.items():
            source = source.replace(f"@{name}@", repr(word))
        first = {"cell_type": "code", "id": "first", "metadata": {}, "source": source, "outputs": []}
        notebook["cells"].insert(0, first | {"execution_count": None})
        repaired = repair(json.dumps(notebook).encode(), release)
        result = examine_notebook(warm, repaired, 7, LIMITS)
        layers.extend(result.layers)
        return result, json.dumps(graded_notebook.graded(repaired.notebook, result))

    yield attack
    listener.settimeout(0.01)
    with pytest.raises(TimeoutError):
        listener.accept()  # nobody got out
    listener.close()
    datagrams.settimeout(0.01)
    if NETWORK in layers:  # Landlock alone does not know UDP
        with pytest.raises(TimeoutError):
            datagrams.recv(1)
    datagrams.close()


def unharmed(name, result, shown, course):
    """Check what holds for every hostile notebook."""
    attacked, other = (result.verdicts[f"check-{name}"] for name in ("to_upper", "utf8_encode"))
    assert attacked.points == 0, attacked
    assert attacked.message
    assert name in hostile.BREAKS_ITSELF or other.points == other.max_points, other
    assert CANARY not in shown
    assert RUBRIC not in shown
    assert "<script" not in "".join(markup(json.loads(shown)))
    assert (course / "gradebook.db").read_text() == CANARY
    assert sorted(path.name for path in course.iterdir()) == [".grading", "gradebook.db", "submitted"]


def markup(notebook):
    """Yield what a browser would take for HTML: cards, and Markdown cells that we wrote."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/plain", "text/html", "image/png"}
            yield output.get("data", {}).get("text/html", "")
        if cell["id"] == "how-it-was-graded":
            yield cell["source"]


@pytest.mark.parametrize("name", hostile.RAISE_THE_SCORE)
def test_no_trick_raises_a_score(attack, course, name):
    unharmed(name, *attack(*hostile.RAISE_THE_SCORE[name]), course)


@needs_landlock
@pytest.mark.parametrize("name", hostile.READ_WHAT_IS_SECRET)
def test_no_secret_is_read(attack, course, name):
    unharmed(name, *attack(hostile.READ_WHAT_IS_SECRET[name]), course)


@needs_landlock
@pytest.mark.parametrize("name", hostile.HARM_THE_GRADER)
def test_no_harm_is_done(attack, course, name):
    unharmed(name, *attack(hostile.HARM_THE_GRADER[name]), course)


@pytest.mark.slow
@needs_landlock
@pytest.mark.parametrize("name", hostile.HARM_SLOWLY)
def test_no_limit_is_passed(attack, course, name):
    unharmed(name, *attack(hostile.HARM_SLOWLY[name]), course)


def test_a_right_answer_would_have_earned_its_points(attack, right):
    """The control: it is the answers that fail above, not the exercise."""
    result, _ = attack("", right[f"{CONCEPT}.to_upper"])
    assert result.verdicts["check-to_upper"].points == result.verdicts["check-to_upper"].max_points


def test_the_page_for_teachers_counts_them_right():
    kinds = (hostile.RAISE_THE_SCORE, hostile.READ_WHAT_IS_SECRET, hostile.HARM_THE_GRADER, hostile.HARM_SLOWLY)
    page = (ROOT / "book/teachers.md").read_text()
    assert f"tests with {sum(map(len, kinds))} hostile notebooks" in page
