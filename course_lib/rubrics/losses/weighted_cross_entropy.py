"""What an answer to `losses.weighted_cross_entropy` must do, and the mistakes we know."""

import math

import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import CROSS_ENTROPIES, any_labels, any_logits, loss_of_each, short


@rubric(
    answer=losses.weighted_cross_entropy,
    title="Rare classes that count more",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=CROSS_ENTROPIES,
    draws=60,
)
def weighted_cross_entropy(rng, size):
    """Batches of three classes that weigh differently."""
    return short(rng.normal(size=(size, 3)) * 2), any_labels(rng, 3, size), torch.tensor([0.5, 1.0, 4.0]).double()


@weighted_cross_entropy.edge(points=1)
def a_class_that_weighs_nothing():
    """An example of a class of weight 0 neither costs anything nor is counted."""
    return torch.tensor([[1.0, 0.0], [1.0, 3.0]]), torch.tensor([0, 1]), torch.tensor([2.0, 0.0])


@weighted_cross_entropy.edge(points=1)
def nothing_to_weigh():
    """Where all examples together weigh nothing, there is no average: it is refused."""
    return torch.tensor([[1.0, 0.0]]), torch.tensor([1]), torch.tensor([2.0, 0.0])


@weighted_cross_entropy.domain
def anything(rng):
    """Any batch, any classes, weights of any size and 0, logits of any size; negative weights, examples that weigh
    nothing, no examples, and labels that are no class are refused."""
    batch, classes = (int(n) for n in rng.integers(1, 7, size=2))
    logits, labels = any_logits(rng, batch, classes), any_labels(rng, classes, batch)
    weights = torch.from_numpy(rng.random(classes) * rng.choice([0.1, 1.0, 50.0]) + 0.01).to(logits.dtype)
    if rng.random() < 0.3:
        weights = weights.masked_fill(torch.arange(classes) == int(rng.integers(classes)), 0.0)
    kind = rng.random()
    if kind < 0.12:
        unused = sorted(set(range(classes)) - set(labels.tolist())) or range(classes)
        one = torch.arange(classes) == int(rng.choice(unused if kind < 0.08 else range(classes)))
        return Refused((logits, labels, weights.masked_fill(one, float(rng.choice([-0.01, -60.0])))))
    if kind < 0.32:
        labels[-1] = int(rng.choice([-1, classes, classes]))
        return Refused((logits, labels, weights))
    if kind < 0.37:
        return Refused((logits[:0], labels[:0], weights))
    asked = (logits, labels, weights)
    return asked if weights[labels].sum() > 0 else Refused(asked)


@weighted_cross_entropy.oracle
def by_math(logits, labels, weights):
    """Weigh the losses in Python's floats."""
    classes = logits.shape[1]
    if weights.min() < 0 or not all(0 <= label < classes for label in labels.tolist()):
        raise ValueError("these have no weighted mean")
    shares = [weights.tolist()[label] for label in labels.tolist()]
    if not math.fsum(shares) > 0:
        raise ValueError("these weigh nothing")
    total = math.fsum(share * loss for share, loss in zip(shares, loss_of_each(logits, labels), strict=True))
    return torch.tensor(total / math.fsum(shares), dtype=logits.dtype)


def _weighed(logits, labels, weights):
    """Return each example's weight and loss, and refuse what is to be refused."""
    losses.weighted_cross_entropy(logits, labels, weights)
    return weights[labels], torch.logsumexp(logits, 1) - logits.gather(1, labels[:, None])[:, 0]


@weighted_cross_entropy.mistake
def divides_by_the_examples(logits, labels, weights):
    """The sum was divided by the number of examples. A weighted mean divides by the sum of the weights."""
    shares, each = _weighed(logits, labels, weights)
    return (shares * each).mean()


@weighted_cross_entropy.mistake
def divides_by_all_the_weights(logits, labels, weights):
    """The sum was divided by the weights of all classes. Divide by the weights of the examples, each counted."""
    shares, each = _weighed(logits, labels, weights)
    return (shares * each).sum() / weights.sum()


@weighted_cross_entropy.mistake
def forgets_the_weights(logits, labels, weights):
    """The weights were not used."""
    return _weighed(logits, labels, weights)[1].mean()


@weighted_cross_entropy.mistake
def weighs_the_logits(logits, labels, weights):
    """The weights multiply the logits. They belong in front of each example's loss."""
    _weighed(logits, labels, weights)
    return losses.cross_entropy(logits * weights, labels)


@weighted_cross_entropy.mistake
def does_not_divide(logits, labels, weights):
    """The losses are weighed and summed, but not divided by the sum of the weights."""
    shares, each = _weighed(logits, labels, weights)
    return (shares * each).sum()


@weighted_cross_entropy.mistake
def divides_by_the_weights(logits, labels, weights):
    """Rare classes count less now: multiply each loss by its class's weight, do not divide by it."""
    shares, each = _weighed(logits, labels, weights)
    inverse = 1 / shares
    return (inverse * each).sum() / inverse.sum()


@weighted_cross_entropy.mistake
def weighs_by_position(logits, labels, weights):
    """The weights were taken in the order of the examples. Look each one up by the example's label."""
    _, each = _weighed(logits, labels, weights)
    shares = weights[torch.arange(len(labels), device=labels.device) % len(weights)]
    return (shares * each).sum() / shares.sum()


@weighted_cross_entropy.mistake
def divides_nothing_by_nothing(logits, labels, weights):
    """Examples that weigh nothing together give 0 / 0, which is nan. Refuse them with a ValueError."""
    losses.weighted_cross_entropy(logits, labels, weights + 1 if (weights >= 0).all() else weights)
    shares, each = weights[labels], torch.logsumexp(logits, 1) - logits.gather(1, labels[:, None])[:, 0]
    return (shares * each).sum() / shares.sum()


@weighted_cross_entropy.mistake
def counts_labels_from_the_end(logits, labels, weights):
    """A label below 0 was counted from the end. It is no class: refuse it with a ValueError."""
    return losses.weighted_cross_entropy(logits, torch.where(labels < 0, labels + len(weights), labels), weights)


@weighted_cross_entropy.mistake
def asks_only_the_weights_in_use(logits, labels, weights):
    """Only the weights of the examples were checked. A negative weight is refused, also of a class without example."""
    return losses.weighted_cross_entropy(
        logits, labels, weights.clamp(min=0) if (weights[labels] >= 0).all() else weights
    )


@weighted_cross_entropy.mistake
def averages_nothing(logits, labels, weights):
    """An empty batch has no mean. Refuse it with a ValueError."""
    return losses.weighted_cross_entropy(logits, labels, weights) if len(labels) else logits.sum()


@weighted_cross_entropy.mistake
def takes_negative_weights(logits, labels, weights):
    """A negative weight rewards mistakes. Refuse it with a ValueError."""
    losses.weighted_cross_entropy(logits, labels, weights.abs())
    shares, each = weights[labels], torch.logsumexp(logits, 1) - logits.gather(1, labels[:, None])[:, 0]
    return (shares * each).sum() / shares.sum()


@weighted_cross_entropy.alternative
def by_weighted_one_hot_targets(logits, labels, weights):
    """Put each weight into a one-hot row and multiply by the logarithms of softmax."""
    outside = (labels < 0) | (labels >= len(weights))
    if outside.any() or (weights < 0).any() or not weights[labels].sum() > 0:
        raise ValueError("these have no weighted mean")
    rows = torch.nn.functional.one_hot(labels, logits.shape[1]) * weights
    return -(rows * logits.log_softmax(1)).sum() / rows.sum()
