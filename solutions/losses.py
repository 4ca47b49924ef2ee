# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Losses: exercises
# Read [the page](../book/training/losses.md) first: it shows the cross-entropy of one label an example. Here come its
# siblings, and the traps that are met on the way from a formula to a training run.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it. A check says what is wrong
# and shows the smallest input on which it is. Prints cost nothing; try things in new cells as much as you like.
#
# Three promises hold for all of them. Tensors of floats are `float32` or `float64`, and the result has the dtype and
# the device of what came in. Arguments belong to the caller and stay as they were. And logits may be of any size: where
# a loss is a number, no step on the way to it may be infinite or `nan`. A tensor may lie in memory with gaps, as after
# a transpose. There `reshape` works, and `view` may refuse.
# %%
import math

import torch

from course_lib.checking import check


# %% [markdown] exercise="losses.mean_squared_error"
# The function below runs, and a network even learns with it. It has two bugs that real projects had for months. It sums
# over one axis and so is no mean. And it accepts a column of predictions with a row of targets:
#
# ```python
# def mean_squared_error(prediction, target):
#     return ((prediction - target) ** 2).sum(dim=-1).mean()
#
# mean_squared_error(torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 2.0]))     # tensor(1.), for a perfect answer
# ```
#
# Mend both.
#
# - `prediction`, `target`: tensors of one shape, which may have any number of axes, also none
# - returns the mean of the squares over *all* numbers, a tensor without axes
# - raises `ValueError` where the two shapes differ in any way, and where there is no number to average
#
# $$\mathcal{L} = \frac1n \sum_i (x_i - t_i)^2$$
#
# ```python
# mean_squared_error(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0.0], [3.0, 0.0]]))     # tensor(5.)
# ```
# %% answer="losses.mean_squared_error"
def mean_squared_error(prediction, target):
    """Return the mean of the squared errors over all numbers of two tensors of one shape."""
    ### BEGIN SOLUTION
    if prediction.shape != target.shape or prediction.numel() == 0:
        raise ValueError(f"shapes {tuple(prediction.shape)} and {tuple(target.shape)} have no mean squared error")
    return torch.mean((prediction - target) ** 2)
    ### END SOLUTION


# %% check="losses.mean_squared_error"
check("losses.mean_squared_error", mean_squared_error)


# %% [markdown] exercise="losses.log_sum_exp"
# Nearly every stable loss rests on this function. Its formula is short, and taken at its word it fails: $e^{1000}$ is
# infinite in every dtype, $e^{-1000}$ is 0.
#
# - `scores`: a tensor of one or more axes, with scores of any size, also $\pm\infty$
# - `dim`: the axis to sum over, counted from the front or, if negative, from the end
# - returns a tensor of the same dtype without that axis
# - raises `ValueError` where that axis has length 0
#
# $$\operatorname{LSE}(z) = \log \sum_k e^{z_k} = c + \log \sum_k e^{z_k - c} \quad\text{for every } c$$
#
# Scores of $-\infty$ add nothing. If all of them are $-\infty$, so is the result. A single $+\infty$ makes it
# $+\infty$.
#
# ```python
# log_sum_exp(torch.tensor([[0.0, 0.0], [-1000.0, -1000.0]]), 1)     # tensor([   0.6931, -999.3069])
# log_sum_exp(torch.tensor([[0.0, 0.0], [-torch.inf, 5.0]]), 0)      # tensor([0.0000, 5.0067])
# ```
# %% answer="losses.log_sum_exp"
def log_sum_exp(scores, dim):
    """Return log Σ exp of the scores along `dim`."""
    ### BEGIN SOLUTION
    if scores.shape[dim] == 0:
        raise ValueError(f"dim {dim} of shape {tuple(scores.shape)} is empty")
    largest = scores.max(dim=dim, keepdim=True).values
    shift = torch.where(largest.isfinite(), largest, torch.zeros_like(largest))
    return torch.log(torch.exp(scores - shift).sum(dim=dim)) + shift.squeeze(dim)
    ### END SOLUTION


# %% check="losses.log_sum_exp"
check("losses.log_sum_exp", log_sum_exp)


# %% [markdown] exercise="losses.binary_cross_entropy"
# One question, yes or no: a single logit $z$ says how sure the model is of *yes*, and $\sigma(z) = 1/(1 + e^{-z})$ is
# the probability that it gives to it.
#
# - `logits`: $z$, a tensor of any shape
# - `targets`: $t$, a tensor of that shape and dtype, of probabilities: 0 for *no*, 1 for *yes*, or anything between
# - returns the mean over all numbers, a tensor without axes
# - raises `ValueError` for a target below 0 or above 1, and where there is no number
#
# $$\mathcal{L} = \frac1n \sum_i -t_i \log \sigma(z_i) - (1 - t_i) \log(1 - \sigma(z_i))$$
#
# A logit of 1000 that is wrong costs 1000 nats: no more, no less, and not infinity. So do not compute $\sigma$; find
# a form of $\log\sigma(z)$ that never overflows, for large $z$ and for very negative $z$.
#
# ```python
# binary_cross_entropy(torch.tensor([0.0, 2.0]), torch.tensor([1.0, 0.0]))       # tensor(1.4100)
# binary_cross_entropy(torch.tensor([1000.0, 5.0]), torch.tensor([0.0, 1.0]))    # tensor(500.0034)
# ```
# %% answer="losses.binary_cross_entropy"
def binary_cross_entropy(logits, targets):
    """Return the mean cross-entropy between targets and the probabilities σ(logits)."""
    ### BEGIN SOLUTION
    if targets.numel() == 0 or ((targets < 0) | (targets > 1)).any():
        raise ValueError("targets must be probabilities, one at least")
    no = torch.logaddexp(logits, torch.zeros_like(logits))  # −log(1 − σ(z)) = log(1 + eᶻ)
    return (no - targets * logits).mean()  # −log σ(z) = log(1 + eᶻ) − z
    ### END SOLUTION


# %% check="losses.binary_cross_entropy"
check("losses.binary_cross_entropy", binary_cross_entropy)


# %% [markdown] exercise="losses.smooth_targets"
# A label says "class 2, and nothing else". Cross-entropy takes that literally and pulls the logits apart for ever.
# Label smoothing asks for a little less. Take the share $\varepsilon$ away from the label, and give it to *all* $K$
# classes in equal parts, the label among them.
#
# - `labels`: an `int64` tensor of shape `batch`, maybe empty
# - `classes`: $K$, at least 1; `smoothing`: $\varepsilon$, from 0 to 1
# - returns a `float32` tensor of shape `batch class` on the device of the labels, whose rows add up to 1
# - raises `ValueError` for $\varepsilon$ below 0 or above 1, and for a label that is not one of $0, \dots, K - 1$
#
# $$t_k = (1 - \varepsilon)\,[k = y] + \frac{\varepsilon}{K}$$
#
# ```python
# smooth_targets(torch.tensor([0, 2]), 3, 0.3)
# # tensor([[0.8000, 0.1000, 0.1000],
# #         [0.1000, 0.1000, 0.8000]])
# ```
# %% answer="losses.smooth_targets"
def smooth_targets(labels, classes, smoothing):
    """Return the smoothed target distribution of each label."""
    ### BEGIN SOLUTION
    if not 0 <= smoothing <= 1 or ((labels < 0) | (labels >= classes)).any():
        raise ValueError(f"smoothing {smoothing} or a label of {labels.tolist()} is out of range")
    hot = torch.nn.functional.one_hot(labels, classes).to(torch.float32)
    return (1 - smoothing) * hot + smoothing / classes
    ### END SOLUTION


# %% check="losses.smooth_targets"
check("losses.smooth_targets", smooth_targets)


# %% [markdown] exercise="losses.token_cross_entropy"
# A language model says something at every position of a padded batch, also where there is only padding. Those positions
# have no label, and whatever stands there must neither cost anything nor be counted.
#
# - `logits`: shape `batch time class`; under the padding they may be anything, also `nan`
# - `labels`: `int64`, shape `batch time`; under the padding they may be any number, also one that is no class
# - `real`: boolean, shape `batch time`; `True` means that the token is real
# - `reduction`: `"mean"` divides the sum by the number of real tokens of the whole batch; without a real token the mean
#   is 0. `"sum"` does not divide. `"none"` returns the losses themselves, shape `batch time`, with 0 under the padding
# - raises `ValueError` for another `reduction`, and for a real token whose label is not a class
#
# $$\ell_{bt} = \operatorname{LSE}(z_{bt}) - z_{bt,\,y_{bt}}$$
#
# ```python
# logits = torch.tensor([[[1.0, 1.0], [3.0, 1.0], [5.0, 9.0]]])
# labels, real = torch.tensor([[0, 0, -100]]), torch.tensor([[True, True, False]])
# token_cross_entropy(logits, labels, real, "none")     # tensor([[0.6931, 0.1269, 0.0000]])
# token_cross_entropy(logits, labels, real)             # tensor(0.4100)
# ```
# %% answer="losses.token_cross_entropy"
def token_cross_entropy(logits, labels, real, reduction="mean"):
    """Return the cross-entropy of the real tokens, reduced as asked."""
    ### BEGIN SOLUTION
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"unknown reduction {reduction!r}")
    if ((labels[real] < 0) | (labels[real] >= logits.shape[-1])).any():
        raise ValueError("a real token has a label that is no class")
    safe = torch.where(real[..., None], logits, torch.zeros_like(logits))
    chosen = torch.where(real, labels, torch.zeros_like(labels))
    losses = -safe.log_softmax(dim=-1).gather(-1, chosen[..., None]).squeeze(-1)
    losses = torch.where(real, losses, torch.zeros_like(losses))
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / real.sum().clamp(min=1)
    ### END SOLUTION


# %% check="losses.token_cross_entropy"
check("losses.token_cross_entropy", token_cross_entropy)


# %% [markdown] exercise="losses.weighted_cross_entropy"
# Of a thousand photographs three show a melanoma. A model that never says "melanoma" has a small loss, so people let
# rare classes weigh more. Each example then counts as much as its class: in the sum, and in what the sum is divided by.
#
# - `logits`: shape `batch class`; `labels`: `int64`, shape `batch`
# - `weights`: $w$, shape `class`, of the logits' dtype, none of them negative
# - returns a tensor without axes
# - raises `ValueError` for a negative weight, for a label that is no class, and where the examples weigh nothing
#   together (no example at all among them)
#
# $$\mathcal{L} = \frac{\sum_i w_{y_i}\, \ell_i}{\sum_i w_{y_i}}, \qquad
# \ell_i = \operatorname{LSE}(z_i) - z_{i,\,y_i}$$
#
# ```python
# logits, labels = torch.tensor([[0.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1])     # losses 0.6931 and 2.1269
# weighted_cross_entropy(logits, labels, torch.tensor([1.0, 3.0]))                  # tensor(1.7685)
# ```
# %% answer="losses.weighted_cross_entropy"
def weighted_cross_entropy(logits, labels, weights):
    """Return the mean cross-entropy in which each example weighs as much as its class."""
    ### BEGIN SOLUTION
    if (weights < 0).any():
        raise ValueError(f"negative weights: {weights.tolist()}")
    if ((labels < 0) | (labels >= len(weights))).any():
        raise ValueError(f"labels that are no class: {labels.tolist()}")
    each = -logits.log_softmax(dim=1)[torch.arange(len(labels), device=labels.device), labels]
    shares = weights[labels]
    if not shares.sum() > 0:
        raise ValueError("the examples weigh nothing")
    return (each * (shares / shares.sum())).sum()
    ### END SOLUTION


# %% check="losses.weighted_cross_entropy"
check("losses.weighted_cross_entropy", weighted_cross_entropy)


# %% [markdown] exercise="losses.perplexity"
# Language models are compared by perplexity: $e$ to the mean loss of a token, over all tokens of all texts. An
# evaluation goes through the texts one by one and keeps for each its sum of losses and its number of tokens. Put them
# together.
#
# - `sums`: shape `text`, the losses of each text in nats, summed over its tokens
# - `counts`: `int64`, shape `text`, how many tokens each has; 0 is possible
# - returns a Python number
# - raises `ValueError` for a negative count, and where no text has a token
#
# A text of 1,000 tokens counts a thousand times as much as one of a single token. The mean of the texts' own
# perplexities is something else, and so is $e$ to the mean of their means.
#
# ```python
# perplexity(torch.tensor([0.0, 8.0]), torch.tensor([2, 2]))     # 7.389…, which is e²
# perplexity(torch.tensor([6.0, 2.0]), torch.tensor([1, 7]))     # 2.718…, which is e
# ```
# %% answer="losses.perplexity"
def perplexity(sums, counts):
    """Return the perplexity of several texts from their summed losses and their numbers of tokens."""
    ### BEGIN SOLUTION
    if min(counts.tolist()) < 0 or sum(counts.tolist()) == 0:
        raise ValueError(f"counts {counts.tolist()} allow no mean")
    return math.exp(sum(sums.tolist()) / sum(counts.tolist()))
    ### END SOLUTION


# %% check="losses.perplexity"
check("losses.perplexity", perplexity)
