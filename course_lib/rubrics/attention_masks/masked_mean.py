"""What an answer to `masked_mean` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import floats, mask, normal, one_of, strided, whole


@rubric(
    answer=am.masked_mean,
    title="The mean of the real positions",
    points=3,
    difficulty=2,
    minutes=12,
)
def masked_mean(rng, size):
    """Vectors at 4 positions more than `size`, some of them real, in no order; one real number is 0."""
    values = 5 + normal(rng, 3, size + 4, 2).to(torch.float32 if size % 2 else torch.float64)
    values[1, 0, 1] = 0.0
    return values, mask(rng, 3, size + 4, mixed=True)


@masked_mean.edge(points=1)
def a_sequence_of_padding():
    """A sequence without any real position gets zeros, not 0/0."""
    values = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]], [[1.0, 1.0], [7.0, 2.0], [3.0, 3.0]]])
    return values, torch.tensor([[True, False, True], [False, False, False]])


@masked_mean.edge(points=1)
def nan_in_the_padding():
    """What stands in the padding has no influence, not even nan, and 0 times nan is nan."""
    return torch.tensor([[[1.0], [2.0], [torch.nan], [torch.inf]]]), torch.tensor([[True, True, False, False]])


@masked_mean.edge(points=1)
def nan_in_a_real_position():
    """A nan at a real position says that something went wrong before, and must stay to be seen."""
    return torch.tensor([[[1.0], [torch.nan], [3.0]]]), torch.tensor([[True, True, False]])


@masked_mean.edge(points=1)
def vectors_in_half_precision():
    """Vectors in float16 have means in float16."""
    values = torch.tensor([[[1.0, 2.0], [3.0, 8.0], [5.0, 9.0]]], dtype=torch.float16)
    return values, torch.tensor([[True, True, False]])


@masked_mean.domain
def anything(rng):
    """Vectors in float16, float32 or float64; padding anywhere, also everywhere, with anything in it, nan included; now
    and then a nan at a real position."""
    batch, time, feature = whole(rng, 1, 5), whole(rng, 1, 9), whole(rng, 1, 5)
    values = floats(rng, (batch, time, feature), ("float16", "float32", "float64"), (0.01, 1.0, 100.0))
    real = mask(rng, batch, time)
    if rng.random() < 0.5:
        loud = one_of(rng, 30000.0, torch.nan, torch.inf, -torch.inf)
        values = values.masked_fill(~real[:, :, None], loud)
    if rng.random() < 0.1:
        values[int(rng.integers(batch)), int(rng.integers(time))] = torch.nan
    return strided(rng, values), strided(rng, real)


@masked_mean.oracle
def by_picking(values, mask):
    """Pick the real vectors of each sequence, and average them in NumPy and float64."""
    means = np.zeros((len(values), values.shape[2]))
    for b, (row, real) in enumerate(zip(values.double().numpy(), mask.numpy(), strict=True)):
        if real.any():
            means[b] = np.mean(row[real], axis=0)
    return torch.from_numpy(means).to(values.dtype)


@masked_mean.mistake
def divides_by_all_positions(values, mask):
    """The sum is right, but it is divided by all positions, padding included."""
    return values.masked_fill(~mask[:, :, None], 0.0).mean(dim=1)


@masked_mean.mistake
def ignores_the_mask(values, mask):
    """This is the plain mean over time: padding is counted like any token."""
    return values.mean(dim=1)


@masked_mean.mistake
def divides_by_nothing(values, mask):
    """This is the sum of the real vectors; divide it by how many there are."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)


@masked_mean.mistake
def counts_the_whole_batch(values, mask):
    """The sum of each sequence is divided by the real tokens of the whole batch. Count each sequence by itself."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / mask.sum().clamp(min=1)


@masked_mean.mistake
def zero_by_zero(values, mask):
    """A sequence without real positions gives 0/0, nan, and one nan spoils the whole loss. Return zeros there."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / mask.sum(dim=1, keepdim=True)


@masked_mean.mistake
def always_one_too_many(values, mask):
    """One is added to every count to avoid 0/0, which makes every mean too small. Only a count of 0 needs care."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / (mask.sum(dim=1, keepdim=True) + 1)


@masked_mean.mistake
def multiplies_by_the_mask(values, mask):
    """Multiplying by the mask lets nan through, for 0 times nan is nan. Replace what is masked instead."""
    return (values * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)


@masked_mean.mistake
def counts_what_is_not_zero(values, mask):
    """What is not 0 is counted, but a real token may well have a feature that is exactly 0. Count the mask."""
    kept = values.masked_fill(~mask[:, :, None], 0.0)
    return kept.sum(dim=1) / (kept != 0).sum(dim=1).clamp(min=1)


@masked_mean.mistake
def mean_of_the_padding(values, mask):
    """The padding is averaged and the real tokens are left out: the mask is upside down."""
    return am.masked_mean(values, ~mask)


@masked_mean.mistake
def takes_the_first_positions(values, mask):
    """As many positions as are real are averaged, but the first ones. Padding may stand anywhere: ask the mask."""
    return am.masked_mean(values, am.padding_mask(mask.sum(dim=1), mask.shape[1]))


@masked_mean.mistake
def means_in_float32(values, mask, *, right):
    """The means are float32 whatever the values were. Give them the dtype of the values."""
    return right.float()


@masked_mean.mistake
def counts_in_float32(values, mask):
    """The count is float32, and float16 divided by float32 is float32. A count in whole numbers leaves the dtype of
    the values alone."""
    total = values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)
    return total / mask.float().sum(dim=1, keepdim=True).clamp(min=1)


@masked_mean.mistake
def hides_every_nan(values, mask):
    """Every nan is made 0, at real positions too, where it would have told of a bug. Replace only what is masked."""
    clean = values.nan_to_num(0.0).masked_fill(~mask[:, :, None], 0.0)
    return am.masked_mean(clean, mask)


@masked_mean.alternative
def sequence_by_sequence(values, mask):
    """Picks the real vectors of each sequence."""
    means = [
        row[real].mean(0) if real.any() else row.new_zeros(row.shape[-1])
        for row, real in zip(values, mask, strict=True)
    ]
    return torch.stack(means)


@masked_mean.alternative
def as_a_matrix_product(values, mask):
    """Weights that add up to 1, times the values, in float64."""
    clean = torch.where(mask.unsqueeze(-1), values, 0.0).double()
    weights = mask.double() / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.einsum("bt,btf->bf", weights, clean).to(values.dtype)
