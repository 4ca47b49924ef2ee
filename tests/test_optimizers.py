import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import optimizers

SHAPES = ((2, 3), (5,), (), (7, 1))

# Each rule of ours beside torch's, with hyperparameters that are not the defaults.
PAIRS = {
    "SGD": (
        lambda p: optimizers.SGD(p, 0.07),
        lambda p: torch.optim.SGD(p, 0.07),
    ),
    "Momentum": (
        lambda p: optimizers.Momentum(p, 0.03, beta=0.8),
        lambda p: torch.optim.SGD(p, 0.03, momentum=0.8),
    ),
    "Nesterov": (
        lambda p: optimizers.Nesterov(p, 0.03, beta=0.8),
        lambda p: torch.optim.SGD(p, 0.03, momentum=0.8, nesterov=True),
    ),
    "AdaGrad": (
        lambda p: optimizers.AdaGrad(p, 0.2, epsilon=1e-3),
        lambda p: torch.optim.Adagrad(p, 0.2, eps=1e-3),
    ),
    # The rate is small because RMSProp's last steps hop over the minimum, and hopping blows rounding errors up.
    "RMSProp": (
        lambda p: optimizers.RMSProp(p, 0.005, decay=0.9, epsilon=1e-3),
        lambda p: torch.optim.RMSprop(p, 0.005, alpha=0.9, eps=1e-3),
    ),
    "Adam": (
        lambda p: optimizers.Adam(p, 0.05, betas=(0.7, 0.95), epsilon=1e-3),
        lambda p: torch.optim.Adam(p, 0.05, betas=(0.7, 0.95), eps=1e-3),
    ),
    "AdamW": (
        lambda p: optimizers.AdamW(p, 0.05, betas=(0.7, 0.95), epsilon=1e-3, decay=0.3),
        lambda p: torch.optim.AdamW(p, 0.05, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.3),
    ),
}
RULES = {name: ours for name, (ours, _) in PAIRS.items()}


def problem(seed):
    """A smooth random loss of parameters of four shapes, steep in some directions and flat in others."""
    random = torch.Generator().manual_seed(seed)
    sizes = [math.prod(shape) for shape in SHAPES]
    mix = torch.randn(sum(sizes), sum(sizes), generator=random, dtype=torch.float64)
    steepness = torch.logspace(-1.5, 0.5, sum(sizes), dtype=torch.float64)
    start = [torch.randn(shape, generator=random, dtype=torch.float64) for shape in SHAPES]

    def loss(parameters):
        flat = torch.cat([parameter.reshape(-1) for parameter in parameters])
        return (steepness * torch.log(torch.cosh(mix @ flat / 3))).sum()

    return start, loss


def gradients_of(loss, parameters):
    leaves = [parameter.detach().requires_grad_() for parameter in parameters]
    return torch.autograd.grad(loss(leaves), leaves)


# The rules against torch.optim


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("name", PAIRS)
def test_a_hundred_steps_are_those_of_torch_one_by_one(name, seed):
    ours, theirs = PAIRS[name]
    start, loss = problem(seed)
    optimizer = ours([tensor.clone() for tensor in start])
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in start]
    reference = theirs(parameters)
    for step in range(100):
        optimizer.step(gradients_of(loss, optimizer.parameters))
        reference.zero_grad()
        loss(parameters).backward()
        reference.step()
        for mine, expected in zip(optimizer.parameters, parameters, strict=True):
            torch.testing.assert_close(mine, expected.data, rtol=0, atol=1e-6, msg=f"{name}, step {step}")
    assert optimizer.steps == 100
    assert max((mine - first).abs().max() for mine, first in zip(optimizer.parameters, start, strict=True)) > 0.1, (
        "the problem is too easy to tell rules apart"
    )


@pytest.mark.parametrize(
    ("name", "twin"), [("AdaGrad", "Adagrad"), ("RMSProp", "RMSprop"), ("Adam", "Adam"), ("AdamW", "AdamW")]
)
def test_default_hyperparameters_are_those_of_torch(name, twin):
    kind = getattr(optimizers, name)
    start, loss = problem(17)
    ours = kind([tensor.clone() for tensor in start], 0.01)
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in start]
    theirs = getattr(torch.optim, twin)(parameters, lr=0.01)
    for _ in range(5):
        gradients = gradients_of(loss, ours.parameters)
        ours.step(gradients)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient.clone()
        theirs.step()
    for mine, expected in zip(ours.parameters, parameters, strict=True):
        torch.testing.assert_close(mine, expected.data, rtol=0, atol=1e-12)


# What every rule must leave alone


@pytest.mark.parametrize("name", RULES)
def test_gradients_are_neither_changed_nor_kept(name):
    random = torch.Generator().manual_seed(23)
    careful, reusing = (RULES[name]([torch.ones(2, 3), torch.ones(5)]) for _ in range(2))
    buffers = [torch.zeros(2, 3), torch.zeros(5)]
    for _ in range(4):
        gradients = [torch.randn(2, 3, generator=random), torch.randn(5, generator=random)]
        before = [gradient.clone() for gradient in gradients]
        careful.step(gradients)
        assert all(map(torch.equal, gradients, before))
        for buffer, gradient in zip(buffers, gradients, strict=True):
            buffer.copy_(gradient)
        reusing.step(buffers)
        for buffer in buffers:
            buffer.fill_(torch.nan)  # whoever kept the buffer keeps this
    for mine, other in zip(careful.parameters, reusing.parameters, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)


@pytest.mark.parametrize("name", RULES)
def test_parameters_of_a_model_are_moved_where_they_are(name):
    torch.manual_seed(31)
    model = torch.nn.Linear(3, 2)
    places = [parameter.data_ptr() for parameter in model.parameters()]
    optimizer = RULES[name](model.parameters())
    optimizer.learning_rate = 0.01
    before = model(torch.ones(5, 3)).square().mean().item()
    for _ in range(3):
        loss = model(torch.ones(5, 3)).square().mean()
        optimizer.step(torch.autograd.grad(loss, optimizer.parameters))
    assert [parameter.data_ptr() for parameter in model.parameters()] == places
    assert all(parameter.requires_grad and parameter.is_leaf for parameter in model.parameters())
    assert model(torch.ones(5, 3)).square().mean() < before


@pytest.mark.parametrize("name", RULES)
def test_a_learning_rate_of_zero_moves_nothing(name):
    optimizer = RULES[name]([torch.ones(2, 3)])
    optimizer.learning_rate = 0.0
    optimizer.step([torch.full((2, 3), 7.0)])
    assert torch.equal(optimizer.parameters[0], torch.ones(2, 3))


@pytest.mark.parametrize("name", [name for name in RULES if name != "AdamW"])
def test_a_gradient_of_zero_moves_nothing_and_makes_no_nan(name):
    optimizer = getattr(optimizers, name)([torch.ones(2, 3)], 0.1)
    optimizer.step([torch.zeros(2, 3)])
    assert torch.equal(optimizer.parameters[0], torch.ones(2, 3))


@pytest.mark.parametrize(
    ("name", "copies"),
    [("SGD", 0), ("Momentum", 1), ("Nesterov", 1), ("AdaGrad", 1), ("RMSProp", 1), ("Adam", 2), ("AdamW", 2)],
)
@pytest.mark.parametrize(("dtype", "width"), [(torch.float32, 4), (torch.float64, 8)])
def test_state_is_so_many_copies_of_the_parameters(name, copies, dtype, width):
    optimizer = getattr(optimizers, name)([torch.zeros(2, 3, dtype=dtype), torch.zeros(5, dtype=dtype)], 0.1)
    assert optimizer.state_bytes() == copies * 11 * width
    optimizer.step([torch.ones(2, 3, dtype=dtype), torch.ones(5, dtype=dtype)])
    assert optimizer.state_bytes() == copies * 11 * width


# What the page claims of the rules


@given(st.floats(0.01, 1.2), st.floats(-9, 9), st.floats(-9, 9))
def test_on_a_bowl_each_coordinate_of_sgd_shrinks_by_its_own_factor(rate, x, y):
    point = torch.tensor([x, y], dtype=torch.float64)
    optimizer = optimizers.SGD([point], rate)
    for _ in range(5):
        optimizer.step([point * torch.tensor([0.1, 2.0], dtype=torch.float64)])
    expected = torch.tensor([x * (1 - 0.1 * rate) ** 5, y * (1 - 2 * rate) ** 5], dtype=torch.float64)
    torch.testing.assert_close(point, expected)


@pytest.mark.parametrize("name", ["AdaGrad", "RMSProp", "Adam"])
@given(scale=st.floats(0.01, 1e4))
def test_the_scale_of_the_gradient_does_not_matter_to_rules_that_divide_by_it(name, scale):
    one, other = (getattr(optimizers, name)([torch.zeros(3, dtype=torch.float64)], 0.1, epsilon=0.0) for _ in range(2))
    for gradient in torch.tensor([[3.0, -1.0, 0.5], [-2.0, 4.0, 0.5]], dtype=torch.float64):
        one.step([gradient])
        other.step([scale * gradient])
    torch.testing.assert_close(one.parameters, other.parameters)


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3), st.floats(0, 6.28))
def test_sgd_and_momentum_do_not_see_a_rotation_of_space(gradient, angle):
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], dtype=torch.float64)
    gradients = torch.tensor([gradient, gradient[::-1]], dtype=torch.float64)
    for kind in (optimizers.SGD, optimizers.Momentum, optimizers.Nesterov):
        straight, turned = (kind([torch.zeros(3, dtype=torch.float64)], 0.1) for _ in range(2))
        for row in gradients:
            straight.step([row])
            turned.step([turn @ row])
        torch.testing.assert_close(turn @ straight.parameters[0], turned.parameters[0])


def test_a_steady_gradient_ends_in_a_velocity_of_one_over_one_minus_beta():
    optimizer = optimizers.Momentum([torch.zeros(1, dtype=torch.float64)], 0.1, beta=0.75)
    for _ in range(200):
        optimizer.step([torch.tensor([3.0], dtype=torch.float64)])
    torch.testing.assert_close(optimizer.velocity[0], torch.tensor([12.0], dtype=torch.float64))


def test_adagrad_under_a_steady_gradient_steps_by_one_over_root_t_and_never_stops():
    point = torch.zeros(1, dtype=torch.float64)
    optimizer = optimizers.AdaGrad([point], 0.5)
    for step in range(1, 401):
        before = point.item()
        optimizer.step([torch.tensor([7.0], dtype=torch.float64)])
        assert before - point.item() == pytest.approx(0.5 / math.sqrt(step))


@pytest.mark.parametrize("gradient", [1e-3, -50.0])
def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient(gradient):
    point = torch.zeros(1, dtype=torch.float64)
    optimizers.Adam([point], 0.5, epsilon=0.0).step([torch.tensor([gradient], dtype=torch.float64)])
    assert point.item() == pytest.approx(-math.copysign(0.5, gradient))


@given(st.floats(0, 0.9), st.floats(0, 0.5))
def test_for_sgd_decoupled_decay_and_an_l2_penalty_are_the_same(rate, decay):
    gradient = torch.tensor([3.0, -1.0, 0.5], dtype=torch.float64)
    start = torch.tensor([1.0, 2.0, -4.0], dtype=torch.float64)
    penalized = start.clone()
    optimizers.SGD([penalized], rate).step([gradient + decay * penalized])
    torch.testing.assert_close(penalized, (1 - rate * decay) * start - rate * gradient)


def test_nesterovs_method_is_the_classical_one_seen_from_the_point_ahead():
    start, loss = problem(37)
    rate, beta = 0.03, 0.8
    ours = optimizers.Nesterov([tensor.clone() for tensor in start], rate, beta)
    places, velocity = [tensor.clone() for tensor in start], [torch.zeros_like(tensor) for tensor in start]
    for _ in range(20):
        ahead = [place - rate * beta * v for place, v in zip(places, velocity, strict=True)]
        torch.testing.assert_close(ours.parameters, ahead)
        gradients = gradients_of(loss, ahead)
        velocity = [beta * v + g for v, g in zip(velocity, gradients, strict=True)]
        places = [place - rate * v for place, v in zip(places, velocity, strict=True)]
        ours.step(gradients_of(loss, ours.parameters))


def test_a_rate_inside_the_velocity_changes_nothing_until_the_rate_changes():
    gradients = torch.tensor([3.0, -1.0, 2.0, 5.0], dtype=torch.float64)
    ours = optimizers.Momentum([torch.zeros((), dtype=torch.float64)], 0.1, beta=0.5)
    place = velocity = torch.zeros((), dtype=torch.float64)
    for step, gradient in enumerate(gradients):
        ours.learning_rate = 0.1 if step < 3 else 0.01
        ours.step([gradient])
        velocity = 0.5 * velocity - ours.learning_rate * gradient
        place = place + velocity
        assert torch.isclose(place, ours.parameters[0]) == (step < 3)


# Bad input


@pytest.mark.parametrize("name", RULES)
def test_an_optimizer_without_parameters_or_with_a_bad_rate_is_refused(name):
    kind = getattr(optimizers, name)
    with pytest.raises(ValueError, match=r"at least one parameter, got \[\]"):
        kind([], 0.1)
    for rate in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"learning_rate must be at least 0 .* got {rate}"):
            kind([torch.zeros(2)], rate)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("Momentum", {"beta": 1.0}, "beta must be at least 0 and below 1, got 1.0"),
        ("Nesterov", {"beta": -0.1}, "beta must be at least 0 and below 1, got -0.1"),
        ("AdaGrad", {"epsilon": -1.0}, "epsilon must be at least 0 and finite, got -1.0"),
        ("RMSProp", {"decay": 1.5}, "decay must be at least 0 and below 1, got 1.5"),
        ("RMSProp", {"epsilon": -1.0}, "epsilon must be"),
        ("Adam", {"betas": (1.0, 0.9)}, "beta1 must be"),
        ("Adam", {"betas": (0.9, 1.0)}, "beta2 must be"),
        ("Adam", {"epsilon": -1.0}, "epsilon must be"),
        ("AdamW", {"decay": -0.1}, "decay must be at least 0 and finite, got -0.1"),
    ],
)
def test_a_hyperparameter_out_of_range_is_refused_by_name(name, options, words):
    with pytest.raises(ValueError, match=words):
        getattr(optimizers, name)([torch.zeros(2)], 0.1, **options)


@pytest.mark.parametrize("name", RULES)
def test_gradients_that_do_not_fit_are_refused_before_anything_moves(name):
    optimizer = RULES[name]([torch.ones(2, 3), torch.ones(5)])
    step = optimizer.step
    with pytest.raises(ValueError, match="1 gradients for 2 parameters"):
        step([torch.ones(2, 3)])
    with pytest.raises(ValueError, match=r"gradient 1 is torch.float32 of shape \(3,\), its .* of shape \(5,\)"):
        step([torch.ones(2, 3), torch.ones(3)])
    with pytest.raises(
        ValueError, match=r"gradient 0 is torch.float64 of shape \(2, 3\), its parameter is torch.float32"
    ):
        step([torch.ones(2, 3, dtype=torch.float64), torch.ones(5)])
    assert optimizer.steps == 0
    assert torch.equal(optimizer.parameters[0], torch.ones(2, 3))
