"""Tensors.

A tensor is a flat storage and a layout that reads it: shape, strides and offset. The first half of this
module is shown on the page; the second half holds the references of its exercises. Strides and offsets count
elements, as in PyTorch; NumPy counts them in bytes. Equations are numbered as on the page.
"""

import sys

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt8
from torch import Tensor

Shape = tuple[int, ...]
Layout = tuple[Shape, Shape, int]  # shape, strides, offset


def nested_shape(nested: object) -> Shape:
    """Say how long a nested list is along each axis, or refuse it if it is ragged.

    Takes a number or a nested list; returns one length for each level, outermost
    first, () for a number. Raises ValueError when two neighbors differ in shape: a
    tensor must be a full box. (Harris et al. 2020.)

    >>> nested_shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    if not isinstance(nested, list):
        return ()
    inner = [nested_shape(item) for item in nested]
    for position, shape in enumerate(inner):
        if shape != inner[0]:
            found = f"item 0 has shape {inner[0]}, item {position} {shape}"
            raise ValueError(f"ragged: {found}")
    return (len(nested), *(inner[0] if inner else ()))


def list_bytes(nested: object) -> int:
    """Add up the bytes of a list and all that is in it, each object counted once.

    Takes a nested list; returns bytes. `sys.getsizeof` alone sees a list's
    pointers, not what they point to, and one object that stands in a list many
    times is stored once. (CPython's `sys` module documentation.)

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

    Takes lengths, returns as many strides, in elements: the product of all lengths
    to the right, where a length of 0 counts as 1. Raises ValueError for a negative
    length. Equation (2); Knuth 1997, section 2.2.6.

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

    Takes as many lengths as strides; returns one flat list, as long as the product
    of the lengths. Equation (1).

    >>> addresses_by_loops((3, 2), (1, 3), 0)
    [0, 3, 1, 4, 2, 5]
    """
    cells = []
    for index in np.ndindex(*shape):
        cells.append(flat_index(index, shape, strides, offset))
    return cells


def addresses(
    shape: Shape,
    strides: Shape,
    offset: int = 0,
) -> Int[np.ndarray, "*shape"]:
    """Compute the cell that each element is read from, all at once, by broadcasting.

    Takes as many lengths as strides; returns an array of that shape. Raises
    ValueError if the numbers of lengths and strides differ. Equation (1).

    >>> addresses((3, 2), (1, 3), 0).tolist()
    [[0, 3], [1, 4], [2, 5]]
    """
    _check_same_rank(shape, strides)
    cells = np.array(offset)
    for length, stride in zip(shape, strides, strict=True):
        cells = cells[..., None] + stride * np.arange(length)
    return cells


def transposed(
    shape: Shape,
    strides: Shape,
    first: int,
    second: int,
) -> tuple[Shape, Shape]:
    """Swap two axes by swapping two lengths and two strides; no number moves.

    Takes as many lengths as strides and two axes; returns the new lengths and
    strides. Raises ValueError if their numbers differ and IndexError for an axis
    that is not there. Equation (3); NumPy's documentation of `ndarray.strides`.

    >>> transposed((2, 3), (3, 1), 0, 1)
    ((3, 2), (1, 3))
    """
    _check_same_rank(shape, strides)
    lengths, steps = list(shape), list(strides)
    for axis in (first, second):
        if not -len(shape) <= axis < len(shape):
            raise IndexError(f"axis {axis} is not in shape {shape}")
    lengths[first], lengths[second] = lengths[second], lengths[first]
    steps[first], steps[second] = steps[second], steps[first]
    return tuple(lengths), tuple(steps)


def broadcast_strides(shape: Shape, strides: Shape, target: Shape) -> Shape:
    """Stretch a layout to a larger shape without copying: by strides of 0.

    Takes as many lengths as strides, and a target that may have more axes on the
    left; returns one stride for each axis of the target. Raises ValueError if the
    shape does not fit. Equation (5).

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
            where = f"length {length} against {wanted}"
            raise ValueError(f"shape {shape} does not fit {target}: {where}")
        stretched.append(stride if length == wanted else 0)
    return tuple(stretched)


# The references of the exercises.


def flat_index(index: Shape, shape: Shape, strides: Shape, offset: int = 0) -> int:
    """Find the cell of the storage in which the element at `index` stands.

    Takes one position, length and stride for each axis, and the offset in elements;
    returns the cell's number. A negative position counts from the end. Raises
    IndexError for a position outside its axis, ValueError if the numbers of positions,
    lengths and strides differ. Equation (1); Knuth 1997, section 2.2.6.

    >>> flat_index((1, 2), (2, 3), (3, 1), 10)
    15
    """
    _check_same_rank(shape, strides)
    if len(index) != len(shape):
        raise ValueError(f"index {index} has {len(index)} positions, shape {shape} has {len(shape)} axes")
    cell = offset
    for position, length, stride in zip(index, shape, strides, strict=True):
        if not -length <= position < length:
            raise IndexError(f"index {index} is outside shape {shape}")
        cell += (position % length) * stride
    return cell


def permuted(shape: Shape, strides: Shape, order: Shape) -> tuple[Shape, Shape]:
    """Reorder all axes at once: axis k of the result is axis `order[k]` of the input.

    Takes as many lengths as strides, and their new order (negative axes count from the
    end); returns the new lengths and strides. Raises ValueError unless `order` names
    each axis once. Equation (3).

    >>> permuted((2, 3, 5), (15, 5, 1), (2, 0, 1))
    ((5, 2, 3), (1, 15, 5))
    """
    _check_same_rank(shape, strides)
    rank = len(shape)
    axes = [axis + rank if axis < 0 else axis for axis in order]
    if sorted(axes) != list(range(rank)):
        raise ValueError(f"order {order} does not name each of the {rank} axes of {shape} once")
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


def blend(first: UInt8[Tensor, "*shape"], second: UInt8[Tensor, "*shape"]) -> UInt8[Tensor, "*shape"]:
    """Average two images of bytes, rounded down.

    Takes and returns images of one shape, brightness 0 to 255. A sum of two bytes needs
    nine bits, so it is taken in a wider type; Warren 2012, section 2-5, does without
    the ninth bit. Raises ValueError if the shapes differ.

    >>> gray = {"dtype": torch.uint8}
    >>> blend(torch.tensor([200, 7], **gray), torch.tensor([100, 4], **gray)).tolist()
    [150, 5]
    """
    if first.shape != second.shape:
        raise ValueError(f"images differ in shape: {tuple(first.shape)} and {tuple(second.shape)}")
    return ((first.to(torch.int16) + second.to(torch.int16)) // 2).to(torch.uint8)


def sliced(
    shape: Shape, strides: Shape, offset: int, axis: int, start: int | None, stop: int | None, step: int = 1
) -> Layout:
    """Describe `x[..., start:stop:step, ...]`, sliced along one axis, without moving a number.

    Takes a layout, an axis and the parts of a Python slice (None: left out); returns
    the new shape, strides and offset. A step may be negative, as in NumPy (PyTorch has
    no negative strides). Raises IndexError for an axis that is not there, ValueError
    for a step of 0. Equation (4); van der Walt et al. 2011.

    >>> sliced((4, 6), (6, 1), 0, 1, 1, 6, 2)
    ((4, 3), (6, 2), 1)
    """
    _check_same_rank(shape, strides)
    if not -len(shape) <= axis < len(shape):
        raise IndexError(f"axis {axis} is not in shape {shape}")
    if step == 0:
        raise ValueError(f"a slice cannot have step {step}")
    axis %= len(shape)
    kept = range(*slice(start, stop, step).indices(shape[axis]))
    return (
        (*shape[:axis], len(kept), *shape[axis + 1 :]),
        (*strides[:axis], strides[axis] * step, *strides[axis + 1 :]),
        offset + kept.start * strides[axis],
    )


def broadcast_shapes(first: Shape, second: Shape) -> Shape:
    """Find the shape that two shapes broadcast to, or refuse them by name.

    Takes two shapes of any number of axes; returns one with as many axes as the longer.
    Raises ValueError naming both shapes when two lengths differ and neither is 1.
    Equation (5); Harris et al. 2020, figure 1.

    >>> broadcast_shapes((5, 1, 3), (4, 1))
    (5, 4, 3)
    """
    rank = max(len(first), len(second))
    padded = [(1,) * (rank - len(shape)) + shape for shape in (first, second)]
    result = []
    for left, right in zip(*padded, strict=True):
        if left != right and 1 not in (left, right):
            raise ValueError(f"shapes {first} and {second} do not broadcast: length {left} against {right}")
        result.append(right if left == 1 else left)
    return tuple(result)


def is_contiguous(shape: Shape, strides: Shape) -> bool:
    """Say whether reading in order, last axis fastest, walks through the storage cell by cell.

    Takes as many lengths as strides; returns a bool. The stride of an axis of length 1
    is never used, and a tensor with no elements is contiguous. Raises ValueError if the
    numbers of lengths and strides differ. Source: the documentation of NumPy's
    `ndarray.flags`, C-contiguous.

    >>> is_contiguous((2, 3), (3, 1)), is_contiguous((3, 2), (1, 3))
    (True, False)
    """
    _check_same_rank(shape, strides)
    if 0 in shape:
        return True
    expected = 1
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length > 1:
            if stride != expected:
                return False
            expected *= length
    return True


def standardize(table: Float[Tensor, "row column"]) -> Float[Tensor, "row column"]:
    """Shift and scale each column to mean 0 and standard deviation 1; a constant column becomes zeros.

    Takes and returns a table of one floating dtype. The deviation divides by the number
    of rows n, not n − 1, as NumPy's `std` does and PyTorch's does not. Raises
    ValueError for a table without rows. Equation (6).

    >>> standardize(torch.tensor([[1.0, 4.0], [3.0, 4.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if table.shape[0] == 0:
        raise ValueError(f"a table without rows has no mean, got shape {tuple(table.shape)}")
    constant = table.amax(dim=0) == table.amin(dim=0)  # rounding may leave such a column a tiny deviation
    centered = table - table.mean(dim=0)
    return torch.where(constant, 0.0, centered / torch.where(constant, 1.0, table.std(dim=0, correction=0)))


def sliding_windows(
    signal: Shaped[Tensor, "*batch time"], width: int, step: int = 1
) -> Shaped[Tensor, "*batch window width"]:
    """Lay overlapping windows over the last axis without copying a number.

    Takes any signal; returns a view of it, in which window w starts at time w · `step`.
    Windows that would stick out are left out. Raises ValueError unless 1 ≤ `width` ≤
    time and `step` ≥ 1. Source: the documentation of NumPy's `sliding_window_view`.

    >>> sliding_windows(torch.tensor([1, 2, 3, 4, 5]), width=3, step=2).tolist()
    [[1, 2, 3], [3, 4, 5]]
    """
    time = signal.shape[-1]
    if not 1 <= width <= time or step < 1:
        raise ValueError(f"no windows of width {width}, step {step} in a signal of shape {tuple(signal.shape)}")
    *outer, inner = signal.stride()
    shape = (*signal.shape[:-1], (time - width) // step + 1, width)
    return signal.as_strided(shape, (*outer, step * inner, inner), signal.storage_offset())


def occupied_bytes(view: Shaped[Tensor, "*shape"]) -> int:
    """Count the bytes of storage that the elements of a view stand in, each byte once.

    Takes a tensor of any shape; returns bytes. These are fewer than `numel` elements
    would take when elements share a cell (a stretched axis, overlapping windows), and
    fewer than the storage has when the view skips cells. Equation (1).

    >>> occupied_bytes(torch.zeros(3, 1, dtype=torch.float32).expand(3, 100))
    12
    """
    return np.unique(addresses(tuple(view.shape), view.stride())).size * view.element_size()


def _check_same_rank(shape: Shape, strides: Shape) -> None:
    if len(shape) != len(strides):
        raise ValueError(f"shape {shape} and strides {strides} differ in their number of axes")
