"""How long the masked softmax takes beside torch's, which makes nan of a row without keys, on the CPU."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks import Row, seconds
from course_lib.attention_masks import masked_softmax

LIMIT, ROUNDS, SHAPE = 1.5, 40, (8, 512, 512)


def by_torch(scores: Tensor, mask: Tensor) -> Tensor:
    """Fill what may not be used with −∞, and let torch divide."""
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), -1)


def measure() -> Iterator[Row]:
    """Yield the ratio of both times, measured in turn so that both meet the same machine."""
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(SHAPE, generator=generator)
    mask = torch.rand(SHAPE, generator=generator) < 0.6
    masked_softmax(scores, mask), by_torch(scores, mask)
    rounds = [
        (seconds(lambda: masked_softmax(scores, mask))[0], seconds(lambda: by_torch(scores, mask))[0])
        for _ in range(ROUNDS)
    ]
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    ours, theirs = (statistics.median(times) * 1000 for times in zip(*rounds, strict=True))
    measured = f"{ratio:.2f}× ({ours:.1f} and {theirs:.1f} ms)"
    yield Row(f"masked_softmax, {'×'.join(map(str, SHAPE))}", measured, f"≤ {LIMIT}× torch.softmax", ratio <= LIMIT)
