"""What an answer to `combine_masks` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import mask, one_of, strided, whole


@rubric(
    answer=am.combine_masks,
    title="Padding and future in one mask",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=["course_lib.attention_masks.combine_masks_by_loops"],
)
def combine_masks(rng, size):
    """Self-attention, as many queries as keys, over batches padded on the right and on the left, and over a batch of
    one sequence."""
    batch, longest = (1, size - 1) if size == 3 else (4, size)
    padding = am.padding_mask(torch.from_numpy(rng.integers(1, longest + 1, size=batch)), size)
    padding[batch // 2 :] = padding[batch // 2 :].flip(1)
    return padding, am.causal_mask(size, size)


@combine_masks.edge(points=1)
def queries_and_keys_differ_in_number():
    """Two queries at the end of five keys: padding is about keys, and the mask is not square."""
    return am.padding_mask(torch.tensor([4, 5, 1]), 5), am.causal_mask(2, 5)


@combine_masks.edge(points=1)
def as_many_sequences_as_queries():
    """With a batch as large as a sequence is long, broadcasting fits the wrong axes together without an error."""
    return am.padding_mask(torch.tensor([1, 3, 2]), 3), am.causal_mask(3, 3)


@combine_masks.edge(points=1)
def a_window_instead_of_the_whole_past():
    """The second mask may allow less than the whole past, here a window of two keys: use the one that is given."""
    return am.padding_mask(torch.tensor([4, 2]), 4), am.causal_mask(4, 4).triu(-1)


@combine_masks.domain
def anything(rng):
    """Any batch, padding anywhere, also everywhere; any numbers of queries and keys; the whole past, or less of it."""
    queries, keys = whole(rng, 1, 6), whole(rng, 1, 6)
    causal = am.causal_mask(queries, keys)
    if rng.random() < 0.4:
        causal = causal & mask(rng, queries, keys)
    return strided(rng, mask(rng, one_of(rng, whole(rng, 1, 6), 9), keys)), strided(rng, causal)


@combine_masks.oracle
def pair_by_pair(padding, causal):
    """Ask both masks about every pair, in Python."""
    pairs = np.zeros((len(padding), 1, *causal.shape), dtype=bool)
    for b, _, q, k in np.ndindex(pairs.shape):
        pairs[b, 0, q, k] = bool(padding[b, k]) and bool(causal[q, k])
    return pairs


@combine_masks.mistake
def either_is_enough(padding, causal):
    """A key is let through if one of the masks allows it. Both must."""
    return padding[:, None, None, :] | causal


@combine_masks.mistake
def the_version_that_was_given(padding, causal):
    """This is the version that was given. An axis for the heads is missing, either mask is enough, and
    `causal` is turned upside down."""
    return padding[:, None, :] | ~causal


@combine_masks.mistake
def padding_along_the_queries(padding, causal):
    """The padding mask lies along the queries. It says which keys are real, and keys are the last axis."""
    return padding[:, None, :, None] & causal


@combine_masks.mistake
def padded_queries_too(padding, causal):
    """Rows of padded queries are forbidden as well. Their results are never used: only keys need masking here."""
    return padding[:, None, :, None] & padding[:, None, None, :] & causal


@combine_masks.mistake
def without_the_axis_for_heads(padding, causal):
    """The axis for the heads is missing: (batch, query, key) would be lined up as (head, query, key)."""
    return padding[:, None, :] & causal


@combine_masks.mistake
def no_new_axes(padding, causal):
    """Without new axes the batch of `padding` is lined up with the queries of `causal`."""
    return padding & causal


@combine_masks.mistake
def forgets_the_future(padding, causal):
    """Only the padding is masked; `causal` must be respected too."""
    return padding[:, None, None, :].expand(-1, 1, *causal.shape).clone()


@combine_masks.mistake
def forgets_the_padding(padding, causal):
    """Only the future is masked; `padding` must be respected too."""
    return causal.expand(len(padding), 1, *causal.shape).clone()


@combine_masks.mistake
def padding_upside_down(padding, causal):
    """Only padded keys are let through: `padding` is True where a key is real, so it needs no `~`."""
    return ~padding[:, None, None, :] & causal


@combine_masks.mistake
def says_what_is_forbidden(padding, causal, *, right):
    """The result is inverted: True should mean 'may be used', and here it marks what may not."""
    return ~right


@combine_masks.mistake
def works_the_future_out_again(padding, causal):
    """The future is worked out from the shape. Use the mask that is given: it may allow less than the whole past."""
    return am.combine_masks(padding, am.causal_mask(*causal.shape, device=causal.device))


@combine_masks.mistake
def writes_into_the_causal_mask(padding, causal):
    """The padding is written into `causal` itself: `contiguous` copies a mask that was stretched over a batch, but not
    over a batch of one."""
    both = causal.expand(len(padding), 1, *causal.shape).contiguous()
    both &= padding[:, None, None, :]
    return both


@combine_masks.alternative
def by_multiplication(padding, causal):
    """Multiplies, which is "and" for 0 and 1."""
    both = padding.long()[:, None, :] * causal.long()[None]
    return both.bool().unsqueeze(1)


@combine_masks.alternative
def by_two_refusals(padding, causal):
    """Collects what is forbidden and negates it (De Morgan)."""
    return torch.logical_not(~padding.view(len(padding), 1, 1, -1) | ~causal.view(1, 1, *causal.shape))
