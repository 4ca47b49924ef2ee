"""A made-up concept with rubrics of every kind, so that the kit is tested without knowing any real one."""

import sys
import types

import pytest

REFERENCE = '''
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
    return number ** 0.5

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
'''


@pytest.fixture(scope="session", autouse=True)
def made_up_concept():
    """Register the concept `made_up` with its rubrics, as the files of a real concept would."""
    import torch

    from course_lib.checking import rubric

    reference = types.ModuleType("course_lib.made_up")
    exec(compile(REFERENCE, "made_up.py", "exec"), reference.__dict__)
    for part in vars(reference).values():
        if callable(part):
            part.__module__ = "course_lib.made_up"
    sys.modules["course_lib.made_up"] = reference
    rubrics = types.ModuleType("course_lib.rubrics.made_up")
    rubrics.__spec__ = types.SimpleNamespace(name="course_lib.rubrics.made_up")

    @rubric(answer=reference.padding_mask, title="A mask of the real tokens", points=3)
    def padding_mask(rng, size):
        """Batches whose sequences differ in length."""
        return torch.from_numpy(rng.integers(1, size + 1, size=5)), size

    @padding_mask.edge(points=1)
    def an_empty_sequence():
        """A sequence of length zero has nothing to attend to."""
        return torch.tensor([0, 3]), 3

    @padding_mask.mistake
    def marks_the_padding(lengths, max_len):
        """The mask is upside down: True should mean 'a real token', not 'padding'."""
        return ~reference.padding_mask(lengths, max_len)

    @padding_mask.mistake
    def one_too_many(lengths, max_len):
        """One position too many is allowed: positions are counted from 0."""
        return torch.arange(max_len, device=lengths.device) <= lengths[:, None]

    @padding_mask.mistake
    def keeps_one_token_always(lengths, max_len):
        """An empty sequence has no real token at all."""
        return reference.padding_mask(lengths.clamp(min=1), max_len)

    shortcuts = ["torch.softmax", "torch.Tensor.softmax", "torch.nn.functional.softmax"]

    @rubric(answer=reference.softmax, title="Softmax", forbids=shortcuts)
    def softmax(rng, size):
        """Scores in float32."""
        return (torch.from_numpy(rng.normal(size=(3, size))).float(),)

    @rubric(answer=reference.root, title="Square root", points=1)
    def root(rng, size):
        """Positive numbers."""
        return float(size)

    @root.edge(points=1)
    def a_negative_number():
        """A negative number is refused."""
        return -1.0

    @rubric(answer=reference.sort_in_place, title="Sort in place", mutates=True)
    def sort_in_place(rng, size):
        """Lists of numbers."""
        return ([int(n) for n in rng.integers(0, 9, size + 1)] + [-1],)

    @rubric(answer=reference.factors, title="Prime factors", up_to="permutation", forbids=["sorted", "list.append"])
    def factors(rng, size):
        """Products of small primes."""
        return 2**size * 3 * 5

    @rubric(answer=reference.Counter, title="A counter")
    def Counter(rng, size):
        """Several additions."""
        return size, [int(n) for n in rng.integers(1, 9, size)]

    @Counter.drive
    def add_all(answer, start, amounts):
        """Add one amount after the other."""
        counter = answer(start)
        return [counter.add(amount) for amount in amounts]

    @Counter.mistake
    class forgets_the_start:
        """The counter begins at zero instead of at `start`."""

        def __init__(self, start):
            self.total = 0

        def add(self, amount):
            self.total += amount
            return self.total

    made = (padding_mask, softmax, root, sort_in_place, factors, Counter)
    vars(rubrics).update({rubric.name.rpartition(".")[2]: rubric for rubric in made})
    sys.modules["course_lib.rubrics.made_up"] = rubrics
    yield rubrics
    del sys.modules["course_lib.rubrics.made_up"], sys.modules["course_lib.made_up"]
