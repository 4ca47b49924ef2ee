"""What an answer to `masked_softmax` must do, and the mistakes we know."""

import numpy as np
import torch
from scipy.special import softmax

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import floats, integers, mask, normal, one_of, strided, whole


@rubric(
    answer=am.masked_softmax,
    title="Softmax over what may be used",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=["course_lib.attention_masks.masked_softmax_by_loops", "course_lib.attention_masks.masked_attention"],
)
def masked_softmax(rng, size):
    """Scores of several heads with one mask for all; each query has some keys to use. float32 and float64."""
    dtype = torch.float32 if size % 2 else torch.float64
    return 3 * normal(rng, 2, 3, 4, size).to(dtype), mask(rng, 2, 1, 4, size, mixed=True)


@masked_softmax.edge(points=2)
def a_row_with_nothing_to_use():
    """A query without any key gets zeros, neither nan nor equal shares."""
    scores = torch.tensor([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
    return scores, torch.tensor([[True, False, True], [False, False, False]])


@masked_softmax.edge(points=1)
def large_scores():
    """Scores in the hundreds must not overflow."""
    return torch.tensor([[500.0, 501.0, -300.0], [-500.0, -502.0, 4.0]]), torch.tensor([[True, True, False]] * 2)


@masked_softmax.edge(points=1)
def a_huge_score_under_the_mask():
    """What stands under the mask has no influence, however large it is."""
    return torch.tensor([[1.0, 2.0, 20000.0], [30000.0, -1.0, 1.0]]), torch.tensor(
        [[True, True, False], [False, True, True]]
    )


@masked_softmax.edge(points=1)
def half_precision():
    """Scores in float16 give weights in float16, whose largest number is 65504 and whose smallest is near 6e-8; a row
    without any key gets zeros there too."""
    scores = torch.tensor([[2.0, 2.0, 9.0], [1.0, 2.0, 3.0]], dtype=torch.float16)
    return scores, torch.tensor([[True, True, False], [False, False, False]])


@masked_softmax.domain
def anything(rng):
    """Scores of one to four axes in float16, float32 or float64, up to hundreds; a mask that may lack axes, or have
    length 1 along them; rows without any key; huge numbers, inf and nan under the mask."""
    shape = (*(whole(rng, 1, 5) for _ in range(whole(rng, 0, 3))), whole(rng, 1, 8))
    scores = floats(rng, shape, scales=(1.0, 3.0, 100.0, 300.0))
    if rng.random() < 0.25:  # so far apart that what float16 rounds on the way does not show
        scores = 32 * integers(rng, shape, -3, 3).half()
    thin = tuple(1 if rng.random() < 0.25 else length for length in shape[int(rng.integers(len(shape))) :])
    usable = mask(rng, *thin)
    if rng.random() < 0.4:
        scores = torch.where(usable, scores, one_of(rng, 20000.0, torch.inf, -torch.inf, torch.nan)).to(scores.dtype)
    return strided(rng, scores), strided(rng, usable)


@masked_softmax.oracle
def by_scipy(scores, mask):
    """Ask SciPy for the rows that have a key, in float64."""
    usable = np.broadcast_to(mask.numpy(), scores.shape)
    some = usable.any(axis=-1)
    weights = np.zeros(scores.shape)
    weights[some] = softmax(np.where(usable, scores.double().numpy(), -np.inf)[some], axis=-1)
    return torch.from_numpy(weights).to(scores.dtype)


@masked_softmax.mistake
def forgets_the_mask(scores, mask):
    """This is an ordinary softmax: keys that may not be used get a share."""
    return torch.softmax(scores, dim=-1)


@masked_softmax.mistake
def weights_in_float32(scores, mask):
    """The weights are float32 whatever the scores were. Give them the dtype of the scores."""
    return am.masked_softmax(scores.float(), mask)


@masked_softmax.mistake
def too_large_for_float16(scores, mask):
    """A number such as −1e9 does not exist in float16. float16 has a minus infinity."""
    return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1) * mask


@masked_softmax.mistake
def nan_in_empty_rows(scores, mask):
    """A row of nothing but minus infinity gives 0/0, nan. A query without any key should get zeros."""
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)


@masked_softmax.mistake
def a_tiny_number_in_the_denominator(scores, mask):
    """1e-9 is added to the sum against 0/0, but in float16 it is 0, and an empty row gives nan. Treat empty rows
    explicitly."""
    hidden = scores.masked_fill(~mask, -torch.inf)
    top = hidden.amax(dim=-1, keepdim=True)
    powers = torch.exp(hidden - top.masked_fill(top == -torch.inf, 0.0))
    return powers / (powers.sum(dim=-1, keepdim=True) + 1e-9)


@masked_softmax.mistake
def equal_shares_in_empty_rows(scores, mask):
    """With a large negative number instead of minus infinity, an empty row shares equally among forbidden keys."""
    return torch.softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min), dim=-1)


@masked_softmax.mistake
def minus_a_billion(scores, mask):
    """With −1e9 instead of minus infinity, an empty row shares equally among forbidden keys, and float16 has no such
    number."""
    return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)


@masked_softmax.mistake
def adds_minus_ten_thousand(scores, mask):
    """Adding −10000 keeps the order of the scores: an empty row attends as if nothing were masked, and a score of
    20000 under the mask still wins. Replace the scores, don't shift them."""
    return torch.softmax(scores - 10000.0 * (~mask).to(scores.dtype), dim=-1)


@masked_softmax.mistake
def masks_after_the_softmax(scores, mask):
    """The weights are set to zero after the softmax, so the rest no longer adds up to 1."""
    return torch.softmax(scores, dim=-1) * mask


@masked_softmax.mistake
def scores_times_mask(scores, mask):
    """A score of 0 is not "no attention": its exponential is 1. Multiplying scores by the mask does not remove them."""
    return torch.softmax(scores * mask, dim=-1)


@masked_softmax.mistake
def upside_down(scores, mask):
    """The keys that may be used are masked and the others are not: True means 'may be used'."""
    return am.masked_softmax(scores, ~mask)


@masked_softmax.mistake
def along_the_queries(scores, mask):
    """The weights add up to 1 along the queries. Each query shares among its keys, the last axis."""
    mask = mask.expand(scores.shape)
    return am.masked_softmax(scores.transpose(-2, -1), mask.transpose(-2, -1)).transpose(-2, -1)


@masked_softmax.mistake
def exponentials_without_a_shift(scores, mask):
    """`exp` of a score above 88 overflows float32. Take the row's largest score off first; softmax does not change."""
    powers = torch.exp(scores.masked_fill(~mask, -torch.inf))
    total = powers.sum(dim=-1, keepdim=True)
    return torch.where(total == 0, 0.0, powers / total)


@masked_softmax.mistake
def shifts_by_the_largest_of_all(scores, mask):
    """The maximum that is taken off, also inside `softmax`, includes scores under the mask: where one is huge, all
    others underflow to 0."""
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True)) * mask
    total = powers.sum(dim=-1, keepdim=True)
    return torch.where(total == 0, 0.0, powers / total)


@masked_softmax.alternative
def torchs_softmax_mended(scores, mask):
    """Lets torch make nan of empty rows and replaces them."""
    weights = torch.softmax(torch.where(mask, scores, -torch.inf), dim=-1)
    return weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)


@masked_softmax.alternative
def in_log_space_and_double(scores, mask):
    """Subtracts the logarithm of the sum, in float64."""
    hidden = scores.double().masked_fill(~mask, -torch.inf)
    total = torch.logsumexp(hidden, dim=-1, keepdim=True)
    weights = torch.exp(hidden - total.masked_fill(total == -torch.inf, 0.0))
    return weights.to(scores.dtype)
