"""What an answer to `losses.log_sum_exp` must do, and the mistakes we know."""

import numpy as np
import torch
from scipy.special import logsumexp

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import SCALES, short


@rubric(
    answer=losses.log_sum_exp,
    title="A logarithm of a sum of exponentials that never overflows",
    points=3,
    difficulty=2,
    minutes=12,
    draws=40,
    forbids=[
        "torch.logsumexp",
        "torch.Tensor.logsumexp",
        "torch.special.logsumexp",
        "torch.logaddexp",
        "torch.nn.functional.log_softmax",
        "torch.log_softmax",
        "torch.Tensor.log_softmax",
        "torch.logcumsumexp",
    ],
)
def log_sum_exp(rng, size):
    """Tables whose rows lie thousands apart."""
    rows = short(rng.normal(size=(size, size + 1))) + torch.arange(size)[:, None] * -1500.0
    return rows.to(torch.float32), 1


@log_sum_exp.edge(points=1)
def nothing_but_minus_infinity():
    """A sum of zeros has the logarithm −∞, not nan."""
    return torch.tensor([[0.0, 1.0], [-torch.inf, -torch.inf]]), 1


@log_sum_exp.edge(points=1)
def along_the_first_axis():
    """`dim` may be any axis, counted from the front or from the end."""
    return torch.tensor([[0.0, 900.0, -900.0], [0.0, 901.0, -900.0]]), -2


@log_sum_exp.domain
def anything(rng):
    """One to four axes, any `dim`, any size of score, ±∞ among them, float32 or float64; nothing to sum is refused."""
    shape = [int(n) for n in rng.integers(1, 5, size=rng.integers(1, 5))]
    dim = int(rng.integers(-len(shape), len(shape)))
    dtype = torch.float32 if rng.random() < 0.5 else torch.float64
    if rng.random() < 0.1:
        shape[dim] = 0
        return Refused((torch.zeros(shape, dtype=dtype), dim))
    if len(shape) > 1 and rng.random() < 0.05:
        shape[(dim + 1) % len(shape)] = 0  # another axis may be empty
    huge = 1e12 if dtype == torch.float32 else 1e100
    scores = rng.normal(size=shape) * rng.choice((*SCALES, huge))
    if rng.random() < 0.3:
        scores = np.where(rng.random(size=shape) < rng.choice([0.3, 0.9]), -np.inf, scores)
    if rng.random() < 0.1:
        scores = np.where(rng.random(size=shape) < 0.2, np.inf, scores)
    return torch.from_numpy(scores).to(dtype), dim


@log_sum_exp.oracle
def by_scipy(scores, dim):
    """Ask SciPy, in float64."""
    if not scores.shape[dim]:
        raise ValueError("nothing to sum")
    with np.errstate(all="ignore"):
        found = (
            logsumexp(scores.double().numpy(), axis=dim) if scores.numel() else np.zeros(_without(scores.shape, dim))
        )
    return torch.from_numpy(np.asarray(found)).to(scores.dtype)


def _without(shape, dim):
    kept = list(shape)
    del kept[dim]
    return kept


def _refuse(scores, dim):
    if not scores.shape[dim]:
        raise ValueError("nothing to sum")


def _shifted(scores, dim, top):
    return (scores - top).exp().sum(dim=dim).log() + top.squeeze(dim)


@log_sum_exp.mistake
def takes_the_formula_at_its_word(scores, dim):
    """exp overflows for large scores and is 0 for very negative ones. Subtract each row's maximum, and add it again."""
    _refuse(scores, dim)
    return scores.exp().sum(dim=dim).log()


@log_sum_exp.mistake
def shifts_all_by_one_maximum(scores, dim):
    """All rows were shifted by one maximum, so a row far below it vanishes. Each row needs its own, along `dim`."""
    _refuse(scores, dim)
    if not scores.numel():
        return scores.sum(dim=dim)
    top = scores.max() if scores.max().isfinite() else scores.new_zeros(())
    return (scores - top).exp().sum(dim=dim).log() + top


@log_sum_exp.mistake
def subtracts_infinity_from_itself(scores, dim):
    """Where the maximum is infinite, ∞ − ∞ gives nan. There, shift by 0."""
    _refuse(scores, dim)
    return _shifted(scores, dim, scores.amax(dim=dim, keepdim=True))


@log_sum_exp.mistake
def thinks_of_minus_infinity_only(scores, dim):
    """Where the maximum is +∞, ∞ − ∞ gives nan. There, shift by 0, as where it is −∞."""
    _refuse(scores, dim)
    top = scores.amax(dim=dim, keepdim=True)
    return _shifted(scores, dim, top.masked_fill(top == -torch.inf, 0.0))


@log_sum_exp.mistake
def forgets_to_add_the_maximum(scores, dim, *, right):
    """The scores were shifted, but the shift was not added to the logarithm again."""
    top = scores.amax(dim=dim, keepdim=True)
    return (scores - top.masked_fill(top.isinf(), 0.0)).exp().sum(dim=dim).log()


@log_sum_exp.mistake
def always_sums_the_last_axis(scores, dim):
    """The last axis was summed, whatever `dim` says."""
    _refuse(scores, dim)
    return losses.log_sum_exp(scores, -1)


@log_sum_exp.mistake
def keeps_the_axis(scores, dim, *, right):
    """The summed axis is still there, with length 1. The result has one axis less."""
    return right.unsqueeze(dim)


@log_sum_exp.mistake
def takes_another_base(scores, dim, *, right):
    """The logarithm has base 10. In this course log is the natural one, and only that undoes exp."""
    return right / 2.302585092994046


@log_sum_exp.mistake
def divides_by_the_count(scores, dim, *, right):
    """The exponentials were averaged. The formula has their sum."""
    return right - torch.log(torch.tensor(float(scores.shape[dim]))).to(right)


@log_sum_exp.mistake
def clips_the_scores(scores, dim):
    """Scores were clipped so that exp stays finite. That changes the function: shift by the maximum instead."""
    _refuse(scores, dim)
    return scores.clamp(-80, 80).double().exp().sum(dim=dim).log().to(scores.dtype)


@log_sum_exp.alternative
def by_adding_one_score_at_a_time(scores, dim):
    """Fold the scores two by two: the larger one plus log(1 + exp(−their distance))."""
    _refuse(scores, dim)
    total, *rest = scores.unbind(dim)
    for score in rest:
        larger, smaller = torch.maximum(total, score), torch.minimum(total, score)
        distance = (larger - smaller).nan_to_num(nan=torch.inf, posinf=torch.inf)  # ∞ − ∞: one of them is enough …
        both = (smaller == larger) & larger.isfinite()  # … and of −∞ none adds anything
        total = larger + torch.where(both, torch.ones_like(larger).mul(2).log(), torch.log1p((-distance).exp()))
    return total.clone()
