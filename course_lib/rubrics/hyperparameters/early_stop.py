"""What an answer to `hyperparameters.early_stop` must do, and the mistakes we know."""

import math

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.hyperparameters import quarters, some_diverged


@rubric(
    answer=hyperparameters.early_stop,
    title="Early stopping with patience",
    points=4,
    difficulty=2,
    minutes=20,
)
def early_stop(rng, size):
    """Losses that fall, rise a little, fall again and rise for good."""
    falling = [float(n) for n in range(size + 3, 2, -1)]
    return [*falling, 2.5, 2.75, 2.25, 2.5, *quarters(rng, size)], 1 + size % 3, [0.0, 0.25, 0.5][size % 3]


@early_stop.edge(points=1)
def back_and_forth():
    """Better than the epoch before is not better than the best."""
    return [5.0, 4.0, 3.0, 3.5, 3.25, 3.125, 2.0], 2, 0.0


@early_stop.edge(points=1)
def never():
    """While losses keep falling, all epochs are trained, and the last one is kept."""
    return [4.0, 3.0, 2.0], 1, 0.0


@early_stop.edge(points=1)
def small_steps():
    """Many steps that are too small together are an improvement: the best stays where it was until then."""
    return [4.0, 3.75, 3.5, 3.25, 3.0], 3, 0.5


@early_stop.edge(points=1)
def diverged():
    """nan is no improvement."""
    return [4.0, math.nan, math.nan, 3.0], 2, 0.0


@early_stop.edge(points=1)
def diverged_at_once():
    """If epoch 0 gives nan, the first number after it is an improvement."""
    return [math.nan, 4.0, 3.0, 3.5, 3.5], 2, 0.0


@early_stop.edge(points=1)
def no_patience():
    """A patience of 0 would stop at once: it is refused."""
    return [4.0, 3.0], 0, 0.0


@early_stop.edge(points=1)
def a_negative_margin():
    """A `min_delta` below 0 would reward what is worse: it is refused."""
    return [4.0, 3.0], 1, -0.25


@early_stop.domain
def anything(rng):
    """One epoch or many, equal losses, nan at any place, patience beyond the number of epochs, any `min_delta`;
    no epoch, a patience below 1 and a negative `min_delta` are refused."""
    count = cases.whole(rng, 1, cases.one_of(rng, 6, 16))
    losses = quarters(rng, count, high=cases.one_of(rng, 5, 24))
    if rng.random() < 0.5:
        losses.sort(reverse=True)
        losses = [one + cases.one_of(rng, 0.0, 0.0, 0.5) for one in losses]
    losses, patience = some_diverged(rng, losses), cases.whole(rng, 1, 8)
    min_delta, kind = cases.one_of(rng, 0.0, 0.0, 0.25, 0.5, 0.75, 1.25), rng.random()
    if kind < 0.04:
        return Refused(([], patience, min_delta))
    if kind < 0.08:
        return Refused((losses, -int(rng.integers(3)), min_delta))
    return Refused((losses, patience, -0.25 - min_delta)) if kind < 0.12 else (losses, patience, min_delta)


@early_stop.oracle
def by_looking_back(losses, patience, min_delta=0.0):
    """Find the first epoch with as many as `patience` behind the one that is best by then, each time from the start."""
    if not losses or patience < 1 or min_delta < 0:
        raise ValueError("nothing to watch")

    def kept_after(epoch):
        kept = [0]
        for later in range(1, epoch + 1):
            best = math.inf if math.isnan(losses[kept[-1]]) else losses[kept[-1]]
            kept += [later] * (losses[later] + min_delta < best)
        return kept[-1]

    ends = [epoch for epoch in range(len(losses)) if epoch - kept_after(epoch) == patience]
    stopped = ends[0] if ends else len(losses) - 1
    return stopped, kept_after(stopped)


@early_stop.program
def epoch_by_epoch(
    losses,
    patience,
    min_delta=0.0,
    *,
    late=0,
    previous=False,
    reset=True,
    delta=1,
    exact=False,
    creep=False,
    nan=False,
    keep="best",
    sign=1,
    ahead=False,
    refuse=True,
    patient=True,
):
    """Watch one loss after another."""
    if not losses or (refuse and patience < 1) or not min_delta >= 0:
        raise ValueError("nothing to watch")
    best, kept, waited = sign * math.inf, 0, 0
    for epoch, loss in enumerate(losses):
        margin = delta * min_delta
        better = sign * loss < sign * best - margin or (exact and sign * loss == sign * best - margin and margin > 0)
        if better or (nan and math.isnan(loss)):
            best, kept, waited = loss, epoch, (0 if reset else waited)
        elif epoch:
            waited += 1
            best = loss if previous or (creep and loss < best) else best
        if waited >= (patience if patient else 1) + late:
            break
    if ahead:
        kept = min(range(len(losses)), key=lambda n: math.inf if math.isnan(losses[n]) else losses[n])
    return epoch, {"best": kept, "last": epoch, "back": max(epoch - patience, 0)}[keep]


early_stop.slip(
    "waits_one_more",
    "Training went on an epoch too long. Stop when `patience` epochs in a row did not improve.",
    late=1,
)
early_stop.slip(
    "compares_with_the_epoch_before",
    "Each loss was compared with the one before it. Compare with the best so far.",
    previous=True,
)
early_stop.slip(
    "never_forgives",
    "All epochs without improvement were counted. Those before the last improvement are forgiven: begin at 0 again.",
    reset=False,
)
early_stop.slip("ignores_min_delta", "`min_delta` was not used.", delta=0)
early_stop.slip(
    "adds_min_delta", "`min_delta` has the wrong sign: losses that were a little worse counted as better.", delta=-1
)
early_stop.slip(
    "lets_min_delta_suffice", "An improvement by exactly `min_delta` is not enough. It has to be by more.", exact=True
)
early_stop.slip(
    "creeps_along",
    "The best moved along with improvements that were too small to count. It stays, so that small ones can add up.",
    creep=True,
)
early_stop.slip(
    "takes_nan_for_better",
    "nan counted as an improvement. Comparisons with nan are false: ask for what is better, not for what is not worse.",
    nan=True,
)
early_stop.slip(
    "keeps_the_last",
    "The parameters of the last epoch are kept. They are worse: keep those of the best one.",
    keep="last",
)
early_stop.slip(
    "goes_back_by_patience",
    "The epoch `patience` before the end is the best only where training stopped early.",
    keep="back",
)
early_stop.slip("takes_losses_for_scores", "Larger was taken for better. These are losses.", sign=-1)
early_stop.slip("looks_ahead", "The best of all losses was kept, also of epochs that were never trained.", ahead=True)
early_stop.slip("takes_no_patience", "A patience below 1 was taken. Refuse it with a ValueError.", refuse=False)
early_stop.slip(
    "has_no_patience",
    "Training stopped at the first epoch that did not improve. `patience` says how many in a row it takes.",
    patient=False,
)


@early_stop.mistake
def counts_epochs_from_one(losses, patience, min_delta=0.0, *, right):
    """Epochs count from 0."""
    return right[0] + 1, right[1] + 1


@early_stop.mistake
def keeps_the_smallest(losses, patience, min_delta=0.0, *, right):
    """The epoch with the smallest loss so far is kept, although it improved by too little to count."""
    seen = [math.inf if math.isnan(loss) else loss for loss in losses[: right[0] + 1]]
    return right[0], seen.index(min(seen))


@early_stop.mistake
def takes_a_negative_min_delta(losses, patience, min_delta=0.0):
    """A negative `min_delta` rewards getting worse. Refuse it with a ValueError."""
    return hyperparameters.early_stop(losses, patience, max(min_delta, 0.0))


@early_stop.alternative
def by_recursion_on_the_rest(losses, patience, min_delta=0.0):
    """Look for the next improvement within the patience, and begin anew there."""
    if len(losses) == 0 or patience <= 0 or min_delta < 0:
        raise ValueError("nothing to watch")
    kept = 0
    while True:
        level = math.inf if losses[kept] != losses[kept] else losses[kept]
        window = range(kept + 1, min(kept + patience, len(losses) - 1) + 1)
        found = next((n for n in window if losses[n] < level - min_delta), None)
        if found is None:
            return min(kept + patience, len(losses) - 1), kept
        kept = found
