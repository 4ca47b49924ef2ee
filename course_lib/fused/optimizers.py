"""Steps of all parameters at once, as in `torch.optim`.

The `_foreach` functions serve a whole list of tensors in one call and write into the state where it
lies, so a step makes fewer calls and fewer copies than the formulas do. The sums are the same ones,
written so that each fits one of these functions:

- A running average is a step of 1 − β from the old average to the new number, which is `lerp`:
  βm + (1 − β)g = m + (1 − β)(g − m).
- Adam divides both averages by numbers, c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ. Multiplying the fraction above
  and below by c₁ moves both numbers into the divisor, where one pass is enough:
  (m / c₁) / (√(s / c₂) + ε) = m / (√s · c₁ / √c₂ + ε · c₁).
- A direction that is a sum, such as g + βv or d + λθ, is added to the parameters term by term, so
  that nobody has to hold the sum.
"""

import math
from collections.abc import Callable

import torch

from course_lib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Gradients,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
)

Terms = list[tuple[float, Gradients]]  # d is their sum: a factor times a list of tensors, each


@torch.no_grad()
def step(optimizer: Optimizer, gradients: Gradients) -> None:
    """Take the step of `optimizer.step(gradients)`, for all parameters at once.

    Both may be mixed. A rule that is not one of the course's own goes along its `direction`.

    >>> height = torch.tensor([10.0])
    >>> optimizer = Momentum([height], learning_rate=1.0, beta=0.5)
    >>> step(optimizer, [torch.tensor([3.0])])  # v = 3
    >>> step(optimizer, [torch.tensor([4.0])])  # v = 0.5 · 3 + 4
    >>> height
    tensor([1.5000])
    """
    optimizer.begin(gradients)
    terms_of = TERMS.get(type(optimizer), _by_direction)
    for factor, tensors in terms_of(optimizer, gradients):
        alpha = -optimizer.learning_rate * factor
        torch._foreach_add_(optimizer.parameters, tensors, alpha=alpha)


def _by_direction(rule: Optimizer, gradients: Gradients) -> Terms:
    return [(1.0, [rule.direction(gradient, index) for index, gradient in enumerate(gradients)])]


def _sgd(rule: SGD, gradients: Gradients) -> Terms:
    return [(1.0, gradients)]


def _momentum(rule: Momentum, gradients: Gradients) -> Terms:
    torch._foreach_mul_(rule.velocity, rule.beta)
    torch._foreach_add_(rule.velocity, gradients)
    return [(1.0, rule.velocity)]


def _nesterov(rule: Nesterov, gradients: Gradients) -> Terms:
    _momentum(rule, gradients)
    return [(1.0, gradients), (rule.beta, rule.velocity)]


def _adagrad(rule: AdaGrad, gradients: Gradients) -> Terms:
    torch._foreach_addcmul_(rule.squares, gradients, gradients)
    return [(1.0, torch._foreach_div(gradients, _roots(rule)))]


def _rmsprop(rule: RMSProp, gradients: Gradients) -> Terms:
    torch._foreach_mul_(rule.squares, rule.decay)
    torch._foreach_addcmul_(rule.squares, gradients, gradients, 1 - rule.decay)
    return [(1.0, torch._foreach_div(gradients, _roots(rule)))]


def _roots(rule: AdaGrad | RMSProp) -> Gradients:
    roots = torch._foreach_sqrt(rule.squares)
    torch._foreach_add_(roots, rule.epsilon)
    return roots


def _adam(rule: Adam, gradients: Gradients) -> Terms:
    beta1, beta2 = rule.betas
    correction1, correction2 = 1 - beta1**rule.steps, 1 - beta2**rule.steps
    torch._foreach_lerp_(rule.means, gradients, 1 - beta1)
    torch._foreach_mul_(rule.squares, beta2)
    torch._foreach_addcmul_(rule.squares, gradients, gradients, 1 - beta2)
    divisors = torch._foreach_sqrt(rule.squares)
    torch._foreach_mul_(divisors, correction1 / math.sqrt(correction2))
    torch._foreach_add_(divisors, rule.epsilon * correction1)
    return [(1.0, torch._foreach_div(rule.means, divisors))]


def _adamw(rule: AdamW, gradients: Gradients) -> Terms:
    # First the decay: its term is the parameters themselves, as they are before the step.
    return [(rule.decay, rule.parameters), *_adam(rule, gradients)]


TERMS: dict[type[Optimizer], Callable[..., Terms]] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _nesterov,
    AdaGrad: _adagrad,
    RMSProp: _rmsprop,
    Adam: _adam,
    AdamW: _adamw,
}
