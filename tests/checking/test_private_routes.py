"""A private route to a forbidden function counts as the ban it evades; a public function that is not named does not."""

import functools

import pytest
import torch
import torch.nn.functional as F

from course_lib.checking import rubric
from course_lib.checking.bans import announced
from course_lib.checking.forbidden import Watch

SCORES = torch.ones(2, 3)


def used(entry, answer):
    found = []
    with Watch((entry,)).watching(found):
        answer()
    return found


EVASIONS = {
    "torch.nn.utils.rnn.pad_sequence": lambda: torch._C._nn.pad_sequence([SCORES], True, 0.0, "right"),
    "torch.softmax": lambda: torch._softmax(SCORES, -1, False),
    "torch.Tensor.softmax": lambda: torch.ops.aten.softmax(SCORES, -1),
    "torch.nn.functional.softmax": lambda: torch.ops.aten._softmax.default(SCORES, -1, False),
    "torch.permute": lambda: torch.ops.aten.permute.default(SCORES, [1, 0]),
    "torch.nn.functional.gelu": lambda: torch._C._nn.gelu(SCORES),
}


@pytest.mark.parametrize(("entry", "answer"), EVASIONS.items(), ids=EVASIONS.keys())
def test_a_private_route_counts_as_the_ban_it_evades(entry, answer):
    assert entry in used(entry, answer)


def test_a_private_function_of_an_optimizer_counts_as_the_optimizer():
    from torch.optim import adam

    p, one = [torch.zeros(1)], [torch.tensor(1.0)]
    call = functools.partial(
        adam._single_tensor_adam, p, p, [torch.zeros(1)], [torch.zeros(1)], [], one, None, None,
        amsgrad=False, has_complex=False, beta1=0.9, beta2=0.99, lr=0.1, weight_decay=0, eps=1e-8, maximize=False,
        capturable=False, differentiable=False, decoupled_weight_decay=False,
    )  # fmt: skip

    def answer():
        return call()

    assert used("torch.optim.Adam", answer) == ["torch.optim.Adam"]


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ("torch.Tensor.softmax", lambda: torch.softmax(SCORES, -1)),
        ("torch.nn.GELU", lambda: F.gelu(SCORES)),
        ("torch.softmax", lambda: torch.log_softmax(SCORES, -1)),
        ("torch.permute", lambda: SCORES.transpose(0, 1)),
        ("torch.optim.Adam", lambda: torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)),
        ("torch.nn.functional.softmax", lambda: torch.nn.Linear(3, 2)(SCORES)),
    ],
)
def test_what_is_not_announced_is_not_forbidden(entry, answer):
    assert used(entry, answer) == []


def test_bans_are_announced_in_one_sentence():
    def build(rng, size):
        """Scores."""
        return SCORES

    def softmax(scores):
        """Softmax."""

    build.__name__ = "softmax"
    softmax.__module__ = "course_lib.made_up"
    made = rubric(answer=softmax, title="Softmax", forbids=["torch.softmax", "bytes(text, encoding)"])(build)
    assert announced(made) == (
        "Not to be used here, by any route: `torch.softmax`, `bytes(text, encoding)` and `course_lib.made_up.softmax`."
    )
