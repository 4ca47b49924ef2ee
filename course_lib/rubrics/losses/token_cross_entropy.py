"""What an answer to `losses.token_cross_entropy` must do, and the mistakes we know."""

import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import CROSS_ENTROPIES, any_labels, any_logits, loss_of_each, short

REDUCTIONS = ("mean", "sum", "none")


@rubric(
    answer=losses.token_cross_entropy,
    title="The loss of a padded batch",
    points=4,
    difficulty=3,
    minutes=20,
    forbids=CROSS_ENTROPIES,
    draws=50,
)
def token_cross_entropy(rng, size):
    """Texts of different lengths, padded on the right, in each of the three reductions."""
    batch, time, classes = size, size + 1, size + 2
    real = torch.arange(time) < torch.from_numpy(rng.integers(1, time + 1, size=(batch, 1)))
    labels = any_labels(rng, classes, batch, time).masked_fill(~real, -100)
    return short(rng.normal(size=(batch, time, classes)) * 2), labels, real, REDUCTIONS[size % 3]


@token_cross_entropy.edge(points=1)
def nothing_but_padding():
    """Without a real token there is nothing to average, and the mean is 0."""
    return torch.tensor([[[1.0, 2.0]]]), torch.tensor([[-100]]), torch.tensor([[False]]), "mean"


@token_cross_entropy.edge(points=1)
def garbage_under_the_padding():
    """What the model says under the padding does not matter, nan included."""
    logits = torch.tensor([[[1.0, 2.0, 0.0], [torch.nan, torch.inf, 0.0]]])
    return logits, torch.tensor([[2, 9]]), torch.tensor([[True, False]]), "sum"


@token_cross_entropy.edge(points=1)
def a_real_label_that_is_no_class():
    """−1 under a real token is a mistake in the data, and is refused."""
    return torch.zeros(1, 2, 3), torch.tensor([[0, -1]]), torch.tensor([[True, True]]), "mean"


@token_cross_entropy.domain
def anything(rng):
    """Any counts of texts, positions and classes, real tokens anywhere, anything under the padding, logits of any size,
    each reduction; another reduction or a real label that is no class is refused."""
    batch, time, classes = (int(n) for n in rng.integers(1, 6, size=3))
    if rng.random() < 0.3:
        time = classes = batch
    real = torch.from_numpy(rng.random((batch, time)) < rng.choice([0.0, 0.5, 0.8, 1.0]))
    logits, labels = any_logits(rng, batch, time, classes), any_labels(rng, classes, batch, time)
    if rng.random() < 0.5:
        labels = labels.masked_fill(~real, int(rng.choice([-100, -1, classes, 10_000])))
    if rng.random() < 0.3:
        logits = logits.masked_fill(~real[:, :, None], float(rng.choice([torch.nan, torch.inf, -torch.inf])))
    reduction = REDUCTIONS[rng.integers(3)]
    kind = rng.random()
    if kind < 0.1:
        real = real & bool(rng.integers(2))  # no real token does not excuse it
        return Refused((logits, labels, real, str(rng.choice(["average", "Mean", ""]))))
    if kind < 0.25:
        real[0, 0] = True
        labels[0, 0] = int(rng.choice([-1, -100, classes]))
        return Refused((logits, labels, real, reduction))
    if reduction == "mean" and kind < 0.6:
        return logits, labels, real
    return logits, labels, real, reduction


@token_cross_entropy.oracle
def by_ignore_index(logits, labels, real, reduction="mean"):
    """Ask torch in float64, with cleaned inputs and `ignore_index`."""
    if reduction not in REDUCTIONS or not all(0 <= label < logits.shape[2] for label in labels[real].tolist()):
        raise ValueError("these have no cross-entropy")
    clean = logits.double().masked_fill(~real[:, :, None], 0.0).transpose(1, 2)
    told = torch.nn.functional.cross_entropy(clean, labels.masked_fill(~real, -100), reduction=reduction)
    return (told if reduction != "mean" or real.any() else torch.zeros(())).to(logits.dtype)


def _each(logits, labels, real):
    return losses.token_cross_entropy(logits, labels, real, "none")


def _reduced(each, real, reduction, count=None):
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / (real.sum().clamp(min=1) if count is None else count)


def _refuse(reduction):
    if reduction not in REDUCTIONS:
        raise ValueError("no such reduction")


@token_cross_entropy.mistake
def counts_the_padding(logits, labels, real, reduction="mean"):
    """The padding is still counted: the mean divides by all positions. Divide by the number of real ones."""
    _refuse(reduction)
    each = _each(logits, labels, real)
    return _reduced(each, real, reduction, each.numel())


@token_cross_entropy.mistake
def divides_by_the_texts(logits, labels, real, reduction="mean"):
    """The sum was divided by the number of texts, so long texts weigh more. Divide by the number of real tokens."""
    _refuse(reduction)
    return _reduced(_each(logits, labels, real), real, reduction, len(real))


@token_cross_entropy.mistake
def averages_the_averages(logits, labels, real, reduction="mean"):
    """Each text was averaged first, so tokens of short texts weigh more. Average all tokens at once."""
    _refuse(reduction)
    each = _each(logits, labels, real)
    if reduction != "mean":
        return _reduced(each, real, reduction)
    return (each.sum(dim=1) / real.sum(dim=1).clamp(min=1)).mean()


@token_cross_entropy.mistake
def multiplies_by_the_mask(logits, labels, real, reduction="mean"):
    """The losses were multiplied by the mask, and 0 times nan is nan. Fill what is under the padding instead."""
    _refuse(reduction)
    losses.token_cross_entropy(logits, labels, real, reduction)  # refuses what is to be refused
    chosen = labels.clamp(0, logits.shape[2] - 1)
    each = torch.logsumexp(logits, 2) - logits.gather(2, chosen[:, :, None])[:, :, 0]
    return _reduced(each * real, real, reduction)


@token_cross_entropy.mistake
def divides_nothing_by_nothing(logits, labels, real, reduction="mean", *, right):
    """A batch of nothing but padding gives 0 / 0, which is nan, as in PyTorch's own loss. Here its mean is 0."""
    return right * torch.nan if reduction == "mean" and not real.any() else right


@token_cross_entropy.mistake
def forgets_the_mask(logits, labels, real, reduction="mean"):
    """The mask was not used: the padding has no label, and must cost nothing."""
    _refuse(reduction)
    chosen = labels.clamp(0, logits.shape[2] - 1)
    return losses.token_cross_entropy(logits, chosen, torch.ones_like(real), reduction)


@token_cross_entropy.mistake
def looks_for_minus_100(logits, labels, real, reduction="mean"):
    """What counts as padding was read off the labels, as with PyTorch's `ignore_index` of −100. Under the padding any
    number may stand, also one that is no class: let the mask say which labels to check and to count."""
    _refuse(reduction)
    return losses.token_cross_entropy(logits, labels, labels != -100, reduction)


@token_cross_entropy.mistake
def softmaxes_over_time(logits, labels, real, reduction="mean"):
    """The exponentials were summed over another axis. The classes stand last."""
    _refuse(reduction)
    losses.token_cross_entropy(logits, labels, real, reduction)
    clean, chosen = logits.masked_fill(~real[:, :, None], 0.0), labels.masked_fill(~real, 0)
    each = torch.logsumexp(clean, 1)[:, :1].expand(labels.shape) - clean.gather(2, chosen[:, :, None])[:, :, 0]
    return _reduced(each.masked_fill(~real, 0.0), real, reduction)


@token_cross_entropy.mistake
def drops_the_padding(logits, labels, real, reduction="mean"):
    """With "none", the losses of the real tokens came as one list. Keep the shape, with 0 under the padding."""
    _refuse(reduction)
    each = _each(logits, labels, real)
    return each[real] if reduction == "none" else _reduced(each, real, reduction)


@token_cross_entropy.mistake
def takes_any_reduction(logits, labels, real, reduction="mean"):
    """An unknown `reduction` was taken for another one. Refuse it with a ValueError that repeats it."""
    return losses.token_cross_entropy(logits, labels, real, reduction if reduction in REDUCTIONS else "mean")


@token_cross_entropy.mistake
def takes_real_labels_that_are_no_class(logits, labels, real, reduction="mean"):
    """A real token has a label that is no class. That is an error in the data: refuse it, do not skip or clamp it."""
    _refuse(reduction)
    inside = (labels >= 0) & (labels < logits.shape[2])
    return losses.token_cross_entropy(logits, labels, real & inside, reduction)


@token_cross_entropy.alternative
def from_a_list_of_real_tokens(logits, labels, real, reduction="mean"):
    """Pick the real tokens first, compute their losses, and put them back where "none" asks for it."""
    _refuse(reduction)
    chosen, wanted = logits[real], labels[real]
    if ((wanted < 0) | (wanted >= logits.shape[2])).any():
        raise ValueError("a real label is no class")
    each = chosen.new_tensor(loss_of_each(chosen.cpu(), wanted.cpu()))
    if reduction == "none":
        whole = logits.new_zeros(labels.shape)
        whole[real] = each
        return whole
    return each.sum() if reduction == "sum" else each.sum() / max(len(each), 1)
