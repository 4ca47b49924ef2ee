"""What the rubrics of tensors share: random shapes."""

import numpy as np


def some_shape(rng, rank, least=2):
    """Return lengths that all differ, in random order, so that no two axes can be swapped unseen."""
    return tuple(int(n) for n in rng.permutation(np.arange(least, least + rank)))
