"""No honest loss: a right answer keeps every point, whatever else its notebook does."""

# ruff: noqa: E501  (a notebook's cell is easier to read on one line)

import json

import pytest
from house_rules.house import MADE_UP

from course_lib.grading import demo_class
from course_lib.grading.examiner.notebook_result import examine_notebook
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox.lockdown import Limits

CONCEPT = "letters"
LIMITS = Limits(call=10.0, cell=10.0, memory=1 << 30)
RIGHT = "def to_upper(text):\n    return ''.join(chr(ord(c) - 32) if 'a' <= c <= 'z' else c for c in text)"
BODY = RIGHT.partition("\n")[2]


def released(concept):
    return json.loads((MADE_UP / "exercises" / concept / f"{concept}.ipynb").read_text())


def code(source):
    return {"cell_type": "code", "id": "", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


@pytest.fixture(scope="module")
def release():
    whole = released(CONCEPT)
    whole["cells"] = [cell for cell in whole["cells"] if cell["id"] in ("start-2", "answer-to_upper", "check-to_upper")]
    return whole


@pytest.fixture
def grade(warm, release):
    def grade(answer=RIGHT, before=(), after=(), between=()):
        notebook = demo_class.filled(release, {f"{CONCEPT}.to_upper": answer})
        start, written, check = notebook["cells"]
        cells = [start, *map(code, before), written, *map(code, between), check, *map(code, after)]
        repaired = repair(json.dumps(notebook | {"cells": cells}).encode(), release)
        return examine_notebook(warm, repaired, 11, LIMITS)

    return grade


ANSWERS = {
    "warns": f"import warnings\ndef to_upper(text):\n    warnings.warn('loud')\n{BODY}",
    "prints": f"import sys\ndef to_upper(text):\n    print('hi'); print('there', file=sys.stderr)\n{BODY}",
    "type hints": f"from __future__ import annotations\ndef to_upper(text: str) -> str:\n{BODY}",
    "other parameter names": RIGHT.replace("text", "s"),
    "another default": RIGHT.replace("(text)", "(text='')", 1),
    "a lambda": "to_upper = lambda text: ''.join(chr(ord(c) - 32) if 'a' <= c <= 'z' else c for c in text)",
    "cached": f"import functools\n@functools.lru_cache\n{RIGHT}",
    "partial": f"import functools\ndef f(table, text):\n{BODY}\nto_upper = functools.partial(f, None)",
    "recursion": "def to_upper(t):\n    return t and (chr(ord(t[0]) - 32) if 'a' <= t[0] <= 'z' else t[0]) + to_upper(t[1:])",
    "loops with state": "def to_upper(text):\n    out = ''\n    for c in text:\n        n = ord(c)\n"
    "        out += chr(n ^ 32) if 97 <= n <= 122 else c\n    return out",
    "numpy": "import numpy as np\ndef to_upper(text):\n    n = np.array([ord(c) for c in text], dtype=np.int64)\n"
    "    n[(n >= 97) & (n <= 122)] -= 32\n    return ''.join(map(chr, n.tolist()))",
    "a slow import": f"import time\ntime.sleep(1)\n{RIGHT}",
    "only as a script": f"if __name__ == '__main__':\n    {RIGHT.replace(chr(10), chr(10) + '    ')}",
    "with a try-out below": f"{RIGHT}\nto_upper('abc')",
    "with a check below": f"{RIGHT}\ncheck('letters.to_upper', to_upper)",
    "a print of its verdict": f"{RIGHT}\nv = check('letters.to_upper', to_upper)\nprint(v, float(v), v.passed)",
    "timed": f"%%time\n{RIGHT}",
    "a thread inside": f"import threading\ndef to_upper(text):\n    t = threading.Thread(target=print)\n    t.start(); t.join()\n{BODY}",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_right_answer_keeps_its_points(grade, name):
    full(grade(ANSWERS[name]))


AROUND = {
    "installs": {"before": ["!pip install course_lib", "%pip install numpy", "x = !ls", "%%bash\nls"]},
    "plots": {"before": ["%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"]},
    "displays": {"before": ["display(1)", "from IPython.display import Markdown\nMarkdown('*x*')"]},
    "awaits": {"before": ["import asyncio\nawait asyncio.sleep(0.01)"]},
    "asks": {"before": ["name = input('who? ')"]},
    "fails elsewhere": {"before": ["1 / 0", "this is no python", "undefined"]},
    "exits elsewhere": {"before": ["exit()", "import sys; sys.exit(3)", "raise KeyboardInterrupt"]},
    "uses the course": {"before": ["from course_lib import letters\nfrom course_lib import made_up"]},
    "writes a file": {"before": ["open('notes.txt', 'w').write('x')\nopen('notes.txt').read()"]},
    "a temporary file": {"before": ["import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')"]},
    "times": {"before": ["%timeit -n2 -r2 sum(range(10))"]},
    "loads extensions": {"before": ["%load_ext autoreload\n%autoreload 2", "%config InlineBackend.figure_format = 'svg'"]},
    "a line that Colab knows": {"before": ["%tensorflow_version 2.x", "from google.colab import drive, files\ndrive.mount('/x')"]},
    "filters warnings as errors": {"before": ["import warnings\nwarnings.simplefilter('error')"]},
    "seeds the world": {"before": ["import random, numpy as np\nrandom.seed(0); np.random.seed(0)"]},
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_it_costs_nothing(grade, name):
    full(grade(**AROUND[name]))


TORCH = """
import torch
x = torch.tensor([[1.0, 2.0]], dtype=torch.float16)
done = [torch.where(x > 0, x, 0.0).softmax(dim=-1), torch.nn.LSTM(2, 1).half()(x[None])[0]]
done.append(torch.compile(lambda y: y + 1)(x))
print([str(part.dtype) for part in done])
"""


def test_what_torch_asks_of_the_processor_and_a_compiler_is_there(load):
    """Once, float16 cost a point here that it did not cost in `check`: what it asks first no child may read."""
    reply = load("").ask("cell", 20.0, source=TORCH, limit=10_000)
    assert reply["error"] is None, reply["outputs"]
    assert reply["outputs"][0]["text"].count("float16") == 3


HELPED = RIGHT.replace("chr(ord(c) - 32)", "shift(c)")
HELPER = "def shift(c):\n    return chr(ord(c) - 32)"


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_a_helper_may_stand_in_any_cell(grade, place):
    full(grade(HELPED, **{place: [HELPER]}))


def test_a_name_used_again_later_costs_nothing(grade):
    """In the notebook the check came first: a later cell that reuses a helper's name must not spoil the answer."""
    full(grade(HELPED, before=[HELPER], after=["def shift(c):\n    return 'another thing'"]))


def test_a_later_copy_of_the_blank_costs_nothing(grade):
    full(grade(after=["def to_upper(text):\n    raise NotImplementedError()"]))


def test_an_answer_written_below_its_check_counts(grade):
    full(grade("def to_upper(text):\n    raise NotImplementedError()", after=[RIGHT]))


def test_cells_that_need_later_ones_are_tried_again(grade):
    full(grade("table = make()\n" + RIGHT.replace("chr(ord(c) - 32)", "table[c]"),
               after=["def make():\n    return {chr(n): chr(n - 32) for n in range(97, 123)}"]))  # fmt: skip


def test_another_cell_that_never_ends_costs_nothing(grade, warm, release):
    result = grade(before=["import os\nos._exit(1)"])
    full(result)
    assert result.trouble


def full(result):
    for verdict in result.verdicts.values():
        assert verdict.points == verdict.max_points, (verdict.exercise, verdict.message, result.trouble)


def test_a_wrong_answer_does_lose(grade):
    """The control of all tests above."""
    assert grade("def to_upper(text):\n    return text").verdicts["check-to_upper"].points == 0
