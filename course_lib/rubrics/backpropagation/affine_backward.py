"""What an answer to `affine_backward` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import backpropagation
from course_lib.checking import rubric
from course_lib.rubrics.backpropagation import any_numbers, lengths, numbers


@rubric(
    answer=backpropagation.affine_backward,
    title="The way back through an affine layer",
    points=3,
    difficulty=2,
    minutes=12,
)
def affine_backward(rng, size):
    """Batches of examples, with a length of its own for every axis."""
    batch, features, units = size + 1, size + 2, size
    return numbers(rng, batch, features), numbers(rng, features, units), numbers(rng, batch, units)


@affine_backward.edge(points=1)
def one_example():
    """A batch of one keeps its axis."""
    return np.array([[1.0, 2.0]]), np.array([[3.0, 0.5], [4.0, -1.0]]), np.array([[10.0, -2.0]])


@affine_backward.edge(points=1)
def no_example():
    """From an empty batch no gradient comes: those of weight and bias are 0."""
    return np.zeros((0, 2)), np.array([[1.0, -2.0, 3.0], [4.0, 0.5, -1.0]]), np.zeros((0, 3))


@affine_backward.domain
def anything(rng):
    """Any number of examples, features and units, also none of them; float32 or float64, all three the same."""
    batch, features, units = lengths(rng, 3)
    x, weight, upstream = (
        any_numbers(rng, batch, features),
        any_numbers(rng, features, units),
        any_numbers(rng, batch, units),
    )
    return x, weight.astype(x.dtype), upstream.astype(x.dtype)


@affine_backward.oracle
def by_torch(x, weight, upstream):
    """Let PyTorch do it."""
    inputs = [
        torch.tensor(array.copy(), requires_grad=True)
        for array in (x, weight, np.zeros_like(weight, shape=weight.shape[1:]))
    ]
    y = inputs[0] @ inputs[1] + inputs[2]
    return tuple(g.numpy() for g in torch.autograd.grad(y, inputs, torch.tensor(upstream.copy())))


def _right(x, weight, upstream):
    return list(backpropagation.affine_backward(x, weight, upstream))


@affine_backward.mistake
def averages_the_bias(x, weight, upstream):
    """The bias got the mean over the batch. Every example used it, so its gradients add up."""
    dx, dweight, _ = _right(x, weight, upstream)
    return dx, dweight, upstream.mean(axis=0)


@affine_backward.mistake
def averages_over_the_batch(x, weight, upstream):
    """Weight and bias were divided by the number of examples. If the loss is a mean, upstream is divided already."""
    dx, dweight, dbias = _right(x, weight, upstream)
    return dx, dweight / len(x), dbias / len(x)


@affine_backward.mistake
def keeps_the_batch_axis_of_the_bias(x, weight, upstream):
    """The gradient of the bias must have the shape of the bias, one number a unit, with no axis for the batch."""
    dx, dweight, dbias = _right(x, weight, upstream)
    return dx, dweight, dbias[None, :]


@affine_backward.mistake
def does_not_sum_the_bias(x, weight, upstream):
    """The bias was used by every example: sum its gradients over the batch."""
    dx, dweight, _ = _right(x, weight, upstream)
    return dx, dweight, upstream.copy()


@affine_backward.mistake
def sums_the_bias_over_units(x, weight, upstream):
    """The bias was summed over the units, not over the examples: axis 0 is the batch."""
    dx, dweight, _ = _right(x, weight, upstream)
    return dx, dweight, upstream.sum(axis=1)


@affine_backward.mistake
def sums_the_bias_over_everything(x, weight, upstream):
    """All of upstream was added up into one number. The bias has one for each unit."""
    dx, dweight, _ = _right(x, weight, upstream)
    return dx, dweight, upstream.sum()


@affine_backward.mistake
def lays_the_weight_out_like_torch(x, weight, upstream):
    """The weight's gradient is transposed. It must have the weight's shape, features by units."""
    dx, dweight, dbias = _right(x, weight, upstream)
    return dx, dweight.T, dbias


@affine_backward.mistake
def starts_with_the_weight(x, weight, upstream):
    """The gradients are right, but in another order: x, weight, bias."""
    dx, dweight, dbias = _right(x, weight, upstream)
    return dweight, dx, dbias


@affine_backward.mistake
def does_not_transpose_the_weight(x, weight, upstream):
    """upstream has units and the gradient of x has features, so the weight must be transposed between them."""
    return upstream @ weight, x.T @ upstream, upstream.sum(axis=0)


@affine_backward.mistake
def forgets_upstream(x, weight, upstream):
    """The gradient that comes from above was ignored, as if it were all ones. It carries what follows this layer."""
    return tuple(_right(x, weight, np.ones_like(upstream)))


@affine_backward.alternative
def by_einsum(x, weight, upstream):
    """Names the axes and lets einsum sum over those that are missing in the result."""
    dx, dweight = np.einsum("bu,fu->bf", upstream, weight), np.einsum("bf,bu->fu", x, upstream)
    return dx, dweight, np.einsum("bu->u", upstream)


@affine_backward.alternative
def example_by_example(x, weight, upstream):
    """Adds up what each example contributes, in float64."""
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(weight.shape[1])
    for n in range(len(x)):
        dx[n] = weight.astype(float) @ upstream[n]
        dweight += np.outer(x[n].astype(float), upstream[n])
        dbias += upstream[n]
    return tuple(gradient.astype(x.dtype) for gradient in (dx, dweight, dbias))
