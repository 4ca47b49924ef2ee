"""Losses.

A loss is one number that says how wrong a model is, and whose gradient says how to mend it.
Scores before the softmax are called logits; logarithms are natural, so losses are in nats. What
is stable works with logits, never with probabilities that have been rounded to 0 or 1.
"""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def accuracy(logits: Float[Tensor, "batch class"], labels: Int[Tensor, "batch"]) -> float:
    """Return the share of examples whose largest logit stands at the label.

    Of equal logits the first counts. Raises ValueError for an empty batch and for a label that
    is no class. Source: its definition.

    >>> accuracy(torch.tensor([[2.0, 0.0], [1.0, 3.0]]), torch.tensor([0, 0]))
    0.5
    """
    _check_labels(labels, classes=logits.shape[1])
    return (logits.argmax(dim=1) == labels).double().mean().item()


def softmax_by_loops(logits: list[float]) -> list[float]:
    """Turn logits into probabilities as the formula reads, in plain Python: {eq}`losses-softmax`.

    Raises OverflowError for logits above 709: `math.exp` has no larger result.

    >>> softmax_by_loops([0.0, 0.0])
    [0.5, 0.5]
    """
    powers = [math.exp(logit) for logit in logits]
    return [power / sum(powers) for power in powers]


def cross_entropy_of_probabilities(
    probabilities: Float[Tensor, "batch class"],
    labels: Int[Tensor, "batch"],
) -> Float[Tensor, ""]:
    """Average −log p over the examples, p being the label's probability: {eq}`losses-surprise`.

    A probability that was rounded to 0 costs infinitely much. Raises ValueError for an empty
    batch and for a label that is no class.

    >>> cross_entropy_of_probabilities(torch.tensor([[0.5, 0.5]]), torch.tensor([1]))  # log 2
    tensor(0.6931)
    """
    _check_labels(labels, classes=probabilities.shape[1])
    return -probabilities.gather(1, labels[:, None]).log().mean()


def label_losses(
    logits: Float[Tensor, "*axes class"],
    labels: Int[Tensor, "*axes"],
) -> Float[Tensor, "*axes"]:
    """Return log Σ exp z − z at the label, one loss for each label: {eq}`losses-logits`.

    No probability is ever made, and shifting comes first: a difference of two large numbers
    would keep only their last digits.

    >>> label_losses(torch.tensor([[0.0, 0.0], [-300.0, 300.0]]), torch.tensor([1, 0]))
    tensor([  0.6931, 600.0000])
    """
    shifted = logits - logits.detach().amax(dim=-1, keepdim=True)
    return shifted.exp().sum(dim=-1).log() - shifted.gather(-1, labels[..., None])[..., 0]


def cross_entropy(
    logits: Float[Tensor, "batch class"],
    labels: Int[Tensor, "batch"],
) -> Float[Tensor, ""]:
    """Average the labels' losses, as `torch.nn.functional.cross_entropy` does.

    Averages {eq}`losses-logits`. Raises ValueError for an empty batch and for a label that is no
    class.

    >>> cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([1]))  # log 2
    tensor(0.6931)
    """
    _check_labels(labels, classes=logits.shape[1])
    return label_losses(logits, labels).mean()


# The references of the exercises.


def mean_squared_error(
    prediction: Float[Tensor, "..."],
    target: Float[Tensor, "..."],
) -> Float[Tensor, ""]:
    """Average the squares of the errors over all numbers: {eq}`losses-squares`.

    Raises ValueError where the two differ in shape, since broadcasting would compare every
    prediction with every target, and where there is nothing to average.

    >>> mean_squared_error(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 2.0])).item()
    4.5
    """
    if prediction.shape != target.shape:
        shapes = f"{tuple(prediction.shape)} and targets {tuple(target.shape)}"
        raise ValueError(f"predictions {shapes} differ in shape")
    if not prediction.numel():
        raise ValueError(f"a mean needs at least one number, got shape {tuple(prediction.shape)}")
    return (prediction - target).square().mean()


def log_sum_exp(scores: Float[Tensor, "..."], dim: int) -> Float[Tensor, "..."]:
    """Return log Σ exp along `dim`, exact for scores of any size: {eq}`losses-shift`.

    Where all are −∞ so is the result; where one is +∞, it is +∞. Raises ValueError where there
    is no score along `dim`.

    >>> log_sum_exp(torch.tensor([[0.0, 0.0], [-torch.inf, 7.0]]), dim=1)  # log 2 and 7
    tensor([0.6931, 7.0000])
    """
    if not scores.shape[dim]:
        raise ValueError(f"there is no score along dim {dim} of shape {tuple(scores.shape)}")
    # The result does not depend on the shift, so neither does the gradient; ∞ − ∞ has no value.
    top = scores.detach().amax(dim=dim, keepdim=True)
    top = top.masked_fill(top.isinf(), 0.0)
    return (scores - top).exp().sum(dim=dim).log() + top.squeeze(dim)


def binary_cross_entropy(
    logits: Float[Tensor, "*shape"],
    targets: Float[Tensor, "*shape"],
) -> Float[Tensor, ""]:
    """Average −t log σ(z) − (1 − t) log(1 − σ(z)), stable for any logit: {eq}`losses-binary`.

    Targets are probabilities. Raises ValueError for one outside [0, 1] and where there is none.

    >>> binary_cross_entropy(torch.tensor([0.0, -100.0]), torch.tensor([1.0, 0.0]))  # log 2, 0
    tensor(0.3466)
    """
    if not targets.numel():
        raise ValueError(f"a mean needs at least one number, got shape {tuple(targets.shape)}")
    outside = targets[(targets < 0) | (targets > 1)]
    if outside.numel():
        raise ValueError(f"a target is a probability between 0 and 1, got {outside[0].item()}")
    losses = logits.clamp(min=0) - logits * targets + torch.log1p(torch.exp(-logits.abs()))
    return losses.mean()


def smooth_targets(
    labels: Int[Tensor, "batch"],
    classes: int,
    smoothing: float,
) -> Float[Tensor, "batch class"]:
    """Take a share from the label and spread it over all classes: {eq}`losses-smoothing`.

    Raises ValueError for `smoothing` outside [0, 1] and for a label that is no class. Szegedy
    et al. 2016, section 7.

    >>> smooth_targets(torch.tensor([1]), classes=4, smoothing=0.5)
    tensor([[0.1250, 0.6250, 0.1250, 0.1250]])
    """
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing is a share between 0 and 1, got {smoothing}")
    _check_labels(labels, classes, least=0)
    targets = torch.full((len(labels), classes), smoothing / classes, device=labels.device)
    return targets.scatter_add(1, labels[:, None], torch.full_like(targets[:, :1], 1 - smoothing))


def token_cross_entropy(
    logits: Float[Tensor, "batch time class"],
    labels: Int[Tensor, "batch time"],
    real: Bool[Tensor, "batch time"],
    reduction: str = "mean",
) -> Float[Tensor, "..."]:
    """Return the cross-entropy of the real tokens; padding is not counted: {eq}`losses-tokens`.

    "mean" divides by the number of real tokens, "sum" does not divide, "none" keeps each
    token's loss, 0 under the padding. The mean of no token is 0. What stands under the padding
    may be anything, also a label that is no class. Raises ValueError for another `reduction`
    and for a real label that is no class.

    >>> logits, labels = torch.zeros(1, 3, 2), torch.tensor([[0, 1, -100]])
    >>> token_cross_entropy(logits, labels, torch.tensor([[True, True, False]]))  # log 2, twice
    tensor(0.6931)
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f'reduction is "mean", "sum" or "none", got {reduction!r}')
    _check_labels(labels[real], classes=logits.shape[2], least=0)
    logits, chosen = logits.masked_fill(~real[:, :, None], 0.0), labels.masked_fill(~real, 0)
    losses = label_losses(logits, chosen).masked_fill(~real, 0.0)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / real.sum().clamp(min=1)


def weighted_cross_entropy(
    logits: Float[Tensor, "batch class"],
    labels: Int[Tensor, "batch"],
    weights: Float[Tensor, "class"],
) -> Float[Tensor, ""]:
    """Average with each example weighing as much as its class: {eq}`losses-weights`.

    The divisor is the sum of the examples' weights, as in PyTorch. Raises ValueError for a
    negative weight, for examples that weigh nothing together, and for a label that is no class.

    >>> logits, labels = torch.tensor([[0.0, 0.0], [-100.0, 0.0]]), torch.tensor([0, 1])
    >>> weighted_cross_entropy(logits, labels, torch.tensor([1.0, 3.0]))  # log 2 weighs 1 of 4
    tensor(0.1733)
    """
    _check_labels(labels, classes=logits.shape[1])
    if (weights < 0).any():
        raise ValueError(f"a weight must not be negative, got {weights.min().item()}")
    shares = weights[labels]
    if not shares.sum() > 0:
        raise ValueError(f"the {len(labels)} examples weigh nothing together")
    return (shares * label_losses(logits, labels)).sum() / shares.sum()


def perplexity(sums: Float[Tensor, "text"], counts: Int[Tensor, "text"]) -> float:
    """Return the perplexity of several texts together: {eq}`losses-perplexity`.

    `sums` are the texts' losses in nats, summed over their tokens, `counts` their tokens.
    Raises ValueError for a negative count and where there is no token.

    >>> from math import log
    >>> round(perplexity(torch.tensor([0.0, 4 * log(2)]), torch.tensor([1, 3])), 4)  # e to log 2
    2.0
    """
    if (counts < 0).any():
        raise ValueError(f"a number of tokens must not be negative, got {counts.min().item()}")
    if not counts.sum() > 0:
        raise ValueError(f"{len(counts)} texts without a token have no perplexity")
    return (sums.double().sum() / counts.sum()).exp().item()


def _check_labels(labels: Int[Tensor, "..."], classes: int, least: int = 1) -> None:
    if labels.numel() < least:
        shape = tuple(labels.shape)
        raise ValueError(f"a mean needs at least one example, got labels of shape {shape}")
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.numel():
        label = outside[0].item()
        raise ValueError(f"label {label} is none of the {classes} classes, 0 to {classes - 1}")
