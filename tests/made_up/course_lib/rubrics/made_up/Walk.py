"""What an answer to `Walk` must do."""

import torch

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.Walk, title="A walk against gradients")
def Walk(rng, size):
    """Several steps of one parameter."""
    return torch.from_numpy(rng.normal(size=3)), [torch.from_numpy(rng.normal(size=3)) for _ in range(size)]


@Walk.drive
def take_steps(answer, start, gradients):
    """Take a step for each gradient, and look at the parameters after each."""
    walk, seen = answer([start]), []
    for gradient in gradients:
        walk.step([gradient])
        seen.append([parameter.clone() for parameter in walk.parameters])
    return seen


@Walk.mistake
class goes_uphill:
    """The parameters moved along the gradient: the way down is against it."""

    def __init__(self, parameters):
        self.parameters = parameters

    def step(self, gradients):
        self.parameters = [p + g for p, g in zip(self.parameters, gradients, strict=True)]
