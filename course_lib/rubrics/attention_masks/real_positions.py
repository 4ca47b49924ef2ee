"""What an answer to `real_positions` must do, and the mistakes we know."""

import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import mask, strided, whole


@rubric(
    answer=am.real_positions,
    title="Positions that don't count padding",
    points=2,
    difficulty=2,
    minutes=10,
)
def real_positions(rng, size):
    """Rows padded on the left, on the right and on both sides."""
    mask = torch.zeros(4, size + 3, dtype=torch.bool)
    for row in mask[:3]:
        first = int(rng.integers(0, 3))
        row[first : first + int(rng.integers(1, size + 1))] = True
    mask[3, 2:] = True
    return mask


@real_positions.edge(points=1)
def nothing_but_padding():
    """A row without real tokens gets zeros."""
    return torch.tensor([[False, False, False], [False, True, True]])


@real_positions.edge(points=1)
def a_gap():
    """A masked position inside a row is not counted either."""
    return torch.tensor([[True, True, False, True, True], [False, True, False, False, True]])


@real_positions.edge(points=1)
def a_long_row():
    """A row of 300 tokens counts on past 255."""
    return torch.ones(1, 300, dtype=torch.bool)


@real_positions.domain
def anything(rng):
    """Any batch; padding anywhere, also everywhere; rows of 0, 1 and several hundred tokens."""
    time = whole(rng, 0, 9) if rng.random() < 0.9 else int(rng.integers(260, 400))
    return strided(rng, mask(rng, whole(rng, 1, 5), time))


@real_positions.oracle
def by_counting(mask):
    """Count the real tokens before each one, in Python."""
    rows = [[sum(row[:i]) if real else 0 for i, real in enumerate(row)] for row in mask.tolist()]
    return torch.tensor(rows, dtype=torch.int64).reshape(mask.shape)


@real_positions.mistake
def counts_from_one(mask):
    """The first real token got position 1; positions count from 0."""
    return mask.cumsum(dim=1).masked_fill(~mask, 0)


@real_positions.mistake
def column_numbers(mask):
    """These are column numbers. With padding on the left, the first real token must still get position 0."""
    return torch.arange(mask.shape[1], device=mask.device).expand(mask.shape).clone()


@real_positions.mistake
def column_numbers_of_real_tokens(mask):
    """The real tokens got their column numbers: padding before them must not be counted."""
    return torch.arange(mask.shape[1], device=mask.device).expand(mask.shape).masked_fill(~mask, 0)


@real_positions.mistake
def minus_one_in_the_padding(mask):
    """Padding before the first token got −1, which an embedding would refuse, or read from its end. It should be 0."""
    return mask.cumsum(dim=1) - 1


@real_positions.mistake
def goes_on_in_the_padding(mask):
    """Padding after a token carries that token's number on; all padding should get 0."""
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


@real_positions.mistake
def minus_one_everywhere_masked(mask):
    """Padding got −1; the contract here is 0, which every embedding table has."""
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, -1)


@real_positions.mistake
def one_in_the_padding(mask):
    """Padding got 1, as in some libraries; the contract here is 0."""
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, 1)


@real_positions.mistake
def numbers_the_padding_too(mask):
    """How many real tokens stand before it is right for a real token. Padding gets 0 wherever it stands."""
    return mask.cumsum(dim=1) - mask.long()


@real_positions.mistake
def padding_on_the_left_only(mask):
    """The count assumes that all padding stands on the left. It may stand on the right too, and in between."""
    columns = torch.arange(mask.shape[1], device=mask.device)
    return (columns - (~mask).sum(dim=1, keepdim=True)).clamp(min=0).masked_fill(~mask, 0)


@real_positions.mistake
def counts_down_the_batch(mask):
    """The count runs along the batch: number the tokens of each row."""
    return (mask.cumsum(dim=0) - 1).masked_fill(~mask, 0)


@real_positions.mistake
def subtracts_the_first_column_only(mask):
    """Numbering from the first real token is not enough: a masked position further on is counted too."""
    first = mask.long().argmax(dim=1, keepdim=True)
    return (torch.arange(mask.shape[1], device=mask.device) - first).masked_fill(~mask, 0)


@real_positions.mistake
def counts_in_eight_bits(mask):
    """The count wraps around: eight bits hold numbers up to 255 only. Count in `int64`, as `cumsum` does by itself."""
    return (mask.cumsum(dim=1, dtype=torch.uint8) - 1).long().masked_fill(~mask, 0)


@real_positions.alternative
def one_token_after_another(mask):
    """Keeps a counter for each row."""
    positions = torch.zeros(mask.shape, dtype=torch.int64, device=mask.device)
    count = torch.zeros(mask.shape[0], dtype=torch.int64, device=mask.device)
    for column in range(mask.shape[1]):
        positions[:, column] = torch.where(mask[:, column], count, 0)
        count = count + mask[:, column]
    return positions


@real_positions.alternative
def times_the_mask(mask):
    """Subtracts the token itself from the running count and multiplies."""
    ones = mask.to(torch.int64)
    return (torch.cumsum(ones, 1) - ones) * ones
