"""Tensors.

A tensor is a flat storage and a layout that reads it: shape, strides and offset. Strides and offset
count elements, as in PyTorch; NumPy counts them in bytes.
"""

import sys

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt8
from torch import Tensor

Shape = tuple[int, ...]
Layout = tuple[Shape, Shape, int]  # shape, strides, offset


def nested_shape(nested: object) -> Shape:
    """Say how long a nested list is along each axis, the outermost first.

    A number has no axis, so its shape is (). Raises ValueError for a ragged list, since a
    tensor is a full box. Source: Harris et al. 2020.

    >>> nested_shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    if not isinstance(nested, list):
        return ()
    inner = [nested_shape(item) for item in nested]
    for position, shape in enumerate(inner):
        if shape != inner[0]:
            raise ValueError(f"ragged: item 0 has shape {inner[0]}, item {position} {shape}")
    return (len(nested), *inner[0]) if inner else (0,)


def list_bytes(nested: object) -> int:
    """Add up the bytes of a list and of all that is in it, each object counted once.

    `sys.getsizeof` alone sees a list's pointers, not what they point to. Source: CPython's
    documentation of the module `sys`.

    >>> list_bytes([7, 7]) == sys.getsizeof([7, 7]) + sys.getsizeof(7)
    True
    """
    objects, waiting = {}, [nested]
    while waiting:
        item = waiting.pop()
        if id(item) not in objects:
            objects[id(item)] = item
            waiting.extend(item if isinstance(item, list) else ())
    return sum(sys.getsizeof(item) for item in objects.values())


def contiguous_strides(shape: Shape) -> Shape:
    """Say how far apart neighbors are in a tensor stored row after row, without gaps.

    A length of 0 counts as 1. Raises ValueError for a negative length. Equation
    {eq}`tensors-contiguous`; Knuth 1997, section 2.2.6.

    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    """
    if min(shape, default=0) < 0:
        raise ValueError(f"lengths must not be negative, got shape {shape}")
    strides = [1]
    for length in reversed(shape[1:]):
        strides.insert(0, strides[0] * max(length, 1))  # an empty axis: as PyTorch
    return tuple(strides) if shape else ()


def addresses_by_loops(shape: Shape, strides: Shape, offset: int = 0) -> list[int]:
    """List the cell that each element is read from, in reading order, one at a time.

    Equation {eq}`tensors-address`.

    >>> addresses_by_loops((3, 2), (1, 3), 0)
    [0, 3, 1, 4, 2, 5]
    """
    return [flat_index(index, shape, strides, offset) for index in np.ndindex(*shape)]


def addresses(shape: Shape, strides: Shape, offset: int = 0) -> Int[np.ndarray, "*shape"]:
    """Compute the cell that each element is read from, all at once, by broadcasting.

    Raises ValueError if lengths and strides differ in number. Equation {eq}`tensors-address`.

    >>> addresses((3, 2), (1, 3), 0).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    _check_same_rank(shape, strides)
    cells = np.array(offset)
    for length, stride in zip(shape, strides, strict=True):
        cells = cells[..., None] + stride * np.arange(length)
    return cells


def transposed(shape: Shape, strides: Shape, first: int, second: int) -> tuple[Shape, Shape]:
    """Swap two axes by swapping two lengths and two strides; no number moves.

    Raises ValueError if lengths and strides differ in number, IndexError for an axis that is not
    there. Equation {eq}`tensors-transpose`; NumPy's documentation of `ndarray.strides`.

    >>> transposed((2, 3), (3, 1), 0, 1)
    ((3, 2), (1, 3))
    """
    _check_same_rank(shape, strides)
    _check_axis(first, shape)
    _check_axis(second, shape)
    lengths, steps = list(shape), list(strides)
    lengths[first], lengths[second] = lengths[second], lengths[first]
    steps[first], steps[second] = steps[second], steps[first]
    return tuple(lengths), tuple(steps)


def broadcast_strides(shape: Shape, strides: Shape, target: Shape) -> Shape:
    """Stretch a layout to a larger shape without copying: by strides of 0.

    The target may have more axes on the left. Raises ValueError if the shape does not fit. Equation
    {eq}`tensors-broadcast`.

    >>> broadcast_strides((3, 1), (1, 1), (2, 3, 4))
    (0, 1, 0)
    """
    _check_same_rank(shape, strides)
    new_axes = len(target) - len(shape)
    if new_axes < 0:
        raise ValueError(f"shape {shape} has more axes than {target}")
    stretched = [0] * new_axes
    for length, stride, wanted in zip(shape, strides, target[new_axes:], strict=True):
        if length not in (1, wanted):
            lengths = f"length {length} against {wanted}"
            raise ValueError(f"shape {shape} does not fit {target}: {lengths}")
        stretched.append(stride if length == wanted else 0)
    return tuple(stretched)


# The references of the exercises.


def flat_index(index: Shape, shape: Shape, strides: Shape, offset: int = 0) -> int:
    """Find the cell of the storage in which the element at `index` stands.

    A negative position counts from the end. Raises IndexError for a position outside its axis,
    ValueError if positions, lengths and strides differ in number. Equation {eq}`tensors-address`;
    Knuth 1997, section 2.2.6.

    >>> flat_index((1, 2), (2, 3), (3, 1), 10)
    15
    """
    _check_same_rank(shape, strides)
    if len(index) != len(shape):
        axes = f"{len(shape)} axes"
        raise ValueError(f"index {index} has {len(index)} positions, shape {shape} has {axes}")
    cell = offset
    for position, length, stride in zip(index, shape, strides, strict=True):
        if not -length <= position < length:
            raise IndexError(f"index {index} is outside shape {shape}")
        cell += (position % length) * stride
    return cell


def permuted(shape: Shape, strides: Shape, order: Shape) -> tuple[Shape, Shape]:
    """Reorder all axes at once: axis k of the result is axis `order[k]` of the input.

    A negative axis counts from the end. Raises ValueError unless `order` names each axis once.
    Equation {eq}`tensors-transpose`.

    >>> permuted((2, 3, 5), (15, 5, 1), (2, 0, 1))
    ((5, 2, 3), (1, 15, 5))
    """
    _check_same_rank(shape, strides)
    rank = len(shape)
    axes = [axis + rank if axis < 0 else axis for axis in order]
    if sorted(axes) != list(range(rank)):
        raise ValueError(f"order {order} does not name each of the {rank} axes of {shape} once")
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


def blend(
    first: UInt8[Tensor, "*shape"],
    second: UInt8[Tensor, "*shape"],
) -> UInt8[Tensor, "*shape"]:
    """Average two images, brightness 0 to 255, rounded down.

    A sum of two bytes needs nine bits, so it is taken in a wider type. Raises ValueError if the
    images differ in shape. Source: Warren 2012, section 2-5, which does without the ninth bit.

    >>> gray = {"dtype": torch.uint8}
    >>> blend(torch.tensor([200, 7], **gray), torch.tensor([100, 4], **gray)).tolist()
    [150, 5]
    """
    if first.shape != second.shape:
        shapes = f"{tuple(first.shape)} and {tuple(second.shape)}"
        raise ValueError(f"images differ in shape: {shapes}")
    return ((first.to(torch.int16) + second.to(torch.int16)) // 2).to(torch.uint8)


def sliced(
    shape: Shape,
    strides: Shape,
    offset: int,
    axis: int,
    start: int | None,
    stop: int | None,
    step: int = 1,
) -> Layout:
    """Describe `x[..., start:stop:step, ...]`, sliced along one axis, without moving a number.

    A bound left out is None. A step may be negative, as in NumPy; PyTorch has no negative strides.
    Raises IndexError for an axis that is not there, ValueError for a step of 0. Equation
    {eq}`tensors-slice`; van der Walt et al. 2011.

    >>> sliced((4, 6), (6, 1), 0, 1, 1, 6, 2)
    ((4, 3), (6, 2), 1)
    """
    _check_same_rank(shape, strides)
    _check_axis(axis, shape)
    if step == 0:
        raise ValueError(f"a slice cannot have step {step}")
    lengths, steps = list(shape), list(strides)
    kept = range(*slice(start, stop, step).indices(shape[axis]))
    lengths[axis], steps[axis] = len(kept), step * strides[axis]
    return tuple(lengths), tuple(steps), offset + kept.start * strides[axis]


def broadcast_shapes(first: Shape, second: Shape) -> Shape:
    """Find the shape that two shapes broadcast to.

    Raises ValueError, with both shapes, when two lengths differ and neither is 1. Equation
    {eq}`tensors-broadcast`; Harris et al. 2020, figure 1.

    >>> broadcast_shapes((5, 1, 3), (4, 1))
    (5, 4, 3)
    """
    rank = max(len(first), len(second))
    padded = [(1,) * (rank - len(shape)) + shape for shape in (first, second)]
    result = []
    for left, right in zip(*padded, strict=True):
        if left != right and 1 not in (left, right):
            lengths = f"length {left} against {right}"
            raise ValueError(f"shapes {first} and {second} do not broadcast: {lengths}")
        result.append(right if left == 1 else left)
    return tuple(result)


def is_contiguous(shape: Shape, strides: Shape) -> bool:
    """Say whether reading in order, last axis fastest, walks through the storage cell by cell.

    The stride of an axis of length 1 is never used, and a tensor with no elements is contiguous.
    Raises ValueError if lengths and strides differ in number. Source: NumPy's documentation of
    `ndarray.flags`, C-contiguous.

    >>> is_contiguous((2, 3), (3, 1)), is_contiguous((3, 2), (1, 3))
    (True, False)
    """
    _check_same_rank(shape, strides)
    if 0 in shape:
        return True
    expected = 1
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length > 1 and stride != expected:
            return False
        expected *= length
    return True


def standardize(table: Float[Tensor, "row column"]) -> Float[Tensor, "row column"]:
    """Shift and scale each column to mean 0 and deviation 1; a constant column becomes zeros.

    The deviation divides by the number of rows n, as in NumPy, not by n − 1, as in PyTorch. Raises
    ValueError for a table without rows. Equation {eq}`tensors-deviation`.

    >>> standardize(torch.tensor([[1.0, 4.0], [3.0, 4.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if table.shape[0] == 0:
        raise ValueError(f"a table without rows has no mean, got shape {tuple(table.shape)}")
    constant = table.amax(dim=0) == table.amin(dim=0)  # rounding may give it a tiny deviation
    deviation = table.std(dim=0, correction=0).masked_fill(constant, 1.0)
    return ((table - table.mean(dim=0)) / deviation).masked_fill(constant, 0.0)


def sliding_windows(
    signal: Shaped[Tensor, "*batch time"],
    width: int,
    step: int = 1,
) -> Shaped[Tensor, "*batch window {width}"]:
    """Lay overlapping windows over the last axis without copying a number.

    Window w starts at time w · `step`; one that would stick out is left out. Raises ValueError
    unless 1 ≤ `width` ≤ time and `step` ≥ 1. Source: NumPy's documentation of
    `sliding_window_view`.

    >>> sliding_windows(torch.tensor([1, 2, 3, 4, 5]), width=3, step=2).tolist()
    [[1, 2, 3], [3, 4, 5]]
    """
    time = signal.shape[-1]
    if not 1 <= width <= time or step < 1:
        windows, shape = f"windows of width {width}, step {step}", tuple(signal.shape)
        raise ValueError(f"no {windows} in a signal of shape {shape}")
    count = (time - width) // step + 1
    *outer, inner = signal.stride()
    strides = (*outer, step * inner, inner)
    return signal.as_strided((*signal.shape[:-1], count, width), strides, signal.storage_offset())


def occupied_bytes(view: Shaped[Tensor, "*shape"]) -> int:
    """Count the bytes of storage that the elements of a view stand in, each byte once.

    Elements share a cell along a stretched axis or in overlapping windows; other views skip cells
    of their storage. Equation {eq}`tensors-address`.

    >>> occupied_bytes(torch.zeros(3, 1, dtype=torch.float32).expand(3, 100))
    12
    """
    cells = np.unique(addresses(tuple(view.shape), view.stride()))
    return cells.size * view.element_size()


def _check_same_rank(shape: Shape, strides: Shape) -> None:
    if len(shape) != len(strides):
        raise ValueError(f"shape {shape} and strides {strides} differ in their number of axes")


def _check_axis(axis: int, shape: Shape) -> None:
    if not -len(shape) <= axis < len(shape):
        raise IndexError(f"axis {axis} is not in shape {shape}")
