"""What an answer to `losses.binary_cross_entropy` must do, and the mistakes we know."""

import math

import numpy as np
import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import any_logits, short


@rubric(
    answer=losses.binary_cross_entropy,
    title="Yes or no: cross-entropy from a logit",
    points=3,
    difficulty=2,
    minutes=15,
    draws=40,
    forbids=[
        "torch.nn.functional.binary_cross_entropy",
        "torch.nn.functional.binary_cross_entropy_with_logits",
        "torch.nn.BCELoss",
        "torch.nn.BCEWithLogitsLoss",
        "torch.binary_cross_entropy_with_logits",
    ],
)
def binary_cross_entropy(rng, size):
    """Logits of usual size, targets 0, 1 and between."""
    shape = (size, 2)
    return short(rng.normal(size=shape) * 2), torch.from_numpy(rng.choice([0.0, 1.0, 0.25], size=shape))


@binary_cross_entropy.edge(points=1)
def sure_and_wrong():
    """A logit of ±1000 on the wrong side costs 1000 nats, not infinity."""
    return torch.tensor([1000.0, -1000.0, 3.0]), torch.tensor([0.0, 1.0, 1.0])


@binary_cross_entropy.edge(points=1)
def two_on_one_side():
    """A target above 1 is no probability and is refused."""
    return torch.tensor([0.0, 1.0]), torch.tensor([0.5, 2.0])


@binary_cross_entropy.domain
def anything(rng):
    """Any shape, logits of any size, targets anywhere in [0, 1]; other targets and empty tensors are refused."""
    shape = tuple(int(n) for n in rng.integers(1, 5, size=rng.integers(1, 4)))
    logits = any_logits(rng, *shape)
    if rng.random() < 0.1:
        logits, shape = logits.flatten()[0], ()
    targets = rng.choice([rng.random(), 0.0, 1.0, 1e-6], size=shape)
    kind = rng.random()
    if kind < 0.08:
        return Refused((logits[..., None][..., :0], torch.zeros(*shape, 0, dtype=logits.dtype)))
    if kind < 0.2:
        targets = targets + rng.choice([1.0 + 1e-3, -1.0 - 1e-3, 1e-3 + 1.0])
        return Refused((logits, torch.from_numpy(np.asarray(targets)).to(logits.dtype)))
    return logits, torch.from_numpy(np.asarray(targets)).to(logits.dtype)


@binary_cross_entropy.oracle
def by_math(logits, targets):
    """Add up the two logarithms in Python's floats, each by log1p."""
    if not targets.numel() or targets.min() < 0 or targets.max() > 1:
        raise ValueError("these have no cross-entropy")

    def softplus(z):
        return max(z, 0.0) + math.log1p(math.exp(-abs(z)))

    pairs = zip(logits.double().flatten().tolist(), targets.double().flatten().tolist(), strict=True)
    total = math.fsum(t * softplus(-z) + (1 - t) * softplus(z) for z, t in pairs)
    return torch.tensor(total / targets.numel(), dtype=logits.dtype)


def _refuse(targets):
    if not targets.numel() or targets.min() < 0 or targets.max() > 1:
        raise ValueError("these have no cross-entropy")


def _of(probabilities, targets):
    return -(targets * probabilities.log() + (1 - targets) * (1 - probabilities).log()).mean()


@binary_cross_entropy.mistake
def takes_logarithms_of_probabilities(logits, targets):
    """σ rounds to 0 or 1 for large logits, and its logarithm is −∞ or nan. Stay with the logits."""
    _refuse(targets)
    return _of(logits.sigmoid(), targets)


@binary_cross_entropy.mistake
def adds_a_little_to_the_probability(logits, targets):
    """A small number inside the logarithm keeps it finite by capping the loss: a sure mistake costs no more than 16.
    Work with the logits, then nothing needs to be added."""
    _refuse(targets)
    p = logits.sigmoid()
    return -(targets * (p + 1e-7).log() + (1 - targets) * (1 - p + 1e-7).log()).mean()


@binary_cross_entropy.mistake
def clamps_the_logarithm(logits, targets):
    """Losses above 100 are cut off. `torch.nn.BCELoss` does so, because it has only probabilities. Keep the logits."""
    _refuse(targets)
    p = logits.sigmoid()
    return -(targets * p.log().clamp(min=-100) + (1 - targets) * (1 - p).log().clamp(min=-100)).mean()


@binary_cross_entropy.mistake
def squashes_twice(logits, targets):
    """σ was applied twice. The arguments are logits, so apply it once, inside the formula."""
    return losses.binary_cross_entropy(logits.sigmoid(), targets)


@binary_cross_entropy.mistake
def forgets_the_other_side(logits, targets):
    """Only −t log σ(z) was counted. A target of 0 costs something as well: the second term is missing."""
    _refuse(targets)
    return (targets * (logits.abs().neg().exp().log1p() + (-logits).clamp(min=0))).mean()


@binary_cross_entropy.mistake
def swaps_the_sides(logits, targets):
    """Target 0 and target 1 are exchanged: σ(z) is the probability of 1."""
    _refuse(targets)
    return losses.binary_cross_entropy(-logits, targets)


@binary_cross_entropy.mistake
def sums(logits, targets, *, right):
    """The losses are summed. Average them over all numbers."""
    return right * targets.numel()


@binary_cross_entropy.mistake
def divides_by_the_first_axis(logits, targets, *, right):
    """The sum was divided by the length of the first axis. Divide by the count of all numbers."""
    return right * targets.numel() / (len(targets) if targets.dim() else 1)


@binary_cross_entropy.mistake
def hardens_the_targets(logits, targets):
    """The targets were rounded to 0 or 1. They are probabilities, and values between count as such."""
    _refuse(targets)
    return losses.binary_cross_entropy(logits, (targets > 0.5).to(targets))


@binary_cross_entropy.mistake
def forgets_the_sign(logits, targets, *, right):
    """The loss is negative: −log p is meant, not log p."""
    return -right


@binary_cross_entropy.mistake
def takes_any_target(logits, targets):
    """A target outside [0, 1] is no probability. Refuse it with a ValueError."""
    if not targets.numel():
        raise ValueError("these have no cross-entropy")
    return (logits.clamp(min=0) - logits * targets + torch.log1p(torch.exp(-logits.abs()))).mean()


@binary_cross_entropy.alternative
def by_two_log_sigmoids(logits, targets):
    """Take log σ(z) and log σ(−z) from torch."""
    _refuse(targets)
    yes, no = torch.nn.functional.logsigmoid(logits), torch.nn.functional.logsigmoid(-logits)
    return -(targets * yes + (1 - targets) * no).mean()


@binary_cross_entropy.alternative
def as_two_classes(logits, targets):
    """Put a logit of 0 beside each, and weigh the two logarithms of softmax."""
    _refuse(targets)
    logs = torch.stack([torch.zeros_like(logits), logits]).log_softmax(dim=0)
    return -((1 - targets) * logs[0] + targets * logs[1]).mean()
