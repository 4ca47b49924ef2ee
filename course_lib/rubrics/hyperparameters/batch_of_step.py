"""What an answer to `hyperparameters.batch_of_step` must do, and the mistakes we know."""

import itertools

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=hyperparameters.batch_of_step,
    title="Which batch of which epoch",
    points=3,
    difficulty=2,
    minutes=15,
)
def batch_of_step(rng, size):
    """Steps in the first epochs, with and without a last batch that is smaller."""
    batch_size = int(rng.integers(2, 5)) * 10
    examples = batch_size * (size // 2 + 1) + int(rng.integers(1, batch_size))
    return 2 * size - 1, examples, batch_size, size in (2, 5)


@batch_of_step.edge(points=1)
def a_batch_that_fits():
    """1000 examples in batches of 500 are two steps an epoch, and no third one."""
    return 2, 1000, 500, False


@batch_of_step.edge(points=1)
def the_last_batch():
    """The last batch of an epoch holds what is left."""
    return 5, 25, 10, False


@batch_of_step.edge(points=1)
def more_than_there_is():
    """A batch may be larger than the data: it holds all of it."""
    return 3, 7, 10, False


@batch_of_step.edge(points=1)
def nothing_but_a_dropped_batch():
    """If the only batch is dropped, no step exists: it is refused."""
    return 0, 7, 10, True


@batch_of_step.edge(points=1)
def before_the_first_step():
    """There is no step before step 0: it is refused."""
    return -1, 20, 10, False


@batch_of_step.domain
def anything(rng):
    """Any step, also millions, any count of examples and size of batch, both flags; a step below 0, a batch below 1
    and an epoch without a batch are refused."""
    examples, batch_size = (
        cases.whole(rng, 0, cases.one_of(rng, 12, 3000)),
        cases.whole(rng, 1, cases.one_of(rng, 8, 600)),
    )
    if rng.random() < 0.3:
        examples = batch_size * cases.whole(rng, 1, 9)
    step, drop_last = cases.whole(rng, 0, cases.one_of(rng, 9, 9, 10**6)), bool(rng.random() < 0.4)
    kind = rng.random()
    if kind < 0.05:
        return Refused((-1 - step, examples, batch_size, drop_last))
    if kind < 0.1:
        return Refused((step, examples, int(cases.one_of(rng, 0, -1, -32)), drop_last))
    asked = (step, examples, batch_size, drop_last)
    return asked if examples >= batch_size or (examples and not drop_last) else Refused(asked)


@batch_of_step.oracle
def by_cutting_an_epoch(step, examples, batch_size, drop_last=False):
    """Cut the numbers of the examples into batches, and count round and round."""
    if step < 0 or batch_size < 1:
        raise ValueError("no such step")
    batches = [range(n, min(n + batch_size, examples)) for n in range(0, examples, batch_size)]
    batches = [one for one in batches if len(one) == batch_size or not drop_last]
    if not batches:
        raise ValueError("no such step")
    one = batches[step % len(batches)]
    return step // len(batches), one.start, one.stop


@batch_of_step.program
def by_division(
    step,
    examples,
    batch_size,
    drop_last=False,
    *,
    always_up=False,
    always_down=False,
    spare=0,
    first=0,
    cut=True,
    ends=0,
    wrap=False,
    refuse=True,
    numbers=False,
):
    """Divide examples into steps, then steps into epochs."""
    if batch_size < 1 or (step < 0 and refuse):
        raise ValueError("no such step")
    full, rest = divmod(examples, batch_size)
    more = always_up or (not drop_last and not always_down)
    steps = full + (spare if more and spare else (more and rest > 0))
    if full + (not drop_last and rest > 0) < 1:
        raise ValueError("no such step")
    epoch, place = divmod(step - first, max(steps, 1))
    if wrap:
        begin = step * batch_size % examples
        return epoch, begin, min(begin + batch_size, examples)
    if numbers:
        return epoch, place, place + 1
    stop = (place + 1) * batch_size
    return epoch, place * batch_size, (min(stop, examples) if cut else stop) - ends


batch_of_step.slip(
    "always_drops_the_rest",
    "The examples that fill no batch are never seen. Unless `drop_last` says so, they make a smaller batch: round up.",
    always_down=True,
)
batch_of_step.slip(
    "never_drops_the_rest",
    "`drop_last` leaves out the batch that is not full, so an epoch has a step less.",
    always_up=True,
)
batch_of_step.slip(
    "adds_a_step_always",
    "Where the batches fit exactly there is no further step: round up, do not add 1.",
    spare=1,
)
batch_of_step.slip("counts_steps_from_one", "Steps count from 0: step 0 has the first batch of epoch 0.", first=1)
batch_of_step.slip("runs_past_the_end", "The last batch ends where the examples end.", cut=False)
batch_of_step.slip("includes_the_end", "The end is the first example behind the batch, as in a slice.", ends=1)
batch_of_step.slip(
    "runs_through_the_end",
    "A batch began where the one before it ended, also across epochs. Each epoch begins anew, at example 0.",
    wrap=True,
)
batch_of_step.slip(
    "numbers_the_batches", "These are numbers of batches. Numbers of examples are asked for.", numbers=True
)
batch_of_step.slip(
    "takes_steps_below_zero",
    "There is no step before the first. Refuse a negative one with a ValueError.",
    refuse=False,
)


@batch_of_step.mistake
def counts_epochs_from_one(step, examples, batch_size, drop_last=False, *, right):
    """Epochs count from 0, as steps do."""
    return right[0] + 1, right[1], right[2]


@batch_of_step.mistake
def counts_epochs_by_examples(step, examples, batch_size, drop_last=False, *, right):
    """The epoch was counted by full batches of examples. Divide the step by the number of batches in an epoch."""
    return step * batch_size // examples, right[1], right[2]


@batch_of_step.mistake
def makes_an_epoch_of_nothing(step, examples, batch_size, drop_last=False):
    """An epoch without a batch has no step. Refuse it with a ValueError, so that no division by 0 is met."""
    if step < 0 or batch_size < 1:
        raise ValueError("no such step")
    if examples < 1 or (drop_last and examples < batch_size):
        return 0, 0, 0
    return hyperparameters.batch_of_step(step, examples, batch_size, drop_last)


@batch_of_step.mistake
def divides_by_zero(step, examples, batch_size, drop_last=False):
    """An epoch without a batch ends in a ZeroDivisionError, which says nothing about the data. Raise a ValueError."""
    if examples < 1 or (drop_last and examples < batch_size):
        return divmod(step, 0)
    return hyperparameters.batch_of_step(step, examples, batch_size, drop_last)


@batch_of_step.alternative
def by_the_starts_of_an_epoch(step, examples, batch_size, drop_last=False):
    """List where batches begin."""
    if batch_size <= 0 or step < 0:
        raise ValueError("no such step")
    starts = list(range(0, examples - (batch_size - 1 if drop_last else 0), batch_size))
    if not starts:
        raise ValueError("no such step")
    ends = [*itertools.islice(starts, 1, None), starts[-1] + min(batch_size, examples - starts[-1])]
    return step // len(starts), starts[step % len(starts)], ends[step % len(starts)]
