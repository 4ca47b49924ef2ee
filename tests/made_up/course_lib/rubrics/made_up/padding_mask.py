"""What an answer to `padding_mask` must do."""

import torch

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.padding_mask, title="A mask of the real tokens", points=3)
def padding_mask(rng, size):
    """Batches whose sequences differ in length."""
    return torch.from_numpy(rng.integers(1, size + 1, size=5)), size


@padding_mask.edge(points=1)
def an_empty_sequence():
    """A sequence of length zero has nothing to attend to."""
    return torch.tensor([0, 3]), 3


@padding_mask.mistake
def marks_the_padding(lengths, max_len):
    """The mask is upside down: True should mean 'a real token', not 'padding'."""
    return ~made_up.padding_mask(lengths, max_len)


@padding_mask.mistake
def one_too_many(lengths, max_len):
    """One position too many is allowed: positions are counted from 0."""
    return torch.arange(max_len, device=lengths.device) <= lengths[:, None]


@padding_mask.mistake
def keeps_one_token_always(lengths, max_len):
    """An empty sequence has no real token at all."""
    return made_up.padding_mask(lengths.clamp(min=1), max_len)
