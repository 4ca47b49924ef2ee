# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Hyperparameters: exercises
# Read [the page](../book/training/hyperparameters.md) first. You will fit two parameters, count those of a network,
# find your way through steps and epochs, and write the parts of an honest search.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it. A check says what is wrong
# and shows the smallest input on which it is. Prints cost nothing; try things in new cells as much as you like.
#
# Arguments belong to the caller and stay as they were. Examples, steps, epochs and trials count from 0.
# %%
import itertools
import math

import torch

from course_lib.checking import check


# %% [markdown] exercise="hyperparameters.fit_normal"
# A normal distribution has two parameters, and data determines both. Find the mean $\mu$ and the deviation $\sigma$
# under which these numbers are most probable, that is, which make this sum as large as it can be:
#
# $$\sum_{i=1}^{n} \log \frac{1}{\sigma \sqrt{2\pi}} e^{-(x_i - \mu)^2 / 2\sigma^2}$$
#
# Set its two derivatives to 0. By which $n$ are the squares divided?
#
# - `numbers`: a list of floats
# - returns $\mu$ and $\sigma$, two floats. If all numbers are equal, $\sigma$ is 0
# - raises `ValueError` for an empty list
#
# Numbers may be large and close together, as $10^9 + 1$ and $10^9 + 2$. Do without `statistics.pstdev` and
# `statistics.NormalDist.from_samples`.
#
# ```python
# fit_normal([2.0, 4.0, 9.0])     # (5.0, 2.943920288775949)
# ```
# %% answer="hyperparameters.fit_normal"
def fit_normal(numbers):
    """Return mean and deviation of the normal distribution under which the numbers are most probable."""
    ### BEGIN SOLUTION
    if not numbers:
        raise ValueError("there is no number to fit")
    mean = sum(numbers) / len(numbers)
    variance = sum((x - mean) ** 2 for x in numbers) / len(numbers)
    return mean, math.sqrt(variance)
    ### END SOLUTION


# %% check="hyperparameters.fit_normal"
check("hyperparameters.fit_normal", fit_normal)


# %% [markdown] exercise="hyperparameters.count_parameters"
# How many numbers does training determine in a network? Its layers are affine: a layer from 3 inputs to 2 units has a
# weight for each pair of an input and a unit.
#
# - `widths`: a list of whole numbers, from the features over the hidden layers to the classes
# - `bias`: whether each unit has a bias, too
# - `normalized`: whether batch normalization stands behind each layer but the last. For each of the layer's units it
#   has a scale $\gamma$ and a shift $\beta$, which are learned, and a running mean and a running variance, which are
#   averages of what it has seen
# - returns the number of parameters that gradient descent changes
# - raises `ValueError` for fewer than two widths, and for a width below 1
#
# Widths may be thousands: do not make the network in order to count it.
#
# ```python
# count_parameters([3, 2, 1])                                     # 11
# count_parameters([3, 2, 1], bias=False, normalized=True)        # 12
# ```
# %% answer="hyperparameters.count_parameters"
def count_parameters(widths, bias=True, normalized=False):
    """Return how many numbers training determines in a network of affine layers."""
    ### BEGIN SOLUTION
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"{widths} are not the widths of a network")
    total = 0
    for inputs, units in itertools.pairwise(widths):
        total += inputs * units + (units if bias else 0)
    return total + (2 * sum(widths[1:-1]) if normalized else 0)
    ### END SOLUTION


# %% check="hyperparameters.count_parameters"
check("hyperparameters.count_parameters", count_parameters)


# %% [markdown] exercise="hyperparameters.batch_of_step"
# A training was interrupted, and all that is known is the number of the step. Which epoch was it in, and which
# examples did the step see? Each epoch shuffles the examples anew and cuts the shuffled row into batches, from its
# beginning.
#
# - `step`: the number of the step since the training began, from 0
# - `examples`, `batch_size`: whole numbers
# - `drop_last`: whether a last batch that is not full is left out
# - returns three whole numbers: the epoch, the place in the shuffled row where the batch begins, and the place where
#   it ends. The end is not included, as in a slice
# - raises `ValueError` for a step below 0, for a batch size below 1, and where an epoch has no batch
#
# A step may be far on: do not count up to it.
#
# ```python
# batch_of_step(7, examples=25, batch_size=10)                      # (2, 10, 20)
# batch_of_step(8, examples=25, batch_size=10)                      # (2, 20, 25)
# batch_of_step(8, examples=25, batch_size=10, drop_last=True)      # (4, 0, 10)
# ```
# %% answer="hyperparameters.batch_of_step"
def batch_of_step(step, examples, batch_size, drop_last=False):
    """Return the epoch of a step, and where its batch begins and ends."""
    ### BEGIN SOLUTION
    if step < 0 or batch_size < 1:
        raise ValueError(f"there is no step {step} with batches of {batch_size}")
    steps = examples // batch_size
    if examples % batch_size and not drop_last:
        steps += 1
    if steps == 0:
        raise ValueError(f"{examples} examples give no batch of {batch_size}")
    start = step % steps * batch_size
    return step // steps, start, min(start + batch_size, examples)
    ### END SOLUTION


# %% check="hyperparameters.batch_of_step"
check("hyperparameters.batch_of_step", batch_of_step)


# %% [markdown] exercise="hyperparameters.log_uniform"
# Turn uniform random numbers into learning rates. On a log scale, a value between 0.001 and 0.01 comes as often as
# one between 0.01 and 0.1. The random numbers are given, so that everybody gets the same result.
#
# - `uniform`: $u$, a `float64` tensor of any shape, with numbers from 0 to 1
# - `low`, `high`: the limits. $u = 0$ gives `low`, and $u = 1$ gives `high`
# - `near_one`: some hyperparameters, such as momentum, are interesting near 1. If this is true, the *distance to 1*
#   is on a log scale, so that 0.9 to 0.99 comes as often as 0.99 to 0.999. Here, too, $u = 0$ gives `low`
# - returns a tensor of the same shape and dtype
# - raises `ValueError` where `low` is above `high`; where `low` is not above 0; and, if `near_one` is true, where
#   `high` is not below 1, instead. Equal limits are fine
#
# ```python
# log_uniform(torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), 1.0, 100.0)     # [1, 10, 100]
# log_uniform(torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), 0.0, 0.9999, near_one=True)     # [0, 0.99, 0.9999]
# ```
# %% answer="hyperparameters.log_uniform"
def log_uniform(uniform, low, high, near_one=False):
    """Turn uniform numbers into numbers from `low` to `high` on a log scale."""
    ### BEGIN SOLUTION
    if low > high or (high >= 1 if near_one else low <= 0):
        raise ValueError(f"there is no log scale from {low} to {high}")
    if near_one:
        return 1 - torch.exp(math.log(1 - low) + uniform * (math.log(1 - high) - math.log(1 - low)))
    return torch.exp(math.log(low) + uniform * (math.log(high) - math.log(low)))
    ### END SOLUTION


# %% check="hyperparameters.log_uniform"
check("hyperparameters.log_uniform", log_uniform)


# %% [markdown] exercise="hyperparameters.best_within_budget"
# A random search draws its trials beforehand and trains one after another. Computing time is limited, so the search
# ends at the first trial that no longer fits. Which trial wins?
#
# - `losses`: a list of floats, the validation loss of each trial once it is trained. A trial that diverged has `nan`
# - `epochs`: a list of whole numbers of at least 1, what each trial costs
# - `budget`: how many epochs may be spent in all, a whole number of at least 0
# - returns two things: the number of the best trial, which is the one with the smallest loss of those that were
#   trained, and the number of epochs that they took together
# - raises `ValueError` where the two lists differ in length
#
# A trial is trained whole or not at all, and after the first that does not fit nothing is trained. A diverged trial
# costs its epochs and never wins. Of equal losses the first wins. Where nothing was trained, or everything diverged,
# the first result is `None`.
#
# ```python
# best_within_budget([0.9, 0.4, 0.6, 0.1], [10, 5, 5, 10], 25)      # (1, 20)
# best_within_budget([math.nan, 0.4], [10, 5], 12)                  # (None, 10)
# ```
# %% answer="hyperparameters.best_within_budget"
def best_within_budget(losses, epochs, budget):
    """Return the number of the best trial, and the epochs spent."""
    ### BEGIN SOLUTION
    if len(losses) != len(epochs):
        raise ValueError(f"{len(losses)} losses, but {len(epochs)} numbers of epochs")
    best, spent = None, 0
    for number, (loss, cost) in enumerate(zip(losses, epochs, strict=True)):
        if spent + cost > budget:
            break
        spent += cost
        if not math.isnan(loss) and (best is None or loss < losses[best]):
            best = number
    return best, spent
    ### END SOLUTION


# %% check="hyperparameters.best_within_budget"
check("hyperparameters.best_within_budget", best_within_budget)


# %% [markdown] exercise="hyperparameters.early_stop"
# After each epoch the validation loss is measured. When it has not improved for a while, training stops, and the
# parameters of the best epoch are kept. Libraries disagree about the details; here are ours.
#
# - `losses`: a list of floats, the loss after each epoch that would be trained. Some may be `nan`
# - `patience`: after so many epochs in a row without an improvement training stops. If it is below 1, raise
#   `ValueError`
# - `min_delta`: an epoch improves if its loss is below the best so far *by more than* this. The best so far is the
#   loss of the last epoch that improved. If `min_delta` is below 0, raise `ValueError`
# - returns two epochs: the last one that is trained, and the one that is kept
# - raises `ValueError` for an empty list, too
#
# Epoch 0 is the first best, whatever its loss is. `nan` is never an improvement, and any number is one over `nan`. If
# training is never stopped, its last epoch is the last of the list. The list may go on behind the epoch at which
# training stops: those losses would never have been seen.
#
# ```python
# early_stop([5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 1.0], patience=2)                  # (5, 3)
# early_stop([5.0, 4.75, 4.5, 4.25, 4.0], patience=4, min_delta=0.5)            # (4, 3)
# ```
# %% answer="hyperparameters.early_stop"
def early_stop(losses, patience, min_delta=0.0):
    """Return the epoch at which training stops, and the epoch whose parameters are kept."""
    ### BEGIN SOLUTION
    if not losses or patience < 1 or min_delta < 0:
        raise ValueError(f"cannot watch {len(losses)} losses with {patience=}, {min_delta=}")
    kept = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[kept] - min_delta or (math.isnan(losses[kept]) and not math.isnan(losses[epoch])):
            kept = epoch
        if epoch - kept == patience:
            return epoch, kept
    return len(losses) - 1, kept
    ### END SOLUTION


# %% check="hyperparameters.early_stop"
check("hyperparameters.early_stop", early_stop)


# %% [markdown] exercise="hyperparameters.split_by_group"
# Several people wrote digits, many pictures each. A network that is trained on a picture of Ann's and tested on
# another one of hers is tested on a hand that it knows. So nobody may be in two parts of the data.
#
# - `groups`: a list of names, whose example each one is. The number of an example is its place in this list
# - `order`: a list with each name once, in a random order that was drawn before
# - `validation`, `test`: whole numbers of at least 0, how many examples these parts need
# - returns three lists of the numbers of examples, each in rising order: training, validation, test
# - raises `ValueError` where `order` does not hold each name of `groups` exactly once, where the examples do not
#   suffice for test and validation, and where nothing is left for training
#
# Hand out whole groups in their order: first to the test, until it has `test` examples *or more*; then to validation,
# likewise; then all the rest to training. A part that needs 0 examples stays empty.
#
# ```python
# groups = ["bo", "ann", "bo", "cy", "dee", "ann"]
# split_by_group(groups, order=["ann", "cy", "bo", "dee"], validation=1, test=1)     # ([0, 2, 4], [3], [1, 5])
# split_by_group(groups, order=["ann", "cy", "bo", "dee"], validation=2, test=1)     # ([4], [0, 2, 3], [1, 5])
# ```
# %% answer="hyperparameters.split_by_group"
def split_by_group(groups, order, validation, test):
    """Return the examples of training, validation and test; no group is in two of them."""
    ### BEGIN SOLUTION
    if len(order) != len(set(order)) or set(order) != set(groups):
        raise ValueError(f"{order} does not name each group once")
    parts = {"training": [], "validation": [], "test": []}
    for group in order:
        members = [number for number, name in enumerate(groups) if name == group]
        if len(parts["test"]) < test:
            parts["test"] += members
        elif len(parts["validation"]) < validation:
            parts["validation"] += members
        else:
            parts["training"] += members
    if len(parts["test"]) < test or len(parts["validation"]) < validation or not parts["training"]:
        raise ValueError(f"{len(groups)} examples do not suffice")
    return tuple(sorted(part) for part in parts.values())
    ### END SOLUTION


# %% check="hyperparameters.split_by_group"
check("hyperparameters.split_by_group", split_by_group)
