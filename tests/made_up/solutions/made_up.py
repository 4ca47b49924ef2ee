# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Made up: exercises
# Each exercise is one function or class; write it, run its cell, then run the check below it.
# %%
import numpy as np
import torch

from course_lib.checking import check

# %% [markdown] exercise="made_up.padding_mask"
# `padding_mask(lengths, max_len)` is True where a real token stands.


# %% answer="made_up.padding_mask"
def padding_mask(lengths, max_len):
    """True where a real token stands."""
    ### BEGIN SOLUTION
    return torch.arange(max_len, device=lengths.device).expand(len(lengths), -1) < lengths[:, None]
    ### END SOLUTION


# %% check="made_up.padding_mask"
check("made_up.padding_mask", padding_mask)

# %% [markdown] exercise="made_up.softmax"
# `softmax(scores)` makes each row positive, with the sum one, without `torch.softmax`.


# %% answer="made_up.softmax"
def softmax(scores):
    """Each row becomes positive and sums to one."""
    ### BEGIN SOLUTION
    powers = torch.exp(scores - scores.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)
    ### END SOLUTION


# %% check="made_up.softmax"
check("made_up.softmax", softmax)

# %% [markdown] exercise="made_up.root"
# `root(number)` is the square root; a negative number raises a ValueError.


# %% answer="made_up.root"
def root(number):
    """The square root of a number; a negative one raises ValueError."""
    ### BEGIN SOLUTION
    if number < 0:
        raise ValueError(f"no real root of {number}")
    return number**0.5
    ### END SOLUTION


# %% check="made_up.root"
check("made_up.root", root)

# %% [markdown] exercise="made_up.sort_in_place"
# `sort_in_place(items)` sorts a list where it stands.


# %% answer="made_up.sort_in_place"
def sort_in_place(items):
    """Sort a list where it stands."""
    ### BEGIN SOLUTION
    items.sort()
    ### END SOLUTION


# %% check="made_up.sort_in_place"
check("made_up.sort_in_place", sort_in_place)

# %% [markdown] exercise="made_up.factors"
# `factors(number)` are the prime factors, in any order, without `sorted` and `list.append`.


# %% answer="made_up.factors"
def factors(number):
    """The prime factors, in any order."""
    ### BEGIN SOLUTION
    found, p = [], 2
    while number > 1:
        while number % p == 0:
            found = [*found, p]
            number //= p
        p += 1
    return found
    ### END SOLUTION


# %% check="made_up.factors"
check("made_up.factors", factors)

# %% [markdown] exercise="made_up.Counter"
# `Counter(start).add(amount)` adds up what it is given, and returns the sum.


# %% answer="made_up.Counter"
class Counter:
    """Adds up what it is given."""

    ### BEGIN SOLUTION
    def __init__(self, start):
        self.total = start

    def add(self, amount):
        self.total += amount
        return self.total

    ### END SOLUTION


# %% check="made_up.Counter"
check("made_up.Counter", Counter)

# %% [markdown] exercise="made_up.Walk"
# `Walk(parameters)` keeps a list of tensors in `parameters`; `step(gradients)` subtracts a gradient from each.


# %% answer="made_up.Walk"
class Walk:
    """Moves parameters against their gradients."""

    ### BEGIN SOLUTION
    def __init__(self, parameters):
        self.parameters = parameters

    def step(self, gradients):
        self.parameters = [p - g for p, g in zip(self.parameters, gradients, strict=True)]

    ### END SOLUTION


# %% check="made_up.Walk"
check("made_up.Walk", Walk)

# %% [markdown] exercise="made_up.extent"
# `extent(numbers)` are the least and the greatest, as a tuple.


# %% answer="made_up.extent"
def extent(numbers):
    """The least and the greatest, as a tuple."""
    ### BEGIN SOLUTION
    ordered = sorted(numbers)
    return ordered[0], ordered[-1]
    ### END SOLUTION


# %% check="made_up.extent"
check("made_up.extent", extent)

# %% [markdown] exercise="made_up.tally"
# `tally(text)` is a dict of how often each letter occurs, in order of appearance.


# %% answer="made_up.tally"
def tally(text):
    """How often each letter occurs: str → dict."""
    ### BEGIN SOLUTION
    counts = {}
    for letter in text:
        counts[letter] = counts.get(letter, 0) + 1
    return counts
    ### END SOLUTION


# %% check="made_up.tally"
check("made_up.tally", tally)

# %% [markdown] exercise="made_up.ramp"
# `ramp(length)` are two rows of equal steps from 0, an array of shape (2, length).


# %% answer="made_up.ramp"
def ramp(length):
    """Two rows of equal steps: int → array."""
    ### BEGIN SOLUTION
    return np.array([np.arange(length), length + np.arange(length)], dtype=float)
    ### END SOLUTION


# %% check="made_up.ramp"
check("made_up.ramp", ramp)
