"""Optimizers.

An optimizer turns gradients into steps: each rule here moves a parameter θ by −η·d and makes the direction d in its
own way. `_direction` writes the rule for one parameter, as its formula reads; `_directions` writes it for all at once,
with the `_foreach` operations of `torch.optim`. The conventions are PyTorch's; equations are numbered as on the page.
"""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

Numbers = Float[Tensor, "..."]  # of any shape
Parameters = Iterable[Numbers]
Gradients = list[Numbers] | tuple[Numbers, ...]  # one for each parameter, of its shape
Pair = tuple[float, float]


class SGD:
    """Stochastic gradient descent: step against the gradient itself, d = g.

    Takes floating-point parameters of any shapes and the learning rate η. `step` and
    `step_by_loops` write into the parameters, add one to `steps`, and leave the gradients
    alone. Raises ValueError for no parameters, a hyperparameter out of range, and gradients
    unlike the parameters in number, shape or dtype. Equation (1); Robbins and Monro 1951.

    >>> point = torch.tensor([10.0, 1.0])
    >>> SGD([point], learning_rate=0.9).step([torch.tensor([1.0, 2.0])])
    >>> point
    tensor([ 9.1000, -0.8000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float):
        """Keep the parameters, not copies; `learning_rate` may change between steps."""
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got []")
        self.learning_rate = _within("learning_rate", learning_rate)
        self.steps = 0
        self._remembered: list[list[Tensor]] = []

    @torch.no_grad()
    def step_by_loops(self, gradients: Gradients) -> None:
        """Take one step, one parameter after another, as the formulas read."""
        self._begin(gradients)
        for index, gradient in enumerate(gradients):
            self.parameters[index].sub_(self.learning_rate * self._direction(gradient, index))

    @torch.no_grad()
    def step(self, gradients: Gradients) -> None:
        """Take the same step for all parameters at once: few calls, few copies."""
        self._begin(gradients)
        torch._foreach_add_(self.parameters, self._directions(gradients), alpha=-self.learning_rate)

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        return gradient

    def _directions(self, gradients: Gradients) -> Gradients:
        return gradients

    def state_bytes(self) -> int:
        """Count the bytes that the rule remembers from one step to the next."""
        return sum(tensor.nbytes for kind in self._remembered for tensor in kind)

    def _remember(self) -> list[Tensor]:
        """Return one tensor of zeros for each parameter, counted as state."""
        self._remembered.append([torch.zeros_like(parameter) for parameter in self.parameters])
        return self._remembered[-1]

    def _begin(self, gradients: Gradients) -> None:
        _check_fit(gradients, self.parameters)
        self.steps += 1


class Momentum(SGD):
    """Momentum: step along a fading sum of the gradients, the velocity: d = v ← βv + g.

    `beta` is at least 0 and below 1; a steady gradient g ends in the velocity g / (1 − β).
    v does not contain the learning rate. Equation (3); Polyak 1964.

    >>> height = torch.tensor([10.0])
    >>> optimizer = Momentum([height], learning_rate=1.0, beta=0.5)
    >>> for gradient in (3.0, 4.0):
    ...     optimizer.step([torch.tensor([gradient])])  # v = 3, then 0.5 · 3 + 4
    >>> height
    tensor([1.5000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, beta: float = 0.9):
        """Start at rest."""
        super().__init__(parameters, learning_rate)
        self.beta = _within("beta", beta, below=1)
        self.velocity = self._remember()

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        self.velocity[index] = self.beta * self.velocity[index] + gradient
        return self.velocity[index]

    def _directions(self, gradients: Gradients) -> Gradients:
        torch._foreach_mul_(self.velocity, self.beta)
        torch._foreach_add_(self.velocity, gradients)
        return self.velocity


class AdaGrad(SGD):
    """AdaGrad: divide each number of g by the root of the sum of its squares: d = g / (√s + ε).

    s ← s + g² never falls, so the steps shrink. `epsilon` keeps 0 / 0 away. Equation (5);
    Duchi et al. 2011.

    >>> height = torch.tensor([10.0])
    >>> optimizer = AdaGrad([height], learning_rate=1.0)
    >>> for gradient in (3.0, 4.0):
    ...     optimizer.step([torch.tensor([gradient])])  # d = 3 / √9, then 4 / √(9 + 16)
    >>> height
    tensor([8.2000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, epsilon: float = 1e-10):
        """Start with sums of zero."""
        super().__init__(parameters, learning_rate)
        self.epsilon = _within("epsilon", epsilon)
        self.squares = self._remember()

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        self.squares[index] = self.squares[index] + gradient**2
        return gradient / (self.squares[index].sqrt() + self.epsilon)

    def _directions(self, gradients: Gradients) -> Gradients:
        torch._foreach_addcmul_(self.squares, gradients, gradients)
        roots = torch._foreach_sqrt(self.squares)
        torch._foreach_add_(roots, self.epsilon)
        return torch._foreach_div(gradients, roots)


def linear_warmup(step: int, peak: float, warmup_steps: int) -> float:
    """Raise the learning rate in equal steps to its peak, then hold it there.

    Takes the number of steps taken before this one; returns the learning rate of this one, never 0. Raises
    ValueError for a negative number of steps. Equation (10); Goyal et al. 2017, section 2.2.

    >>> [linear_warmup(step, peak=6.0, warmup_steps=3) for step in range(4)]
    [2.0, 4.0, 6.0, 6.0]
    """
    if _within("step", step) >= _within("warmup_steps", warmup_steps):
        return peak
    return peak * (step + 1) / warmup_steps


def step_decay(step: int, start: float, factor: float, every: int) -> float:
    """Multiply the learning rate by a factor once every so many steps.

    Takes the number of steps taken before this one; returns the learning rate of this one. Raises ValueError for
    a negative step or `every` below 1. Equation (11); He et al. 2016, section 4.2, with equal intervals.

    >>> [step_decay(step, start=8.0, factor=0.5, every=2) for step in range(5)]
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """
    if every < 1:
        raise ValueError(f"a rate can't decay every {every} steps")
    return start * factor ** (_within("step", step) // every)


# The references of the exercises.


def bias_corrected(average: Numbers, beta: float, step: int) -> Numbers:
    """Undo the pull toward zero of a running average that was started at zero.

    Takes the average a ← βa + (1 − β)x of any shape after t = `step` updates; returns a / (1 − βᵗ), of the same
    shape. Raises ValueError for `step` below 1 or `beta` outside [0, 1). Equation (7); Kingma and Ba 2015, section 3.

    >>> bias_corrected(torch.tensor([2.75]), beta=0.5, step=2)  # 3 and 4, averaged: (1 · 3 + 2 · 4) / 3
    tensor([3.6667])
    """
    if step < 1:
        raise ValueError(f"steps are counted from 1, got step {step}")
    return average / (1 - _within("beta", beta, below=1) ** step)


def cosine_with_warmup(step: int, total_steps: int, peak: float, warmup_steps: int = 0, floor: float = 0.0) -> float:
    """Warm up linearly to the peak, then fall along half a cosine to the floor, and stay there.

    Takes the number of steps taken before this one; returns the learning rate of this one. Raises ValueError unless
    0 ≤ `warmup_steps` < `total_steps` and `step` ≥ 0. Equation (12); Loshchilov and Hutter 2017, equation 5.

    >>> [round(cosine_with_warmup(step, 6, peak=8.0, warmup_steps=2), 2) for step in (0, 1, 2, 4, 6, 9)]
    [4.0, 8.0, 8.0, 4.0, 0.0, 0.0]
    """
    if not 0 <= warmup_steps < total_steps:
        raise ValueError(f"{warmup_steps} warm-up steps do not fit into {total_steps} steps")
    if _within("step", step) < warmup_steps:
        return linear_warmup(step, peak, warmup_steps)
    done = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return floor + (peak - floor) * (1 + math.cos(math.pi * done)) / 2


def clip_by_global_norm(gradients: Gradients, max_norm: float) -> list[Numbers]:
    """Shorten all gradients by one common factor so that together they are no longer than `max_norm`.

    Takes gradients of any shapes; returns new ones, equal to the old if these are short enough. Raises ValueError
    unless there is a gradient and `max_norm` > 0. Equation (13); Pascanu et al. 2013, algorithm 1.

    >>> clip_by_global_norm([torch.tensor([3.0]), torch.tensor([[4.0]])], max_norm=2.5)
    [tensor([1.5000]), tensor([[2.]])]
    """
    if not gradients or not max_norm > 0:
        raise ValueError(f"{len(gradients)} gradients can't be clipped to norm {max_norm}")
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]))
    scale = (max_norm / norm).clamp(max=1.0)  # norm 0 gives ∞, which becomes 1
    return [gradient * scale for gradient in gradients]


class RMSProp(SGD):
    """RMSProp: AdaGrad with a running average in place of the sum, so that old gradients are forgotten.

    s ← ρs + (1 − ρ)g², d = g / (√s + ε), with `decay` ρ in [0, 1). Equation (6); Tieleman and Hinton 2012.

    >>> height = torch.tensor([10.0])
    >>> RMSProp([height], learning_rate=1.0, decay=0.75).step([torch.tensor([3.0])])
    >>> height  # d = 3 / √(0.25 · 9) = 2
    tensor([8.])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, decay: float = 0.99, epsilon: float = 1e-8):
        """Start with averages of zero; they are not corrected for it."""
        super().__init__(parameters, learning_rate)
        self.decay, self.epsilon = _within("decay", decay, below=1), _within("epsilon", epsilon)
        self.squares = self._remember()

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        self.squares[index] = self.decay * self.squares[index] + (1 - self.decay) * gradient**2
        return gradient / (self.squares[index].sqrt() + self.epsilon)

    def _directions(self, gradients: Gradients) -> Gradients:
        torch._foreach_mul_(self.squares, self.decay)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 1 - self.decay)
        roots = torch._foreach_sqrt(self.squares)
        torch._foreach_add_(roots, self.epsilon)
        return torch._foreach_div(gradients, roots)


class Nesterov(Momentum):
    """Nesterov's momentum: v ← βv + g as before, but step along g + βv, as if the same gradient came again.

    PyTorch's form: the gradient is taken at the parameters, not ahead of them. Equation (4); Sutskever et al. 2013.

    >>> height = torch.tensor([10.0])
    >>> Nesterov([height], learning_rate=1.0, beta=0.5).step([torch.tensor([3.0])])  # d = 3 + 0.5 · 3
    >>> height
    tensor([5.5000])
    """

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        return gradient + self.beta * super()._direction(gradient, index)

    @torch.no_grad()
    def step(self, gradients: Gradients) -> None:
        """Take the step for all parameters at once, along g, then along βv: adding them up first would take a copy."""
        self._begin(gradients)
        torch._foreach_add_(self.parameters, gradients, alpha=-self.learning_rate)
        torch._foreach_add_(self.parameters, super()._directions(gradients), alpha=-self.learning_rate * self.beta)


class Adam(SGD):
    """Adam: momentum over RMSProp, both as running averages, both corrected for their start at zero.

    m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², d = m̂ / (√ŝ + ε), with `betas` (β₁, β₂), each at least 0 and below 1. ε
    stands outside the root, after the correction. Equation (8); Kingma and Ba 2015, algorithm 1.

    >>> height = torch.tensor([10.0])
    >>> Adam([height], learning_rate=0.5).step([torch.tensor([3.0])])  # m̂ = 3, ŝ = 9, d = 1
    >>> height
    tensor([9.5000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, betas: Pair = (0.9, 0.999), epsilon: float = 1e-8):
        """Start with averages of zero."""
        super().__init__(parameters, learning_rate)
        self.betas = _within("beta 1", betas[0], below=1), _within("beta 2", betas[1], below=1)
        self.epsilon = _within("epsilon", epsilon)
        self.means, self.squares = self._remember(), self._remember()

    def _direction(self, gradient: Numbers, index: int) -> Numbers:
        beta1, beta2 = self.betas
        self.means[index] = beta1 * self.means[index] + (1 - beta1) * gradient
        self.squares[index] = beta2 * self.squares[index] + (1 - beta2) * gradient**2
        mean = bias_corrected(self.means[index], beta1, self.steps)
        return mean / (bias_corrected(self.squares[index], beta2, self.steps).sqrt() + self.epsilon)

    def _directions(self, gradients: Gradients) -> Gradients:
        (beta1, beta2), epsilon = self.betas, self.epsilon
        correction1, correction2 = 1 - beta1**self.steps, 1 - beta2**self.steps
        torch._foreach_lerp_(self.means, gradients, 1 - beta1)
        torch._foreach_mul_(self.squares, beta2)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 1 - beta2)
        divisors = torch._foreach_sqrt(self.squares)
        torch._foreach_mul_(divisors, correction1 / math.sqrt(correction2))
        torch._foreach_add_(divisors, epsilon * correction1)
        return torch._foreach_div(self.means, divisors)


class AdamW(Adam):
    """AdamW: Adam, and apart from it each step shrinks the parameters by the factor 1 − ηλ: decoupled weight decay.

    λ is `decay`, not negative. Unlike an L2 penalty, the decay does not enter the gradient or its averages.
    Equation (9); Loshchilov and Hutter 2019, algorithm 2, with PyTorch's η in front of λ.

    >>> height = torch.tensor([10.0])
    >>> AdamW([height], learning_rate=0.5, decay=0.1).step([torch.tensor([3.0])])  # 10 · 0.95 − 0.5 · 1
    >>> height
    tensor([9.])
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float,
        betas: Pair = (0.9, 0.999),
        epsilon: float = 1e-8,
        decay: float = 0.01,
    ):
        """Start with averages of zero."""
        super().__init__(parameters, learning_rate, betas, epsilon)
        self.decay = _within("decay", decay)

    @torch.no_grad()
    def _begin(self, gradients: Gradients) -> None:
        super()._begin(gradients)
        torch._foreach_mul_(self.parameters, 1 - self.learning_rate * self.decay)


def _within(name: str, value: float, below: float = math.inf) -> float:
    if not 0 <= value < below:
        raise ValueError(f"{name} must be at least 0 and below {below}, got {value}")
    return value


def _check_fit(gradients: Gradients, parameters: list[Numbers]) -> None:
    if len(gradients) != len(parameters):
        raise ValueError(f"{len(gradients)} gradients for {len(parameters)} parameters")
    for index, (gradient, parameter) in enumerate(zip(gradients, parameters, strict=True)):
        if (gradient.shape, gradient.dtype) != (parameter.shape, parameter.dtype):
            raise ValueError(f"gradient {index} is {_kind(gradient)}, its parameter is {_kind(parameter)}")


def _kind(tensor: Tensor) -> str:
    return f"{tensor.dtype} of shape {tuple(tensor.shape)}"
