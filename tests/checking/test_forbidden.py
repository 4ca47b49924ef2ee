"""Forbidden shortcuts are noticed under whatever name, and nothing else is."""

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
