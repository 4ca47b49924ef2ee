"""What an answer to `packed_mask` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import one_of, strided, whole


@rubric(
    answer=am.packed_mask,
    title="Several sequences in one row",
    points=3,
    difficulty=3,
    minutes=15,
)
def packed_mask(rng, size):
    """Rows with two sequences, numbered in no order, and some padding at the end."""
    rows = torch.zeros(3, size + 4, dtype=torch.int64)
    for row, (first, second) in zip(rows, [(1, 2), (7, 3), (2, 5)], strict=True):
        cut = int(rng.integers(1, size + 2))
        row[:cut], row[cut : size + 2] = first, second
    return rows


@packed_mask.edge(points=1)
def a_row_of_padding():
    """In a row of nothing but padding no token may use any, itself included."""
    return torch.tensor([[0, 0, 0], [4, 4, 9]])


@packed_mask.edge(points=1)
def padding_in_front():
    """Padding may also stand before, between and inside sequences."""
    return torch.tensor([[0, 2, 2, 0, 2, 0, 1, 1]])


@packed_mask.domain
def anything(rng):
    """Any batch, int32 or int64; sequences named by any numbers from 1 to many millions, in any order, in one piece or
    in several; padding anywhere, also everywhere."""
    batch, time = whole(rng, 1, 4), whole(rng, 1, 9)
    first = one_of(rng, 1, 1, 126, 254, 2047, 70000, 2**24)
    names = np.array([0, *(first + rng.permutation(4)[: whole(rng, 1, 4)])])
    segments = names[rng.integers(len(names), size=(batch, time))]
    if rng.random() < 0.5:
        segments = np.sort(segments, axis=1)[:, ::-1].copy()  # in one piece, padding at the end
    return strided(rng, torch.from_numpy(segments).to(one_of(rng, torch.int64, torch.int32)))


@packed_mask.oracle
def asked_one_by_one(segments):
    """Ask about each query and each key, in Python."""
    rows = segments.tolist()
    allowed = [[[[row[q] == row[k] != 0 and k <= q for k in range(len(row))] for q in range(len(row))]] for row in rows]
    return np.array(allowed, dtype=bool).reshape(len(rows), 1, segments.shape[1], segments.shape[1])


@packed_mask.mistake
def padding_uses_padding(segments):
    """Padding is treated as a sequence number 0. Padded positions may neither use anything nor be used."""
    time = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    return (same & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def looks_into_the_future(segments):
    """A token may use later tokens of its sequence; only earlier ones and itself are allowed."""
    same = segments[:, :, None] == segments[:, None, :]
    return (same & (segments != 0)[:, None, :])[:, None]


@packed_mask.mistake
def one_long_sequence(segments):
    """A token may use earlier tokens of other sequences in its row: one text leaks into the next."""
    time = segments.shape[1]
    real = (segments != 0)[:, :, None] & (segments != 0)[:, None, :]
    return (real & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def numbers_taken_for_an_order(segments):
    """Sequences with a smaller number may be used too. The numbers are names: they must be equal."""
    time = segments.shape[1]
    ordered = segments[:, :, None] >= segments[:, None, :]
    return (ordered & (segments != 0)[:, None, :] & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def not_even_itself_when_packed(segments, *, right):
    """Each token was kept from itself, so that the first of each sequence has nothing to use."""
    return right.tril(-1)


@packed_mask.mistake
def the_future_only(segments, *, right):
    """Queries and keys are swapped: queries are the rows, and a row may use what stands to its left."""
    return right.transpose(-2, -1).contiguous()


@packed_mask.mistake
def no_axis_for_heads(segments, *, right):
    """The axis for the heads is missing: the mask should be (batch, 1, query, key)."""
    return right[:, 0]


@packed_mask.mistake
def padding_uses_itself(segments, *, right):
    """Padding may use itself, a common way to avoid empty rows. Here it may use nothing: the row stays empty."""
    return right | torch.eye(segments.shape[1], dtype=torch.bool, device=segments.device)


@packed_mask.mistake
def a_new_sequence_at_each_change(segments, *, right):
    """A sequence is taken to end where the number changes. After padding inside it, it goes on: compare numbers."""
    changes = (segments != segments.roll(1, dims=1)).cumsum(dim=1)
    return right & (changes[:, None, :, None] == changes[:, None, None, :])


@packed_mask.alternative
def pair_by_pair(segments):
    """Asks about each pair of positions."""
    batch, time = segments.shape
    mask = torch.zeros(batch, 1, time, time, dtype=torch.bool, device=segments.device)
    for query in range(time):
        for key in range(query + 1):
            equal = segments[:, query] == segments[:, key]
            mask[:, 0, query, key] = equal & (segments[:, query] > 0)
    return mask


@packed_mask.alternative
def by_one_lower_triangle(segments):
    """Gives padding a number that nothing equals, then cuts a triangle."""
    rows, columns = segments.masked_fill(segments == 0, -1), segments
    return (rows.unsqueeze(2) == columns.unsqueeze(1)).unsqueeze(1).tril()
