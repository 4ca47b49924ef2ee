"""What an answer to `padding_mask` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import lengths, one_of, strided, whole


@rubric(
    answer=am.padding_mask,
    title="A mask of the real tokens",
    points=2,
    difficulty=1,
    minutes=5,
)
def padding_mask(rng, size):
    """Batches whose sequences differ in length, one of them full."""
    lengths = rng.integers(1, size + 1, size=5)
    lengths[2] = size
    return torch.from_numpy(lengths), size


@padding_mask.edge(points=1)
def nothing_real():
    """A sequence of length 0 has no real token."""
    return torch.tensor([0, 3, 1]), 3


@padding_mask.edge(points=1)
def room_to_spare():
    """`max_len` may be larger than every length, and a length above it marks the whole row, no more."""
    return torch.tensor([2, 3, 9]), 5


@padding_mask.domain
def anything(rng):
    """Any batch, also an empty one, int32 or int64; lengths from 0 to beyond `max_len`, which may be 0."""
    long = rng.random() < 0.25
    max_len = int(rng.integers(130, 400)) if long else whole(rng, 0, 12)
    batch, dtype = whole(rng, int(long), 4), one_of(rng, "int64", "int32")
    return strided(rng, lengths(rng, batch, max_len + one_of(rng, 0, 3), dtype=dtype)), max_len


@padding_mask.oracle
def by_numpy(lengths, max_len):
    """Compare each position with each length, in NumPy."""
    return np.array([[j < length for j in range(max_len)] for length in lengths.tolist()], dtype=bool).reshape(
        len(lengths), max_len
    )


@padding_mask.mistake
def marks_the_padding(lengths, max_len, *, right):
    """The mask is upside down: True should mean 'a real token', not 'padding'."""
    return ~right


@padding_mask.mistake
def one_token_too_many(lengths, max_len):
    """One position too many is marked in each row: positions count from 0, so the last real one is `length - 1`."""
    return torch.arange(max_len, device=lengths.device) <= lengths[:, None]


@padding_mask.mistake
def one_token_too_few(lengths, max_len):
    """The last real token of each row is not marked: positions count from 0, so it stands at `length - 1`."""
    return am.padding_mask(lengths - 1, max_len)


@padding_mask.mistake
def lengths_without_an_axis(lengths, max_len):
    """Positions are compared with lengths one by one. To compare each with each, `lengths` needs an axis more."""
    return torch.arange(max_len, device=lengths.device) < lengths


@padding_mask.mistake
def marks_the_last_token_only(lengths, max_len):
    """Only the last real position is marked; all positions before it are real too."""
    return torch.arange(max_len, device=lengths.device) == lengths[:, None] - 1


@padding_mask.mistake
def one_mask_for_all(lengths, max_len):
    """Every row is marked like the longest: each sequence has a length of its own."""
    return am.padding_mask(lengths.amax().expand(len(lengths)), max_len)


@padding_mask.mistake
def ones_and_zeros(lengths, max_len, *, right):
    """The mask holds 1 and 0. In this course a mask is boolean; `~` and indexing do other things with integers."""
    return right.long()


@padding_mask.mistake
def time_before_batch(lengths, max_len, *, right):
    """The axes are swapped: the mask should be (batch, time), one row for each sequence."""
    return right.T.contiguous()


@padding_mask.mistake
def real_tokens_at_the_end(lengths, max_len, *, right):
    """The real tokens are marked at the end of the rows; this batch is padded on the right."""
    return right.flip(1)


@padding_mask.mistake
def as_long_as_the_longest(lengths, max_len):
    """The mask is as long as the longest sequence. It must be as long as the batch it is for: `max_len`."""
    return am.padding_mask(lengths, int(lengths.max()))


@padding_mask.alternative
def row_after_row(lengths, max_len):
    """Writes each row by a slice."""
    mask = torch.zeros(len(lengths), max_len, dtype=torch.bool, device=lengths.device)
    for row, length in enumerate(lengths.tolist()):
        mask[row, :length] = True
    return mask


@padding_mask.alternative
def by_counting_down(lengths, max_len):
    """Counts in floats how many tokens are left after each position."""
    steps = torch.ones(max_len, device=lengths.device).cumsum(0)
    return (lengths[:, None].double() - steps) >= 0
