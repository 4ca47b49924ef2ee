"""Hyperparameters.

The data determines a model's parameters, and somebody determines its hyperparameters before. This
module trains a small network under seven of them, and searches for good ones. The last functions
are the references of the exercises.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def _from_one_hot(logits: Float[Tensor, "batch class"], labels: Int[Tensor, "batch"]) -> Tensor:
    return logits - F.one_hot(labels, logits.shape[1])


LOSSES = {
    "cross-entropy": F.cross_entropy,
    "squared error": lambda logits, labels: _from_one_hot(logits, labels).square().mean(),
    "absolute error": lambda logits, labels: _from_one_hot(logits, labels).abs().mean(),
}


@dataclass(frozen=True)
class Settings:
    """The seven classical hyperparameters of a network with one hidden layer.

    `init_scale` multiplies the usual deviation of the first weights, √(2 / inputs). Raises
    ValueError for a value that no training can use. Source: {eq}`hyperparameters-update`.

    >>> Settings(learning_rate=0.5).batch_size
    32
    """

    learning_rate: float = 0.3
    loss: str = "cross-entropy"
    weight_decay: float = 1e-3
    batch_size: int = 32
    epochs: int = 20
    hidden: int = 32
    init_scale: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no training can use."""
        if self.loss not in LOSSES:
            raise ValueError(f"the loss is one of {', '.join(LOSSES)}, not {self.loss!r}")
        for name in ("batch_size", "epochs", "hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1, not {getattr(self, name)}")
        for name in ("learning_rate", "weight_decay", "init_scale"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


def first_parameters(
    features: int,
    classes: int,
    settings: Settings,
    generator: torch.Generator,
) -> list[Tensor]:
    """Draw the weights of both layers, and set their biases to 0.

    Source: He et al. 2015, section 2.2.

    >>> made = first_parameters(64, 10, Settings(), torch.Generator())
    >>> [tuple(one.shape) for one in made]
    [(64, 32), (32,), (32, 10), (10,)]
    """
    parameters = []
    for inputs, units in itertools.pairwise([features, settings.hidden, classes]):
        deviation = settings.init_scale * math.sqrt(2 / inputs)
        parameters += [deviation * torch.randn(inputs, units, generator=generator)]
        parameters += [torch.zeros(units)]
    return parameters


def scores(
    parameters: list[Tensor],
    pixels: Float[Tensor, "batch feature"],
) -> Float[Tensor, "batch class"]:
    """Return the logits of a network with one hidden layer of ReLU units.

    Source: Glorot et al. 2011, section 3.

    >>> one, zero = torch.ones(1, 1), torch.zeros(1)
    >>> scores([-one, 3 * one[0], 2 * one, zero], one)  # 2 · max(0, 3 − 1)
    tensor([[4.]])
    """
    weight, bias, last_weight, last_bias = parameters
    return (pixels @ weight + bias).relu() @ last_weight + last_bias


def fit(
    pixels: Float[Tensor, "example feature"],
    labels: Int[Tensor, "example"],
    settings: Settings,
    generator: torch.Generator,
) -> Iterator[list[Tensor]]:
    """Train by gradient descent on mini-batches; yield the parameters after each epoch.

    Each step takes {eq}`hyperparameters-update` from the mean loss of its batch.

    >>> pixels, labels = torch.eye(2), torch.tensor([0, 1])
    >>> *_, last = fit(pixels, labels, Settings(epochs=50), torch.Generator().manual_seed(0))
    >>> scores(last, pixels).argmax(dim=1)
    tensor([0, 1])
    """
    classes = int(labels.max()) + 1
    parameters = first_parameters(pixels.shape[1], classes, settings, generator)
    rate, decay = settings.learning_rate, settings.weight_decay
    for _ in range(settings.epochs):
        order = torch.randperm(len(pixels), generator=generator)
        for batch in order.split(settings.batch_size):
            parameters = [one.requires_grad_() for one in parameters]
            loss = LOSSES[settings.loss](scores(parameters, pixels[batch]), labels[batch])
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                pairs = zip(parameters, gradients, strict=True)
                parameters = [one - rate * (slope + decay * one) for one, slope in pairs]
        yield parameters


def grid_trials(ranges: dict[str, tuple[float, float]], each: int) -> list[dict[str, float]]:
    """Return all combinations of `each` values a range, evenly spaced on a log scale.

    Source: Bergstra and Bengio 2012, section 1.

    >>> grid_trials({"rate": (0.01, 1.0)}, each=1)
    [{'rate': 0.1}]
    """
    middles = (torch.arange(each, dtype=torch.float64) + 0.5) / each
    axes = [log_uniform(middles, low, high).tolist() for low, high in ranges.values()]
    return [dict(zip(ranges, point, strict=True)) for point in itertools.product(*axes)]


def random_trials(
    ranges: dict[str, tuple[float, float]],
    count: int,
    generator: torch.Generator,
) -> list[dict[str, float]]:
    """Return `count` combinations, each value drawn by itself on a log scale.

    Source: Bergstra and Bengio 2012, section 2.

    >>> random_trials({"rate": (1.0, 1.0)}, 2, torch.Generator())
    [{'rate': 1.0}, {'rate': 1.0}]
    """
    uniform = torch.rand(len(ranges), count, dtype=torch.float64, generator=generator)
    pairs = zip(uniform, ranges.values(), strict=True)
    drawn = [log_uniform(row, *limits).tolist() for row, limits in pairs]
    return [dict(zip(ranges, point, strict=True)) for point in zip(*drawn, strict=True)]


# The references of the exercises.


def fit_normal(numbers: list[float]) -> tuple[float, float]:
    """Return the mean and deviation under which the numbers are most probable.

    {eq}`hyperparameters-normal` has its maximum there. Raises ValueError where there is no number.

    >>> fit_normal([1.0, 1.0, 4.0, 6.0])  # squares: 4 + 4 + 1 + 9 over 4
    (3.0, 2.1213203435596424)
    """
    if not numbers:
        raise ValueError("no normal distribution can be fitted to 0 numbers")
    mean = math.fsum(numbers) / len(numbers)
    return mean, math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / len(numbers))


def count_parameters(widths: list[int], bias: bool = True, normalized: bool = False) -> int:
    """Return how many numbers training determines in a network of affine layers.

    `widths` goes from the features to the classes. `normalized` puts batch normalization, with a
    scale and a shift for each unit, behind every layer but the last. Raises ValueError for fewer
    than two widths and for a width below 1. Source: {eq}`hyperparameters-count`.

    >>> count_parameters([3, 2, 1])  # 3 · 2 + 2, and 2 · 1 + 1
    11
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"a network has two widths of at least 1 or more of them, not {widths}")
    weights = sum(inputs * units for inputs, units in itertools.pairwise(widths))
    return weights + bias * sum(widths[1:]) + 2 * normalized * sum(widths[1:-1])


def batch_of_step(
    step: int,
    examples: int,
    batch_size: int,
    drop_last: bool = False,
) -> tuple[int, int, int]:
    """Return the epoch of a step, and where its batch begins and ends: {eq}`hyperparameters-steps`.

    All three count from 0, and the end is not included. `drop_last` leaves out a last batch that is
    not full. Raises ValueError for a step below 0, a batch below 1, and an epoch without a batch.

    >>> batch_of_step(2, examples=1000, batch_size=500)  # two steps an epoch: this is the third
    (1, 0, 500)
    """
    if step < 0 or batch_size < 1:
        raise ValueError(f"step {step} with batches of {batch_size} does not exist")
    steps = examples // batch_size if drop_last else math.ceil(examples / batch_size)
    if steps < 1:
        raise ValueError(f"{examples} examples make no batch of {batch_size}")
    epoch, place = divmod(step, steps)
    return epoch, place * batch_size, min((place + 1) * batch_size, examples)


def log_uniform(
    uniform: Float[Tensor, "..."],
    low: float,
    high: float,
    near_one: bool = False,
) -> Float[Tensor, "..."]:
    """Turn uniform numbers from 0 to 1 into numbers from `low` to `high` on a log scale.

    Computes {eq}`hyperparameters-log`; with `near_one`, the distance to 1 is on a log scale.
    Raises ValueError for limits that are not in order, or where a logarithm would not exist.

    >>> log_uniform(torch.tensor([0.0, 0.5], dtype=torch.float64), 0.25, 4.0).tolist()
    [0.25, 1.0]
    """
    first, last = (1 - low, 1 - high) if near_one else (low, high)
    if not low <= high or not min(first, last) > 0:
        raise ValueError(f"no log scale goes from {low} to {high} with {near_one=}")
    values = first ** (1 - uniform) * last**uniform
    return 1 - values if near_one else values


def best_within_budget(
    losses: list[float],
    epochs: list[int],
    budget: int,
) -> tuple[int | None, int]:
    """Return which trial of a search is best, and how many epochs were spent.

    Trials are trained in order, until one does not fit into what is left of the budget. A loss of
    nan is never best, and the first of equals is. Raises ValueError for lists of two lengths.
    Source: its definition.

    >>> best_within_budget([0.5, 0.2, 0.1], [10, 10, 10], budget=25)
    (1, 20)
    """
    if len(losses) != len(epochs):
        raise ValueError(f"{len(losses)} losses and {len(epochs)} numbers of epochs do not match")
    spent = itertools.takewhile(lambda total: total <= budget, itertools.accumulate(epochs))
    totals = [0, *spent]
    trained = [n for n in range(len(totals) - 1) if not math.isnan(losses[n])]
    return min(trained, key=losses.__getitem__, default=None), totals[-1]


def early_stop(losses: list[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Return the last epoch that is trained, and the epoch whose parameters are kept.

    A loss has to be below the best by more than `min_delta`; after `patience` epochs in a row that
    are not, training stops. Raises ValueError for no loss, a patience below 1, and a negative
    `min_delta`. Goodfellow et al. 2016, algorithm 7.1.

    >>> early_stop([5.0, 3.0, 4.0, 3.5, 1.0], patience=2)
    (3, 1)
    """
    if not losses or patience < 1 or not min_delta >= 0:
        settings = f"{patience=} and {min_delta=}"
        raise ValueError(f"{len(losses)} losses cannot be watched with {settings}")
    best, kept = math.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, kept = loss, epoch
        if epoch - kept >= patience:
            return epoch, kept
    return len(losses) - 1, kept


def split_by_group(
    groups: list[str],
    order: list[str],
    validation: int,
    test: int,
) -> tuple[list[int], list[int], list[int]]:
    """Return the examples of training, validation and test, so that no group is in two of them.

    Groups come in `order`: to test until it has `test` examples or more, then to validation, and
    the rest to training. Raises ValueError where `order` does not name each group once, or where
    there are too few examples for all three. Source: its definition.

    >>> split_by_group(["ann", "bo", "ann", "cy"], ["bo", "ann", "cy"], validation=1, test=1)
    ([3], [0, 2], [1])
    """
    if sorted(order) != sorted(set(groups)):
        raise ValueError(f"{order} does not name each group of {sorted(set(groups))} once")
    waiting = iter(order)
    parts: list[list[int]] = []
    for least in (test, validation, math.inf):
        part: list[int] = []
        while len(part) < least and (group := next(waiting, None)) is not None:
            part += [number for number, of in enumerate(groups) if of == group]
        parts.append(sorted(part))
    if len(parts[0]) < test or len(parts[1]) < validation or not parts[2]:
        wanted = f"{test} for test, {validation} for validation and some for training"
        raise ValueError(f"{len(groups)} examples in {len(order)} groups are not {wanted}")
    return parts[2], parts[1], parts[0]
