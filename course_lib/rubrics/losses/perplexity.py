"""What an answer to `losses.perplexity` must do, and the mistakes we know."""

import math

import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import short


@rubric(
    answer=losses.perplexity,
    title="The perplexity of several texts together",
    points=2,
    difficulty=2,
    minutes=10,
    tolerance=(1e-5, 1e-8),  # a sum of float32 in float32 is right, and e to it carries the error on
    draws=60,
)
def perplexity(rng, size):
    """Texts of different lengths."""
    counts = torch.from_numpy(rng.integers(1, 9, size=size))
    return short(rng.random(size) * 3 + 0.1) * counts, counts


@perplexity.edge(points=1)
def an_empty_text():
    """A text without a token changes nothing."""
    return torch.tensor([4.0, 0.0, 1.0]), torch.tensor([2, 0, 3])


@perplexity.edge(points=1)
def no_token_at_all():
    """Without a token there is nothing to average: it is refused."""
    return torch.tensor([0.0]), torch.tensor([0])


@perplexity.domain
def anything(rng):
    """One text or many, lengths from 0 to thousands, float32 or float64; no token and negative counts are refused."""
    texts = int(rng.integers(1, 6))
    counts = torch.from_numpy(rng.integers(0, int(rng.choice([2, 10, 5000])), size=texts))
    dtype = torch.float32 if rng.random() < 0.5 else torch.float64
    sums = (torch.from_numpy(rng.random(texts)) * float(rng.choice([0.01, 2.0, 12.0])) * counts).to(dtype)
    kind = rng.random()
    if kind < 0.05:
        return Refused((sums, counts * 0))
    if kind < 0.15:
        counts[int(rng.integers(texts))] = -1
        return Refused((sums, counts))
    return (sums, counts) if counts.sum() else Refused((sums, counts))


@perplexity.oracle
def by_math(sums, counts):
    """Add up in Python's floats."""
    tokens = sum(counts.tolist())
    if min(counts.tolist()) < 0 or not tokens:
        raise ValueError("these have no perplexity")
    return math.exp(math.fsum(sums.tolist()) / tokens)


def _each(sums, counts):
    losses.perplexity(sums, counts)  # refuses what is to be refused
    return sums[counts > 0].double() / counts[counts > 0], counts[counts > 0]


@perplexity.mistake
def averages_the_perplexities(sums, counts):
    """The texts' perplexities were averaged. Average the nats of all tokens first, then take e to that power once."""
    return _each(sums, counts)[0].exp().mean().item()


@perplexity.mistake
def averages_the_averages(sums, counts):
    """Each text's mean counts the same, however long it is. Divide the nats of all texts by the tokens of all texts."""
    return _each(sums, counts)[0].mean().exp().item()


@perplexity.mistake
def weighs_the_perplexities(sums, counts):
    """The perplexities were weighed by length and averaged. The mean belongs into the exponent."""
    means, tokens = _each(sums, counts)
    return ((means.exp() * tokens).sum() / tokens.sum()).item()


@perplexity.mistake
def takes_two_to_the_power(sums, counts, *, right):
    """2 was raised to a power in nats. The losses come from natural logarithms, so the base is e."""
    return 2 ** math.log(right)


@perplexity.mistake
def writes_e_as_a_number(sums, counts, *, right):
    """e was written as 2.718. Its other digits count: take `math.exp`."""
    return 2.718 ** math.log(right)


@perplexity.mistake
def forgets_the_exponential(sums, counts, *, right):
    """This is the mean loss in nats. Perplexity is e to that power."""
    return math.log(right)


@perplexity.mistake
def divides_by_the_texts(sums, counts):
    """The nats were divided by the number of texts. Divide by the number of tokens."""
    losses.perplexity(sums, counts)
    return (sums.double().sum() / len(sums)).exp().item()


@perplexity.mistake
def takes_the_wrong_sign(sums, counts, *, right):
    """The exponent has the wrong sign: losses are −log p, so a worse model has a larger perplexity."""
    return 1 / right


@perplexity.mistake
def divides_nothing_by_nothing(sums, counts):
    """Without a token this is nan. Refuse it with a ValueError."""
    if (counts < 0).any():
        raise ValueError("a negative count")
    return (sums.double().sum() / counts.sum()).exp().item()


@perplexity.mistake
def takes_negative_counts(sums, counts):
    """A negative number of tokens is an error in the data. Refuse it with a ValueError."""
    if not counts.sum():
        raise ValueError("no token")
    return (sums.double().sum() / counts.sum()).exp().item()


@perplexity.alternative
def as_a_geometric_mean(sums, counts):
    """Raise each text's perplexity to its share of the tokens, and multiply."""
    if (counts < 0).any() or not counts.any():
        raise ValueError("these have no perplexity")
    tokens = counts[counts > 0]
    means = sums[counts > 0].double() / tokens
    return math.prod(
        math.exp(mean * share)
        for mean, share in zip(means.tolist(), (tokens.double() / tokens.sum()).tolist(), strict=True)
    )
