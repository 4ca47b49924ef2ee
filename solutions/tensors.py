# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Tensors: exercises
# Read [the page](../book/foundations/tensors.md) first. You will build what hides behind indexing, `permute`,
# slices and broadcasting, then use it on real tensors. Strides and offsets count *elements* throughout, as in
# PyTorch.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it. A check says what is wrong
# and shows the smallest input on which it is. Prints cost nothing; try things in new cells as much as you like.
# %%
import torch

from course_lib.checking import check


# %% [markdown] exercise="tensors.flat_index"
# Warm-up: `x[1, 2]` names a row and a column, but memory is one row of cells. Find the cell.
#
# - `index`, `shape`, `strides`: tuples of whole numbers, one entry for each axis
# - `offset`: the cell of the first element
# - returns the cell's number
#
# $$\text{cell} = \text{offset} + \sum_k \text{index}_k \cdot \text{strides}_k$$
#
# A negative position counts from the end of its axis, as in Python: −1 is the last one. A position outside its
# axis (below −length, or length and above) raises `IndexError`, even if the storage has such a cell. It would
# belong to another element. Strides can be negative, as in a slice that walks backward. They can be 0, as on a
# stretched axis. There may be no axes at all, or one of length 0, which has no element.
#
# ```python
# flat_index((1, 2), (2, 3), (3, 1), 10)     # 15
# flat_index((-1, 0), (2, 3), (1, 2), 0)     # 1
# ```
# %% answer="tensors.flat_index"
def flat_index(index, shape, strides, offset=0):
    """Return the cell of the element at `index`; raises IndexError outside the shape."""
    ### BEGIN SOLUTION
    cell = offset
    for position, length, stride in zip(index, shape, strides, strict=True):
        if not -length <= position < length:
            raise IndexError(f"{index} is outside {shape}")
        cell += (position % length) * stride
    return cell
    ### END SOLUTION


# %% check="tensors.flat_index"
check("tensors.flat_index", flat_index)


# %% [markdown] exercise="tensors.permuted"
# The page swaps two axes. `permute` reorders all of them at once. An image file has the axes `row column channel`,
# for instance, and a network wants `channel row column`. Work out the new layout. The storage and the offset stay
# as they are.
#
# - `shape`, `strides`: one entry for each axis; strides may be any whole numbers
# - `order`: axis $k$ of the result is axis `order[k]` of the input; negative axes count from the end
# - returns `(new_shape, new_strides)`, two tuples
#
# Raise `ValueError` unless `order` names each axis exactly once: none twice, none left out, none that is not there.
# Remember that −1 and `len(shape) - 1` are two names of one axis. Work on the tuples.
#
# ```python
# permuted((2, 3, 5), (15, 5, 1), (2, 0, 1))     # ((5, 2, 3), (1, 15, 5))
# ```
# %% answer="tensors.permuted"
def permuted(shape, strides, order):
    """Return shape and strides with their axes in a new order; raises ValueError for an order that is none."""
    ### BEGIN SOLUTION
    rank = len(shape)
    axes = [axis + rank if axis < 0 else axis for axis in order]
    if sorted(axes) != list(range(rank)):
        raise ValueError(f"{order} does not name each of {rank} axes once")
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)
    ### END SOLUTION


# %% check="tensors.permuted"
check("tensors.permuted", permuted)


# %% [markdown] exercise="tensors.blend"
# Warm-up: lay one photo half transparent over another. That is the average of two images of bytes, with halves
# rounded *down*. Here are two attempts. Each is wrong for some pairs of bytes; find a pair on paper before you
# write your own.
#
# ```python
# (first + second) // 2
# first // 2 + second // 2
# ```
#
# - `first`, `second`: uint8 tensors of one shape, with any number of axes, brightness 0 to 255; they may be views
# - returns a new uint8 tensor of that shape
#
# $$\text{blend} = \left\lfloor \frac{\text{first} + \text{second}}{2} \right\rfloor$$
#
# These are real tensors, so the check also asks whether the answer would run on a GPU.
#
# ```python
# first = torch.tensor([200, 7], dtype=torch.uint8)
# second = torch.tensor([100, 4], dtype=torch.uint8)
# blend(first, second)     # tensor([150, 5], dtype=torch.uint8)
# ```
# %% answer="tensors.blend"
def blend(first, second):
    """Average two images of bytes, rounded down: uint8 in, uint8 out."""
    ### BEGIN SOLUTION
    return ((first.to(torch.int16) + second.to(torch.int16)) // 2).to(torch.uint8)
    ### END SOLUTION


# %% check="tensors.blend"
check("tensors.blend", blend)


# %% [markdown] exercise="tensors.sliced"
# Work out the layout of `x[start:stop:step]` along one axis, without touching a number.
#
# - `shape`, `strides`, `offset`: the layout of `x`; strides may be any whole numbers
# - `axis`: which axis is sliced (0 or more); the others stay whole
# - `start`, `stop`, `step`: as in a Python slice; `start` and `stop` may be `None` (left out), negative (counted
#   from the end) or beyond either end (cut to fit); `step` is not 0, but may be negative
# - returns `(new_shape, new_strides, new_offset)`
#
# Once start and stop have been brought into the axis,
#
# $$n' = \max\left(0, \left\lceil \frac{\text{stop} - \text{start}}{\text{step}} \right\rceil\right), \qquad
# s' = \text{step} \cdot s, \qquad \text{offset}' = \text{offset} + \text{start} \cdot s$$
#
# An empty slice follows the same rule for its stride and offset, although nobody reads from it. Python can bring
# the bounds into the axis: `slice(start, stop, step).indices(length)` returns the three numbers ready for use.
#
# ```python
# sliced((4, 6), (6, 1), 0, 1, 1, 6, 2)           # ((4, 3), (6, 2), 1)
# sliced((5,), (1,), 0, 0, None, None, -2)        # ((3,), (-2,), 4)
# ```
# %% answer="tensors.sliced"
def sliced(shape, strides, offset, axis, start, stop, step=1):
    """Return shape, strides and offset of a slice along one axis."""
    ### BEGIN SOLUTION
    start, stop, step = slice(start, stop, step).indices(shape[axis])
    length = len(range(start, stop, step))
    return (
        (*shape[:axis], length, *shape[axis + 1 :]),
        (*strides[:axis], step * strides[axis], *strides[axis + 1 :]),
        offset + start * strides[axis],
    )
    ### END SOLUTION


# %% check="tensors.sliced"
check("tensors.sliced", sliced)


# %% [markdown] exercise="tensors.broadcast_shapes"
# Before two tensors meet in an operation, their shapes must fit. Say what shape comes out, without making a
# tensor: it might be larger than any memory.
#
# - `first`, `second`: tuples of lengths, with any number of entries, also none
# - returns the tuple they broadcast to
#
# Align the shapes on the right and fill the shorter one up with 1 on the left. Then compare column by column.
# Equal lengths stay. Beside a 1, the other length wins, even if it is 0. Anything else raises `ValueError`. The
# check does not read the error's text, but whoever meets it will want to see both shapes there.
#
# ```python
# broadcast_shapes((5, 1, 3), (4, 1))     # (5, 4, 3)
# ```
# %% answer="tensors.broadcast_shapes"
def broadcast_shapes(first, second):
    """Return the shape that two shapes broadcast to; raises ValueError if they don't fit."""
    ### BEGIN SOLUTION
    rank = max(len(first), len(second))
    first_padded = (1,) * (rank - len(first)) + first
    second_padded = (1,) * (rank - len(second)) + second
    result = []
    for left, right in zip(first_padded, second_padded, strict=True):
        if left != right and left != 1 and right != 1:
            raise ValueError(f"shapes {first} and {second} do not fit: {left} against {right}")
        result.append(right if left == 1 else left)
    return tuple(result)
    ### END SOLUTION


# %% check="tensors.broadcast_shapes"
check("tensors.broadcast_shapes", broadcast_shapes)


# %% [markdown] exercise="tensors.is_contiguous"
# A file or a C library often wants a tensor as one run of numbers. A tensor is one if reading it in order, last
# axis fastest, walks through the storage cell by cell, without gap or jump. Decide it from the layout alone.
#
# - `shape`, `strides`: one entry for each axis; strides may be any whole numbers
# - returns `True` or `False`
#
# Two cases need thought. Along an axis of length 1 nobody ever takes a step. And a tensor with no elements has
# nothing out of order, so call it contiguous. Listing all cells would give the right answer, but a tensor may have
# millions of them. A look at each axis is enough.
#
# ```python
# is_contiguous((2, 3), (3, 1))     # True
# is_contiguous((3, 2), (1, 3))     # False, a transpose
# ```
# %% answer="tensors.is_contiguous"
def is_contiguous(shape, strides):
    """Say whether reading in order walks through the storage cell by cell."""
    ### BEGIN SOLUTION
    if 0 in shape:
        return True
    expected = 1
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length == 1:
            continue
        if stride != expected:
            return False
        expected *= length
    return True
    ### END SOLUTION


# %% check="tensors.is_contiguous"
check("tensors.is_contiguous", is_contiguous)


# %% [markdown] exercise="tensors.standardize"
# Age is in years, income in won. A network learns more easily from columns that are on one scale. Give each column
# mean 0 and standard deviation 1. No loop is needed, since the rows broadcast.
#
# - `table`: `float32` or `float64` tensor of shape `row column`, with at least one row and one column; the numbers
#   of a column may be as small as 1e-12 or as large as 1e12
# - returns a new tensor of the same shape and dtype
#
# $$z_{rc} = \frac{x_{rc} - \mu_c}{\sigma_c}, \qquad \mu_c = \frac{1}{n} \sum_r x_{rc}, \qquad
# \sigma_c = \sqrt{\frac{1}{n} \sum_r (x_{rc} - \mu_c)^2}$$
#
# Divide by $n$. A column that never changes has $\sigma_c = 0$, and it should become zeros. In floating point its
# $\sigma_c$ may come out a little above 0, because the mean of seven times 0.1 is not quite 0.1. So ask the column
# itself whether it changes. A column of tiny numbers does change. So does one of large and nearly equal numbers.
# Both get deviation 1 like any other.
#
# ```python
# standardize(torch.tensor([[1.0, 4.0], [3.0, 4.0]]))     # tensor([[-1., 0.], [1., 0.]])
# ```
# %% answer="tensors.standardize"
def standardize(table):
    """Give each column of `row column` mean 0 and deviation 1 (divided by n); constant columns become zeros."""
    ### BEGIN SOLUTION
    constant = (table == table[0]).all(dim=0)
    deviation = table.std(dim=0, correction=0).masked_fill(constant, 1.0)
    return ((table - table.mean(dim=0)) / deviation).masked_fill(constant, 0.0)
    ### END SOLUTION


# %% check="tensors.standardize"
check("tensors.standardize", standardize)


# %% [markdown] exercise="tensors.sliding_windows"
# A moving average and a forecast from the last hours both look at a signal through a window that slides. Copying
# each window multiplies the memory. Instead lay the windows over the signal's own storage, with
# `as_strided(shape, strides, offset)`.
#
# - `signal`: tensor of any dtype whose last axis is time; there may be axes before it
# - `width`: samples in a window; `step`: samples from the start of one window to the start of the next (more than
#   `width` leaves some samples out)
# - returns a **view** of shape `… window width`
#
# $$y_{\dots, w, j} = x_{\dots, \; w \cdot \text{step} + j}, \qquad
# \text{windows} = \left\lfloor \frac{\text{time} - \text{width}}{\text{step}} \right\rfloor + 1$$
#
# Raise `ValueError` if not even one window fits, or if `width` or `step` is below 1. The signal may itself be a
# view, such as every other sample of a recording, or a recording that lies in memory time first. So ask it for
# `stride()` and `storage_offset()`. The check also looks at the strides and the storage of the result; those of a
# copy are different.
#
# ```python
# sliding_windows(torch.tensor([1, 2, 3, 4, 5]), width=3, step=2)     # tensor([[1, 2, 3], [3, 4, 5]])
# ```
# %% answer="tensors.sliding_windows"
def sliding_windows(signal, width, step=1):
    """View `… time` as `… window width` without copying; raises ValueError if no window fits."""
    ### BEGIN SOLUTION
    time = signal.shape[-1]
    if width < 1 or step < 1 or width > time:
        raise ValueError(f"no window of width {width}, step {step} fits a signal of shape {tuple(signal.shape)}")
    *outer, inner = signal.stride()
    shape = (*signal.shape[:-1], (time - width) // step + 1, width)
    return signal.as_strided(shape, (*outer, step * inner, inner), signal.storage_offset())
    ### END SOLUTION


# %% check="tensors.sliding_windows"
check("tensors.sliding_windows", sliding_windows)


# %% [markdown] exercise="tensors.occupied_bytes"
# `view.nbytes` counts elements that share a cell several times. `view.untyped_storage().nbytes()` counts cells that
# the view skips. Neither says how many bytes the view really *stands in*.
#
# - `view`: a tensor of any dtype, shape and strides
# - returns the number of bytes of its storage in which at least one of its elements stands, each byte once
#
# Only the layout matters, that is `shape`, `stride()` and `element_size()`, not the numbers. Think of four kinds: a
# fresh tensor, every other column, a stretched axis, overlapping windows. The last is why a product of lengths
# will not do.
#
# ```python
# occupied_bytes(torch.zeros(3, 1).expand(3, 100))      # 12: three cells of four bytes
# occupied_bytes(torch.zeros(11)[::2])                  # 24: six cells
# occupied_bytes(torch.zeros(11).unfold(0, 3, 1))       # 44: nine windows, but eleven cells
# ```
# %% answer="tensors.occupied_bytes"
def occupied_bytes(view):
    """Return how many bytes of storage the elements of a view stand in, each byte once."""
    ### BEGIN SOLUTION
    cells = {0}  # relative to the first element: where it stands does not matter
    for length, stride in zip(view.shape, view.stride(), strict=True):
        cells = {cell + position * stride for cell in cells for position in range(length)}
    return len(cells) * view.element_size()
    ### END SOLUTION


# %% check="tensors.occupied_bytes"
check("tensors.occupied_bytes", occupied_bytes)
