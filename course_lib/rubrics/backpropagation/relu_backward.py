"""What an answer to `relu_backward` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import backpropagation
from course_lib.checking import rubric
from course_lib.rubrics.backpropagation import any_numbers, lengths, numbers


@rubric(
    answer=backpropagation.relu_backward,
    title="Mend the way back through a ReLU",
    points=2,
    difficulty=1,
    minutes=10,
)
def relu_backward(rng, size):
    """Arrays of both signs, on the way out and on the way back."""
    x, upstream = numbers(rng, size, 2), numbers(rng, size, 2)
    x[0], upstream[0] = [-1.5, 2.5], [2.0, -3.0]
    return x, upstream


@relu_backward.edge(points=1)
def exactly_zero():
    """At 0 there is no slope; the course, like PyTorch, takes 0."""
    return np.array([0.0, -0.0, 1.0]), np.array([4.0, 5.0, 6.0])


@relu_backward.edge(points=1)
def nothing_to_stop():
    """Where all numbers are positive, the result is equal to upstream, but it is a new array."""
    return np.array([1.0, 2.0]), np.array([4.0, -5.0])


@relu_backward.domain
def anything(rng):
    """Arrays with one axis or more, also empty ones, float32 or float64, from tiny to large numbers."""
    shape = lengths(rng, int(rng.integers(1, 4)))
    x = any_numbers(rng, *shape)
    return np.where(rng.random(size=shape) < 0.1, x.dtype.type(1e-30), x), any_numbers(rng, *shape).astype(x.dtype)


@relu_backward.oracle
def by_torch(x, upstream):
    """Let PyTorch do it."""
    leaf = torch.tensor(x.copy(), requires_grad=True)
    torch.relu(leaf).backward(torch.tensor(upstream.copy()))
    return leaf.grad.numpy()


@relu_backward.mistake
def changes_nothing(x, upstream):
    """Both faults are still there: upstream is written into, and at 0 the gradient goes through."""
    upstream[x < 0] = 0
    return upstream


@relu_backward.mistake
def writes_into_upstream(x, upstream):
    """The caller's array was written into. Somebody else may need it: two layers can share one upstream gradient."""
    upstream[x <= 0] = 0
    return upstream


@relu_backward.mistake
def hands_back_the_callers_array(x, upstream):
    """With nothing to stop, the caller's own array came back. Whoever adds to it changes both: return a new one."""
    return upstream if (x > 0).all() else np.where(x > 0, upstream, 0)


@relu_backward.mistake
def lets_zero_through(x, upstream):
    """Where x is exactly 0, the gradient went through. Only positive numbers let it."""
    return np.where(x >= 0, upstream, 0)


@relu_backward.mistake
def passes_half_at_zero(x, upstream):
    """Where x is exactly 0, half of the gradient went through. The exercise asks for 0 there."""
    return upstream * np.heaviside(x, 0.5).astype(upstream.dtype)


@relu_backward.mistake
def looks_at_the_gradient(x, upstream):
    """The gradient was cut where it is negative itself. What counts is the sign of x."""
    return np.maximum(upstream, 0)


@relu_backward.mistake
def forgets_upstream(x, upstream):
    """This is the slope of ReLU alone, 0 or 1. Multiply it by what comes from above."""
    return (x > 0).astype(upstream.dtype)


@relu_backward.mistake
def multiplies_by_the_output(x, upstream):
    """The gradient was multiplied by the output of ReLU. Its slope is 1 there, whatever the output is."""
    return upstream * np.maximum(x, 0)


@relu_backward.mistake
def lets_the_wrong_side_through(x, upstream):
    """The gradient went through where x is negative, and was stopped where x is positive."""
    return np.where(x < 0, upstream, 0)


@relu_backward.alternative
def copies_first(x, upstream):
    """Copies upstream and writes zeros into the copy."""
    gradient = np.array(upstream)
    gradient[x <= 0] = 0
    return gradient


@relu_backward.alternative
def multiplies_by_a_mask(x, upstream):
    """Multiplies by True or False."""
    return upstream * (x > 0)
