"""What an answer to `blend` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import cases, rubric


def some_bytes(rng, low, high, shape):
    """Return an image of random bytes."""
    return torch.from_numpy(rng.integers(low, high, size=shape)).to(torch.uint8)


@rubric(
    answer=tensors.blend,
    title="Warm-up: half of one image, half of another",
    points=2,
    difficulty=1,
    minutes=8,
)
def blend(rng, size):
    """Pairs of bytes: some bright, some both odd, some one odd and one even; the last with a channel axis in front."""
    first, second = (2 * some_bytes(rng, 0, 128, (size, size + 2)) for _ in range(2))
    first[:, 0] = some_bytes(rng, 150, 256, (size,))
    second[:, 0] = some_bytes(rng, 150, 256, (size,))
    first[:, 1:] += 1
    second[:, 1] += 1
    return (first[None], second[None]) if size == 8 else (first, second)


@blend.edge(points=1)
def white_and_white():
    """White and white is white: 255 and 255 average to 255."""
    return torch.full((2, 3), 255, dtype=torch.uint8), torch.full((2, 3), 255, dtype=torch.uint8)


@blend.edge(points=1)
def every_pair():
    """Every byte with every other: the first image holds the row's number, the second the column's."""
    rows = torch.arange(256).to(torch.uint8).expand(256, 256)
    return rows.T, rows


@blend.domain
def any_two_images(rng):
    """Two images of one shape, of any number of axes, of any bytes; each may lie in memory in a way of its own."""
    shape = cases.shape(rng, cases.whole(rng, 0, 4), most=7)
    ends = [cases.one_of(rng, (0, 255), (0, 255), (0, 3), (120, 136), (250, 255)) for _ in range(2)]
    return tuple(cases.strided(rng, cases.integers(rng, shape, low, high, ["uint8"])) for low, high in ends)


@blend.oracle
def by_numpy(first, second):
    """Adds in NumPy's int64."""
    return ((first.numpy().astype(np.int64) + second.numpy()) // 2).astype(np.uint8)


@blend.mistake
def adds_bytes(first, second):
    """A sum of two bytes above 255 wraps around. Go to a wider dtype before adding."""
    return (first + second) // 2


@blend.mistake
def goes_to_signed_bytes(first, second):
    """The bytes went to int8, which ends at 127. A sum of two bytes reaches 510: take a wider dtype, such as int16."""
    return ((first.to(torch.int8) + second.to(torch.int8)) // 2).to(torch.uint8)


@blend.mistake
def halves_first(first, second):
    """Halving each image first loses a half twice: 7 and 5 give 3 + 2 = 5 instead of 6."""
    return first // 2 + second // 2


@blend.mistake
def cuts_at_255(first, second):
    """The sum was cut at 255 before it was halved, so nothing gets brighter than 127. Keep the whole sum."""
    return ((first.int() + second.int()).clamp(max=255) // 2).to(torch.uint8)


@blend.mistake
def rounds_to_the_nearest(first, second):
    """Halves were rounded to the nearest even number, as `round` does. They should be rounded down."""
    return ((first.float() + second.float()) / 2).round().to(torch.uint8)


@blend.mistake
def rounds_up(first, second):
    """Halves were rounded up. They should be rounded down."""
    return ((first.int() + second.int() + 1) // 2).to(torch.uint8)


@blend.mistake
def goes_half_the_way(first, second):
    """Half of `second - first` was added, but a difference of bytes below 0 wraps around. Go to a wider dtype first."""
    return first + (second - first) // 2


@blend.mistake
def forgets_to_come_back(first, second):
    """The numbers are right, but an image of bytes should come out: convert back to uint8 at the end."""
    return (first.to(torch.int16) + second.to(torch.int16)) // 2


@blend.mistake
def returns_floats(first, second):
    """Floating-point numbers with halves came out. Round down and convert to uint8."""
    return (first.float() + second.float()) / 2


@blend.mistake
def walks_rows_and_columns(first, second):
    """The loops know rows and columns only, and other axes may stand before them. Tensors add without a loop."""
    rows, columns = first.shape
    return tensors.blend(first.reshape(rows, columns), second)


@blend.mistake
def views_them_flat(first, second):
    """`view` cannot flatten an image whose elements are not in order, such as a transposed one. Add as they are."""
    return tensors.blend(first.view(-1), second.view(-1)).view(first.shape)


@blend.alternative
def by_bits(first, second):
    """Adds the bits that both have and half of those that one has; no sum exceeds a byte."""
    return (first & second) + ((first ^ second) >> 1)


@blend.alternative
def by_floats(first, second):
    """Averages in float32, which holds these numbers exactly."""
    return torch.stack([first, second]).float().mean(dim=0).floor().to(torch.uint8)
