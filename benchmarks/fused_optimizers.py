"""How long a step of each optimizer takes beside torch.optim's `foreach`, on the CPU, one million parameters."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import torch

from benchmarks import Row, seconds
from course_lib import optimizers
from course_lib.fused import optimizers as fused

LIMIT, ROUNDS, STEPS = 2.0, 15, 5
# torch's name for each of ours, and what makes the two the same rule.
PEERS = {
    "SGD": ("SGD", {}),
    "Momentum": ("SGD", {"momentum": 0.9}),
    "Nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "AdaGrad": ("Adagrad", {}),
    "RMSProp": ("RMSprop", {}),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
}
# A small network's shapes: large matrices, and the vectors that make fused calls worth while.
SHAPES = [(784, 512), (512,), (512, 512), (512,), (512, 512), (512,), (512, 140), (140,)]


def measure() -> Iterator[Row]:
    """Yield one ratio for each optimizer, the two measured in turn so that both meet the same machine."""
    for name in (rule.__name__ for rule in fused.TERMS):
        if name not in PEERS:
            yield Row(f"{name}: no peer named in {__name__}", "", "", None)
            continue
        rounds = _rounds(name)
        ratio = statistics.median(ours / theirs for ours, theirs in rounds)
        ours, theirs = (statistics.median(times) * 1000 for times in zip(*rounds, strict=True))
        what = f"{name}, step of {sum(torch.Size(shape).numel() for shape in SHAPES):,} parameters"
        measured = f"{ratio:.2f}× ({ours:.1f} and {theirs:.1f} ms)"
        yield Row(what, measured, f"≤ {LIMIT:.0f}× torch.optim", ratio <= LIMIT)


def _rounds(name: str) -> list[tuple[float, float]]:
    """Return the times of a step of ours and of torch's, in seconds, side by side for each round."""
    peer, options = PEERS[name]
    generator = torch.Generator().manual_seed(0)
    parameters = [torch.randn(shape, generator=generator) for shape in SHAPES]
    gradients = [torch.randn(shape, generator=generator) for shape in SHAPES]
    mine = getattr(optimizers, name)([parameter.clone() for parameter in parameters], learning_rate=1e-3)
    copies = [parameter.clone() for parameter in parameters]
    for copy, gradient in zip(copies, gradients, strict=True):
        copy.grad = gradient
    other = getattr(torch.optim, peer)(copies, lr=1e-3, foreach=True, **options)

    def five_of_ours() -> None:
        for _ in range(STEPS):
            fused.step(mine, gradients)

    def five_of_theirs() -> None:
        for _ in range(STEPS):
            other.step()

    five_of_ours(), five_of_theirs()  # the state is made in the first step
    return [(seconds(five_of_ours)[0] / STEPS, seconds(five_of_theirs)[0] / STEPS) for _ in range(ROUNDS)]
