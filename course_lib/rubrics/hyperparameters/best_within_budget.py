"""What an answer to `hyperparameters.best_within_budget` must do, and the mistakes we know."""

import math

import numpy as np

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.hyperparameters import quarters, some_diverged


@rubric(
    answer=hyperparameters.best_within_budget,
    title="Random search under a budget",
    points=3,
    difficulty=2,
    minutes=15,
)
def best_within_budget(rng, size):
    """Trials of different lengths, the later ones beyond the budget."""
    count = size + 2
    epochs = [int(n) for n in rng.integers(2, 12, size=count)]
    losses = [float(n) / 4 for n in rng.permutation(np.arange(1, count + 1))]
    return losses, epochs, sum(epochs[: count - 1 - size // 3]) + 1


@best_within_budget.edge(points=1)
def the_last_epoch():
    """A trial that takes exactly what is left still fits."""
    return [0.75, 0.5, 0.25], [10, 5, 5], 20


@best_within_budget.edge(points=1)
def a_trial_that_diverged():
    """A loss of nan is not smaller than any other."""
    return [0.75, math.nan, 0.5], [1, 1, 1], 3


@best_within_budget.edge(points=1)
def losses_below_zero():
    """A loss may be negative, and the smallest of those is the farthest from 0."""
    return [0.25, -0.5, -2.0, -1.0], [1, 1, 1, 1], 4


@best_within_budget.edge(points=1)
def equals():
    """Of equal losses the first counts."""
    return [0.75, 0.5, 0.5], [1, 1, 1], 3


@best_within_budget.edge(points=1)
def a_short_one_after_a_long_one():
    """The search ends at the first trial that does not fit, although a shorter one would come later."""
    return [0.75, 0.5, 0.25], [3, 9, 1], 5


@best_within_budget.edge(points=1)
def too_little_for_one():
    """If no trial fits, none is best."""
    return [0.5], [10], 9


@best_within_budget.edge(points=1)
def lists_of_two_lengths():
    """A trial without its number of epochs is a mistake of the caller, and is refused."""
    return [0.5, 0.25], [10], 40


@best_within_budget.domain
def anything(rng):
    """No trial or many, equal losses and nan among them, any budget from 0; lists of two lengths are refused."""
    count = cases.whole(rng, 0, 9)
    losses, high = some_diverged(rng, quarters(rng, count)), cases.one_of(rng, 4, 30)
    epochs = [int(n) for n in rng.integers(1, high, size=count)]
    budget = cases.one_of(
        rng, int(rng.integers(0, 10 * high)), sum(epochs[: int(rng.integers(count + 1))]), sum(epochs) // 2
    )
    if rng.random() < 0.08:
        return Refused((losses, [*epochs, 3] if rng.random() < 0.5 or not epochs else epochs[:-1], budget))
    return losses, epochs, int(budget)


@best_within_budget.oracle
def by_numpy(losses, epochs, budget):
    """Add up all of them, cut, and look for the smallest."""
    if len(losses) != len(epochs):
        raise ValueError("these do not match")
    sums = np.cumsum([0, *epochs])
    fits = int((sums <= budget).sum()) - 1
    tried = np.array(losses[:fits])
    spent = int(sums[fits])
    return (None, spent) if np.isnan(tried).all() else (int(np.nanargmin(tried)), spent)


@best_within_budget.program
def one_after_another(
    losses,
    epochs,
    budget,
    *,
    over=False,
    short=0,
    skip=False,
    trials=False,
    sign=1,
    nan=False,
    later=False,
    whole=False,
    value=False,
    from_one=0,
    all_spent=False,
    refuse=True,
    nothing=None,
):
    """Train one trial after another."""
    if refuse and len(losses) != len(epochs):
        raise ValueError("these do not match")
    best, lowest, spent = nothing, math.inf, 0
    for number, (loss, cost) in enumerate(zip(losses, epochs, strict=False)):
        fits = number < budget if trials else (spent < budget if over else spent + cost <= budget - short)
        if not fits and not whole:
            if skip:
                continue
            break
        spent += cost
        lower = sign * loss < lowest or (later and loss == lowest)
        if lower or (nan and math.isnan(loss) and not math.isnan(lowest)):
            best, lowest = number + from_one, sign * loss
    return (lowest if value and lowest < math.inf else best), (budget if all_spent else spent)


best_within_budget.slip(
    "spends_more_than_there_is",
    "The last trial was begun although the budget did not last for it. Ask before training.",
    over=True,
)
best_within_budget.slip("leaves_the_last_epoch", "A trial that takes exactly what is left fits, too.", short=1)
best_within_budget.slip(
    "skips_what_does_not_fit",
    "The search went on with shorter trials behind the one that did not fit. That favors short trials: stop there.",
    skip=True,
)
best_within_budget.slip("counts_trials", "The budget was counted in trials. It is in epochs.", trials=True)
best_within_budget.slip("takes_the_largest_loss", "These are losses: the smallest is best.", sign=-1)
best_within_budget.slip(
    "lets_nan_win", "A trial that diverged was taken for the best: every comparison with nan is false.", nan=True
)
best_within_budget.slip("takes_the_last_of_equals", "Of equal losses the first counts.", later=True)
best_within_budget.slip("ignores_the_budget", "All trials were trained, whatever they cost.", whole=True)
best_within_budget.slip("returns_the_loss", "The first result is a trial's number, not its loss.", value=True)
best_within_budget.slip("counts_from_one", "Trials count from 0.", from_one=1)
best_within_budget.slip(
    "reports_the_budget",
    "The second result is the epochs that were spent, not those that were allowed.",
    all_spent=True,
)
best_within_budget.slip(
    "pads_the_shorter_list",
    "Two lists of different lengths are a mistake of the caller: refuse them with a ValueError.",
    refuse=False,
)
best_within_budget.slip(
    "takes_trial_0_for_none", "Where no trial gave a number, none is best: return None, since 0 is a trial.", nothing=0
)


@best_within_budget.mistake
def looks_beyond_the_budget(losses, epochs, budget):
    """The best was chosen among all trials, also those that were never trained."""
    spent = hyperparameters.best_within_budget(losses, epochs, budget)[1]
    return hyperparameters.best_within_budget(losses, epochs, sum(epochs))[0], spent


@best_within_budget.mistake
def gives_up_on_nan(losses, epochs, budget):
    """The search ended at a trial that diverged. It costs its epochs, and the next trial follows."""
    spoiled = next((number for number, loss in enumerate(losses) if math.isnan(loss)), len(losses))
    if len(losses) != len(epochs):
        raise ValueError("these do not match")
    return hyperparameters.best_within_budget(losses[:spoiled], epochs[:spoiled], budget)


@best_within_budget.alternative
def by_sorting(losses, epochs, budget):
    """Sort those that were trained by loss, then by number."""
    if len(losses) != len(epochs):
        raise ValueError("these do not match")
    spent = number = 0
    while number < len(epochs) and spent + epochs[number] <= budget:
        spent, number = spent + epochs[number], number + 1
    ranked = sorted((loss, n) for n, loss in enumerate(losses[:number]) if loss == loss)
    return (ranked[0][1] if ranked else None), spent
