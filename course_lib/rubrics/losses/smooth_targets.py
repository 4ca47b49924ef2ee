"""What an answer to `losses.smooth_targets` must do, and the mistakes we know."""

import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import any_labels


@rubric(
    answer=losses.smooth_targets,
    title="Label smoothing: targets that doubt a little",
    points=2,
    difficulty=1,
    minutes=10,
    draws=60,
)
def smooth_targets(rng, size):
    """Labels of a few classes, smoothed by some tenths."""
    classes = size + 2
    return any_labels(rng, classes, size), classes, float(rng.choice([0.1, 0.2, 0.3]))


@smooth_targets.edge(points=1)
def a_label_below_zero():
    """−1 is no class, although Python counts it from the end: it is refused."""
    return torch.tensor([0, -1]), 3, 0.1


@smooth_targets.edge(points=1)
def no_doubt_at_all():
    """With `smoothing` 0 the targets are one-hot."""
    return torch.tensor([2, 0]), 3, 0.0


@smooth_targets.domain
def anything(rng):
    """No example or many, one class or many, any share from 0 to 1; other shares and other labels are refused."""
    classes, batch = int(rng.integers(1, 13)), int(rng.integers(0, 6))
    smoothing = float(rng.choice([0.0, 1.0, rng.random(), rng.random(), 0.1]))
    labels = any_labels(rng, classes, batch)
    kind = rng.random()
    if kind < 0.08:
        return Refused((labels, classes, float(rng.choice([-0.1, 1.1, -1.0, 2.0]))))
    if kind < 0.25:
        return Refused(
            (
                torch.cat([labels, torch.tensor([int(rng.choice([-1, -classes, classes, 100 + classes]))])]),
                classes,
                smoothing,
            )
        )
    return labels, classes, smoothing


@smooth_targets.oracle
def by_loops(labels, classes, smoothing):
    """Write each number by itself."""
    if not 0 <= smoothing <= 1 or any(not 0 <= label < classes for label in labels.tolist()):
        raise ValueError("no such targets")
    rows = [[smoothing / classes + (1 - smoothing) * (k == label) for k in range(classes)] for label in labels.tolist()]
    return torch.tensor(rows, dtype=torch.float32).reshape(len(rows), classes)


def _one_hot(labels, classes, smoothing):
    losses.smooth_targets(labels, classes, smoothing)  # refuses what is to be refused
    return torch.nn.functional.one_hot(labels, classes).float()


@smooth_targets.mistake
def spreads_over_the_others_only(labels, classes, smoothing):
    """The share was spread over the other classes only. Here, as in PyTorch, the label gets its part of it, too."""
    hot = _one_hot(labels, classes, smoothing)
    return hot * (1 - smoothing) + (1 - hot) * smoothing / max(classes - 1, 1)


@smooth_targets.mistake
def counts_the_classes_in_the_labels(labels, classes, smoothing):
    """The number of classes was taken from the largest label. A class may be missing in a batch: use `classes`."""
    losses.smooth_targets(labels, classes, smoothing)
    return losses.smooth_targets(labels, int(labels.max()) + 1 if len(labels) else 0, smoothing)


@smooth_targets.mistake
def takes_one_class_too_many(labels, classes, smoothing):
    """The label K was taken for a class. Classes are counted from 0, so the last one is K − 1: refuse it."""
    return losses.smooth_targets(labels, classes + 1, smoothing)[:, :classes]


@smooth_targets.mistake
def adds_without_taking_away(labels, classes, smoothing):
    """The targets add up to more than 1: what is spread must be taken from the label first."""
    return _one_hot(labels, classes, smoothing) + smoothing / classes


@smooth_targets.mistake
def spreads_one_share_each(labels, classes, smoothing):
    """Each class got the whole share. Divide it by the number of classes."""
    return _one_hot(labels, classes, smoothing) * (1 - smoothing) + smoothing


@smooth_targets.mistake
def adds_one_over_the_classes(labels, classes, smoothing):
    """The share itself is missing from what each class gets: it is `smoothing / classes`, not `1 / classes`."""
    return _one_hot(labels, classes, smoothing) * (1 - smoothing) + 1 / classes


@smooth_targets.mistake
def leaves_the_label_less(labels, classes, smoothing):
    """The label got 1 − smoothing and nothing of what is spread, so the targets add up to less than 1."""
    hot = _one_hot(labels, classes, smoothing)
    return torch.where(hot > 0, torch.full_like(hot, 1 - smoothing), torch.full_like(hot, smoothing / classes))


@smooth_targets.mistake
def does_not_smooth(labels, classes, smoothing):
    """The targets are one-hot: `smoothing` was not used."""
    return _one_hot(labels, classes, smoothing)


@smooth_targets.mistake
def takes_negative_labels_from_the_end(labels, classes, smoothing):
    """A negative label was counted from the end. It is no class: refuse it with a ValueError."""
    losses.smooth_targets(labels % classes if (labels >= -classes).all() else labels, classes, smoothing)
    targets = torch.full((len(labels), classes), smoothing / classes)
    targets[torch.arange(len(labels)), labels] += 1 - smoothing
    return targets


@smooth_targets.mistake
def takes_any_share(labels, classes, smoothing):
    """A share below 0 or above 1 makes negative probabilities. Refuse it with a ValueError."""
    return _one_hot(labels, classes, 0.0) * (1 - smoothing) + smoothing / classes


@smooth_targets.mistake
def doubts_the_other_way(labels, classes, smoothing):
    """The two shares are exchanged: the label keeps 1 − smoothing, and `smoothing` is spread."""
    return _one_hot(labels, classes, smoothing) * smoothing + (1 - smoothing) / classes


@smooth_targets.alternative
def by_mixing_two_distributions(labels, classes, smoothing):
    """Mix the rows of a unit matrix with the uniform distribution."""
    if not 0 <= smoothing <= 1 or ((labels < 0) | (labels >= classes)).any():
        raise ValueError("no such targets")
    rows = torch.eye(classes, device=labels.device)[labels]
    return torch.lerp(rows, torch.full_like(rows, 1 / classes), smoothing)
