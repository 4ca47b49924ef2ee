"""What the rubrics of attention masks share: random inputs."""

import torch


def normal(rng, *shape):
    """Return float32 numbers from a normal distribution."""
    return torch.from_numpy(rng.normal(size=shape)).float()


def some(rng, *shape):
    """Return a mask whose rows differ, with both values in each row that is long enough."""
    mask = torch.from_numpy(rng.random(size=shape) < 0.6)
    mask[..., 0] = True
    if shape[-1] > 1:
        mask[..., -1] = False
    return mask
