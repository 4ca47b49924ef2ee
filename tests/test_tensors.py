import inspect
import itertools
import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import tensors

lengths = st.lists(st.integers(1, 4), max_size=4).map(tuple)
lengths_or_none = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def views(draw):
    """A torch view made by permuting, slicing and stretching a fresh tensor."""
    shape = draw(lengths_or_none)
    view = torch.arange(math.prod(shape), dtype=torch.int32).reshape(shape)
    if shape:
        view = view.permute(draw(st.permutations(range(len(shape)))))
        axis = draw(st.integers(0, len(shape) - 1))
        step = draw(st.integers(1, 3))
        view = view[(slice(None),) * axis + (slice(draw(st.integers(0, 4)), None, step),)]
    if draw(st.booleans()):
        view = view.unsqueeze(0).expand(draw(st.integers(1, 3)), *view.shape)
    return view


# Lists


def test_a_number_has_no_axes_and_each_level_of_lists_adds_one():
    assert tensors.nested_shape(3.5) == ()
    assert tensors.nested_shape([3.5]) == (1,)
    assert tensors.nested_shape([[[1, 2, 3, 4, 5]] * 3] * 2) == (2, 3, 5)
    assert tensors.nested_shape([]) == (0,)
    assert tensors.nested_shape([[], []]) == (2, 0)


@given(lengths_or_none)
def test_the_shape_of_a_nested_list_is_the_shape_of_the_array_made_from_it(shape):
    assert tensors.nested_shape(np.zeros(shape).tolist()) == np.array(np.zeros(shape).tolist()).shape


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [1, [2]], [[[1], [2]], [[3], 4]]])
def test_a_ragged_list_is_refused_with_both_shapes(ragged):
    with pytest.raises(ValueError, match=r"ragged: item 0 has shape \(.*\), item 1 \("):
        tensors.nested_shape(ragged)


def test_a_list_costs_its_pointers_and_each_distinct_object_once():
    numbers = [1000.5 + i for i in range(7)]
    assert tensors.list_bytes(numbers) == sys.getsizeof(numbers) + 7 * sys.getsizeof(1000.5)
    same = [numbers[0]] * 7
    assert tensors.list_bytes(same) == sys.getsizeof(same) + sys.getsizeof(1000.5)
    nested = [numbers, same, numbers]
    assert tensors.list_bytes(nested) == sum(map(sys.getsizeof, (nested, numbers, same, *numbers)))


def test_a_list_that_holds_itself_is_counted_once():
    loop: list = []
    loop.append(loop)
    assert tensors.list_bytes(loop) == sys.getsizeof(loop)


# Layouts


@given(lengths_or_none)
def test_contiguous_strides_are_those_of_a_fresh_tensor(shape):
    assert tensors.contiguous_strides(shape) == torch.empty(shape).stride()


@given(lengths)
def test_contiguous_addresses_are_all_different_and_fill_the_storage_in_order(shape):
    cells = tensors.addresses(shape, tensors.contiguous_strides(shape))
    assert cells.shape == shape
    assert cells.ravel().tolist() == list(range(math.prod(shape)))


@given(views())
def test_addresses_by_loops_by_broadcasting_and_by_torch_agree(view):
    layout = tuple(view.shape), view.stride(), view.storage_offset()
    by_loops = tensors.addresses_by_loops(*layout)
    assert tensors.addresses(*layout).ravel().tolist() == by_loops
    storage = torch.arange(max(by_loops, default=0) + 1)
    assert storage.as_strided(*layout).reshape(-1).tolist() == by_loops


@given(views(), st.data())
def test_flat_index_reads_the_storage_where_torch_does(view, data):
    if not view.numel():
        return
    index = tuple(data.draw(st.integers(-length, length - 1)) for length in view.shape)
    storage = view.as_strided((view.untyped_storage().nbytes() // 4,), (1,), 0)
    cell = tensors.flat_index(index, tuple(view.shape), view.stride(), view.storage_offset())
    assert storage[cell] == view[index]


def test_flat_index_inverts_numpys_unravel_index():
    shape, strides = (3, 5, 7), (35, 7, 1)
    for cell in range(105):
        index = tuple(int(i) for i in np.unravel_index(cell, shape))
        assert tensors.flat_index(index, shape, strides) == cell


@pytest.mark.parametrize("index", [(2, 0), (0, 3), (-3, 0), (0, -4)])
def test_a_position_outside_the_shape_is_refused_by_name(index):
    with pytest.raises(IndexError, match=rf"\({index[0]}, {index[1]}\) is outside shape \(2, 3\)"):
        tensors.flat_index(index, (2, 3), (3, 1))


def test_an_index_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match=r"has 1 positions, shape .* has 2 axes"):
        tensors.flat_index((1,), (2, 3), (3, 1))


@given(views(), st.data())
def test_transposing_a_layout_is_what_torch_does(view, data):
    if not view.ndim:
        return
    axes = st.integers(-view.ndim, view.ndim - 1)
    first, second = data.draw(axes), data.draw(axes)
    expected = view.transpose(first, second)
    shape, strides = tensors.transposed(tuple(view.shape), view.stride(), first, second)
    assert (shape, strides) == (tuple(expected.shape), expected.stride())


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_permuting_a_layout_is_what_torch_does(order):
    x = torch.empty(2, 3, 5, 7)
    expected = x.permute(order)
    wanted = tuple(expected.shape), expected.stride()
    assert tensors.permuted(tuple(x.shape), x.stride(), order) == wanted
    negative = tuple(axis - 4 for axis in order)
    assert tensors.permuted(tuple(x.shape), x.stride(), negative) == wanted


@pytest.mark.parametrize("order", [(0,), (0, 0), (0, 2), (0, -2), (0, 1, 2)])
def test_an_order_that_does_not_name_each_axis_once_is_refused(order):
    with pytest.raises(ValueError, match="does not name each of the 2 axes"):
        tensors.permuted((2, 3), (3, 1), order)


ends = st.none() | st.integers(-9, 9)


@given(lengths, st.data(), ends, ends, st.integers(1, 4))
def test_slicing_a_layout_is_what_torch_does(shape, data, start, stop, step):
    if not shape:
        return
    x = torch.empty(shape)
    axis = data.draw(st.integers(0, len(shape) - 1))
    expected = x[(slice(None),) * axis + (slice(start, stop, step),)]
    layout = tensors.sliced(shape, x.stride(), 0, axis, start, stop, step)
    assert layout == (tuple(expected.shape), expected.stride(), expected.storage_offset())


@given(ends, ends, st.integers(-4, -1))
def test_slicing_backward_is_what_numpy_does(start, stop, step):
    x = np.arange(35, dtype=np.int64).reshape(5, 7)
    expected = x[:, start:stop:step]
    shape, strides, offset = tensors.sliced((5, 7), (7, 1), 0, -1, start, stop, step)
    assert shape == expected.shape
    assert tensors.addresses(shape, strides, offset).tolist() == expected.tolist()
    if expected.size > 5:
        assert strides == tuple(s // 8 for s in expected.strides)


def test_a_step_of_zero_is_refused():
    with pytest.raises(ValueError, match="cannot have step 0"):
        tensors.sliced((2, 3), (3, 1), 0, 0, 0, 2, 0)


def test_an_axis_that_is_not_there_is_refused_by_name():
    with pytest.raises(IndexError, match=r"axis 2 is not in shape \(2, 3\)"):
        tensors.sliced((2, 3), (3, 1), 0, 2, 0, 1)
    with pytest.raises(IndexError, match=r"axis -3 is not in shape \(2, 3\)"):
        tensors.transposed((2, 3), (3, 1), 0, -3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tensors.addresses((2, 3), (1,)),
        lambda: tensors.transposed((2, 3), (1,), 0, 1),
        lambda: tensors.permuted((2, 3), (1,), (0, 1)),
        lambda: tensors.sliced((2, 3), (1,), 0, 0, 0, 1),
        lambda: tensors.broadcast_strides((2, 3), (1,), (2, 3)),
        lambda: tensors.flat_index((0, 0), (2, 3), (1,)),
        lambda: tensors.is_contiguous((2, 3), (1,)),
    ],
)
def test_a_shape_and_strides_of_different_length_are_refused(call):
    with pytest.raises(ValueError, match=r"shape \(2, 3\) and strides \(1,\) differ in their number of axes"):
        call()


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match=r"must not be negative, got shape \(2, -3\)"):
        tensors.contiguous_strides((2, -3))


@given(views())
def test_contiguity_is_what_torch_says(view):
    assert tensors.is_contiguous(tuple(view.shape), view.stride()) is view.is_contiguous()


@given(lengths, st.lists(st.integers(0, 8), min_size=4, max_size=4))
def test_contiguity_is_walking_through_the_storage_cell_by_cell(shape, steps):
    strides = tuple(steps[: len(shape)])
    walk = tensors.addresses(shape, strides).ravel().tolist()
    assert tensors.is_contiguous(shape, strides) == (walk == list(range(len(walk))))


# Broadcasting


@given(lengths_or_none, lengths_or_none)
def test_broadcast_shapes_agrees_with_numpy_or_both_refuse(first, second):
    try:
        expected = np.broadcast_shapes(first, second)
    except ValueError:
        with pytest.raises(ValueError, match="do not broadcast") as caught:
            tensors.broadcast_shapes(first, second)
        assert str(first) in str(caught.value)
        assert str(second) in str(caught.value)
    else:
        assert tensors.broadcast_shapes(first, second) == expected


@given(lengths, lengths)
def test_stretched_strides_are_those_of_expand(shape, extra):
    x = torch.empty(shape)
    target = (*extra, *(3 if length == 1 else length for length in shape))
    pairs = zip(target, tensors.broadcast_strides(shape, x.stride(), target), x.expand(target).stride(), strict=True)
    assert all(ours == theirs for length, ours, theirs in pairs if length > 1)  # others are never used


@pytest.mark.parametrize("target", [(2, 5), (3,), (3, 1)])
def test_a_shape_that_does_not_fit_is_refused(target):
    with pytest.raises(ValueError, match=r"shape \(2, 3\)"):
        tensors.broadcast_strides((2, 3), (3, 1), target)


# Tensors


def test_blend_is_right_for_every_pair_of_bytes():
    first, second = (
        axis.to(torch.uint8) for axis in torch.meshgrid(torch.arange(256), torch.arange(256), indexing="ij")
    )
    expected = [[(a + b) // 2 for b in range(256)] for a in range(256)]
    assert tensors.blend(first, second).tolist() == expected
    assert tensors.blend(first, second).dtype == torch.uint8


def test_images_of_different_shape_are_not_blended():
    unchecked = inspect.unwrap(tensors.blend)  # in a notebook no checker reads the signature first
    with pytest.raises(ValueError, match=r"differ in shape: \(2, 3\) and \(3,\)"):
        unchecked(torch.zeros(2, 3, dtype=torch.uint8), torch.zeros(3, dtype=torch.uint8))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_standardize_agrees_with_numpy(dtype):
    table = torch.from_numpy(np.random.default_rng(0).normal(3, 5, (7, 3))).to(dtype)
    table[:, 1] = 4.0
    wide = table.double().numpy()
    expected = (wide - np.mean(wide, axis=0)) / np.where(np.std(wide, axis=0) == 0, 1, np.std(wide, axis=0))
    result = tensors.standardize(table)
    assert result.dtype == dtype
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)
    assert (result[:, 1] == 0).all()


@pytest.mark.parametrize(("rows", "dtype"), [(7, torch.float32), (1000, torch.float64)])
def test_a_constant_column_standardizes_to_zeros_though_its_mean_is_rounded(rows, dtype):
    column = torch.full((rows, 1), 0.1, dtype=dtype)
    assert column.mean() != column[0, 0]  # else this says nothing
    assert (tensors.standardize(column) == 0).all()


def test_tiny_numbers_and_large_ones_close_together_get_deviation_one():
    table = torch.tensor([[1e-7, 1999.0], [2e-7, 2001.0], [4e-7, 2003.0]])
    assert torch.allclose(tensors.standardize(table).std(dim=0, correction=0), torch.ones(2))


def test_one_row_standardizes_to_zeros_and_no_row_is_refused():
    assert tensors.standardize(torch.tensor([[5.0, -2.0]])).tolist() == [[0.0, 0.0]]
    with pytest.raises(ValueError, match=r"without rows .* \(0, 3\)"):
        tensors.standardize(torch.empty(0, 3))


@given(st.integers(1, 11), st.integers(1, 11), st.integers(1, 4), st.booleans())
def test_sliding_windows_are_unfolds_and_copy_nothing(time, width, step, every_other):
    signal = torch.arange(3 * 2 * time + 5)[5:].reshape(3, 2 * time)
    signal = signal[:, 1::2] if every_other else signal[:, :time]
    if width > time:
        with pytest.raises(ValueError, match=rf"no windows of width {width}, step {step}"):
            tensors.sliding_windows(signal, width, step)
        return
    windows = tensors.sliding_windows(signal, width, step)
    assert torch.equal(windows, signal.unfold(-1, width, step))
    assert windows.data_ptr() == signal.data_ptr()
    assert windows.untyped_storage().data_ptr() == signal.untyped_storage().data_ptr()


@pytest.mark.parametrize(("width", "step"), [(0, 1), (-1, 1), (2, 0), (2, -1), (6, 1)])
def test_impossible_windows_are_refused(width, step):
    with pytest.raises(ValueError, match=rf"no windows of width {width}, step {step} in a signal of shape \(5,\)"):
        tensors.sliding_windows(torch.arange(5), width, step)


@given(views())
def test_occupied_bytes_is_the_number_of_distinct_values_of_a_storage_that_counts(view):
    assert tensors.occupied_bytes(view) == 4 * view.unique().numel()


def test_overlapping_windows_and_gaps_are_counted_as_they_lie():
    signal = torch.zeros(11, dtype=torch.float64)
    assert tensors.occupied_bytes(signal.unfold(0, 3, 1)) == 11 * 8
    assert tensors.occupied_bytes(signal.unfold(0, 2, 5)) == 4 * 8  # cells 0, 1, 5, 6
    assert tensors.occupied_bytes(signal[::2]) == 6 * 8
