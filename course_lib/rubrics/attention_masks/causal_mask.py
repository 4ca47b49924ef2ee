"""What an answer to `causal_mask` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import one_of, whole


@rubric(
    answer=am.causal_mask,
    title="The past and nothing but the past",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=["torch.nn.attention.bias.causal_lower_right"],
)
def causal_mask(rng, size):
    """As many keys as queries, so that both stand at the same positions."""
    return size, size, torch.device("cpu")


@causal_mask.written
def call_without_device(queries, keys, device=None):
    """As one would type it, on the processor."""
    return f"causal_mask({queries=}, {keys=})"


@causal_mask.edge(points=1)
def one_new_token():
    """When one token is generated after five others, its query may use all six keys."""
    return 1, 6, torch.device("cpu")


@causal_mask.edge(points=1)
def a_chunk_after_a_past():
    """Three queries at the end of seven keys may all use the first five."""
    return 3, 7, torch.device("cpu")


@causal_mask.edge(points=1)
def more_queries_than_keys():
    """With two keys for five queries, the first three stand before every key and may use none."""
    return 5, 2, torch.device("cpu")


@causal_mask.domain
def anything(rng):
    """Any two counts, also 0, either one the larger; with or without a device."""
    queries, keys = whole(rng, 0, 9), whole(rng, 0, 9)
    if rng.random() < 0.1:
        queries, keys = one_of(rng, (1, 300), (3, 270), (260, 2))
    return (queries, keys, torch.device("cpu")) if rng.random() < 0.5 else (queries, keys)


@causal_mask.oracle
def by_numpys_triangle(queries, keys, device=None):
    """Cut the triangle with NumPy's `tri`."""
    return np.tri(queries, keys, keys - queries, dtype=bool)


@causal_mask.mistake
def not_even_itself(queries, keys, device=None, *, right):
    """Each query was kept from its own position. Only later keys are the future, and the first query needs a key."""
    return right.tril(keys - queries - 1)


@causal_mask.mistake
def one_key_of_the_future(queries, keys, device=None):
    """Each query may use one key too many, the first of its future. The last it may use is at its own position."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries + 1)


@causal_mask.mistake
def the_future(queries, keys, device=None):
    """The mask is upside down: it lets a query use its own position and the future instead of the past."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).triu(keys - queries)


@causal_mask.mistake
def true_where_forbidden(queries, keys, device=None, *, right):
    """The mask is inverted: True should mean 'may be used', and here it marks the future."""
    return ~right


@causal_mask.mistake
def aligned_at_the_first_key(queries, keys, device=None):
    """The first query is placed at the first key. The last query stands at the last key."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril()


@causal_mask.mistake
def shifted_the_other_way(queries, keys, device=None):
    """The shift between queries and keys has the wrong sign: more keys means a longer past, so more is allowed."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(queries - keys)


@causal_mask.mistake
def ones_in_floats(queries, keys, device=None, *, right):
    """The mask holds floating-point 1 and 0; a mask of this course is boolean."""
    return right.float()


@causal_mask.mistake
def zero_and_minus_infinity(queries, keys, device=None, *, right):
    """These are numbers to add to scores. The mask itself is boolean; it is turned into numbers where it is used."""
    return am.additive_mask(right)


@causal_mask.alternative
def lower_triangle(queries, keys, device=None):
    """Cuts a triangle out of ones."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


@causal_mask.alternative
def last_rows_of_a_square(queries, keys, device=None):
    """Takes the last rows of the mask of a whole sequence; columns before the first key are cut off."""
    side = max(queries, keys)
    whole = ~torch.ones(side, side, dtype=torch.bool, device=device).triu(1)
    return whole[side - queries :, side - keys :]
