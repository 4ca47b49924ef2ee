"""Values as people read them: digits that tell two numbers apart, characters that a screen shows, places in words."""

import numpy as np
import pytest
import torch

from course_lib.checking.comparison import Rules, difference
from course_lib.checking.reasons import Example
from course_lib.checking.texts import describe, describe_both, drawable, place


@pytest.mark.parametrize(
    ("expected", "actual", "shown"),
    [
        ([0.5000000000000002], [0.25], ("[0.5]", "[0.25]")),
        ((1 / 3, 2.0), (1 / 3, -2.0), ("(0.333333, 2.0)", "(0.333333, -2.0)")),
        ({"a": 2 / 3}, {"a": 1}, ("{'a': 0.666667}", "{'a': 1}")),
        (torch.tensor([8.2738371]), torch.tensor([1.0]), ("tensor([8.27384])", "tensor([1.0])")),
        (np.array([1 / 3]), np.array([1.0]), ("array([0.333333])", "array([1.0])")),
        ([1.0], [1.0000001], ("[1.0]", "[1.0000001]")),
        (torch.tensor([1.0]), torch.tensor([1.0000001]), ("tensor([1.0])", "tensor([1.0000001])")),
        ([0.1 + 0.2], [0.3], ("[0.30000000000000004]", "[0.3]")),
        ([3], [3.0], ("[3]", "[3.0]")),
        ([1e300], [float("inf")], ("[1e+300]", "[inf]")),
        ([7], [7], ("[7]", "[7]")),
    ],
)
def test_as_many_digits_are_shown_as_tell_two_values_apart(expected, actual, shown):
    assert describe_both(expected, actual) == shown


def test_the_numbers_of_a_call_stay_as_they_are():
    assert describe([0.1 + 0.2]) == "[0.30000000000000004]"


def test_a_large_tensor_is_named_by_dtype_and_shape():
    assert describe(torch.zeros(7, 9, dtype=torch.int64)) == "an int64 tensor of shape (7, 9)"
    assert describe(np.zeros((7, 9), dtype=np.uint8)) == "a uint8 array of shape (7, 9)"


@pytest.mark.parametrize("text", ["née: ß, ÿ, σ", "Ж٣ €", "a² → 10", "한국어 あ漢", "😀🚀", "tab: a b"])
def test_what_most_fonts_hold_is_shown_as_it_is(text):
    assert describe(text) == repr(text)


@pytest.mark.parametrize(
    "code", [0xD800, 0xE000, 0xFFFF, 0x378, 0x7FF, 0x800, 0x10000, 0x1F0A1, 0xE0001, 0x10FFFF, 0x301]
)
def test_what_few_fonts_hold_is_written_as_its_escape(code):
    shown = describe("a" + chr(code))
    assert shown.isascii()
    assert eval(shown) == "a" + chr(code)
    assert drawable(chr(code)).isascii()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("", ""),
        ("[2, 1]", "at [2, 1]"),
        ("[0][1][2]", "at [0][1][2]"),
        ("table", "the argument table after the call"),
        ("['strides']", "strides"),
        ("['windows'][0, 1]", "windows at [0, 1]"),
        ("['a']['b']", "a b"),
    ],
)
def test_a_place_is_said_in_words(where, words):
    assert place(where) == words
    assert Example("f()", "1", "2", where).shown == (("1", "2") if not words else (f"1 ({words})", f"2 ({words})"))


def test_a_message_names_the_place_in_words_too():
    one, other = ({"windows": torch.tensor([[0, 1], [2, last]]), "strides": "(2, 1)"} for last in (3, 4))
    assert (
        difference(one, other, Rules()).message
        == "1 of 4 values differ, the first in windows at [1, 1]: 4 instead of 3."
    )
    assert difference(one, one | {"strides": "(4, 2)"}, Rules()).message == (
        "The value in strides is '(4, 2)', but should be '(2, 1)'."
    )


def test_a_tensor_without_elements_says_what_kind_it_is():
    assert describe(torch.zeros(0)) == "tensor([])"
    assert describe(torch.zeros(0, dtype=torch.int64)) == "tensor([], dtype=torch.int64)"
