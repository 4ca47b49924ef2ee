"""What the rubrics of the optimizers share: walks to take, and classes with one method changed."""

import numpy as np
import torch

from course_lib.checking.cases import number, one_of, readable, shape, strided, whole

SIZES = (1, 2, 3, 7)  # of the walks: four tell all mistakes apart, and a fifth would only take time


def walk(rng, size):
    """Return where to start and the gradients of some steps: one parameter at first, then two, then unlike ones."""
    shapes = [(size,)] + [(size,)] * (size == 3) + [(2, 3)] * (size > 3)
    starts = [readable(rng, *shape) for shape in shapes]
    return starts, [[readable(rng, *shape) for shape in shapes] for _ in range(2 + (size > 1) + (size > 2))]


def any_walk(rng, scales=(1.0, 1e-3, 1e3), long=1):
    """Return starts and gradients of any walk; `long` of 24 have more than a hundred steps of one number."""
    dtype, scale = getattr(torch, one_of(rng, "float32", "float64")), one_of(rng, *scales)
    kind = one_of(rng, *["short"] * (23 - long), *["long"] * long, "wide")
    count = {"short": whole(rng, 1, 3), "long": 1, "wide": 12}[kind]
    shapes = [shape(rng, least=int(rng.random() > 0.1), most=4) if kind == "short" else (1,) for _ in range(count)]
    steps = int(rng.integers(101, 112)) if kind == "long" else whole(rng, 1, 5)

    def numbers(lengths, size, rest):
        made = rng.normal(size=lengths) * size
        made = np.asarray(made, dtype=np.dtype(str(dtype).removeprefix("torch."))).round(int(3 - np.log10(size)))
        made = np.where(made == 0, size, made) * (rng.random(size=lengths) >= rest)
        return strided(rng, torch.as_tensor(made, dtype=dtype))

    starts = [numbers(lengths, 1.0, 0.1) for lengths in shapes]
    rests = [one_of(rng, 0.0, 0.0, 0.3, 1.0) for _ in range(steps)]
    return starts, [[numbers(lengths, scale, rest) for lengths in shapes] for rest in rests]


def any_betas(rng, steps=1):
    """Return two β and an ε: near 1 where there are many steps; where little is remembered, ε is not tiny.

    With a tiny ε and a short memory rounding would decide.
    """
    if steps > 100:
        return (one_of(rng, 0.9, 0.95, 0.99), one_of(rng, 0.995, 0.999)), 1e-8
    betas = tuple(one_of(rng, 0.0, 0.5, 0.9, 0.99, 0.999, number(rng, 0.01, 0.99)) for _ in range(2))
    return betas, one_of(rng, 1e-8, 1e-6, 1e-3, 0.1) if betas[0] < betas[1] and betas[1] > 0.4 else 0.1


class ByTorch:
    """A rule of `torch.optim` as an answer to an exercise: what the references are compared with."""

    def __init__(self, kind, parameters, **settings):
        self.leaves = [torch.nn.Parameter(parameter) for parameter in parameters]
        self.optimizer = kind(self.leaves, foreach=False, **settings)

    @property
    def parameters(self):
        """The numbers that torch moves."""
        return [leaf.detach() for leaf in self.leaves]

    def step(self, gradients):
        for leaf, gradient in zip(self.leaves, gradients, strict=True):
            leaf.grad = gradient.clone()
        self.optimizer.step()


def instead(reference, method="direction"):
    """Make a class out of a reference and one method that replaces its own, named and described by that method."""

    def make(function):
        return type(function.__name__, (reference,), {method: function, "__doc__": function.__doc__})

    return make


def a_pause():
    """Return a start and three steps of one parameter, whose second gradient is zero."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([0.0])], [torch.tensor([1.0])]]
