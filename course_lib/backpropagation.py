"""Backpropagation.

An engine in stages: `Value` holds numbers, `Tensor` arrays that broadcast, and layers do more at
once. The gradient of a value is that of the result with respect to it; `upstream`, or `up`, is the
gradient of what was computed from it.
"""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Num

Numbers = Float[np.ndarray, "..."]  # of any shape
Back = Callable[[Any], tuple[Any, ...]]  # from a node's gradient to those of its inputs


class Value:
    """A number that remembers what it was computed from, and sends gradients back to that.

    `backward` leaves in `grad` the gradient of the result; before, `grad` is None. Over several
    results the gradients of a value that was given add up, until one sets `grad` to None. Raises
    TypeError for what is no real number, RuntimeError for a second `backward` through a graph,
    which would count twice. {eq}`backpropagation-sum`; the form is that of micrograd, 2020.

    >>> x, y = Value(2), Value(3)
    >>> result = x * y + x
    >>> result.backward()
    >>> result, x.grad, y.grad
    (Value(8.0), 4.0, 2.0)
    """

    def __init__(self, data: Any, inputs: tuple["Value", ...] = (), backward: Back | None = None):
        """Keep the number; an operation adds what it was computed from, and the way back."""
        self.data: Any = self._read(data)
        self.grad: Any = None
        self.inputs, self._backward = inputs, backward

    def __add__(self, other: Any) -> Any:
        """Add: each input gets the gradient as it comes."""
        other = self._wrap(other)
        return type(self)(self.data + other.data, (self, other), lambda up: (up, up))

    def __mul__(self, other: Any) -> Any:
        """Multiply: each input gets the gradient times the other input."""
        other = self._wrap(other)
        x, y = self.data, other.data
        return type(self)(x * y, (self, other), lambda up: (up * y, up * x))

    def __pow__(self, n: float) -> Any:
        """Raise to a power that is a plain number: the factor is n · xⁿ⁻¹."""
        x = self.data
        return type(self)(x**n, (self,), lambda up: (up * n * x ** (n - 1) if n else up * 0.0,))

    # The rest follows from these three, and so do its gradients.
    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda self: self * -1  # noqa: E731
    __sub__ = lambda self, other: self + -self._wrap(other)  # noqa: E731
    __rsub__ = lambda self, other: -self + other  # noqa: E731
    __truediv__ = lambda self, other: self * self._wrap(other) ** -1  # noqa: E731
    __rtruediv__ = lambda self, other: self**-1 * other  # noqa: E731

    def backward(self, upstream: Any = None) -> None:
        """Send gradients back through the graph, from each node only after all that use it."""
        order = topological_order(_Inputs(), self)
        if not self.inputs or any(node.inputs and node._backward is None for node in order):
            why = "would count its gradients twice" if self.inputs else "finds nothing it came from"
            raise RuntimeError(f"backward() from {self} {why}: compute the result anew")
        self.grad = self._seed(upstream)
        for node in reversed(order):
            if node._backward:
                for source, gradient in zip(node.inputs, node._backward(node.grad), strict=True):
                    source._receive(gradient)
                node._backward = None  # frees what the closure kept

    def _receive(self, gradient: Any) -> None:
        self.grad = gradient if self.grad is None else self.grad + gradient

    def _seed(self, upstream: Any) -> Any:
        return self._read(1 if upstream is None else upstream)

    def _read(self, data: Any) -> Any:
        if not isinstance(data, Real):
            raise TypeError(f"a Value holds one real number, not {data!r}")
        return float(data)

    def _wrap(self, other: Any) -> Any:
        return other if isinstance(other, type(self)) else type(self)(other)

    def __repr__(self) -> str:
        """Show the number."""
        return f"{type(self).__name__}({self.data!r})"


class Tensor(Value):
    """An array that remembers what it was computed from: `Value` with shapes.

    The operations of `Value` broadcast; `unbroadcast` sums their gradients back to the inputs'
    shapes. Data is copied and can't be written into, so that closures keep what they saw. Raises
    TypeError for what holds no real numbers, ValueError for shapes that don't fit and `backward`
    from more than one number without upstream. {eq}`backpropagation-broadcast`.

    >>> x, scale = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([10.0, 20.0])
    >>> (x * scale).sum().backward()
    >>> scale.grad
    array([4., 6.])
    """

    __array_ufunc__ = None  # array * tensor asks the tensor
    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)

    def __matmul__(self, other: Any) -> "Tensor":
        """Multiply two matrices."""
        other = self._wrap(other)
        x, y = self.data, other.data
        if not x.ndim == y.ndim == 2 or x.shape[1] != y.shape[0]:
            raise ValueError(f"@ takes two matrices that fit, not shapes {x.shape} and {y.shape}")
        return Tensor(x @ y, (self, other), lambda up: (up @ y.T, x.T @ up))

    def sum(self, axis: int | None = None) -> "Tensor":
        """Add up along an axis, or all: every summand gets the gradient of its sum."""

        def back(up: Numbers) -> tuple[Numbers]:
            return (np.broadcast_to(up if axis is None else np.expand_dims(up, axis), self.shape),)

        return Tensor(self.data.sum(axis), (self,), back)

    def sigmoid(self) -> "Tensor":
        """Squash into 0 to 1, y = 1 / (1 + e⁻ˣ): the factor is y(1 − y)."""
        y = np.exp(-np.logaddexp(0, -self.data))  # the same, but nothing overflows
        return Tensor(y, (self,), lambda up: (up * y * (1 - y),))

    def relu(self) -> "Tensor":
        """Keep what is positive, and make the rest 0."""
        x = self.data
        return Tensor(np.maximum(x, 0), (self,), lambda up: (relu_backward(x, up),))

    def stepped(self, learning_rate: float) -> "Tensor":
        """Return a new tensor, one step against the gradient."""
        if self.grad is None or not learning_rate > 0:
            raise ValueError(f"a gradient of {self.grad} and a rate of {learning_rate}: no step")
        return Tensor(self.data - learning_rate * self.grad)

    def _receive(self, gradient: Any) -> None:
        super()._receive(unbroadcast(np.asarray(gradient), self.shape))  # a new array, our own
        self.grad = np.asarray(self.grad, self.dtype)

    def _seed(self, upstream: Any) -> Numbers:
        if upstream is None and self.data.size != 1:
            raise ValueError(f"backward() from shape {self.shape} needs an upstream of that shape")
        seed = np.array(np.ones(self.shape) if upstream is None else upstream, self.dtype)
        if seed.shape != self.shape:
            raise ValueError(f"upstream has the shape {seed.shape}, the result {self.shape}")
        return seed

    def _read(self, data: Any) -> Numbers:
        array = np.array(data)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"a Tensor holds real numbers, not {data!r}")
        array = array if array.dtype.kind == "f" else array.astype(float)
        array.flags.writeable = False  # closures keep it
        return array

    def _wrap(self, other: Any) -> Any:
        plain = type(other) in (bool, int, float)  # takes the type of the tensor, as in 2 * x
        return Tensor(np.asarray(other, self.dtype)) if plain else super()._wrap(other)


class _Inputs(dict):  # a graph as `topological_order` reads it, but not written down
    __missing__ = staticmethod(lambda node: node.inputs)


def affine(
    x: Float[Tensor, "batch feature"],
    weight: Float[Tensor, "feature unit"],
    bias: Float[Tensor, "unit"],
) -> Float[Tensor, "batch unit"]:
    """Mix the features of each example into units, x @ weight + bias, as one node of the graph.

    Raises ValueError for shapes that don't fit. {eq}`backpropagation-affine`.

    >>> affine(Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]]), Tensor([5.0]))
    Tensor(array([[16.]]))
    """
    if len(x.shape) != 2 or len(bias.shape) != 1 or weight.shape != x.shape[1:] + bias.shape:
        raise ValueError(f"x {x.shape}, weight {weight.shape} and bias {bias.shape} don't fit")
    kept = x.data, weight.data
    data = kept[0] @ kept[1] + bias.data
    return Tensor(data, (x, weight, bias), lambda up: affine_backward(*kept, up))


def softmax_cross_entropy(
    scores: Float[Tensor, "batch class"],
    labels: Int[np.ndarray, "batch"],
) -> Float[Tensor, ""]:
    """Average −log(softmax) of the right classes over the batch, in nats, as one node.

    Raises ValueError for an empty batch and a label that is no class, TypeError for one that is no
    whole number. {eq}`backpropagation-loss`.

    >>> softmax_cross_entropy(Tensor([[0.0, 0.0]]), np.array([1]))  # log 2
    Tensor(array(0.69314718))
    """
    kept = scores.data, labels
    loss = -_log_softmax(*kept)[np.arange(len(labels)), labels].mean()
    return Tensor(loss, (scores,), lambda up: (softmax_cross_entropy_backward(*kept, up.item()),))


def _log_softmax(scores: Numbers, labels: Any) -> Numbers:
    if scores.ndim != 2 or labels.shape != scores.shape[:1] or not len(labels):
        raise ValueError(f"scores {scores.shape} and labels {labels.shape} are no batch")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are whole numbers, not {labels.dtype}: {labels.tolist()}")
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f"labels {labels.tolist()} are not all classes 0 to {scores.shape[1] - 1}")
    shifted = scores - scores.max(axis=1, keepdims=True)  # now the largest is 0
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# The references of the exercises.


def numerical_gradient(
    weight: Num[np.ndarray, "feature unit"], x: Num[np.ndarray, "batch feature"], step: float
) -> Float[np.ndarray, "feature unit"]:
    """Measure the gradient of the mean of tanh(x @ weight)² by steps of each weight, up and down.

    Raises ValueError for a step that is not above 0. {eq}`backpropagation-difference`.

    >>> numerical_gradient(np.zeros((1, 1)), np.ones((2, 1)), step=0.1)  # up and down are alike
    array([[0.]])
    """
    if not step > 0:
        raise ValueError(f"a step is above 0, not {step}")
    slopes = np.empty(weight.shape)
    for place in np.ndindex(weight.shape):
        moved = np.zeros(weight.shape)
        moved[place] = step
        up, down = (np.mean(np.tanh(x @ (weight + way)) ** 2) for way in (moved, -moved))
        slopes[place] = (up - down) / (2 * step)
    return slopes


def topological_order(inputs: Mapping[Any, Sequence[Any]], output: Any) -> list[Any]:
    """List what an output is computed from, and itself, each node once and after all its inputs.

    Of the many such orders this is that of a depth-first search, without recursion: a chain of
    thousands would overflow Python's stack. Source: Tarjan 1976.

    >>> topological_order({"x": [], "square": ["x", "x"], "sum": ["square", "x"]}, "sum")
    ['x', 'square', 'sum']
    """
    order, seen, todo = [], set(), [(output, False)]
    while todo:
        node, inputs_done = todo.pop()
        if inputs_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            todo += [(node, True), *((source, False) for source in reversed(inputs[node]))]
    return order


def tape_gradients(tape: Sequence[tuple[str, int, int]], inputs: Sequence[float]) -> list[float]:
    """Compute what a tape says, and return the gradient of the last value for each input.

    Values are numbered: first the inputs, then the results of the tape's entries (operation, i, j),
    which add or multiply the values i and j. Raises ValueError for operations but "add" and "mul".
    Source: Linnainmaa 1976.

    >>> tape_gradients([("mul", 0, 1), ("add", 2, 0)], [2.0, 3.0])  # x · y + x
    [4.0, 2.0]
    """
    values = list(inputs)
    for operation, i, j in tape:
        if operation not in ("add", "mul"):
            raise ValueError(f"a tape has 'add' and 'mul', not {operation!r}")
        values.append(values[i] + values[j] if operation == "add" else values[i] * values[j])
    gradients = [0.0] * (len(values) - 1) + [1.0]
    for operation, i, j in reversed(tape):
        upstream = gradients.pop()  # complete: whoever uses this entry's result stands behind it
        gradients[i] += upstream * (values[j] if operation == "mul" else 1)
        gradients[j] += upstream * (values[i] if operation == "mul" else 1)
    return gradients


def unbroadcast(gradient: Numbers, shape: tuple[int, ...]) -> Numbers:
    """Sum a gradient over the axes along which an input of this shape was stretched.

    Raises ValueError for a shape that does not fit. {eq}`backpropagation-broadcast`.

    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
    array([[3.],
           [7.]])
    """
    if np.broadcast_shapes(gradient.shape, shape) != gradient.shape:
        raise ValueError(f"an input of shape {shape} does not broadcast to {gradient.shape}")
    new = gradient.ndim - len(shape)  # axes that the input did not have
    stretched = [new + axis for axis, length in enumerate(shape) if length == 1]
    return np.asarray(gradient.sum(axis=(*range(new), *stretched), keepdims=True)).reshape(shape)


def affine_backward(
    x: Float[np.ndarray, "batch feature"],
    weight: Float[np.ndarray, "feature unit"],
    upstream: Float[np.ndarray, "batch unit"],
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the gradients of x, weight and bias, given that of x @ weight + bias.

    Sums over the batch, like the loss. Raises ValueError for shapes that don't fit.
    {eq}`backpropagation-affine`; Rumelhart et al. 1986, equations 6 and 7.

    >>> affine_backward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]]))
    (array([[30., 40.]]), array([[10.],
           [20.]]), array([10.]))
    """
    if upstream.shape != (len(x), weight.shape[1]) or x.shape[1] != len(weight):
        raise ValueError(f"{x.shape}, {weight.shape} and upstream {upstream.shape} don't fit")
    return upstream @ weight.T, x.T @ upstream, upstream.sum(axis=0)


def relu_backward(x: Numbers, upstream: Numbers) -> Numbers:
    """Let the gradient through where x is positive; elsewhere, at 0 too, return 0.

    Leaves upstream as it is. Raises ValueError for unequal shapes. {eq}`backpropagation-relu`.

    >>> relu_backward(np.array([-1.0, 0.0, 2.0]), np.array([5.0, 6.0, -7.0]))
    array([ 0.,  0., -7.])
    """
    if x.shape != upstream.shape:
        raise ValueError(f"x has the shape {x.shape}, upstream {upstream.shape}")
    return np.where(x > 0, upstream, 0)


def softmax_cross_entropy_backward(
    scores: Float[np.ndarray, "batch class"], labels: Int[np.ndarray, "batch"], upstream: float
) -> Float[np.ndarray, "batch class"]:
    """Return the gradient of the scores, given that of the mean over the batch of cross-entropies.

    Raises ValueError for labels that are no class. {eq}`backpropagation-softmax`; Bridle 1990.

    >>> softmax_cross_entropy_backward(np.zeros((2, 2)), np.array([1, 0]), 1.0)  # (½ − 1) / 2
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    probabilities = np.exp(_log_softmax(scores, labels))
    probabilities[np.arange(len(labels)), labels] -= 1
    return upstream * probabilities / len(labels)
