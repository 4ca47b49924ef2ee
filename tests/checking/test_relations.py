"""The relation between a wrong result and the right one is named, and nothing is claimed that does not hold."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course_lib.checking import check
from course_lib.checking.relations import relation

TABLE = np.array([[1.0, 2, 3], [4, 5, 6.5], [7, 8, 9]])
WRONG = {
    "which is the length 3 of an axis": 3 * TABLE,
    "was divided by 3, which is the length 3": TABLE / 3,
    "1/2 of what it should be": TABLE / 2,
    "is 2.5 times": TABLE * 2.5,
    "square root of the length 3": TABLE * 3**0.5,
    "a logarithm of base 2, not of base e": TABLE / np.log(2),
    "a logarithm of base e, not of base 10": TABLE * np.log(10),
    "the norm of the right result": TABLE / np.linalg.norm(TABLE),
    "Every sign is wrong": -TABLE,
    "transposed: axes 0 and 1": TABLE.T,
    "reverse order along axis 0": TABLE[::-1],
    "reverse order along axis 1": TABLE[:, ::-1],
    "one place too late along axis 1": np.roll(TABLE, 1, 1),
    "one place too late along axis 0": np.vstack([np.zeros(3), TABLE[:-1]]),
    "one place too early along axis 0": np.vstack([TABLE[1:], np.zeros(3)]),
    "Only one row is wrong, the first": np.vstack([[0, 1, 0], TABLE[1:]]),
    "Only one row is wrong, the last": np.vstack([TABLE[:2], [0, 1, 0]]),
    "Only one column is wrong, number 1": TABLE + np.outer([1, 2, 7], [0, 1, 0]),
    "The rows before place 1 are right": np.vstack([TABLE[:1], TABLE[1:] ** 3]),
    "1 value is nan where a number is due": np.where(TABLE > 8, np.nan, TABLE),
    "1 value is infinite where a number is due": np.where(TABLE > 8, np.inf, TABLE),
    "1 too large": TABLE + 1,
    "0.25 too small": TABLE - 0.25,
    "the square of": TABLE**2,
    "the logarithm of": np.log(TABLE),
    "1 divided by": 1 / TABLE,
    "1 less what": 1 - TABLE,
    "cut off to a whole number": np.trunc(TABLE),
    "rows are right, but stand in another order": TABLE[[1, 0, 2]],
    "Every value is 0.": 0 * TABLE,
    "Every value is 4, where they should differ": 0 * TABLE + 4,
    "right to a few digits": TABLE * (1 + 1e-11),
}


@pytest.mark.parametrize(("words", "got"), WRONG.items(), ids=WRONG.keys())
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor, lambda x: x.tolist()], ids=["array", "tensor", "list"])
def test_the_relation_is_named(words, got, kind):
    assert words in relation(kind(TABLE), kind(np.ascontiguousarray(got)))


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ([True, False, True], [False, True, False], "swapped everywhere"),
        ([False], [True], "The value is True, but should be False."),
        ([True, False, True], [True, True, True], "1 value is True that should be False"),
        ([True, True, True], [True, False, False], "2 values are False that should be True"),
    ],
)
def test_flags_have_words_of_their_own(expected, actual, words):
    assert words in relation(torch.tensor(expected), torch.tensor(actual))


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ("abc", "ABC", "upper and lower case"),
        ("abc", "cba", "reversed"),
        ("a b", "ab ", "only in blanks"),
        ("\u00e9", "e\u0301", "another normal form"),
        ("kitten", "kit", "breaks off after 3"),
        ("kit", "kitten", "goes on after its end, with 'ten'"),
        ("abcd", "abxd", "part at place 2: 'x' instead of 'c'"),
        ("abc", "", "is empty"),
        (["b", "a", "c"], ["a", "b", "c"], "another order"),
        (["b", "a", "c"], ["c", "a", "b"], "reverse order"),
        (["a", 1, None], [None, 1, "a"], "reverse order"),
    ],
)
def test_texts_have_words_of_their_own(expected, actual, words):
    assert words in relation(expected, actual)


def test_steps_before_the_first_wrong_one_are_said_to_be_right():
    right = [torch.ones(2) * step for step in range(1, 6)]
    wrong = [x if step < 2 else x + torch.tensor([1.0, -2.0]) * step for step, x in enumerate(right)]
    assert relation(right, wrong) == "The items before place 2 are right, those from there on are not."


def test_every_array_of_a_result_must_be_wrong_in_the_same_way():
    right = (torch.arange(4.0), torch.arange(6.0).reshape(2, 3))
    assert "2 times" in relation(right, tuple(2 * x for x in right))
    assert relation(right, (2 * right[0], 3 * right[1])) == ""


def test_items_are_counted_in_flat_results_only():
    assert relation((1, 2, 3), (1, 5, 3)) == "Only one value is wrong, number 1."
    assert relation(((1, 2), (3, 4), 5), ((1, 2), (3, 7), 5)) == ""


@pytest.mark.parametrize(("want", "got"), [(3, 4), (2.5, 3.0), (torch.ones(()), torch.zeros(())), ({1}, {2}), ((), ())])
def test_one_value_proves_nothing(want, got):
    assert relation(want, got) == ""


values = arrays.arrays(np.float64, st.tuples(st.integers(0, 3), st.integers(0, 3)), elements=st.floats(-9, 9))


@given(values, values)
def test_nothing_is_ever_raised_and_nothing_is_said_of_equals(want, got):
    assert isinstance(relation(want, got), str)
    assert relation(want, want) == "" or relation(want, want).startswith("The values are right to a few digits")


def test_half_precision_is_compared_as_loosely_as_it_is():
    want = torch.tensor([0.1, 0.2, 0.7], dtype=torch.float16)
    assert "3" in relation(want, want * 3)


def test_a_verdict_says_how_a_result_is_related_to_the_right_one():
    verdict = check("made_up.softmax", lambda scores: scores.exp() / scores.exp().sum(-1, keepdim=True) * 2)
    assert verdict.message == "Every value is 2 times what it should be."
    assert "[2.214091]" not in verdict.example.call, "of one value nobody can tell"


def test_a_verdict_names_the_values_and_an_unusual_dtype():
    from course_lib.checking.comparison import Rules, difference

    half = torch.tensor([1.0, 2.0], dtype=torch.float16)
    found = difference(half, half + torch.tensor([0, 1.0], dtype=torch.float16), Rules())
    assert found.message == "1 of 2 values differ, the first at place 1: 3 (float16) instead of 2 (float16)."
    assert difference(3, 4, Rules()).message == "The value is 4, but should be 3."
