"""Whatever kind of object an answer returns: `course check`, which asks here, and grading, which asks there, agree.

Stock nbgrader reads what `check` prints, so it agrees as well; `test_stock_nbgrader` looks at that.
"""

# ruff: noqa: E501  (a kind is easier to read on one line)

import inspect
import sys

import pytest
from house_rules.house import MADE_UP

from course_lib.checking import InThisProcess, examine, load, places
from course_lib.checking.rubric import unwatched
from course_lib.grading.examiner.remote_respondent import RemoteRespondent
from course_lib.grading.sandbox.lockdown import Limits

PATIENT = Limits(call=20.0, cell=30.0, notebook=120.0)

# The right result as another kind of object: a type, what it becomes, and whether that is right is the kit's to say.
PRELUDE = """
import collections, enum, sys, types
import numpy as np
torch = sys.modules.get("torch")
class Text(str): pass
class Whole(int): pass
class Row(list): pass
class Table(np.ndarray): pass
def named(v): return collections.namedtuple("Pair", [f"f{i}" for i in range(len(v))])(*v)
def whole(v): return enum.IntEnum("Number", {"found": v}).found
def is_tensor(v): return torch is not None and type(v) in (torch.Tensor, torch.nn.Parameter)
def ints(v): return bool(v) and all(type(n) is int for n in v)
"""
KINDS = {
    "as it is": "v",
    "a shape": "torch.Size(v) if torch and type(v) in (tuple, list) and ints(v) else v",
    "a named tuple": "named(v) if type(v) in (tuple, list) else v",
    "a list for a tuple": "list(v) if type(v) is tuple else tuple(v) if type(v) is list else v",
    "a class of its own": "Text(v) if type(v) is str else Whole(v) if type(v) is int else Row(v) if type(v) is list else v",
    "an enumeration": "whole(v) if type(v) is int else v",
    "a scalar of NumPy": "np.array(v)[()] if type(v) in (int, float, bool, str) else v",
    "an array without axes": "np.array(v) if type(v) in (int, float, bool, str) else v",
    "a tensor without axes": "torch.tensor(v) if torch and type(v) in (int, float, bool) else v",
    "True for one": "bool(v) if type(v) is int else int(v) if type(v) is bool else v",
    "a whole float": "float(v) if type(v) is int and abs(v) < 2**53 else v",
    "one that cannot be written": "np.broadcast_to(v, v.shape) if type(v) is np.ndarray else v",
    "another order in memory": "np.asfortranarray(v) if type(v) is np.ndarray else v.mT.contiguous().mT if is_tensor(v) and v.ndim > 1 else v",
    "an array of a class of its own": "v.view(Table) if type(v) is np.ndarray else v",
    "a parameter": "torch.nn.Parameter(v.detach()) if is_tensor(v) and v.is_floating_point() else v",
    "with a gradient": "v.detach().requires_grad_() if is_tensor(v) and v.is_floating_point() else v",
    "an array for a tensor": "v.detach().numpy() if is_tensor(v) else torch.from_numpy(v.copy()) if torch and type(v) is np.ndarray and v.dtype.kind in 'biuf' else v",
    "a generator": "iter(v) if type(v) is list else v",
    "a range": "range(len(v)) if type(v) is list and v == list(range(len(v))) else v",
    "changeable bytes": "bytearray(v) if type(v) is bytes else v",
    "an ordered dict": "collections.OrderedDict(v) if type(v) is dict else v",
    "a dict that cannot be changed": "types.MappingProxyType(v) if type(v) is dict else v",
    "what cannot be": "...",
}  # fmt: skip
# The made-up exercises return every type there is: text, bytes, numbers, tuples, lists, dicts, arrays, tensors, nothing.
EXERCISES = [
    name
    for concept in places.concepts(MADE_UP)
    for name in places.exercises(concept, MADE_UP)
    if ".drive" not in places.rubric_file(name, MADE_UP).read_text(encoding="utf-8")
]


def answers(name, kind):
    """Return the source of an answer that turns the reference's result into this kind."""
    module, _, short = f"course_lib.{name}".rpartition(".")
    change = f"def change(v):\n    return {KINDS[kind]}\n"
    return f"{PRELUDE}{change}import {module} as home\ndef {short}(*args, **options):\n    return change(home.{short}(*args, **options))\n"


def compare(load_cells, name, kind):
    rubric = unwatched(load(name.partition(".")[0])[name])
    module = sys.modules[rubric.answer.__module__]
    space = {}
    exec(answers(name, kind), space)
    here = examine(rubric, InThisProcess(space[rubric.answer.__name__]), 0, 0)
    sources = {n: inspect.getsource(m) for n, m in sys.modules.items() if is_concept(n)}
    loaded = []

    def there_answers():
        if not loaded or not loaded[-1].child.alive:
            loaded.append(load_cells(answers(name, kind), sources=sources, limits=PATIENT))
        return loaded[-1]

    there = examine(rubric, RemoteRespondent(there_answers, PATIENT), 0, 0)
    assert (there.status, there.points) == (here.status, here.points), (here.message, there.message, module.__name__)


def is_concept(name):
    return name.removeprefix("course_lib.") in places.known_concepts()


QUICK = {("made_up.extent", kind) for kind in ("a shape", "a named tuple", "a list for a tuple")}
QUICK |= {("letters.utf8_encode", "changeable bytes"), ("letters.letter_gap", "a scalar of NumPy")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kind"),
    [pytest.param(n, k, marks=[] if (n, k) in QUICK else pytest.mark.whole) for n in EXERCISES for k in KINDS],
)
def test_check_and_grading_agree_on_every_kind_of_result(load, name, kind):
    compare(load, name, kind)
