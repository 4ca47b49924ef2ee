"""Random inputs for rubrics: numbers, tensors, masks, lengths, labels, images and texts.

Each function draws from the generator `rng` that a case or a domain is given, and from nothing else, so that the same
seed makes the same inputs. Sizes are small more often than large, and the ends of every range come often: that is where
answers go wrong, and what people can read. torch is imported only by the functions that make tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

FLOATS = ("float32", "float64")
HALVES = ("float16", "bfloat16")
INTEGERS = ("int64", "int32")
SCALES = (1.0, 1.0, 1.0, 1e-3, 1e3)  # how large numbers are: mostly about 1
ALPHABETS = {
    "ascii": "".join(map(chr, range(32, 127))),
    "control": "\t\n\r\0\x7f",
    "latin": "éßÿÅñøİıſ",
    "greek": "αβσςΣΩ",
    "korean": "가각힣한글ㄱㅏ",
    "jamo": "\u1100\u1161\u11a8\u1112\u1175\u11c2",  # pieces of syllables: leads, vowels, tails
    "combining": "e\u0301a\u0308n\u0303",
    "symbols": "€∑→ﬁ½²\u200b\u00a0",
    "beyond": "😀🚀𝔘𝟙🇰🇷\U0010ffff",  # beyond U+FFFF: four bytes in UTF-8, two units in UTF-16
}


def one_of(rng: np.random.Generator, *choices: T) -> T:
    """Return one of the choices itself; `rng.choice` would make a NumPy scalar of it."""
    return choices[int(rng.integers(len(choices)))]


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, both included: one of the lowest three half of the time.

    >>> rng = np.random.default_rng(0)
    >>> [whole(rng, 0, 40) for _ in range(10)]
    [20, 0, 0, 33, 39, 29, 11, 2, 22, 1]
    """
    top = min(high, low + 2) if rng.random() < 0.5 else high
    return int(rng.integers(low, top + 1))


def number(rng: np.random.Generator, low: float, high: float, digits: int = 3) -> float:
    """Return a number from `low` to `high` with few digits, as people write hyperparameters; the ends come often."""
    place = one_of(rng, 0.0, 1.0, rng.random(), rng.random(), rng.random(), rng.random())
    return float(min(max(round(low + (high - low) * float(place), digits), low), high))


def shape(rng: np.random.Generator, rank: int | None = None, least: int = 0, most: int = 6) -> tuple[int, ...]:
    """Return the shape of an array of this rank, or of rank 0 to 3; lengths `least` and 1 come often."""
    rank = whole(rng, 0, 3) if rank is None else rank
    return tuple(whole(rng, least, most) for _ in range(rank))


def unlike_lengths(rng: np.random.Generator, rank: int, least: int = 2) -> tuple[int, ...]:
    """Return lengths that all differ, in random order, so that no two axes can be swapped unseen."""
    return tuple(int(n) for n in rng.permutation(np.arange(least, least + rank)))


def readable(rng: np.random.Generator, *shape: int, low: float = 0.1, high: float = 3.0) -> Tensor:
    """Return float64 numbers of either sign with one decimal and never 0: short to print, exact enough for paper."""
    import torch

    return torch.from_numpy(np.round(rng.uniform(low, high, size=shape), 1) * rng.choice([-1, 1], size=shape))


def normal(rng: np.random.Generator, *shape: int, dtype: str = "float32", scale: float = 1.0) -> Tensor:
    """Return numbers from a normal distribution."""
    import torch

    return torch.as_tensor(rng.normal(size=shape) * scale).to(getattr(torch, dtype))


def floats(
    rng: np.random.Generator,
    shape: Sequence[int],
    dtypes: Sequence[str] = FLOATS,
    scales: Sequence[float] = SCALES,
) -> Tensor:
    """Return floats as anybody may have them: any of the dtypes and scales, now and then equal numbers or zeros.

    All numbers of a tensor have one scale, drawn from `scales`. Pass `HALVES` for dtypes that few people think of.
    """
    made = rng.normal(size=tuple(shape)) * one_of(rng, *scales)
    kind = one_of(rng, "plain", "plain", "plain", "zeros", "holes", "equal", "whole")
    if kind == "zeros":
        made = made * 0.0
    elif kind == "holes":
        made = np.where(rng.random(size=made.shape) < 0.5, 0.0, made)
    elif kind == "equal" and made.size:
        made = np.full(made.shape, made.flat[0])
    elif kind == "whole":
        made = np.round(made)
    import torch

    return torch.as_tensor(made).to(getattr(torch, one_of(rng, *dtypes)))


def integers(
    rng: np.random.Generator, shape: Sequence[int], low: int, high: int, dtypes: Sequence[str] = INTEGERS
) -> Tensor:
    """Return whole numbers from `low` to `high`, both included, of any of the dtypes."""
    import torch

    made = rng.integers(low, high, size=tuple(shape), endpoint=True)
    return torch.as_tensor(made).to(getattr(torch, one_of(rng, *dtypes)))


def probabilities(rng: np.random.Generator, shape: Sequence[int], dtype: str = "float64") -> Tensor:
    """Return probabilities that sum to 1 along the last axis: even, peaked, one-hot, or with zeros among them."""
    import torch

    made = rng.exponential(size=tuple(shape)) ** one_of(rng, 0.0, 1.0, 1.0, 8.0)
    kind = one_of(rng, "plain", "plain", "holes", "one-hot")
    first = np.arange(made.shape[-1]) == (int(rng.integers(made.shape[-1])) if made.shape[-1] else 0)
    if kind != "plain":
        keep = first if kind == "one-hot" else first | (rng.random(size=made.shape) < 0.5)
        made = np.where(keep, np.maximum(made, 1e-3), 0.0)
    return torch.as_tensor(made / made.sum(axis=-1, keepdims=True)).to(getattr(torch, dtype))


def mask(rng: np.random.Generator, *shape: int, mixed: bool = False) -> Tensor:
    """Return a boolean mask with some rows all True and some all False; if `mixed`, each long enough row has both."""
    import torch

    made = rng.random(size=shape) < one_of(rng, 0.3, 0.6, 0.9)
    if mixed:
        made[..., :1] = True
        made[..., 1:][..., -1:] = False
    elif len(shape) > 1:
        rows = rng.random(size=shape[:-1])
        made = np.where((rows < 0.15)[..., None], False, np.where((rows > 0.85)[..., None], True, made))
    return torch.as_tensor(made)


def lengths(rng: np.random.Generator, batch: int, longest: int, least: int = 0, dtype: str = "int64") -> Tensor:
    """Return the lengths of a batch of sequences, from `least` to `longest`: mixed, or all full, or all alike."""
    import torch

    kind = one_of(rng, "mixed", "mixed", "mixed", "full", "alike")
    made = rng.integers(least, longest, size=batch, endpoint=True)
    if kind != "mixed":
        made = np.full(batch, longest if kind == "full" else whole(rng, least, longest))
    return torch.as_tensor(made).to(getattr(torch, dtype))


def ragged(
    rng: np.random.Generator, batch: int, longest: int, vocabulary: int = 50, dtypes: Sequence[str] = INTEGERS
) -> list[Tensor]:
    """Return sequences of token ids of different lengths, empty ones among them; all have one dtype."""
    dtype = one_of(rng, *dtypes)
    return [integers(rng, [int(n)], 0, vocabulary - 1, [dtype]) for n in lengths(rng, batch, longest)]


def labels(rng: np.random.Generator, count: int, classes: int, dtype: str = "int64") -> Tensor:
    """Return class numbers from 0 to `classes - 1`; now and then all are of one class."""
    import torch

    made = rng.integers(classes, size=count)
    if rng.random() < 0.2:
        made = np.full(count, int(rng.integers(classes)))
    return torch.as_tensor(made).to(getattr(torch, dtype))


def images(
    rng: np.random.Generator,
    batch: int | None = None,
    channels: int | None = None,
    least: int = 1,
    most: int = 9,
    dtype: str = "float32",
) -> Tensor:
    """Return images, `batch channel height width`, seldom square: numbers of a normal distribution, or bytes for uint8.

    Height and width go from `least` to `most`; batch and channels from 1 to 4 unless given.
    """
    size = (batch or whole(rng, 1, 4), channels or whole(rng, 1, 4), whole(rng, least, most), whole(rng, least, most))
    return integers(rng, size, 0, 255, ["uint8"]) if dtype == "uint8" else normal(rng, *size, dtype=dtype)


def strided(rng: np.random.Generator, tensor: Tensor) -> Tensor:
    """Return a tensor of the same numbers that lies differently in memory: transposed, with gaps, or with an offset.

    Answers that call `view`, or take strides for granted, break on these; `contiguous()` undoes it.
    """
    import torch

    if tensor.dim() == 0:
        return torch.stack([tensor, tensor])[1]
    kind = one_of(rng, "turned", "gaps", "offset", "plain")
    if kind == "turned" and tensor.dim() > 1:
        return tensor.transpose(0, -1).contiguous().transpose(0, -1)
    if kind == "gaps":
        wide = torch.stack([tensor, torch.zeros_like(tensor)], dim=-1)
        return wide[..., 0]
    if kind == "offset":
        return torch.cat([torch.zeros_like(tensor[:1]), tensor])[1:] if len(tensor) else tensor
    return tensor


def text(rng: np.random.Generator, length: int, alphabet: str = "") -> str:
    """Return a text of so many characters over an alphabet, or over one or more of `ALPHABETS`, ASCII most often.

    >>> text(np.random.default_rng(1), 5, "ab")
    'abbba'
    """
    if not alphabet:
        names = [one_of(rng, "ascii", "ascii", "ascii", *ALPHABETS) for _ in range(whole(rng, 1, 3))]
        alphabet = "".join(ALPHABETS[name] for name in names)
    return "".join(alphabet[int(i)] for i in rng.integers(len(alphabet), size=length))


def words(rng: np.random.Generator, count: int, alphabet: str = "abc", longest: int = 4) -> list[str]:
    """Return short words over a small alphabet, so that some come twice and many share letters."""
    return [text(rng, whole(rng, 1, longest), alphabet) for _ in range(count)]


def edited(rng: np.random.Generator, text: str, edits: int = 1, alphabet: str = "abc") -> str:
    """Return a text after random edits: characters lost, added, replaced and exchanged with their neighbors."""
    made = list(text)
    for _ in range(edits):
        kind, place = one_of(rng, "lose", "add", "replace", "exchange"), int(rng.integers(len(made) + 1))
        if kind == "add":
            made.insert(place, one_of(rng, *alphabet))
        elif kind == "exchange":
            made[place : place + 2] = made[place : place + 2][::-1]
        else:
            made[place : place + 1] = [one_of(rng, *alphabet)] if kind == "replace" and place < len(made) else []
    return "".join(made)


def torch_generator(rng: np.random.Generator) -> Any:
    """Return torch's generator with a seed from ours, for answers that take one."""
    import torch

    return torch.Generator().manual_seed(int(rng.integers(2**31)))
