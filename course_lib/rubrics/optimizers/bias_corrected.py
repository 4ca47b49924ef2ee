"""What an answer to `bias_corrected` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import optimizers
from course_lib.checking import rubric
from course_lib.checking.cases import floats, number, one_of, readable, shape, strided


@rubric(
    answer=optimizers.bias_corrected,
    title="Warm-up: correct a running average for its start at zero",
    points=2,
    difficulty=1,
    minutes=4,
    tolerance=(1e-6, 1e-7),  # who puts β into a float32 tensor is right too
)
def bias_corrected(rng, size):
    """Averages of several shapes, after one step and after more."""
    return readable(rng, size, size + 1), float(rng.choice([0.6, 0.75, 0.9])), size


@bias_corrected.edge(points=1)
def nothing_remembered():
    """With β = 0 the average is the last number itself, and needs no correction."""
    return torch.tensor([3.0, -4.0]), 0.0, 2


@bias_corrected.edge(points=1)
def a_long_memory():
    """With β near 1 the first average is a thousand times too small, and the correction must be as exact as ever."""
    return torch.tensor([3.0, -4.0]), 1 - 2**-10, 1  # a power of two: exact in float32 as well


@bias_corrected.domain
def any_average(rng):
    """Any shape, float32 or float64, any size; 0 ≤ β < 1; from the first step to the ten-thousandth."""
    average = strided(rng, floats(rng, shape(rng)))
    beta = one_of(rng, 0.0, 0.5, 0.9, 0.99, 0.999, 1 - 2**-10, number(rng, 0.01, 0.99))
    return average, beta, one_of(rng, 1, 2, 3, 11, 101, int(rng.integers(1, 10_001)))


@bias_corrected.oracle
def by_numpy(average, beta, step):
    """Divide by the sum of the weights, added up in NumPy."""
    weights = (1 - beta) * np.float64(beta) ** np.arange(step)
    return torch.from_numpy(np.asarray(average.numpy() / weights.sum(), dtype=average.numpy().dtype))


@bias_corrected.mistake
def adds_a_little(average, beta, step):
    """Something was added to 1 − βᵗ. It is never 0 after a step, so leave it alone: near 0 even 1e-8 is too much."""
    return average / (1 - beta**step + 1e-8)


@bias_corrected.mistake
def multiplies(average, beta, step):
    """The average is too small, so it must grow: divide by 1 − βᵗ instead of multiplying by it."""
    return average * (1 - beta**step)


@bias_corrected.mistake
def forgets_the_power(average, beta, step):
    """1 − β is the correction of the first step only. Raise β to the number of steps."""
    return average / (1 - beta)


@bias_corrected.mistake
def multiplies_beta_by_the_step(average, beta, step):
    """The t in βᵗ is a power (`**`), not a factor: each step multiplies what is left of the zero by β once more."""
    return average / (1 - beta * step)


@bias_corrected.mistake
def forgets_the_parentheses(average, beta, step):
    """Python divides before it subtracts: put 1 − βᵗ in parentheses."""
    return average / 1 - beta**step


@bias_corrected.mistake
def counts_from_zero(average, beta, step):
    """The power is one too low: in the first step it would be β⁰ = 1, and 1 − 1 divides by zero."""
    return average / (average.new_ones(()) - beta ** (step - 1))


@bias_corrected.mistake
def counts_one_too_many(average, beta, step):
    """The power is one too high: `step` already counts the update that has just been made."""
    return average / (1 - beta ** (step + 1))


@bias_corrected.mistake
def puts_the_power_outside(average, beta, step):
    """The power belongs to β alone: 1 − βᵗ, not (1 − β)ᵗ."""
    return average / (1 - beta) ** step


@bias_corrected.mistake
def corrects_in_place(average, beta, step):
    """The average itself was overwritten, so the next update would start from the wrong one. Return a new tensor."""
    return average.div_(1 - beta**step)


@bias_corrected.alternative
def by_the_sum_of_the_weights(average, beta, step):
    """Add up the weights (1 − β)βᵏ that the numbers have in the average, and divide by their sum."""
    return torch.div(average, sum((1 - beta) * beta**k for k in range(step)))
