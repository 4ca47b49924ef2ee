"""What an answer to `hyperparameters.split_by_group` must do, and the mistakes we know."""

import collections
import math

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric

NAMES = ["ann", "bo", "cy", "dee", "an", "지민", "C", "Zoë"]


@rubric(
    answer=hyperparameters.split_by_group,
    title="A split without a leak",
    points=4,
    difficulty=2,
    minutes=20,
)
def split_by_group(rng, size):
    """Pictures by several writers, a few of each."""
    names = NAMES[: 3 + size // 2]
    groups = [*names, *(str(name) for name in rng.choice(names, size=2 * size))]
    groups = [groups[n] for n in rng.permutation(len(groups))]
    return groups, [names[n] for n in rng.permutation(len(names))], 1, 1


@split_by_group.edge(points=1)
def a_group_that_just_suffices():
    """A part is full as soon as it has as many examples as were asked for."""
    return ["bo", "ann", "bo", "cy", "ann", "cy"], ["cy", "ann", "bo"], 2, 2


@split_by_group.edge(points=1)
def a_group_that_is_larger():
    """A group is never cut: a part may hold more than was asked for."""
    return ["bo", "bo", "ann", "bo", "cy"], ["bo", "cy", "ann"], 1, 2


@split_by_group.edge(points=1)
def no_test():
    """A part of which nothing is asked stays empty."""
    return ["ann", "bo", "cy"], ["bo", "cy", "ann"], 1, 0


@split_by_group.edge(points=1)
def nothing_left_to_train_on():
    """If validation and test take everything, the split is refused."""
    return ["ann", "bo", "ann"], ["bo", "ann"], 1, 1


@split_by_group.edge(points=1)
def a_group_that_nobody_ordered():
    """An order that leaves out a group is refused, since its examples would be lost."""
    return ["ann", "bo", "cy", "dee"], ["bo", "cy", "dee"], 1, 1


@split_by_group.edge(points=1)
def a_group_that_is_named_twice():
    """An order that names a group twice is refused."""
    return ["ann", "bo", "cy"], ["bo", "ann", "bo", "cy"], 1, 1


@split_by_group.edge(points=1)
def a_group_without_examples():
    """An order that names a group without examples is refused: somebody expected some."""
    return ["ann", "bo", "cy"], ["bo", "zoe", "ann", "cy"], 1, 1


@split_by_group.edge(points=1)
def everything_for_training():
    """With nothing asked for validation and test, all examples are for training."""
    return ["ann", "bo", "ann"], ["bo", "ann"], 0, 0


@split_by_group.domain
def anything(rng):
    """Any groups in any order, from one example each to one group for all, any numbers from 0; splits without training
    examples or with too few for the other parts, and orders that do not name each group once, are refused."""
    names = [NAMES[n] for n in rng.permutation(len(NAMES))[: cases.whole(rng, 1, 8)]]
    groups = [*names, *(str(name) for name in rng.choice(names, size=cases.whole(rng, 0, 14)))]
    groups = [groups[n] for n in rng.permutation(len(groups))]
    validation, test, kind = cases.whole(rng, 0, 5), cases.whole(rng, 0, 5), rng.random()
    if len(names) > 3 and rng.random() < 0.5:  # mostly splits that exist
        validation, test = int(rng.integers(3)), int(rng.integers(3))
    if kind < 0.04:
        return Refused((groups, names[1:], validation, test))
    if kind < 0.08:
        return Refused((groups, [*names, cases.one_of(rng, names[0], "zoe")], validation, test))
    sizes, parts = collections.Counter(groups), []
    for least in (test, validation):
        start = sum(parts)
        filled = next((n for n in range(start, len(names) + 1) if sum(sizes[x] for x in names[start:n]) >= least), None)
        if filled is None:
            return Refused((groups, names, validation, test))
        parts.append(filled - start)
    asked = (groups, names, validation, test)
    return asked if sum(parts) < len(names) else Refused(asked)


@split_by_group.oracle
def by_labels(groups, order, validation, test):
    """Give each group the name of its part, then pick the examples of each part."""
    if collections.Counter(order) != collections.Counter(set(groups)):
        raise ValueError("another order")
    sizes, part_of, have = collections.Counter(groups), {}, {"test": 0, "validation": 0, "training": 0}
    for group in order:
        part = "test" if have["test"] < test else "validation" if have["validation"] < validation else "training"
        part_of[group] = part
        have[part] += sizes[group]
    if have["test"] < test or have["validation"] < validation or not have["training"]:
        raise ValueError("too few")
    return tuple([n for n, x in enumerate(groups) if part_of[x] == part] for part in ("training", "validation", "test"))


@split_by_group.program
def group_by_group(
    groups,
    order,
    validation,
    test,
    *,
    more=0,
    test_first=True,
    cut=False,
    sort=True,
    ordered=True,
    skip=False,
    names=False,
    swapped=False,
    refuse_order=True,
    refuse_empty=True,
    missing=0,
):
    """Hand out one group after another."""
    if refuse_order and (len(order) != len(set(order)) or set(order) != set(groups)):
        raise ValueError("another order")
    waiting = list(order) if ordered else sorted(order)
    parts = []
    for least in (test, validation) if test_first else (validation, test):
        part = []
        while waiting and len(part) < least + (more if least else 0):
            members = [n for n, x in enumerate(groups) if x == waiting[0]]
            if skip and len(part) + len(members) > least:
                break
            waiting.pop(0)
            part += members
        if len(part) < least and not skip:
            raise ValueError("too few")
        parts.append((part[:least], part[least:]) if cut else (part, []))
    held, other = (parts[0], parts[1]) if test_first else (parts[1], parts[0])
    rest = [n for x in waiting for n in range(len(groups)) if groups[n] == x] + held[1] + other[1]
    if refuse_empty and not rest:
        raise ValueError("too few")
    made = [sorted(one) if sort else one for one in (rest, other[0], held[0])]
    made = [made[0], made[2], made[1]] if swapped else made
    return tuple([groups[n] for n in one] if names else one for one in made)


split_by_group.slip(
    "asks_for_one_more",
    "A part went on after it had enough. It is full as soon as it has as many examples as were asked for.",
    more=1,
)
split_by_group.slip(
    "fills_validation_first", "Validation was filled first. The first groups belong to the test.", test_first=False
)
split_by_group.slip(
    "cuts_groups",
    "A group was cut so that the numbers fit exactly, and so it is in two parts. That is the leak: keep it whole.",
    cut=True,
)
split_by_group.slip(
    "leaves_them_unsorted", "The numbers of the examples should be in rising order in each part.", sort=False
)
split_by_group.slip(
    "sorts_the_groups",
    "The groups were taken in the order of the alphabet. They come in the order given.",
    ordered=False,
)
split_by_group.slip(
    "stays_below",
    "A group that would exceed the number was left out. Take it whole: a part may hold more than asked.",
    skip=True,
)
split_by_group.slip("returns_the_groups", "These are groups. The numbers of the examples are asked for.", names=True)
split_by_group.slip(
    "exchanges_the_parts", "Validation and test are exchanged in the result: training, validation, test.", swapped=True
)
split_by_group.slip(
    "takes_any_order",
    "An order that does not name each group exactly once loses examples. Refuse it with a ValueError.",
    refuse_order=False,
)
split_by_group.slip(
    "leaves_nothing_to_train_on",
    "No example is left for training. Refuse such a split with a ValueError.",
    refuse_empty=False,
)


@split_by_group.mistake
def splits_the_examples(groups, order, validation, test):
    """The examples were split one by one, so a group is in several parts. Hand out whole groups."""
    hyperparameters.split_by_group(groups, order, validation, test)  # refuses what is to be refused
    numbers = sorted(range(len(groups)), key=lambda n: order.index(groups[n]))
    held, other, rest = numbers[:test], numbers[test : test + validation], numbers[test + validation :]
    return sorted(rest), sorted(other), sorted(held)


@split_by_group.mistake
def counts_the_groups(groups, order, validation, test):
    """So many groups were taken. `validation` and `test` are numbers of examples."""
    hyperparameters.split_by_group(groups, order, validation, test)
    parts = order[test + validation :], order[test : test + validation], order[:test]
    return tuple([n for n, x in enumerate(groups) if x in part] for part in parts)


@split_by_group.alternative
def by_running_totals(groups, order, validation, test):
    """Add up the sizes of the groups, and cut the order twice."""
    if sorted(order) != sorted(set(groups)):
        raise ValueError("another order")

    def cut(start, least):
        total = 0
        for place in range(start, len(order) + 1):
            if total >= least:
                return place
            total += groups.count(order[place]) if place < len(order) else -math.inf
        raise ValueError("too few")

    first = cut(0, test)
    second = cut(first, validation)
    if second == len(order):
        raise ValueError("too few")
    place = {group: number for number, group in enumerate(order)}
    numbers = range(len(groups))
    return (
        [n for n in numbers if place[groups[n]] >= second],
        [n for n in numbers if first <= place[groups[n]] < second],
        [n for n in numbers if place[groups[n]] < first],
    )
