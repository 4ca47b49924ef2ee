"""What an answer to `bucket_batches` must do, and the mistakes we know."""

import numpy as np

from course_lib import attention_masks as am
from course_lib.checking import Refused, rubric
from course_lib.checking.cases import one_of, whole


@rubric(
    answer=am.bucket_batches,
    title="Batches of similar length",
    points=3,
    difficulty=3,
    minutes=20,
    sizes=(2, 3, 5, 8, 13),
)
def bucket_batches(rng, size):
    """Sequences of 1 to 9 tokens in any order, ties included, with room for a few in a batch."""
    return [int(length) for length in rng.integers(1, 10, size=size)], int(rng.integers(12, 25))


@bucket_batches.edge(points=1)
def an_exact_fit():
    """A batch that holds exactly `max_tokens` cells is allowed, and so is one sequence of that length."""
    return [4, 12, 4, 4, 3, 2, 2], 12


@bucket_batches.edge(points=1)
def too_long_for_any_batch():
    """A sequence that is longer than `max_tokens` by itself is refused with a ValueError."""
    return [3, 11, 2], 10


@bucket_batches.edge(points=1)
def no_sequences():
    """Without sequences there are no batches."""
    return [], 10


@bucket_batches.domain
def anything(rng):
    """Any number of sequences, also none, of 0 to hundreds of tokens, ties included; now and then one that is too
    long."""
    longest = one_of(rng, 1, 3, 9, 400, 400)
    count = whole(rng, 0, 12) if rng.random() < 0.7 else int(rng.integers(13, 40))
    lengths = rng.integers(0, longest, size=count, endpoint=True).tolist()
    most = max(lengths, default=1)
    if lengths and most and rng.random() < 0.12:
        return Refused((lengths, int(rng.integers(most))))
    max_tokens = most * one_of(rng, 1, 1, 2, 5, 12) + one_of(rng, 0, 0, 1, int(rng.integers(1 + longest)))
    return lengths, max_tokens


@bucket_batches.oracle
def the_longest_run_that_fits(lengths, max_tokens):
    """Sort in NumPy, and give each batch the longest run that fits, found from the end."""
    if lengths and max(lengths) > max_tokens:
        raise ValueError(f"{max(lengths)} tokens do not fit into {max_tokens}")
    order = np.argsort(lengths, kind="stable").tolist() if lengths else []
    batches = []
    while order:
        end = next(n for n in range(len(order), 0, -1) if n * lengths[order[n - 1]] <= max_tokens)
        batches.append(order[:end])
        order = order[end:]
    return batches


def its_own(lengths, batch, i):
    """Return the length of the sequence that comes, which is the longest so far."""
    return lengths[i]


@bucket_batches.program
def filled_one_by_one(lengths, max_tokens, *, width=its_own, coming=1, spare=0, refuse=True, order=1):
    """Fill batches in rising length, until one more would make the padded rectangle too large."""
    if refuse:
        _refuse_long(lengths, max_tokens)
    batches = []
    for i in sorted(range(len(lengths)), key=lambda i: order * lengths[i]):
        if not batches or (len(batches[-1]) + coming) * width(lengths, batches[-1], i) > max_tokens - spare:
            batches.append([])
        batches[-1].append(i)
    return batches


bucket_batches.slip(
    "measured_by_the_shortest",
    "Each batch is measured by its first, shortest sequence. It is padded to its longest, which comes last.",
    width=lambda lengths, batch, i: lengths[batch[0]],
)
bucket_batches.slip(
    "refuses_an_exact_fit", "A batch of exactly `max_tokens` cells still fits: the limit may be reached.", spare=1
)
bucket_batches.slip(
    "forgets_the_one_that_comes",
    "The check leaves out the sequence that is about to be added, so batches grow one too large.",
    coming=0,
)
bucket_batches.slip(
    "measured_before_it_comes",
    "The batch is measured by its longest so far. The sequence that comes is longer, and sets the width.",
    width=lambda lengths, batch, i: lengths[batch[-1]],
)
bucket_batches.slip(
    "lets_the_too_long_through",
    "A sequence longer than `max_tokens` got a batch of its own, over the limit. Refuse it with a ValueError.",
    refuse=False,
)
bucket_batches.slip(
    "the_longest_first",
    "The batches begin with the longest sequences; this exercise asks for the shortest first.",
    order=-1,
    width=lambda lengths, batch, i: lengths[batch[0]],
)


@bucket_batches.mistake
def adds_up_real_tokens(lengths, max_tokens):
    """The batch's real tokens are counted. What has to fit is the padded rectangle: count times longest."""
    _refuse_long(lengths, max_tokens)
    batches, total = [], max_tokens
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if total + lengths[i] > max_tokens:
            batches.append([])
            total = 0
        batches[-1].append(i)
        total += lengths[i]
    return batches


@bucket_batches.mistake
def refuses_one_that_just_fits(lengths, max_tokens, *, right):
    """A sequence of exactly `max_tokens` is refused. It fits: only a longer one raises an error."""
    _refuse_long(lengths, max_tokens - 1)
    return right


@bucket_batches.mistake
def looked_up_by_length(lengths, max_tokens, *, right):
    """Of several sequences of one length the first is taken again and again: `index` finds no other."""
    return [[lengths.index(lengths[i]) for i in batch] for batch in right]


@bucket_batches.mistake
def places_in_the_sorted_list(lengths, max_tokens):
    """These are places in the sorted list. Return where each sequence stands in `lengths`, as it was given."""
    return am.bucket_batches(sorted(lengths), max_tokens)


@bucket_batches.mistake
def in_the_order_given(lengths, max_tokens):
    """The sequences are batched in the order given. Sort them by length first, or most of a batch is padding."""
    _refuse_long(lengths, max_tokens)
    batches = []
    for i in range(len(lengths)):
        if not batches or (len(batches[-1]) + 1) * max(lengths[j] for j in [*batches[-1], i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches


@bucket_batches.mistake
def lengths_instead_of_indices(lengths, max_tokens, *, right):
    """The batches hold lengths. They should hold indices: which sequences to take."""
    return [[lengths[i] for i in batch] for batch in right]


@bucket_batches.mistake
def loses_the_last_batch(lengths, max_tokens, *, right):
    """The last batch is missing: what has been collected when the loop ends is a batch too."""
    return right[:-1]


@bucket_batches.mistake
def begins_with_an_empty_batch(lengths, max_tokens, *, right):
    """The first batch is empty: don't close a batch before anything is in it."""
    return [[], *right]


@bucket_batches.mistake
def ties_in_reverse(lengths, max_tokens):
    """Sequences of equal length come in reverse order; they should keep the order given (`sorted` does that)."""
    _refuse_long(lengths, max_tokens)
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], -i))
    ordered = am.bucket_batches([lengths[i] for i in order], max_tokens)
    return [[order[i] for i in batch] for batch in ordered]


def _refuse_long(lengths, max_tokens):
    if any(length > max_tokens for length in lengths):
        raise ValueError(f"a sequence is longer than {max_tokens}")


@bucket_batches.alternative
def batch_by_batch(lengths, max_tokens):
    """Cuts as many as fit from the front of the sorted list, again and again."""
    waiting = sorted((length, i) for i, length in enumerate(lengths))
    if waiting and waiting[-1][0] > max_tokens:
        raise ValueError(f"{waiting[-1][0]} tokens do not fit into {max_tokens}")
    batches = []
    while waiting:
        count = max(n for n in range(1, len(waiting) + 1) if n * waiting[n - 1][0] <= max_tokens)
        batches.append([i for _, i in waiting[:count]])
        waiting = waiting[count:]
    return batches


@bucket_batches.alternative
def with_a_generator(lengths, max_tokens):
    """Yields a batch whenever the next sequence would not fit."""

    def made():
        batch = []
        for i in sorted(range(len(lengths)), key=lengths.__getitem__):
            if lengths[i] > max_tokens:
                raise ValueError(lengths[i])
            if batch and (len(batch) + 1) * lengths[i] > max_tokens:
                yield batch
                batch = []
            batch = [*batch, i]
        if batch:
            yield batch

    return list(made())
