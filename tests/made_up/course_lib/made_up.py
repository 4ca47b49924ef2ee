"""A made-up concept, so that the machinery is tested without knowing a real one."""

import numpy as np
import torch


def padding_mask(lengths, max_len):
    """True where a real token stands."""
    return torch.arange(max_len, device=lengths.device) < lengths[:, None]


def softmax(scores):
    """Each row becomes positive and sums to one."""
    return torch.softmax(scores, -1)


def root(number):
    """The square root of a number; negative ones are refused."""
    if number < 0:
        raise ValueError(f"no real root of {number}")
    return number**0.5


def sort_in_place(items):
    """Sort a list where it stands."""
    items.sort()


def factors(number):
    """The prime factors, in any order."""
    found, p = [], 2
    while number > 1:
        while number % p == 0:
            found.append(p)
            number //= p
        p += 1
    return found


class Counter:
    """Adds up what it is given."""

    def __init__(self, start):
        self.total = start

    def add(self, amount):
        self.total += amount
        return self.total


class Walk:
    """Moves parameters against their gradients."""

    def __init__(self, parameters):
        self.parameters = parameters

    def step(self, gradients):
        self.parameters = [p - g for p, g in zip(self.parameters, gradients, strict=True)]


def extent(numbers):
    """The least and the greatest of some numbers."""
    return min(numbers), max(numbers)


def tally(text):
    """How often each letter occurs, in order of appearance."""
    return {letter: text.count(letter) for letter in dict.fromkeys(text)}


def ramp(length):
    """Two rows of equal steps from 0."""
    return np.arange(2.0 * length).reshape(2, length)
