"""What the rubrics of the optimizers share: walks to take, and classes with one method changed."""

import torch

from course_lib.checking.cases import readable

SIZES = (1, 2, 3, 7)  # of the walks: four tell all mistakes apart, and a fifth would only take time


def walk(rng, size):
    """Return where to start and the gradients of some steps: one parameter at first, then two, then unlike ones."""
    shapes = [(size,)] + [(size,)] * (size == 3) + [(2, 3)] * (size > 3)
    starts = [readable(rng, *shape) for shape in shapes]
    return starts, [[readable(rng, *shape) for shape in shapes] for _ in range(2 + (size > 1) + (size > 2))]


def instead(reference, method="direction"):
    """Make a class out of a reference and one method that replaces its own, named and described by that method."""

    def make(function):
        return type(function.__name__, (reference,), {method: function, "__doc__": function.__doc__})

    return make


def a_pause():
    """Return a start and three steps of one parameter, whose second gradient is zero."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([0.0])], [torch.tensor([1.0])]]
