"""What an answer to `hyperparameters.log_uniform` must do, and the mistakes we know."""

import math

import numpy as np
import torch
from scipy import stats

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=hyperparameters.log_uniform,
    title="A learning rate from a log scale",
    points=3,
    difficulty=2,
    minutes=15,
)
def log_uniform(rng, size):
    """Learning rates, and momentums near 1."""
    uniform = torch.from_numpy(rng.random(size + 1).round(3))
    if size in (3, 8):
        return uniform, 0.5, [0.999, 0.99][size == 8], True
    return uniform, float(10.0 ** -int(rng.integers(3, 6))), 0.5, False


@log_uniform.edge(points=1)
def both_ends():
    """0 gives the lower limit and 1 the upper one."""
    return torch.tensor([0.0, 1.0], dtype=torch.float64), 0.001, 8.0, False


@log_uniform.edge(points=1)
def both_ends_near_one():
    """Near 1, too, 0 gives the lower limit and 1 the upper one."""
    return torch.tensor([0.0, 1.0], dtype=torch.float64), 0.9, 0.999, True


@log_uniform.edge(points=1)
def from_zero():
    """A log scale never reaches 0: it is refused as a lower limit."""
    return torch.tensor([0.5], dtype=torch.float64), 0.0, 1.0, False


@log_uniform.edge(points=1)
def limits_out_of_order():
    """A lower limit above the upper one is refused."""
    return torch.tensor([0.5], dtype=torch.float64), 0.1, 0.01, False


@log_uniform.edge(points=1)
def up_to_one():
    """Near 1, the upper limit itself must be below 1: a distance of 0 has no logarithm."""
    return torch.tensor([0.5], dtype=torch.float64), 0.9, 1.0, True


@log_uniform.domain
def anything(rng):
    """Any shape, also empty, limits from 1e-9 to 1e9, also equal; near 1, lower limits of 0 and less, too. Limits that
    are out of order, or without a logarithm, are refused."""
    uniform = torch.from_numpy(rng.random(cases.shape(rng, most=4)))
    if rng.random() < 0.5:
        uniform = torch.from_numpy(rng.random(cases.shape(rng, cases.whole(rng, 2, 3), least=2, most=4)).round(2))
        uniform = cases.strided(rng, uniform)
    near_one, kind = bool(rng.random() < 0.4), rng.random()
    low = float(10.0 ** rng.uniform(-9, 4))
    high = low * float(10.0 ** cases.one_of(rng, 0.0, rng.uniform(0, 1), rng.uniform(0, 5)))
    if near_one:
        far, close = 10.0 ** rng.uniform(-3, 1), 10.0 ** -rng.uniform(3, 6)
        low, high = 1 - float(cases.one_of(rng, far, far, 1.0)), 1 - float(close)
    if kind < 0.06:
        return Refused((uniform, high + 0.5, low, near_one))
    if kind < 0.15:
        low, high = (low, float(cases.one_of(rng, 1.0, 1.5, 40.0))) if near_one else (-low * rng.integers(2), high)
        return Refused((uniform, float(min(low, high)), high, near_one))
    return uniform, low, high, near_one


@log_uniform.oracle
def by_scipy(uniform, low, high, near_one=False):
    """Ask SciPy's distribution for its quantiles."""
    if not low <= high or (high >= 1 if near_one else low <= 0):
        raise ValueError("no log scale")
    if low == high:
        return np.full(tuple(uniform.shape), low)
    if near_one:
        return 1 - stats.loguniform.ppf(1 - uniform.numpy(), 1 - high, 1 - low)
    return stats.loguniform.ppf(uniform.numpy(), low, high)


@log_uniform.program
def by_logarithms(
    uniform,
    low,
    high,
    near_one=False,
    *,
    base=math.e,
    log=math.log,
    near=True,
    turned=False,
    mirrored=False,
    steps=False,
    refuse_zero=True,
    refuse_order=True,
):
    """Take logarithms, go a share of the way, and come back."""
    if refuse_order and low > high:
        raise ValueError("no log scale")
    near_one = near_one and near
    if refuse_zero and (high >= 1 if near_one else low <= 0):
        raise ValueError("no log scale")
    first, last = (1 - low, 1 - high) if near_one and not mirrored else (low, high)
    if min(first, last) <= 0:
        return 1 - torch.zeros_like(uniform) if near_one else torch.zeros_like(uniform)
    share = 1 - uniform if turned and near_one else uniform
    exponent = log(first) + share * (log(last) - log(first))
    values = base ** (exponent.round() if steps else exponent)
    return 1 - values if near_one else values


log_uniform.slip(
    "forgets_the_logarithm",
    "The limits went into the exponential as they are, so all values lie a little above 1 or far above it. Take their "
    "logarithms first.",
    log=lambda x: x,
)
log_uniform.slip(
    "mixes_two_bases", "The logarithm has one base and the power another. Both must have the same.", log=math.log10
)
log_uniform.slip(
    "takes_whole_powers_only",
    "The exponent was rounded, so only a few values can be drawn. Every value between the limits may be.",
    base=10,
    log=math.log10,
    steps=True,
)
log_uniform.slip("forgets_near_one", "`near_one` was not used.", near=False)
log_uniform.slip(
    "turns_the_limits_near_one",
    "Near 1 the two limits are exchanged: a uniform number of 0 gives the lower one.",
    turned=True,
)
log_uniform.slip(
    "mirrors_the_values_only",
    "The values were subtracted from 1, but the limits were not. Those of the distance are 1 − low and 1 − high.",
    mirrored=True,
)
log_uniform.slip(
    "takes_a_limit_of_zero", "The logarithm of 0 is −∞. Refuse such a limit with a ValueError.", refuse_zero=False
)
log_uniform.slip(
    "takes_limits_out_of_order",
    "A lower limit above the upper one was taken. Refuse it with a ValueError.",
    refuse_order=False,
)


@log_uniform.mistake
def draws_on_a_plain_scale(uniform, low, high, near_one=False):
    """This is a plain scale: nine tenths of the values lie in the upper nine tenths. On a log scale, each factor of 10
    gets as many values as the next."""
    hyperparameters.log_uniform(uniform, low, high, near_one)
    return low + (high - low) * uniform


@log_uniform.alternative
def by_torch(uniform, low, high, near_one=False):
    """Let torch go from one logarithm to the other."""
    if low > high or (not near_one and low <= 0) or (near_one and high >= 1):
        raise ValueError("no log scale")
    ends = uniform.new_tensor([1 - low, 1 - high] if near_one else [low, high]).log2()
    values = torch.exp2(torch.lerp(*ends.unbind(), uniform))
    return 1 - values if near_one else values
