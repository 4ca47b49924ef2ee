import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from course_lib import losses

BATCH, TIME, CLASSES = 5, 3, 7

sizes = st.integers(1, 6)
scales = st.sampled_from([1e-3, 1.0, 30.0, 1e4])
seeds = st.integers(0, 2**32 - 1)


def normal(*shape, seed=0, scale=1.0, dtype=torch.float64):
    return scale * torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def classes_of(*shape, classes=CLASSES, seed=1):
    return torch.randint(classes, shape, generator=torch.Generator().manual_seed(seed))


def gradient(loss, at):
    return torch.autograd.grad(loss, at)[0]


def same_with_gradient(ours, theirs, at):
    """Both losses and their gradients with respect to `at`."""
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient(ours, at), gradient(theirs, at))


# Log-sum-exp


@given(st.lists(sizes, min_size=1, max_size=3), scales, seeds, st.data())
def test_log_sum_exp_agrees_with_scipy(shape, scale, seed, data):
    scores = normal(*shape, seed=seed, scale=scale)
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    expected = logsumexp(scores.numpy(), axis=dim)
    np.testing.assert_allclose(losses.log_sum_exp(scores, dim).numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("at", [1e4, -1e4, 0.0])
def test_log_sum_exp_survives_scores_whose_powers_overflow(dtype, at):
    scores = torch.full((1, 4), at, dtype=dtype)
    torch.testing.assert_close(losses.log_sum_exp(scores, 1), torch.logsumexp(scores, 1))


def test_each_row_of_log_sum_exp_has_a_shift_of_its_own():
    scores = torch.tensor([[0.0, 1.0], [-2000.0, -2001.0]])
    torch.testing.assert_close(losses.log_sum_exp(scores, 1), torch.logsumexp(scores, 1))


@pytest.mark.parametrize("row", [[-math.inf, -math.inf], [math.inf, 0.0], [-math.inf, 2.0]])
def test_log_sum_exp_of_infinities(row):
    scores = torch.tensor([row])
    assert torch.equal(losses.log_sum_exp(scores, 1), torch.logsumexp(scores, 1))


def test_the_gradient_of_log_sum_exp_is_softmax():
    scores = normal(BATCH, CLASSES, scale=100.0).requires_grad_()
    torch.testing.assert_close(gradient(losses.log_sum_exp(scores, 1).sum(), scores), scores.softmax(dim=1))


def test_log_sum_exp_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"no score along dim 1 of shape \(2, 0\)"):
        losses.log_sum_exp(torch.zeros(2, 0), 1)


# Cross-entropy


@given(sizes, sizes, scales, seeds)
def test_cross_entropy_agrees_with_torch(batch, classes, scale, seed):
    logits = normal(batch, classes, seed=seed, scale=scale).requires_grad_()
    labels = classes_of(batch, classes=classes, seed=seed)
    same_with_gradient(losses.cross_entropy(logits, labels), F.cross_entropy(logits, labels), logits)


def test_cross_entropy_stays_finite_where_probabilities_round_to_zero():
    logits, labels = torch.tensor([[1e4, -1e4]]), torch.tensor([1])
    assert losses.cross_entropy(logits, labels).item() == 2e4
    assert losses.cross_entropy_of_probabilities(logits.softmax(dim=1), labels).item() == math.inf


def test_both_cross_entropies_agree_on_friendly_logits():
    logits, labels = normal(BATCH, CLASSES), classes_of(BATCH)
    probabilities = torch.tensor([losses.softmax_by_loops(row) for row in logits.tolist()], dtype=torch.float64)
    expected = losses.cross_entropy_of_probabilities(probabilities, labels)
    torch.testing.assert_close(losses.cross_entropy(logits, labels), expected)


def test_softmax_by_loops_overflows_as_its_docstring_says():
    with pytest.raises(OverflowError):
        losses.softmax_by_loops([710.0, 0.0])


@pytest.mark.parametrize("label", [-1, CLASSES])
def test_a_label_that_is_no_class_is_refused(label):
    logits, labels = normal(1, CLASSES), torch.tensor([label])
    tries = [
        lambda: losses.accuracy(logits, labels),
        lambda: losses.cross_entropy(logits, labels),
        lambda: losses.cross_entropy_of_probabilities(logits.softmax(1), labels),
        lambda: losses.smooth_targets(labels, CLASSES, 0.1),
        lambda: losses.weighted_cross_entropy(logits, labels, torch.ones(CLASSES, dtype=torch.float64)),
        lambda: losses.token_cross_entropy(logits[None], labels[None], torch.tensor([[True]])),
    ]
    for attempt in tries:
        with pytest.raises(ValueError, match=f"label {label} is none of the {CLASSES} classes, 0 to {CLASSES - 1}"):
            attempt()


def test_means_of_nothing_are_refused():
    none = torch.zeros(0, dtype=torch.int64)
    for attempt in (losses.accuracy, losses.cross_entropy, losses.cross_entropy_of_probabilities):
        with pytest.raises(ValueError, match=r"at least one example, got labels of shape \(0,\)"):
            attempt(torch.zeros(0, CLASSES), none)
    for attempt in (losses.mean_squared_error, losses.binary_cross_entropy):
        with pytest.raises(ValueError, match=r"at least one number, got shape \(0, 2\)"):
            attempt(torch.zeros(0, 2), torch.zeros(0, 2))


def test_accuracy_counts_and_takes_the_first_of_equals():
    logits = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [3.0, 2.0]])
    assert losses.accuracy(logits, torch.tensor([0, 1, 1, 1])) == 0.5


# Squared error


@given(st.lists(sizes, max_size=3), scales, seeds)
def test_mean_squared_error_agrees_with_torch(shape, scale, seed):
    prediction = normal(*shape, seed=seed, scale=scale).requires_grad_()
    target = normal(*shape, seed=seed + 1)
    same_with_gradient(losses.mean_squared_error(prediction, target), F.mse_loss(prediction, target), prediction)


def test_shapes_that_only_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"predictions \(5, 1\) and targets \(5,\) differ in shape"):
        losses.mean_squared_error(torch.zeros(5, 1), torch.zeros(5))


# Binary


@given(st.lists(sizes, max_size=3), scales, seeds)
def test_binary_cross_entropy_agrees_with_torch(shape, scale, seed):
    logits = normal(*shape, seed=seed, scale=scale).requires_grad_()
    targets = torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    expected = F.binary_cross_entropy_with_logits(logits, targets)
    same_with_gradient(losses.binary_cross_entropy(logits, targets), expected, logits)


def test_binary_cross_entropy_is_the_two_class_cross_entropy():
    logits, labels = normal(BATCH, scale=20.0), classes_of(BATCH, classes=2)
    two = torch.stack([torch.zeros_like(logits), logits], dim=1)
    expected = losses.cross_entropy(two, labels)
    torch.testing.assert_close(losses.binary_cross_entropy(logits, labels.double()), expected)


@pytest.mark.parametrize("target", [-0.25, 1.5])
def test_a_target_that_is_no_probability_is_refused(target):
    with pytest.raises(ValueError, match=f"between 0 and 1, got {target}"):
        losses.binary_cross_entropy(torch.zeros(2), torch.tensor([0.5, target]))


# Smoothing


@given(sizes, sizes, st.floats(0, 1), seeds)
def test_smoothed_targets_make_torchs_smoothed_loss(batch, classes, smoothing, seed):
    logits = normal(batch, classes, seed=seed, dtype=torch.float32)
    labels = classes_of(batch, classes=classes, seed=seed)
    targets = losses.smooth_targets(labels, classes, smoothing)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(batch))
    expected = F.cross_entropy(logits, labels, label_smoothing=smoothing)
    torch.testing.assert_close(F.cross_entropy(logits, targets), expected)


def test_no_labels_make_no_targets():
    assert losses.smooth_targets(torch.zeros(0, dtype=torch.int64), 3, 0.1).shape == (0, 3)


@pytest.mark.parametrize("smoothing", [-0.1, 1.1])
def test_smoothing_that_is_no_share_is_refused(smoothing):
    with pytest.raises(ValueError, match=f"between 0 and 1, got {smoothing}"):
        losses.smooth_targets(torch.tensor([0]), 3, smoothing)


# Tokens


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_token_cross_entropy_agrees_with_torchs_ignore_index(reduction, scale):
    logits = normal(BATCH, TIME, CLASSES, scale=scale).requires_grad_()
    labels = classes_of(BATCH, TIME)
    real = classes_of(BATCH, TIME, classes=2, seed=3) == 1
    expected = F.cross_entropy(logits.transpose(1, 2), labels.masked_fill(~real, -100), reduction=reduction)
    ours = losses.token_cross_entropy(logits, labels, real, reduction)
    upstream = normal(*ours.shape, seed=4)
    torch.testing.assert_close(ours, expected)
    torch.testing.assert_close(gradient((ours * upstream).sum(), logits), gradient((expected * upstream).sum(), logits))


def test_what_stands_under_the_padding_does_not_matter():
    logits, labels, real = normal(1, 2, CLASSES), torch.tensor([[3, -100]]), torch.tensor([[True, False]])
    expected = losses.token_cross_entropy(logits, labels, real)
    logits[0, 1] = torch.nan
    logits.requires_grad_()
    loss = losses.token_cross_entropy(logits, labels, real)
    torch.testing.assert_close(loss, expected)
    assert gradient(loss, logits)[0, 1].tolist() == [0.0] * CLASSES


def test_the_mean_of_no_token_is_zero():
    logits, labels = normal(2, 3, CLASSES), classes_of(2, 3)
    assert losses.token_cross_entropy(logits, labels, torch.zeros(2, 3, dtype=torch.bool)).item() == 0.0


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match=r'"none", got \'average\''):
        losses.token_cross_entropy(normal(1, 1, 2), classes_of(1, 1, classes=2), torch.tensor([[True]]), "average")


# Weights


@given(sizes, sizes, scales, seeds)
def test_weighted_cross_entropy_agrees_with_torch(batch, classes, scale, seed):
    logits = normal(batch, classes, seed=seed, scale=scale).requires_grad_()
    labels, weights = classes_of(batch, classes=classes, seed=seed), normal(classes, seed=seed).abs() + 0.01
    expected = F.cross_entropy(logits, labels, weight=weights)
    same_with_gradient(losses.weighted_cross_entropy(logits, labels, weights), expected, logits)


@pytest.mark.parametrize(
    ("weights", "words"),
    [([-1.0, 2.0], "must not be negative, got -1.0"), ([0.0, 1.0], "the 1 examples weigh nothing")],
)
def test_weights_that_cannot_be_meant_are_refused(weights, words):
    with pytest.raises(ValueError, match=words):
        losses.weighted_cross_entropy(torch.zeros(1, 2), torch.tensor([0]), torch.tensor(weights))


# Perplexity


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 10)), min_size=1, max_size=5), seeds)
def test_perplexity_is_that_of_the_texts_joined(texts, seed):
    counts = [count for count, _ in texts]
    tokens = [mean for count, mean in texts for _ in range(count)]
    if not tokens:
        return
    sums = torch.tensor([count * mean for count, mean in texts], dtype=torch.float64)
    expected = math.exp(math.fsum(tokens) / len(tokens))
    assert losses.perplexity(sums, torch.tensor(counts)) == pytest.approx(expected)


def test_a_uniform_guess_has_the_perplexity_of_the_number_of_classes():
    loss = losses.token_cross_entropy(torch.zeros(1, 4, 9), classes_of(1, 4), torch.ones(1, 4, dtype=torch.bool), "sum")
    assert losses.perplexity(loss[None], torch.tensor([4])) == pytest.approx(9.0, rel=1e-6)


@pytest.mark.parametrize(("counts", "words"), [([2, -1], "negative, got -1"), ([0, 0], "2 texts without a token")])
def test_counts_that_cannot_be_meant_are_refused(counts, words):
    with pytest.raises(ValueError, match=words):
        losses.perplexity(torch.zeros(2), torch.tensor(counts))


def test_a_shift_of_all_logits_costs_no_digits():
    logits, labels = normal(BATCH, CLASSES, dtype=torch.float32), classes_of(BATCH)
    shifted = (logits * 2**10).round() / 2**10 + 2048  # exact in float32 on both sides of the shift
    torch.testing.assert_close(losses.cross_entropy(shifted, labels), losses.cross_entropy(shifted - 2048, labels))
