"""The first difference: order of the tests, tolerances, leniency, and objects that lie."""

from collections import namedtuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.checking.comparison import Rules, difference

leaf = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5) | st.binary(max_size=5)
)
nested = st.recursive(leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner))


@given(nested)
def test_everything_equals_itself(value):
    assert difference(value, value, Rules()) is None


@given(nested, nested)
def test_agreement_implies_equal_text(one, other):
    found = difference(one, other, Rules(tolerance=(0.0, 0.0)))
    if found is None and not isinstance(one, float):
        assert repr(one).replace("-0.0", "0.0").replace(".0", "") == repr(other).replace("-0.0", "0.0").replace(
            ".0", ""
        )


@pytest.mark.parametrize(
    ("expected", "actual", "kind"),
    [
        (torch.zeros(2), [0.0, 0.0], "type"),
        ([1, 2], (1, 2), "type"),
        ([1, 2], [1, 2, 3], "structure"),
        ({"a": 1}, {"b": 1}, "structure"),
        ({"a": 1}, {"a": 1, "b": 2}, "structure"),
        (torch.zeros(2, 3), torch.zeros(3, 2), "shape"),
        (torch.zeros(2), torch.zeros(2, dtype=torch.int64), "dtype"),
        (np.zeros(2), np.zeros(2, dtype=np.float32), "dtype"),
        (torch.zeros(2), torch.ones(2), "values"),
        (3, 3.0, "type"),
        (True, 1, "type"),
        (1, True, "type"),
        ("a", "b", "values"),
        (3, torch.tensor(3), "type"),
        ({1, 2}, {1, 3}, "values"),
    ],
)
def test_each_difference_has_its_kind(expected, actual, kind):
    assert difference(expected, actual, Rules()).kind == kind


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (3, np.int64(3)),
        (True, np.bool_(True)),
        (0.5, np.float64(0.5)),
        (0.0, 0),
        ("a", np.str_("a")),
        ((2, 3), torch.Size([2, 3])),
        (float("nan"), float("nan")),
        (float("inf"), np.float64("inf")),
        (torch.zeros(2), torch.nn.Parameter(torch.zeros(2))),
        (torch.tensor([float("nan"), float("-inf")]), torch.tensor([float("nan"), float("-inf")])),
        (torch.zeros(0, 3), torch.zeros(0, 3)),
        ({1, 2}, {2, 1}),
    ],
)
def test_what_stands_for_the_same_passes(expected, actual):
    assert difference(expected, actual, Rules()) is None


def test_shape_is_reported_before_dtype_and_dtype_before_values():
    assert difference(torch.zeros(2), torch.ones(3, dtype=torch.int64), Rules()).kind == "shape"
    assert difference(torch.zeros(2), torch.ones(2, dtype=torch.int64), Rules()).kind == "dtype"


def test_a_shape_that_would_broadcast_is_still_wrong():
    assert difference(torch.zeros(3, 1), torch.zeros(3), Rules()).kind == "shape"


def test_the_first_bad_index_and_both_values_are_named():
    found = difference([torch.zeros(2, 3)], [torch.tensor([[0.0, 0, 0], [0, 5, 0]])], Rules())
    assert (found.where, found.expected, found.actual) == ("[0][1, 1]", "0", "5")
    assert found.message == "1 of 6 values differ, the first at [0][1, 1]: 5 instead of 0."


def test_numbers_that_look_alike_are_shown_in_full():
    found = difference(1.0, 1.000001, Rules())
    assert found.expected != found.actual


def test_strings_that_look_alike_are_shown_by_their_code_points():
    found = difference("\u00e9", "e\u0301", Rules())
    assert (found.expected, found.actual) == (r"'\xe9'", r"'e\u0301'")


def test_tolerance_follows_the_dtype():
    for dtype, near, far in [(torch.float32, 1e-6, 1e-4), (torch.float64, 1e-8, 1e-5), (torch.float16, 1e-3, 1e-2)]:
        one = torch.ones(2, dtype=dtype)
        assert difference(one, (one.double() + near).to(dtype), Rules()) is None
        assert difference(one, (one.double() + far).to(dtype), Rules()).kind == "values"


def test_integers_are_exact_however_large():
    assert difference(2**62, 2**62 + 1, Rules()).kind == "values"
    assert difference(torch.tensor([2**62]), torch.tensor([2**62 + 1]), Rules()).kind == "values"


def test_the_float64_result_is_right_where_float32_rounded_the_reference():
    expected, precise = torch.tensor([0.1]), torch.tensor([0.2], dtype=torch.float64)
    assert difference(expected, torch.tensor([0.2]), Rules(), precise) is None
    assert difference(expected, torch.tensor([0.1]), Rules(), precise) is None
    assert difference(expected, torch.tensor([0.15]), Rules(), precise).kind == "values"


def test_up_to_sign_lets_each_row_be_negated_but_not_a_single_entry():
    rows = torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    rules = Rules(up_to=("sign",))
    assert difference(rows, rows * torch.tensor([[-1.0], [1.0]]), rules) is None
    assert difference(rows, rows * torch.tensor([[-1.0, 1.0], [1.0, 1.0]]), rules) is not None


def test_up_to_permutation_wants_the_same_items_as_often():
    rules = Rules(up_to=("permutation",))
    assert difference([1, 2, 2], [2, 1, 2], rules) is None
    assert difference([1, 2, 2], [1, 1, 2], rules) is not None
    assert difference(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 1.0]), rules) is None
    assert difference(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 2.0]), rules) is not None


def test_up_to_dtype_takes_widths_but_not_kinds_alike():
    rules = Rules(up_to=("dtype",))
    assert difference(torch.zeros(2), torch.zeros(2, dtype=torch.float64), rules) is None
    assert difference(torch.zeros(2), torch.zeros(2, dtype=torch.int32), rules).kind == "dtype"


class Agreeable(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class AgreeableTensor(torch.Tensor):
    pass


@pytest.mark.parametrize(
    ("expected", "actual"),
    [("a", Agreeable("b")), (["a"], [Agreeable("b")]), ({"a": 1}, {Agreeable("b"): 1})],
)
def test_an_object_whose_equality_is_always_true_is_refused(expected, actual):
    assert difference(expected, actual, Rules()).kind in ("type", "structure")


def test_a_subclass_of_tensor_is_not_a_tensor():
    assert difference(torch.zeros(2), torch.zeros(2).as_subclass(AgreeableTensor), Rules()).kind == "type"


def test_data_that_holds_itself_ends():
    held = [1]
    held.append(held)
    assert difference([1, [1, [1, 2]]], held, Rules()) is not None
    assert difference(held, held, Rules()).kind == "structure"


def test_strides_along_axes_of_length_one_may_be_anything_where_the_rubric_says_so():
    rules = Rules(up_to=("strides",))
    assert difference(((2, 1), (1, 2), 0), ((2, 1), (1, 7), 0), rules) is None
    assert difference(((2, 1), (1, 2), 0), ((2, 1), (2, 2), 0), rules) is not None
    assert difference(((2, 1), (1, 2)), ((2, 1), (1, 7)), Rules()) is not None


def test_a_named_tuple_is_a_tuple():
    pair = namedtuple("Pair", "left right")
    assert difference((1, np.ones(2)), pair(1, np.ones(2)), Rules()) is None
    assert difference((1, 2), pair(1, 3), Rules()).where == "[1]"
    assert difference(torch.max(torch.eye(2), 0).values, torch.max(torch.eye(2), 0)[0], Rules()) is None
    assert difference(tuple(torch.max(torch.eye(2), 0)), torch.max(torch.eye(2), 0), Rules()) is None
