"""What the rubrics of the optimizers share: walks, how an answer takes them, and classes with one method changed."""

import numpy as np
import torch

from course_lib.checking.texts import describe

SIZES = (1, 2, 3, 7)  # of the walks: four tell all mistakes apart, and a fifth would only take time


def numbers(rng, *shape):
    """Return random numbers that are short to print and never 0."""
    return torch.from_numpy(np.round(rng.uniform(0.1, 3, size=shape), 1) * rng.choice([-1, 1], size=shape))


def walk(rng, size):
    """Return where to start and the gradients of some steps: one parameter at first, then two, then unlike ones."""
    shapes = [(size,)] + [(size,)] * (size == 3) + [(2, 3)] * (size > 3)
    starts = [numbers(rng, *shape) for shape in shapes]
    return starts, [[numbers(rng, *shape) for shape in shapes] for _ in range(2 + (size > 1) + (size > 2))]


def drive(answer, starts, gradients, *hyperparameters):
    """Return the parameters after each step, as the answer's attribute `parameters` gives them."""
    optimizer = answer([start.clone() for start in starts], *hyperparameters)
    path = {}
    for number, step in enumerate(gradients, start=1):
        optimizer.step(step)
        path[f"parameters after step {number}"] = [parameter.clone() for parameter in optimizer.parameters]
    return path


def stepped(name, starts, gradients, **settings):
    """Write an optimizer that is made and takes its steps, as one would type it."""
    given = ", ".join([describe(starts), *(f"{key}={value}" for key, value in settings.items())])
    return "; ".join([f"o = {name}({given})", *(f"o.step({describe(step)})" for step in gradients)])


def instead(reference, method="direction"):
    """Make a class out of a reference and one method that replaces its own, named and described by that method."""

    def make(function):
        return type(function.__name__, (reference,), {method: function, "__doc__": function.__doc__})

    return make


def a_pause():
    """Return a start and three steps of one parameter, whose second gradient is zero."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([0.0])], [torch.tensor([1.0])]]
