"""Forbidden shortcuts are noticed under whatever name, and nothing else is."""

import builtins
import functools
import io
import linecache
from collections import Counter

import pytest
import torch
import torch.nn.functional as F
from torch import softmax as renamed

from course_lib.checking import RubricError, check
from course_lib.checking.forbidden import Watch, resolve


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (lambda scores: torch.softmax(scores, -1), "torch.softmax"),
        (lambda scores: renamed(scores, -1), "torch.softmax"),
        (lambda scores: scores.softmax(-1), "torch.Tensor.softmax"),
        (lambda scores: F.softmax(scores, -1), "torch.nn.functional.softmax"),
        (lambda scores: torch.nn.Softmax(-1)(scores), "torch.nn.functional.softmax"),
        (lambda scores: getattr(torch, "soft" + "max")(scores, -1), "torch.softmax"),
    ],
)
def test_a_shortcut_is_noticed_however_it_is_reached(answer, path):
    verdict = check("made_up.softmax", answer)
    assert verdict.points == 0
    assert f"`{path}`" in verdict.message


def test_building_it_from_simpler_operations_passes():
    def softmax(scores):
        powers = (scores - scores.amax(-1, keepdim=True)).exp()
        return powers / powers.sum(-1, keepdim=True)

    assert check("made_up.softmax", softmax).passed


def uses(paths, function, *args):
    watch, used = Watch(tuple(paths)), []
    with watch.watching(used):
        function(*args)
    return used or ([mentioned] if (mentioned := watch.mentioned(function)) else [])


def helper(text):
    return text.upper()


def test_methods_builtins_helpers_and_uncalled_mentions_are_noticed():
    assert uses(["str.upper"], lambda s: s.upper(), "a") == ["str.upper"]
    assert uses(["str.upper"], lambda s: "".join(map(str.upper, s)), "a") == ["str.upper"]
    assert uses(["str.upper"], lambda s: helper(s), "a") == ["str.upper"]
    assert uses(["sorted"], lambda s: sorted(s), "ba") == ["sorted"]
    assert uses(["sorted"], lambda s: list(map(sorted, s)), "ba") == ["sorted"]
    assert uses(["collections.Counter"], lambda s: Counter(s), "ba") == ["collections.Counter"]
    assert uses(["numpy.pad"], lambda s: __import__("numpy").pad([1], 1), "") == ["numpy.pad"]


def test_the_shortcut_itself_or_a_class_that_only_inherits_it_is_noticed():
    class Mine(Counter):
        pass

    watch = Watch(("collections.Counter", "sorted"))
    assert [watch.mentioned(answer) for answer in (Counter, Mine, sorted)] == ["collections.Counter"] * 2 + ["sorted"]
    assert watch.mentioned(dict) is None


AS_TEXT = ("bytes(text, encoding)", "bytearray(text, encoding)", "io.TextIOWrapper", "open")
alias, codec = bytes, "utf-8"


def hands_the_text_to_a_helper(text):
    return encoded_elsewhere(text)


def encoded_elsewhere(text):
    return bytes(text, encoding=codec)


def takes_another_name_for_it(text):
    import builtins as own

    make = own.bytearray
    return bytes(make(text, codec))


@functools.cache
def remembers(text):
    return bytes(text, codec)


def writes_to_a_file_in_memory(text):
    held = io.BytesIO()
    writer = io.TextIOWrapper(held, encoding=codec)
    writer.write(text)
    writer.flush()
    return held.getvalue()


@pytest.mark.parametrize(
    ("answer", "entry"),
    [
        (lambda text: bytes(text, "utf-8"), AS_TEXT[0]),
        (lambda text: bytes(text, encoding="utf-8"), AS_TEXT[0]),
        (lambda text: bytes(source=text, encoding=codec, errors="strict"), AS_TEXT[0]),
        (lambda text: bytes(*[text, "utf-8"]), AS_TEXT[0]),
        (lambda text: alias(text, "utf-8"), AS_TEXT[0]),
        (lambda text: builtins.bytes(text, "utf-8"), AS_TEXT[0]),
        (lambda text: functools.partial(bytes, encoding="utf-8")(text), AS_TEXT[0]),
        (lambda text: b"".join(map(bytes, [text], ["utf-8"])), AS_TEXT[0]),
        (lambda text: b"".join(bytes(c, "utf-8") for c in text), AS_TEXT[0]),
        (lambda text: bytes(bytearray(text, "utf-8")), AS_TEXT[1]),
        (lambda text: type(b"")(text, "utf-8"), AS_TEXT[0]),  # noqa: UP003
        (functools.partial(bytes, encoding="utf-8"), AS_TEXT[0]),
        (functools.partial(encoded_elsewhere), AS_TEXT[0]),
        (hands_the_text_to_a_helper, AS_TEXT[0]),
        (takes_another_name_for_it, AS_TEXT[1]),
        (remembers, AS_TEXT[0]),
        (writes_to_a_file_in_memory, AS_TEXT[2]),
    ],
)
def test_a_call_that_encodes_a_text_is_noticed_under_whatever_name(answer, entry):
    assert answer("é") == b"\xc3\xa9"
    assert uses(AS_TEXT, answer, "é") == [entry]


def test_a_helper_in_another_cell_and_the_methods_of_a_class_are_read(monkeypatch):
    cells = {
        "<cell-1>": "make = bytes\nclass Encoder:\n    def encoded(self, text):\n        return make(text, 'utf-8')\n",
        "<cell-2>": "def answer(text):\n    return Encoder().encoded(text)\n",
        "<cell-3>": "def other(text):\n    return text\n",
    }
    notebook: dict = {"__name__": "__main__"}
    for name, source in cells.items():
        monkeypatch.setitem(linecache.cache, name, (len(source), None, source.splitlines(keepends=True), name))
        exec(compile(source, name, "exec"), notebook)
    assert uses(AS_TEXT, notebook["answer"], "é") == [AS_TEXT[0]]
    assert uses(AS_TEXT, notebook["other"], "é") == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda text: bytes([ord(c) for c in text]),
        lambda text: bytes(map(ord, text)),
        lambda text: bytes(bytearray(ord(c) for c in text)),
        lambda text: b"".join(map(bytes, [[1], [2]])),
        lambda text: isinstance(text, (bytes, bytearray)),
        lambda text: (lambda bytes: bytes(text, "utf-8"))(lambda *both: both),
    ],
)
def test_bytes_of_numbers_are_no_shortcut(answer):
    assert uses(AS_TEXT, answer, "a") == []


class Parent:
    def __init__(self):
        self.done = 0


class Child(Parent):
    """Has its parent's `__init__`."""


class Sibling(Parent):
    """Has it too."""


def test_a_class_that_shares_its_parents_init_is_not_taken_for_another_one(monkeypatch):
    monkeypatch.setattr("collections.Child", Child, raising=False)
    monkeypatch.setattr("collections.Sibling", Sibling, raising=False)
    both = ["collections.Child", "collections.Sibling"]
    made = {kind: (lambda _, kind=kind: kind()) for kind in (Parent, Child, Sibling)}
    assert [uses(both, made[kind], "") for kind in (Parent, Child, Sibling)] == [[], both[:1], both[1:]]


def test_a_c_function_of_the_same_name_in_another_module_is_no_shortcut():
    import os

    assert uses(["open"], lambda path: os.close(os.open(path, os.O_RDONLY)), __file__) == []
    assert uses(["open"], lambda path: io.open(path).close(), __file__) == ["open"]  # noqa: UP020


def test_an_answer_wrapped_in_a_circle_is_read_no_further():
    class Circle:
        def __call__(self, text):
            return text

    answer = Circle()
    answer.__wrapped__ = answer
    assert Watch(("sorted",)).mentioned(answer) is None


def test_what_only_has_the_same_name_is_not_a_shortcut():
    class Text:
        def upper(self):
            return "own"

    assert uses(["torch.softmax"], lambda s: s, "a") == []
    assert uses(["str.lower"], lambda s: s.upper(), "a") == []
    assert uses(["torch.Tensor.sum"], lambda s: sum([1, 2]), "a") == []


def test_a_profiler_that_was_there_before_is_put_back():
    import sys

    before = sys.getprofile()
    uses(["sorted"], lambda s: s, "a")
    assert sys.getprofile() is before


def test_a_path_that_names_nothing_is_the_authors_error():
    with pytest.raises(RubricError, match=r"forbids='torch.no_such' names nothing: there is no 'no_such' in it"):
        Watch(("torch.no_such",))
    with pytest.raises(RubricError, match="names nothing"):
        resolve("nowhere_at_all.thing")
