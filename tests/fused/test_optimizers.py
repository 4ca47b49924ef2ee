import pytest
import torch

from course_lib import optimizers
from course_lib.fused import optimizers as fused

SHAPES = ((2, 3), (5,), (), (7, 1))
# Each rule with hyperparameters that are not the defaults, and one that the fused steps do not know.
RULES = {
    "SGD": lambda p: optimizers.SGD(p, 0.07),
    "Momentum": lambda p: optimizers.Momentum(p, 0.03, beta=0.8),
    "Nesterov": lambda p: optimizers.Nesterov(p, 0.03, beta=0.8),
    "AdaGrad": lambda p: optimizers.AdaGrad(p, 0.2, epsilon=1e-3),
    "RMSProp": lambda p: optimizers.RMSProp(p, 0.005, decay=0.9, epsilon=1e-3),
    "Adam": lambda p: optimizers.Adam(p, 0.05, betas=(0.7, 0.95), epsilon=1e-3),
    "AdamW": lambda p: optimizers.AdamW(p, 0.05, betas=(0.7, 0.95), epsilon=1e-3, decay=0.3),
    "SignDescent": lambda p: SignDescent(p, 0.01),
}


class SignDescent(optimizers.Optimizer):
    """A rule that is not one of the course's own."""

    def direction(self, gradient, index):
        return gradient.sign()


def gradients_of(random, dtype=torch.float64):
    return [torch.randn(shape, generator=random, dtype=dtype) for shape in SHAPES]


@pytest.mark.parametrize("name", RULES)
def test_a_hundred_fused_steps_are_those_of_the_formulas_and_both_can_be_mixed(name):
    random = torch.Generator().manual_seed(19)
    start = gradients_of(random)
    plain, quick, mixed = (RULES[name]([tensor.clone() for tensor in start]) for _ in range(3))
    for step in range(100):
        gradients = gradients_of(random)
        plain.step(gradients)
        fused.step(quick, gradients)
        (optimizers.Optimizer.step if step % 2 else fused.step)(mixed, gradients)
    for expected, other, third, first in zip(plain.parameters, quick.parameters, mixed.parameters, start, strict=True):
        torch.testing.assert_close(other, expected, rtol=0, atol=1e-11)
        torch.testing.assert_close(third, expected, rtol=0, atol=1e-11)
        assert not torch.equal(expected, first)
    assert plain.steps == quick.steps == mixed.steps == 100
    assert plain.state_bytes() == quick.state_bytes()


@pytest.mark.parametrize("name", RULES)
def test_gradients_are_neither_changed_nor_kept(name):
    random = torch.Generator().manual_seed(23)
    careful, reusing = (RULES[name]([torch.ones(shape) for shape in SHAPES]) for _ in range(2))
    buffers = [torch.zeros(shape) for shape in SHAPES]
    for _ in range(4):
        gradients = gradients_of(random, torch.float32)
        before = [gradient.clone() for gradient in gradients]
        fused.step(careful, gradients)
        assert all(map(torch.equal, gradients, before))
        for buffer, gradient in zip(buffers, gradients, strict=True):
            buffer.copy_(gradient)
        fused.step(reusing, buffers)
        for buffer in buffers:
            buffer.fill_(torch.nan)  # whoever kept the buffer keeps this
    for mine, other in zip(careful.parameters, reusing.parameters, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)


@pytest.mark.parametrize("name", RULES)
def test_parameters_are_moved_where_they_are_and_still_learn(name):
    model = torch.nn.Linear(3, 2)
    places = [parameter.data_ptr() for parameter in model.parameters()]
    optimizer = RULES[name](model.parameters())
    fused.step(optimizer, [torch.ones(2, 3), torch.ones(2)])
    assert [parameter.data_ptr() for parameter in model.parameters()] == places
    assert all(parameter.requires_grad and parameter.is_leaf for parameter in model.parameters())


@pytest.mark.parametrize("name", [name for name in RULES if name != "AdamW"])
def test_a_gradient_of_zero_moves_nothing_and_makes_no_nan(name):
    optimizer = RULES[name]([torch.ones(2, 3)])
    fused.step(optimizer, [torch.zeros(2, 3)])
    assert torch.equal(optimizer.parameters[0], torch.ones(2, 3))


@pytest.mark.parametrize("name", RULES)
def test_gradients_that_do_not_fit_are_refused_before_anything_moves(name):
    optimizer = RULES[name]([torch.ones(2, 3), torch.ones(5)])
    with pytest.raises(ValueError, match="1 gradients for 2 parameters"):
        fused.step(optimizer, [torch.ones(2, 3)])
    with pytest.raises(ValueError, match=r"gradient 1 is torch.float32 of shape \(3,\), its .* of shape \(5,\)"):
        fused.step(optimizer, [torch.ones(2, 3), torch.ones(3)])
    assert optimizer.steps == 0
    assert torch.equal(optimizer.parameters[0], torch.ones(2, 3))
