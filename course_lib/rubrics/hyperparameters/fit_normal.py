"""What an answer to `hyperparameters.fit_normal` must do, and the mistakes we know."""

import math
import statistics

import numpy as np

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=hyperparameters.fit_normal,
    title="Two parameters that the data determines",
    points=2,
    difficulty=1,
    minutes=10,
    forbids=["statistics.pstdev", "statistics.NormalDist.from_samples"],
)
def fit_normal(rng, size):
    """Short lists of measurements."""
    return [float(x) for x in (rng.normal(size=size + 1) * 3 + 2).round(1)]


@fit_normal.edge(points=1)
def one_number():
    """One number is its own mean, and the deviation is 0."""
    return [7.0]


@fit_normal.edge(points=1)
def far_from_zero():
    """Numbers that are large and close together: their squares would lose the digits that differ."""
    return [1e9 + 1.0, 1e9 + 2.0, 1e9 + 6.0]


@fit_normal.edge(points=1)
def no_number():
    """Nothing can be fitted to no number: it is refused."""
    return ([],)


@fit_normal.domain
def anything(rng):
    """One number or many, of any size and sign, equal ones, close together and far from 0; an empty list is refused."""
    count = cases.whole(rng, 0, 9)
    if not count:
        return Refused(([],))
    scale, away = cases.one_of(rng, 1e-3, 1.0, 50.0, 0.0), cases.one_of(rng, 0.0, 0.0, -3.0, 1e3, -1e6)
    return ([float(x) for x in np.round(rng.normal(size=count) * scale + away, 4)],)


@fit_normal.oracle
def by_statistics(numbers):
    """Compute with exact fractions."""
    if not numbers:
        raise ValueError("nothing to fit")
    return statistics.fmean(numbers), statistics.pstdev(numbers)


@fit_normal.program
def in_two_passes(numbers, *, less=0, root=True, center=True, half=2, spread="squares"):
    """The mean first, then the deviation around it."""
    if not numbers:
        raise ValueError("nothing to fit")
    mean = math.fsum(numbers) / len(numbers)
    away = [x - mean if center else x for x in numbers]
    powers = [abs(x) if spread == "sizes" else x * x for x in away]
    variance = math.fsum(powers) / (len(numbers) - less)
    return mean, math.sqrt(variance) if root and spread == "squares" else variance


fit_normal.slip(
    "divides_by_one_less",
    "The squares were divided by n − 1. That makes the variance right on average over many samples; the most probable "
    "parameters of this sample are asked for.",
    less=1,
)
fit_normal.slip(
    "returns_the_variance", "The second number is the variance. The deviation is its square root.", root=False
)
fit_normal.slip(
    "forgets_to_center", "The squares are those of the numbers, not of their distances to the mean.", center=False
)
fit_normal.slip(
    "averages_the_distances",
    "The distances to the mean were averaged without a square. That fits another distribution, not a normal one.",
    spread="sizes",
)


@fit_normal.mistake
def subtracts_two_large_numbers(numbers):
    """Far from 0, the mean of the squares and the square of the mean agree in nearly all digits, and their difference
    has lost the rest. Take the distances to the mean first, then their squares."""
    if not numbers:
        raise ValueError("nothing to fit")
    mean = sum(numbers) / len(numbers)
    return mean, math.sqrt(max(sum(x * x for x in numbers) / len(numbers) - mean * mean, 0.0))


@fit_normal.mistake
def takes_the_median(numbers):
    """The first number is the median. Squares of distances are smallest around the mean."""
    if not numbers:
        raise ValueError("nothing to fit")
    middle = statistics.median(numbers)
    return middle, math.sqrt(math.fsum((x - middle) ** 2 for x in numbers) / len(numbers))


@fit_normal.mistake
def fits_nothing(numbers):
    """Without a number there is nothing to fit. Refuse an empty list with a ValueError."""
    return hyperparameters.fit_normal(numbers) if numbers else (0.0, 0.0)


@fit_normal.alternative
def by_numpy(numbers):
    """NumPy's deviation divides by n unless told otherwise."""
    if len(numbers) == 0:
        raise ValueError("nothing to fit")
    return np.mean(numbers), np.std(numbers)
