"""How long a training step takes with the engine of backpropagation, beside PyTorch and beside one number a node."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterator

import numpy as np
import torch
from sklearn.datasets import load_digits

from benchmarks import Row, seconds
from course_lib.backpropagation import Tensor, affine, softmax_cross_entropy

EAGER, SCALAR, ROUNDS, STEPS = 5.0, 1000.0, 15, 20
SIZES, BATCH = (64, 32, 10), 32


class Number:
    """A scalar with its gradient, in the manner of micrograd: recursion for the order, a closure for each operation."""

    __slots__ = ("back", "data", "grad", "inputs")

    def __init__(self, data: float, inputs: tuple[Number, ...] = ()) -> None:
        """Keep the number; no gradient has come yet."""
        self.data, self.inputs, self.grad = data, inputs, 0.0
        self.back: Callable[[], None] = lambda: None

    def __add__(self, other: Number) -> Number:
        """Add."""
        result = Number(self.data + other.data, (self, other))

        def back() -> None:
            self.grad += result.grad
            other.grad += result.grad

        result.back = back
        return result

    def __mul__(self, other: Number) -> Number:
        """Multiply."""
        result = Number(self.data * other.data, (self, other))

        def back() -> None:
            self.grad += other.data * result.grad
            other.grad += self.data * result.grad

        result.back = back
        return result

    def through(self, value: float, slope: float) -> Number:
        """Apply any function of one number, whose value and slope are given."""
        result = Number(value, (self,))

        def back() -> None:
            self.grad += slope * result.grad

        result.back = back
        return result

    def backward(self) -> None:
        """Send gradients back; sums are added pair by pair, so that no recursion gets too deep."""
        order: list[Number] = []
        seen = set()

        def visit(node: Number) -> None:
            if node not in seen:
                seen.add(node)
                for source in node.inputs:
                    visit(source)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.back()


def measure() -> Iterator[Row]:
    """Yield a training step's time as a ratio to PyTorch's, and the scalar engine's as a ratio to ours."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pictures, labels = load_digits(return_X_y=True)
        x, labels = pictures[:BATCH] / 16, labels[:BATCH].astype(np.int64)
        rng = np.random.default_rng(0)
        weights = [rng.normal(0, (2 / n) ** 0.5, (n, m)) for n, m in itertools.pairwise(SIZES)]
        arrays = [array for weight in weights for array in (weight, np.zeros(weight.shape[1]))]
        runs = [_ours(arrays, x, labels), _torch(arrays, x, labels)]
        rounds = [[seconds(run, STEPS) for run in runs] for _ in range(ROUNDS)]
        mine, theirs = (statistics.median(sum(times[k]) / STEPS for times in rounds) for k in (0, 1))
        what = f"engine, a step of a {'-'.join(map(str, SIZES))} network, batch {BATCH}"
        yield Row(
            what, f"{mine / theirs:.2f}× PyTorch eager ({1e3 * mine:.2f} ms)", f"≤ {EAGER:g}×", mine <= EAGER * theirs
        )
        scalar = statistics.median(seconds(_scalar(arrays, x, labels), 3))
        measured = f"{scalar / mine:,.0f}× as fast as a scalar engine ({scalar:.1f} s)"
        yield Row(what, measured, f"≥ {SCALAR:,.0f}×", scalar >= SCALAR * mine)
    finally:
        torch.set_num_threads(threads)


def _ours(arrays: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    parameters = [Tensor(array) for array in arrays]

    def step() -> None:
        w1, b1, w2, b2 = parameters
        softmax_cross_entropy(affine(affine(Tensor(x), w1, b1).relu(), w2, b2), labels).backward()
        parameters[:] = [parameter.stepped(0.01) for parameter in parameters]

    return step


def _torch(arrays: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    w1, b1, w2, b2 = parameters = [torch.tensor(array, requires_grad=True) for array in arrays]
    optimizer = torch.optim.SGD(parameters, lr=0.01, foreach=True)
    inputs, targets = torch.tensor(x), torch.tensor(labels)

    def step() -> None:
        optimizer.zero_grad()
        hidden = torch.relu(torch.addmm(b1, inputs, w1))
        torch.nn.functional.cross_entropy(torch.addmm(b2, hidden, w2), targets).backward()
        optimizer.step()

    return step


def _scalar(arrays: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> Callable[[], None]:
    """One step with a node for each number; checked against ours once, so that the same work is compared."""
    expected = _loss_and_gradient(arrays, x, labels)

    def step() -> None:
        w1, b1, w2, b2 = ([[Number(v) for v in row] for row in np.atleast_2d(array).tolist()] for array in arrays)
        losses = []
        for picture, label in zip(x.tolist(), labels.tolist(), strict=True):
            hidden = [_relu(z) for z in _affine([Number(v) for v in picture], w1, b1[0])]
            losses.append(_cross_entropy(_affine(hidden, w2, b2[0]), label))
        loss = _sum(losses) * Number(1 / len(losses))
        loss.backward()
        got = (loss.data, w1[20][3].grad)
        if not np.allclose(got, expected, rtol=1e-9):
            raise RuntimeError(f"the scalar engine finds {got}, ours {expected}")

    return step


def _loss_and_gradient(arrays: list[np.ndarray], x: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    w1, b1, w2, b2 = (Tensor(array) for array in arrays)
    loss = softmax_cross_entropy(affine(affine(Tensor(x), w1, b1).relu(), w2, b2), labels)
    loss.backward()
    return loss.data.item(), w1.grad[20, 3]


def _affine(x: list[Number], weight: list[list[Number]], bias: list[Number]) -> list[Number]:
    return [_sum([v * row[unit] for v, row in zip(x, weight, strict=True)]) + bias[unit] for unit in range(len(bias))]


def _sum(numbers: list[Number]) -> Number:
    while len(numbers) > 1:
        pairs = [one + other for one, other in zip(numbers[::2], numbers[1::2], strict=False)]
        numbers = pairs + numbers[len(pairs) * 2 :]
    return numbers[0]


def _relu(x: Number) -> Number:
    return x.through(max(x.data, 0.0), float(x.data > 0))


def _cross_entropy(scores: list[Number], label: int) -> Number:
    powers = _sum([score.through(math.exp(score.data), math.exp(score.data)) for score in scores])
    return powers.through(math.log(powers.data), 1 / powers.data) + scores[label] * Number(-1.0)
