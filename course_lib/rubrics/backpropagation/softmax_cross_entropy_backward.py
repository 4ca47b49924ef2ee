"""What an answer to `softmax_cross_entropy_backward` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import backpropagation
from course_lib.checking import Refused, rubric
from course_lib.rubrics.backpropagation import any_numbers, numbers


@rubric(
    answer=backpropagation.softmax_cross_entropy_backward,
    title="The gradient of softmax with cross-entropy",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=["scipy.special.softmax", "scipy.special.log_softmax"],
)
def softmax_cross_entropy_backward(rng, size):
    """Batches of several sizes, with a gradient from above that is not 1."""
    return numbers(rng, size, size + 2), rng.integers(0, size + 2, size=size), float(rng.choice([-1.5, 0.5, 2.0]))


@softmax_cross_entropy_backward.edge(points=1)
def scores_of_thousands():
    """Scores of any size must do: their exponentials overflow, their differences do not."""
    scores = np.array([[1000.0, 999.0, -1000.0], [-1000.0, 1000.0, 999.0], [-1000.0, -1001.0, -999.0]])
    return scores, np.array([1, 2, 0]), 1.0


@softmax_cross_entropy_backward.edge(points=1)
def a_label_that_is_no_class():
    """A label of −1, as some data sets mark what is missing, is no class and must be refused."""
    return np.array([[1.0, 2.0, 3.0]]), np.array([-1]), 1.0


@softmax_cross_entropy_backward.edge(points=1)
def another_negative_label():
    """No negative label is a class, not only −1."""
    return np.array([[1.0, 2.0, 3.0], [0.5, 0.0, 1.0]]), np.array([1, -2]), 1.0


@softmax_cross_entropy_backward.domain
def anything(rng):
    """One example or more, one class or more; scores up to thousands, float32 or float64; labels int32 or int64.

    Any number from above. Labels that are no class are refused.
    """
    batch, classes = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    scores = any_numbers(rng, batch, classes)
    labels = rng.integers(0, classes, size=batch).astype(rng.choice(["int32", "int64"]))
    if rng.random() < 0.25:
        labels[rng.integers(batch)] = rng.choice([-1, -classes, -classes, classes, classes + 3])
        return Refused((scores, labels, 1.0))
    return scores, labels, float(rng.choice([0.0, 1.0, round(rng.normal(), 2), -300.0]))


@softmax_cross_entropy_backward.oracle
def by_torch(scores, labels, upstream):
    """Let PyTorch do it."""
    if not ((labels >= 0) & (labels < scores.shape[1])).all():
        raise ValueError(labels)
    leaf = torch.tensor(scores.copy(), requires_grad=True)
    (upstream * torch.nn.functional.cross_entropy(leaf, torch.tensor(labels).long())).backward()
    return leaf.grad.numpy()


def _softmax(scores, axis=1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _one_hot(scores, labels):
    return np.eye(scores.shape[1], dtype=scores.dtype)[labels]


def _checked(scores, labels):
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f"{labels} are not all classes")


@softmax_cross_entropy_backward.mistake
def turns_the_sign(scores, labels, upstream):
    """The sign is wrong: a loss falls when the right class scores higher, so the gradient there is negative."""
    return -backpropagation.softmax_cross_entropy_backward(scores, labels, upstream)


@softmax_cross_entropy_backward.mistake
def forgets_the_mean(scores, labels, upstream):
    """The loss is the mean over the batch: divide by the number of examples."""
    _checked(scores, labels)
    return upstream * (_softmax(scores) - _one_hot(scores, labels))


@softmax_cross_entropy_backward.mistake
def divides_by_every_number(scores, labels, upstream):
    """The mean is over examples. It was taken over all scores, that is, over examples times classes."""
    return backpropagation.softmax_cross_entropy_backward(scores, labels, upstream) / scores.shape[1]


@softmax_cross_entropy_backward.mistake
def ignores_upstream(scores, labels, upstream):
    """The gradient from above was ignored. Multiply by it: the loss may be one of several, weighted."""
    return backpropagation.softmax_cross_entropy_backward(scores, labels, 1.0)


@softmax_cross_entropy_backward.mistake
def softmax_down_the_columns(scores, labels, upstream):
    """The softmax ran over the examples of a class. The probabilities of each example, a row, add up to 1."""
    _checked(scores, labels)
    return upstream * (_softmax(scores, axis=0) - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def softmax_over_everything(scores, labels, upstream):
    """All scores of the batch share one sum. Each row has a softmax of its own: sum over axis 1, with keepdims."""
    _checked(scores, labels)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return upstream * (powers / powers.sum() - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def subtracts_in_every_row(scores, labels, upstream):
    """`probabilities[:, labels]` picks these columns in every row. Pair each row with its label, by two arrays."""
    _checked(scores, labels)
    probabilities = _softmax(scores)
    probabilities[:, labels] -= 1
    return upstream * probabilities / len(labels)


@softmax_cross_entropy_backward.mistake
def stops_at_the_softmax(scores, labels, upstream):
    """This is the gradient for the probabilities, −1 / p. Carry it on through the softmax to the scores."""
    _checked(scores, labels)
    probabilities = _softmax(scores)
    with np.errstate(divide="ignore"):
        return -upstream * _one_hot(scores, labels) / probabilities / len(labels)


@softmax_cross_entropy_backward.mistake
def takes_the_diagonal_only(scores, labels, upstream):
    """Each probability depends on all scores. The derivative p(1 − p) holds for its own score only."""
    _checked(scores, labels)
    probabilities = _softmax(scores)
    return -upstream * _one_hot(scores, labels) * (1 - probabilities) / len(labels)


@softmax_cross_entropy_backward.mistake
def overflows(scores, labels, upstream):
    """exp(1000) is more than a float can hold. Subtract each row's largest score first: the softmax stays the same."""
    _checked(scores, labels)
    powers = np.exp(scores)
    return upstream * (powers / powers.sum(axis=1, keepdims=True) - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def subtracts_one_maximum_for_all(scores, labels, upstream):
    """One maximum was subtracted from the whole batch. A row far below it becomes 0 / 0: take each row's own."""
    _checked(scores, labels)
    powers = np.exp(scores - scores.max())
    return upstream * (powers / powers.sum(axis=1, keepdims=True) - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def writes_into_the_scores(scores, labels, upstream):
    """The caller's scores were written into. Work on a new array."""
    _checked(scores, labels)
    scores -= scores.max(axis=1, keepdims=True)
    probabilities = _softmax(scores)
    return upstream * (probabilities - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def counts_labels_from_the_end(scores, labels, upstream):
    """A label of −1 quietly took the last class, as indices do in NumPy. Refuse labels below 0 and from the end on."""
    if labels.max() >= scores.shape[1] or labels.min() < -scores.shape[1]:
        raise ValueError(labels)
    return upstream * (_softmax(scores) - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.mistake
def refuses_minus_one_only(scores, labels, upstream):
    """A label of −1 was refused, other negative ones took a class from the end. Refuse everything below 0."""
    if -1 in labels or labels.max() >= scores.shape[1] or labels.min() < -scores.shape[1]:
        raise ValueError(labels)
    return upstream * (_softmax(scores) - _one_hot(scores, labels)) / len(labels)


@softmax_cross_entropy_backward.alternative
def row_by_row(scores, labels, upstream):
    """Takes one example after another, in float64."""
    rows = []
    for row, label in zip(scores.astype(np.float64), labels, strict=True):
        if label not in range(len(row)):
            raise ValueError(f"no class {label}")
        powers = np.exp(row - max(row))
        row = powers / powers.sum()
        row[label] -= 1
        rows.append(row * upstream / len(labels))
    return np.array(rows).astype(scores.dtype)


@softmax_cross_entropy_backward.alternative
def through_the_jacobian(scores, labels, upstream):
    """Goes back through the logarithm, then through the Jacobian of the softmax, in longdouble."""
    _checked(scores, labels)
    wide = scores.astype(np.longdouble)
    log_p = wide - wide.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    own = np.take_along_axis(log_p, labels[:, None].astype(np.int64), axis=1)
    ratio = np.where(np.isneginf(own), 0, np.expm1(log_p) * _one_hot(scores, labels))
    rest = np.exp(log_p) * (1 - _one_hot(scores, labels))
    return (np.longdouble(upstream) / len(labels) * (ratio + rest)).astype(scores.dtype)
