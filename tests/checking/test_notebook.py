"""A whole notebook: a verdict for each exercise, whatever a cell does; clear words for what is no notebook."""

import json
import os
import time

import pytest

from course_lib.checking import find
from course_lib.checking.notebook import Report, check_notebook
from course_lib.checking.reading import Unusable

pytestmark = pytest.mark.slow

IMPORT = "from course_lib.checking import check"
UPPER = 'def to_upper(text):\n    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)'
CHECK_UPPER = 'check("letters.to_upper", to_upper)'
CHECK_ROW = 'check("letters.table_row", table_row)'
BLANK_ROW = "def table_row(first, width):\n    raise NotImplementedError()"


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook of these code cells and return its path."""

    def write(*sources, **metadata):
        cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Some ", "words"]}]
        cells += [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources]
        for place, about in metadata.items():
            cells[1 + int(place.removeprefix("cell"))]["metadata"] = about
        path = tmp_path / "mine.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return path

    return write


def verdicts(report: Report):
    """Return the verdicts by the exercise's last name."""
    return {verdict.exercise.rpartition(".")[2]: verdict for verdict in report.verdicts}


def test_right_wrong_known_and_blank_answers_each_get_their_verdict(notebook):
    known = 'def to_upper(text):\n    return "".join(chr(ord(c) - 32) if "a" <= c < "z" else c for c in text)'
    wrong = "def length_key(text):\n    return -len(text)"
    helper = "from course_lib.rubrics.letters.letter_gap import gap_with"
    right = f"def letter_gap(left, right):\n    {helper}\n    return gap_with(left, right)"
    checks = [f'check("letters.{name}", {name})' for name in ("length_key", "letter_gap")]
    report = check_notebook(
        notebook(IMPORT, known, CHECK_UPPER, BLANK_ROW, CHECK_ROW, wrong, checks[0], right, checks[1])
    )
    found = verdicts(report)
    assert {name: verdict.status for name, verdict in found.items()} == {
        "to_upper": "failed",
        "table_row": "blank",
        "length_key": "failed",
        "letter_gap": "passed",
    }
    assert found["to_upper"].mistake == "leaves_the_z"
    assert found["length_key"].example is not None
    assert report.points == found["letter_gap"].max_points
    assert report.max_points == sum(verdict.max_points for verdict in report.verdicts)
    assert not report.passed
    assert report.problems == ()


def test_every_point_of_every_exercise_is_passed(notebook):
    report = check_notebook(notebook(IMPORT, UPPER, CHECK_UPPER))
    assert report.passed
    assert report.points == report.max_points > 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("def to_upper(text):\n    return (text", ["SyntaxError", "was never closed", "on line 2", "`return (text`"]),
        ("1 / 0\ndef to_upper(text): ...", ["ZeroDivisionError: division by zero", "on line 1", "`1 / 0`"]),
        ("def to_upper(text):\nreturn text", ["IndentationError", "on line 2"]),
        ("def to_upper(text=missing):\n    return text", ["NameError", "'missing'", "on line 1"]),
        ("import sys\nsys.exit('enough')\ndef to_upper(text): ...", ["SystemExit: enough", "on line 2"]),
        ("exit()\ndef to_upper(text): ...", ["SystemExit", "`exit` ends a notebook's kernel", "on line 1"]),
        ("input()\ndef to_upper(text): ...", ["EOFError", "on line 1"]),
        ("raise KeyboardInterrupt\ndef to_upper(text): ...", ["KeyboardInterrupt", "on line 1"]),
    ],
)
def test_an_answer_whose_cell_cannot_run_is_explained_by_its_own_error(notebook, answer, words):
    report = check_notebook(
        notebook(IMPORT, answer, CHECK_UPPER, BLANK_ROW, CHECK_ROW, cell1={"answer": "letters.to_upper"})
    )
    verdict = verdicts(report)["to_upper"]
    assert verdict.status == "failed"
    assert verdict.message.startswith("The cell of the answer cannot be run: ")
    for word in words:
        assert word in verdict.message
    assert verdicts(report)["table_row"].status == "blank"
    assert report.problems == ()


def test_a_deleted_or_renamed_answer_is_said_to_be_missing(notebook):
    report = check_notebook(notebook(IMPORT, CHECK_UPPER))
    assert verdicts(report)["to_upper"].message.startswith("`to_upper` is not there (NameError")


def test_an_error_elsewhere_is_told_beside_the_verdicts(notebook):
    report = check_notebook(notebook(IMPORT, "# try\nwrong = [1][2]", UPPER, CHECK_UPPER))
    assert verdicts(report)["to_upper"].passed
    expected = "Code cell 2 (`wrong = [1][2]`): raised IndexError: list index out of range, on line 2"
    assert report.problems == (f"{expected}: `wrong = [1][2]`",)


HARM = {
    "loops": ("while True:\n    pass", "it ran for more than 3 seconds and was stopped. Does a loop"),
    "sleeps": ("import time\ntime.sleep(1000)", "it ran for more than 3 seconds and was stopped"),
    "leaves": ("import os\nos._exit(3)", "it ended the Python interpreter (exit status 3). Take out"),
    "leaves as if all were well": ("import os\nos._exit(0)", "it ended the Python interpreter (exit status 0)"),
    "is killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "interpreter down (SIGKILL)"),
    "reads no memory of its own": ("import ctypes\nctypes.string_at(0)", "interpreter down (SIGSEGV)"),
    "closes every file": ("import os\nos.closerange(3, 100)", "it ended the Python interpreter"),
    "talks to the parent": (
        "import os\nfor fd in range(3, 40):\n    try: os.write(fd, b'hello\\n')\n    except OSError: 0",
        "it",
    ),
}


@pytest.mark.parametrize("kind", HARM)
def test_a_cell_that_brings_the_interpreter_down_costs_only_its_own_exercise(notebook, kind):
    harm, words = HARM[kind]
    row = BLANK_ROW.replace("raise", f"pass\n{harm}\n#")
    report = check_notebook(notebook(IMPORT, row, CHECK_ROW, UPPER, CHECK_UPPER), seconds=3)
    found = verdicts(report)
    assert found["to_upper"].passed
    assert (found["table_row"].status, found["table_row"].points) == ("failed", 0)
    assert found["table_row"].message.startswith("The cell of the answer was left out: ")
    assert words in found["table_row"].message
    assert found["table_row"].max_points == find("letters.table_row").max_points
    assert report.problems == ()


@pytest.mark.parametrize("kind", ["loops", "leaves", "is killed"])
def test_an_answer_that_brings_the_interpreter_down_when_called_costs_only_itself(notebook, kind):
    harm, words = HARM[kind]
    body = "\n".join(f"    {line}" for line in harm.splitlines())
    row = f"def table_row(first, width):\n{body}"
    found = verdicts(check_notebook(notebook(IMPORT, row, CHECK_ROW, UPPER, CHECK_UPPER), seconds=3))
    assert found["to_upper"].passed
    assert found["table_row"].message.startswith("The answer could not be checked: ")
    assert words in found["table_row"].message


def test_a_cell_beside_the_exercises_that_never_ends_costs_nothing(notebook):
    report = check_notebook(notebook(IMPORT, "while True:\n    pass", UPPER, CHECK_UPPER), seconds=3)
    assert report.passed
    assert report.problems[0].startswith("Code cell 2 (`while True:`): it ran for more than 3 seconds")


def test_the_limit_is_for_one_cell_not_for_all(notebook):
    nap = "import time; time.sleep(1.2)"
    report = check_notebook(notebook(IMPORT, nap, nap, nap, UPPER, CHECK_UPPER), seconds=3)
    assert report.passed
    assert report.problems == ()


ABSURD = {
    "a generator": "return (c for c in text)",
    "itself": "return to_upper",
    "a list that holds itself": "loop = []; loop.append(loop); return loop",
    "a huge array": "import numpy; return numpy.zeros(10**9, dtype='u1')",
    "a huge text": "return 'x' * 10**8",
    "what equals everything": "return type('Yes', (), {'__eq__': lambda *_: True})()",
    "what cannot be shown": "return type('No', (), {'__repr__': lambda self: 1 / 0})()",
    "nothing": "return None",
}


def test_absurd_answers_are_wrong_and_stop_nothing(notebook):
    names = list(ABSURD)
    for kind in names:
        report = check_notebook(
            notebook(IMPORT, f"def to_upper(text):\n    {ABSURD[kind]}", CHECK_UPPER, BLANK_ROW, CHECK_ROW), seconds=20
        )
        found = verdicts(report)
        assert found["to_upper"].status == "failed", kind
        assert len(found["to_upper"].message) < 1000, kind
        assert found["table_row"].status == "blank", kind


def test_a_wrong_signature_is_told(notebook):
    found = verdicts(check_notebook(notebook(IMPORT, "def to_upper():\n    return ''", CHECK_UPPER)))
    assert found["to_upper"].message == "`to_upper` is called with (text), but the answer takes ()."


def test_cells_run_as_in_jupyter(notebook):
    (notebook(IMPORT).parent / "beside_me.py").write_text("SHIFT = 32\n")
    report = check_notebook(
        notebook(
            f"%matplotlib inline\n{IMPORT}",
            "%%time\nimport beside_me",
            "names = !echo hello\nassert names == ['hello']\ndisplay(names)",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
            "__name__ == '__main__' or 1 / 0",
            "await __import__('asyncio').sleep(0)\nassert _5 is True",
            UPPER.replace("32", "beside_me.SHIFT"),
            CHECK_UPPER,
        )
    )
    assert report.problems == ()
    assert report.passed


def test_a_file_beside_the_notebook_cannot_stand_in_for_the_course(notebook):
    path = notebook(IMPORT, UPPER.replace("- 32", "- 31"), CHECK_UPPER)
    (path.parent / "course_lib.py").write_text("raise RuntimeError('not me')\n")
    (path.parent / "numpy.py").write_text("raise RuntimeError('not me')\n")
    report = check_notebook(path)
    assert verdicts(report)["to_upper"].status == "failed"
    assert report.problems == ()


def test_what_the_notebook_prints_goes_nowhere(notebook, capfd):
    loud = "import os, sys, warnings\nprint('out'); print('err', file=sys.stderr); os.write(1, b'x'); os.write(2, b'x')"
    report = check_notebook(
        notebook(IMPORT, loud, "!echo from the shell", "warnings.warn('careful')", UPPER, CHECK_UPPER)
    )
    assert report.passed
    assert report.problems == ()
    assert capfd.readouterr() == ("", "")


def test_an_exercise_whose_check_was_deleted_is_checked_all_the_same(notebook):
    report = check_notebook(notebook(UPPER, cell0={"answer": "letters.to_upper"}))
    assert verdicts(report)["to_upper"].passed


def test_answer_and_check_may_stand_in_one_cell(notebook):
    assert check_notebook(notebook(f"{IMPORT}\n{UPPER}\n{CHECK_UPPER}")).passed


def test_the_last_check_of_an_exercise_counts(notebook):
    other = "def mine(text):\n    return text"
    report = check_notebook(notebook(IMPORT, UPPER, other, 'check("letters.to_upper", mine)', CHECK_UPPER))
    assert report.passed
    assert len(report.verdicts) == 1


def test_a_cell_that_forks_is_checked_once(notebook):
    fork = "import os\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\nelse:\n    1 / 0"
    report = check_notebook(notebook(IMPORT, fork, UPPER, CHECK_UPPER), seconds=5)
    assert report.passed
    assert report.problems == (), "the forked child must not go on with the notebook"


def test_nothing_is_written_and_nothing_is_left_running(notebook, tmp_path):
    path = notebook(
        IMPORT,
        "import subprocess, threading, time\nhelper = subprocess.Popen(['sleep', '1000'])",
        "open('helper', 'w').write(str(helper.pid))",
        "threading.Thread(target=time.sleep, args=(1000,)).start()",
        UPPER,
        CHECK_UPPER,
    )
    before = path.read_bytes()
    assert check_notebook(path).passed
    assert path.read_bytes() == before
    helper = int((tmp_path / "helper").read_text())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["helper", "mine.ipynb"]
    assert _is_gone(helper)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="processes that left are found by /proc")
def test_what_leaves_its_session_is_ended_too(notebook, tmp_path):
    leave = "import subprocess\nhelper = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    path = notebook(IMPORT, f"{leave}open('helper', 'w').write(str(helper.pid))", UPPER, CHECK_UPPER)
    assert check_notebook(path).passed
    assert _is_gone(int((tmp_path / "helper").read_text()))


EVENTS = ["{}", "[]", "no JSON", '{"event": 5}', '{"event": "start"}', '{"event": "start", "step": 99}']
EVENTS += ['{"event": "start", "step": "x"}', '{"event": "verdict"}', '{"event": "verdict", "verdict": {}}']
EVENTS += ['{"event": "error", "step": -1}', '{"event": "plan"}', '{"event": "undefined", "exercise": "x"}']


@pytest.mark.parametrize("line", EVENTS)
def test_what_a_notebook_writes_to_our_channel_is_no_traceback(notebook, line):
    meddle = "import gc, io\nfor o in gc.get_objects():\n    if isinstance(o, io.TextIOWrapper) and o.writable():\n"
    meddle += f"        o.write({line + chr(10)!r}); o.flush()"
    report = check_notebook(notebook(IMPORT, meddle, UPPER, CHECK_UPPER), seconds=10)
    assert len(report.verdicts) == 1


def _is_gone(pid):
    for _ in range(50):
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().split()[2] == "Z":  # dead, but nobody has asked for its status yet
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_progress_is_told(notebook):
    seen = []
    check_notebook(notebook(IMPORT, UPPER, CHECK_UPPER), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3)]


GOOD = {"cells": [{"cell_type": "code", "metadata": {}, "source": CHECK_UPPER}], "nbformat": 4}

UNUSABLE = {
    "truncated": (json.dumps(GOOD, indent=1)[:-30], "is no whole notebook: its JSON breaks off or is damaged at line"),
    "in conflict": ("<<<<<<< mine\n" + json.dumps(GOOD), "at line 1, column 1"),
    "empty": ("", "is empty; get a fresh copy"),
    "not UTF-8": (b"\xff\xfe{}", "byte 0 is not UTF-8"),
    "a list": ("[]", "is no notebook that can be read: there is no list of cells"),
    "other JSON": ('{"cells": 3}', "is no notebook that can be read: there is no list of cells"),
    "too old": ('{"worksheets": []}', "from before 2015"),
    "without a source": ('{"cells": [{"cell_type": "code"}]}', "cell 1 has no source"),
    "with a cell that is none": ('{"cells": [null]}', "cell 1 has no source"),
    "nested": ("[" * 100_000, "nested too deeply"),
    "without exercises": (
        json.dumps(GOOD).replace("check(", "print("),
        "holds no exercise: no cell has the line check(",
    ),
    "without cells": ('{"cells": []}', "holds no exercise"),
    "with an unknown exercise": (
        json.dumps(GOOD).replace("to_upper", "to_uper"),
        "There is no exercise named 'letters.to_uper'; did you mean 'letters.to_upper'",
    ),
    "with an unknown concept": (
        json.dumps(GOOD).replace("letters", "lettters"),
        "There is no concept named 'lettters'; did you mean 'letters'",
    ),
    "with a nameless exercise": (json.dumps(GOOD).replace("letters.", ""), "the form 'concept.exercise'"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_cannot_be_used_is_refused_in_one_sentence_that_names_it(tmp_path, kind):
    content, words = UNUSABLE[kind]
    path = tmp_path / "given.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Unusable) as caught:
        check_notebook(path)
    said = str(caught.value)
    assert words in said
    assert str(path) in said
    assert "\n" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["given.ipynb"]


def test_what_is_not_there_or_is_no_notebook_file_is_refused(tmp_path, notebook):
    with pytest.raises(Unusable, match=r"^There is no file .*nowhere\.ipynb; name an exercise notebook"):
        check_notebook(tmp_path / "nowhere.ipynb")
    inside = notebook(IMPORT)
    with pytest.raises(Unusable, match=f"^{tmp_path} is a directory; name a notebook in it, such as {inside}"):
        check_notebook(tmp_path)
    (tmp_path / "answers.py").write_text(UPPER)
    with pytest.raises(Unusable, match=r"answers\.py is no notebook: the name of a notebook ends in \.ipynb"):
        check_notebook(tmp_path / "answers.py")
