"""How fast references are on a GPU beside torch's own operation, forward and backward."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F

from benchmarks import Row, seconds
from course_lib import attention_masks, convolutional_networks, losses

ROUNDS, CALLS = 15, 20
Work = Callable[[], Any]


def measure() -> Iterator[Row]:
    """Yield one ratio for each reference, the two measured in turn so that both meet the same machine."""
    if not torch.cuda.is_available():
        yield Row("references on CUDA beside torch", "skipped: no CUDA", "", None)
        return
    for what, (ours, theirs) in _pairs(torch.Generator("cuda").manual_seed(0)).items():
        _taken(ours), _taken(theirs)  # kernels are loaded at their first call
        rounds = [(_taken(ours), _taken(theirs)) for _ in range(ROUNDS)]
        mine, other = (statistics.median(times) * 1000 for times in zip(*rounds, strict=True))
        ratio = statistics.median(ours / theirs for ours, theirs in rounds)
        yield Row(what, f"{ratio:.2f}× ({mine:.3f} and {other:.3f} ms)", "", None)


def _taken(work: Work) -> float:
    def many() -> None:
        for _ in range(CALLS):
            work()
        torch.cuda.synchronize()

    return seconds(many)[0] / CALLS


def _pairs(g: torch.Generator) -> dict[str, tuple[Work, Work]]:
    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=g, device="cuda").requires_grad_()

    scores, images, kernels, logits = (
        normal(8, 512, 512),
        normal(64, 32, 32, 32),
        normal(64, 32, 3, 3),
        normal(4096, 1000),
    )
    mask = torch.rand(scores.shape, generator=g, device="cuda") < 0.9
    labels = torch.randint(1000, (4096,), generator=g, device="cuda")
    masked, convolve = attention_masks.masked_softmax, convolutional_networks.convolve
    return {
        "masked_softmax, 8×512×512": (
            lambda: _both_ways(masked(scores, mask), scores),
            lambda: _both_ways(scores.masked_fill(~mask, -torch.inf).softmax(-1), scores),
        ),
        "convolve, 64×32×32×32 with 64 kernels of 3×3": (
            lambda: _both_ways(convolve(images, kernels, padding=1), images, kernels),
            lambda: _both_ways(F.conv2d(images, kernels, padding=1), images, kernels),
        ),
        "cross_entropy, 4,096 examples of 1,000 classes": (
            lambda: _both_ways(losses.cross_entropy(logits, labels), logits),
            lambda: _both_ways(F.cross_entropy(logits, labels), logits),
        ),
    }


def _both_ways(result: torch.Tensor, *of: torch.Tensor) -> None:
    torch.autograd.grad(result, of, torch.ones_like(result))
