"""What the rubrics on losses share: logits of any size, labels, and the shortcuts that no answer may take."""

import math

import torch

from course_lib.checking import cases

SCALES = (1e-3, 1.0, 1.0, 5.0, 60.0, 1e4)  # 60: powers of float32 stay finite, their quotients do not; 1e4: none does
CROSS_ENTROPIES = (
    "torch.nn.functional.cross_entropy",
    "torch.nn.functional.nll_loss",
    "torch.nn.CrossEntropyLoss",
    "torch.nn.NLLLoss",
)


def short(values):
    """Return a float64 tensor of these numbers, rounded so that they are short to print."""
    return torch.from_numpy(values.round(1))


def any_logits(rng, *shape):
    """Return logits of any size, float32 or float64, sometimes lying with gaps.

    In float64 each row is often moved by a constant. In float32 log Σ exp z − z, the formula that the prompts give,
    would keep too few digits of a small loss.
    """
    logits = torch.from_numpy(rng.normal(size=shape) * rng.choice(SCALES))
    double = rng.random() < 0.5
    if double and rng.random() < 0.5:
        logits = logits + torch.from_numpy(rng.choice([-2000.0, 0.0, 2000.0], size=(*shape[:-1], 1)))
    logits = logits.to(torch.float64 if double else torch.float32)
    return cases.strided(rng, logits) if rng.random() < 0.3 else logits


def any_labels(rng, classes, *shape):
    """Return labels from 0 to `classes` − 1."""
    return torch.from_numpy(rng.integers(classes, size=shape))


def loss_of_each(logits, labels):
    """Return the loss of each row, computed in float64 with `math`: slow, and independent of torch's reductions."""

    def one(row, label):
        top = max(row)
        return top + math.log(math.fsum(math.exp(z - top) for z in row)) - row[label]

    rows, flat = logits.double().reshape(-1, logits.shape[-1]).tolist(), labels.reshape(-1).tolist()
    return [one(row, label) for row, label in zip(rows, flat, strict=True)]
