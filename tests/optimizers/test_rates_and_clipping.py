"""Bias correction, schedules and clipping: the functions of `course_lib.optimizers` beside its rules."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import optimizers


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=8), st.floats(0, 0.99))
def test_a_corrected_average_is_the_weighted_mean_of_what_was_averaged(numbers, beta):
    average = torch.zeros((), dtype=torch.float64)
    for number in numbers:
        average = beta * average + (1 - beta) * number
    weights = [beta ** (len(numbers) - 1 - i) for i in range(len(numbers))]
    expected = sum(w * x for w, x in zip(weights, numbers, strict=True)) / sum(weights)
    assert optimizers.bias_corrected(average, beta, len(numbers)).item() == pytest.approx(expected, abs=1e-9)


def rates_of_torch(make, steps, peak):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(("factor", "every"), [(0.5, 1), (0.1, 3), (1.0, 7)])
def test_step_decay_is_that_of_torch(factor, every):
    expected = rates_of_torch(lambda o: torch.optim.lr_scheduler.StepLR(o, every, factor), 20, 0.3)
    assert [optimizers.step_decay(step, 0.3, factor, every) for step in range(20)] == pytest.approx(expected)


@pytest.mark.parametrize("warmup_steps", [1, 2, 5])
def test_linear_warmup_is_that_of_torch(warmup_steps):
    def make(optimizer):
        first = 1 / warmup_steps
        return torch.optim.lr_scheduler.LinearLR(optimizer, first, 1.0, total_iters=warmup_steps - 1)

    expected = rates_of_torch(make, 9, 0.3) if warmup_steps > 1 else [0.3] * 9
    assert [optimizers.linear_warmup(step, 0.3, warmup_steps) for step in range(9)] == pytest.approx(expected)


@pytest.mark.parametrize(("total", "warmup", "floor"), [(11, 0, 0.0), (13, 2, 0.01), (17, 5, 0.1)])
def test_the_cosine_after_the_warmup_is_that_of_torch(total, warmup, floor):
    def make(optimizer):
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total - warmup, eta_min=floor)

    after = rates_of_torch(make, total - warmup + 1, 0.3)
    expected = [0.3 * (step + 1) / warmup for step in range(warmup)] + after + [floor] * 3
    ours = [optimizers.cosine_with_warmup(step, total, 0.3, warmup, floor) for step in range(total + 4)]
    assert ours == pytest.approx(expected)


def test_the_clipped_gradients_are_those_of_torch():
    random = torch.Generator().manual_seed(29)
    for max_norm in (0.5, 3.0, 1000.0):
        gradients = [torch.randn(shape, generator=random, dtype=torch.float64) for shape in ((2, 3), (5,), (), (7, 1))]
        parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        for ours, parameter in zip(optimizers.clip_by_global_norm(gradients, max_norm), parameters, strict=True):
            torch.testing.assert_close(ours, parameter.grad, rtol=1e-5, atol=0)  # torch adds 1e-6 to the norm


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=7), st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_the_bound_and_short_gradients(numbers, max_norm):
    gradients = [torch.tensor(numbers, dtype=torch.float64), torch.tensor([[2.0]], dtype=torch.float64)]
    before = torch.cat([gradient.reshape(-1) for gradient in gradients])
    clipped = optimizers.clip_by_global_norm(gradients, max_norm)
    assert torch.equal(torch.cat([gradient.reshape(-1) for gradient in gradients]), before)
    after = torch.cat([gradient.reshape(-1) for gradient in clipped])
    assert after.norm() <= max_norm * (1 + 1e-12)
    torch.testing.assert_close(after / after.norm(), before / before.norm())
    if before.norm() <= max_norm:
        assert torch.equal(after, before)


def test_clipping_a_zero_gradient_gives_zeros_and_new_tensors():
    gradient = torch.zeros(2, 3)
    [clipped] = optimizers.clip_by_global_norm([gradient], 1.0)
    assert torch.equal(clipped, gradient)
    assert clipped is not gradient


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (optimizers.bias_corrected, (torch.ones(2), 0.9, 0), "counted from 1, got step 0"),
        (optimizers.bias_corrected, (torch.ones(2), 1.0, 3), "beta must be .* got 1.0"),
        (optimizers.linear_warmup, (-1, 0.1, 5), "step must be at least 0 .* got -1"),
        (optimizers.linear_warmup, (1, 0.1, -5), "warmup_steps must be at least 0 .* got -5"),
        (optimizers.step_decay, (1, 0.1, 0.5, 0), "every 0 steps"),
        (optimizers.step_decay, (-1, 0.1, 0.5, 2), "step must be .* got -1"),
        (optimizers.cosine_with_warmup, (0, 5, 0.1, 5), "5 warm-up steps do not fit into 5 steps"),
        (optimizers.cosine_with_warmup, (0, 5, 0.1, -1), "-1 warm-up steps do not fit"),
        (optimizers.cosine_with_warmup, (-1, 5, 0.1, 2), "step must be .* got -1"),
        (optimizers.clip_by_global_norm, ([], 1.0), "0 gradients can't be clipped to norm 1.0"),
        (optimizers.clip_by_global_norm, ([torch.ones(2)], 0.0), "1 gradients can't be clipped to norm 0.0"),
    ],
)
def test_bad_input_is_refused_by_name(function, arguments, words):
    with pytest.raises(ValueError, match=words):
        function(*arguments)
