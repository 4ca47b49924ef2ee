"""What an answer to `clip_by_global_norm` must do, and the mistakes we know."""

import math

import numpy as np
import torch

from course_lib import optimizers
from course_lib.checking import rubric
from course_lib.checking.cases import floats, number, one_of, readable, shape, strided, whole


@rubric(
    answer=optimizers.clip_by_global_norm,
    title="Clip gradients by their common norm",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=["torch.nn.utils.clip_grad_norm_"],
    tolerance=(1e-5, 1e-11),  # tiny gradients count as well
    may_share=True,  # short gradients may be handed back as they are
)
def clip_by_global_norm(rng, size):
    """One gradient and several, too long and short enough."""
    shapes = [(size,)] + [(2, size)] * (size > 1) + [(3,)] * (size > 3)
    gradients = [readable(rng, *shape) for shape in shapes]
    length = math.sqrt(sum((gradient**2).sum().item() for gradient in gradients))
    return gradients, round(length * (1.5 if size in (2, 5) else 0.4), 2)


@clip_by_global_norm.edge(points=1)
def a_zero_gradient():
    """A gradient of zeros has no direction to keep, and stays a gradient of zeros."""
    return [torch.zeros(2), torch.zeros(1, 3)], 1.5


@clip_by_global_norm.edge(points=1)
def a_limit_below_one():
    """Short gradients are clipped as well where the limit is shorter still."""
    return [torch.tensor([0.3, -0.4])], 0.25


@clip_by_global_norm.domain
def any_gradients(rng):
    """One tensor or several, of any shapes, float32 or float64, large and tiny, and any limit above 0."""
    dtype, scale = one_of(rng, "float32", "float64"), one_of(rng, 1.0, 1e-6, 1e6)
    count = one_of(rng, 1, 2, whole(rng, 1, 3), 12)
    gradients = [strided(rng, floats(rng, shape(rng, most=4), [dtype], [scale])) for _ in range(count)]
    limit = one_of(rng, 1e-3, 0.5, 1.0, number(rng, 0.01, 20.0), 1e6) * one_of(rng, 1.0, scale)
    return gradients, limit


@clip_by_global_norm.oracle
def by_numpy(gradients, max_norm):
    """Lay all numbers end to end in NumPy, in float64."""
    norm = np.linalg.norm(np.concatenate([gradient.double().numpy().ravel() for gradient in gradients]))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [(gradient.double() * factor).to(gradient.dtype) for gradient in gradients]


@clip_by_global_norm.edge(points=1)
def a_tiny_limit():
    """The formula holds for tiny numbers as well, such as a limit of a millionth."""
    return [torch.tensor([3e-6]), torch.tensor([-4e-6])], 1e-6


def _norm(gradients):
    return math.sqrt(sum((gradient**2).sum() for gradient in gradients))


@clip_by_global_norm.mistake
def clips_each_on_its_own(gradients, max_norm):
    """Each tensor was clipped by its own norm, which turns the whole gradient. One norm and one factor serve all."""
    return [gradient * min(1, max_norm / max(_norm([gradient]), 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def clips_each_number(gradients, max_norm):
    """Each number was cut off at `±max_norm`. Clipping by norm multiplies all of them by one factor instead."""
    return [gradient.clamp(-max_norm, max_norm) for gradient in gradients]


@clip_by_global_norm.mistake
def always_scales(gradients, max_norm):
    """Gradients that were short enough were made longer. The factor must never be above 1."""
    return [gradient * (max_norm / max(_norm(gradients), 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def shortens_to_length_one(gradients, max_norm):
    """Long gradients were shortened to the length 1. They should get the length `max_norm`."""
    norm = _norm(gradients)
    return [gradient / norm if norm > max_norm else gradient.clone() for gradient in gradients]


@clip_by_global_norm.mistake
def waits_for_length_one(gradients, max_norm, *, right):
    """Only gradients longer than 1 were clipped. Compare their norm with `max_norm`, which may be below 1."""
    return right if _norm(gradients) > 1 else list(gradients)


@clip_by_global_norm.mistake
def adds_up_the_norms(gradients, max_norm):
    """Norms do not add up, squares do: the common norm is the root of the sum of all squares."""
    total = sum(_norm([gradient]) for gradient in gradients)
    return [gradient * min(1, max_norm / max(total, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def turns_the_factor_over(gradients, max_norm):
    """The factor is upside down: long gradients stay long, short ones shrink. It is `max_norm` over the norm."""
    return [gradient * min(1, _norm(gradients) / max_norm) for gradient in gradients]


@clip_by_global_norm.mistake
def forgets_the_root(gradients, max_norm):
    """The sum of the squares was compared with `max_norm`, but its root is the norm."""
    return [gradient * min(1, max_norm / max(_norm(gradients) ** 2, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def takes_the_largest_number(gradients, max_norm):
    """The largest number was taken for the norm. The norm here is Euclid's: the root of the sum of all squares."""
    largest = max(gradient.abs().max().item() for gradient in gradients)
    return [gradient * min(1, max_norm / max(largest, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def clips_in_place(gradients, max_norm):
    """The caller's gradients were overwritten. Return new tensors; whoever logs the norm still needs the old ones."""
    return [gradient.mul_(min(1, max_norm / max(_norm(gradients), 1e-12))) for gradient in list(gradients)]


@clip_by_global_norm.mistake
def divides_zero_by_zero(gradients, max_norm):
    """A gradient of zeros became nan, because it was divided by its norm 0. One such step ruins every parameter."""
    norm = torch.tensor(_norm(gradients), dtype=torch.float64)
    return [(gradient / norm * norm.clamp(max=max_norm)).to(gradient.dtype) for gradient in gradients]


@clip_by_global_norm.mistake
def adds_a_millionth(gradients, max_norm):
    """1e-6 was added to the norm, as `clip_grad_norm_` does. The formula has none; ask whether the norm is too long."""
    norm = _norm(gradients) + 1e-6
    return [gradient * min(1, max_norm / norm) for gradient in gradients]


@clip_by_global_norm.alternative
def laid_end_to_end(gradients, max_norm):
    """Lay all numbers end to end and take one norm."""
    norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    return [torch.where(norm > max_norm, gradient * (max_norm / norm), gradient) for gradient in gradients]


@clip_by_global_norm.alternative
def with_python_numbers(gradients, max_norm):
    """Bring the norm to Python and return short gradients as they are."""
    norm = _norm(gradients)
    return list(gradients) if norm <= max_norm else [gradient * max_norm / norm for gradient in gradients]
