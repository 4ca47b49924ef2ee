"""Optimizers.

An optimizer moves each parameter θ by −η·d. The rules differ only in how they turn the gradient g
into the direction d: each `direction` reads as its formula. The conventions are PyTorch's.
"""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

Numbers = Float[Tensor, "..."]  # of any shape
Parameters = Iterable[Numbers]
Gradients = list[Numbers] | tuple[Numbers, ...]  # one for each parameter


class Optimizer:
    """Move parameters against their gradients; a rule is a subclass that has a `direction`.

    `step` writes into the parameters, adds one to `steps`, and leaves the gradients alone. Raises
    ValueError for no parameters, a hyperparameter out of range, and gradients that differ from the
    parameters in number, shape or dtype. Equation {eq}`optimizers-step`.

    >>> class SignDescent(Optimizer):
    ...     def direction(self, gradient, index):
    ...         return gradient.sign()
    >>> height = torch.tensor([10.0])
    >>> SignDescent([height], learning_rate=2.0).step([torch.tensor([3.0])])
    >>> height
    tensor([8.])
    """

    def __init__(self, parameters: Parameters, learning_rate: float):
        """Keep the parameters, not copies; `learning_rate` may change between steps."""
        _check_range(learning_rate=learning_rate)
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got []")
        self.learning_rate = learning_rate
        self.steps = 0
        self._remembered: list[list[Tensor]] = []

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """Make d for parameter number `index`; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} has no direction of its own")

    def begin(self, gradients: Gradients) -> None:
        """Refuse gradients that do not fit, and count the step."""
        _check_gradients(gradients, self.parameters)
        self.steps += 1

    @torch.no_grad()
    def step(self, gradients: Gradients) -> None:
        """Take one step, one parameter after another: θ ← θ − ηd."""
        self.begin(gradients)
        for index, gradient in enumerate(gradients):
            self.parameters[index] -= self.learning_rate * self.direction(gradient, index)

    def remember(self) -> list[Tensor]:
        """Make one tensor of zeros for each parameter, for a rule to keep between steps."""
        self._remembered.append([torch.zeros_like(parameter) for parameter in self.parameters])
        return self._remembered[-1]

    def state_bytes(self) -> int:
        """Count the bytes that the rule keeps between steps."""
        return sum(tensor.nbytes for kept in self._remembered for tensor in kept)


class SGD(Optimizer):
    """Stochastic gradient descent: step against the gradient itself. Robbins and Monro 1951.

    >>> point = torch.tensor([10.0, 1.0])
    >>> SGD([point], learning_rate=0.9).step([torch.tensor([1.0, 2.0])])
    >>> point
    tensor([ 9.1000, -0.8000])
    """

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """d = g."""
        return gradient


class Momentum(Optimizer):
    """Momentum: step along a fading sum of the gradients, the velocity.

    `beta` is at least 0 and below 1. A steady gradient g ends in the velocity g / (1 − β).
    Equation {eq}`optimizers-momentum`; Polyak 1964.

    >>> height = torch.tensor([10.0])
    >>> optimizer = Momentum([height], learning_rate=1.0, beta=0.5)
    >>> optimizer.step([torch.tensor([3.0])])  # v = 3
    >>> optimizer.step([torch.tensor([4.0])])  # v = 0.5 · 3 + 4
    >>> height
    tensor([1.5000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, beta: float = 0.9):
        super().__init__(parameters, learning_rate)
        _check_range(below=1, beta=beta)
        self.beta = beta
        self.velocity = self.remember()

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """v ← βv + g, d = v."""
        self.velocity[index] = self.beta * self.velocity[index] + gradient
        return self.velocity[index]


class AdaGrad(Optimizer):
    """AdaGrad: divide each number of the gradient by the root of the sum of its squares so far.

    The sum never falls, so the steps shrink. `epsilon` keeps 0 / 0 away. Equation
    {eq}`optimizers-adagrad`; Duchi et al. 2011.

    >>> height = torch.tensor([10.0])
    >>> optimizer = AdaGrad([height], learning_rate=1.0)
    >>> optimizer.step([torch.tensor([3.0])])  # d = 3 / √9
    >>> optimizer.step([torch.tensor([4.0])])  # d = 4 / √(9 + 16)
    >>> height
    tensor([8.2000])
    """

    def __init__(self, parameters: Parameters, learning_rate: float, epsilon: float = 1e-10):
        super().__init__(parameters, learning_rate)
        _check_range(epsilon=epsilon)
        self.epsilon = epsilon
        self.squares = self.remember()

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """s ← s + g², d = g / (√s + ε)."""
        self.squares[index] = self.squares[index] + gradient**2
        return gradient / (self.squares[index].sqrt() + self.epsilon)


def linear_warmup(step: int, peak: float, warmup_steps: int) -> float:
    """Raise the learning rate in equal parts to its peak, then hold it there.

    `step` counts the steps taken before this one; the rate is never 0. Raises ValueError for a
    negative number of steps. Equation {eq}`optimizers-warmup`; Goyal et al. 2017, section 2.2.

    >>> [linear_warmup(step, peak=6.0, warmup_steps=3) for step in range(4)]
    [2.0, 4.0, 6.0, 6.0]
    """
    _check_range(step=step, warmup_steps=warmup_steps)
    return peak if step >= warmup_steps else peak * (step + 1) / warmup_steps


def step_decay(step: int, start: float, factor: float, every: int) -> float:
    """Multiply the learning rate by a factor once every so many steps.

    `step` counts the steps taken before this one. Raises ValueError if it is negative and for
    `every` below 1. Equation {eq}`optimizers-stepdecay`; He et al. 2016, section 4.2, made regular.

    >>> [step_decay(step, start=8.0, factor=0.5, every=2) for step in range(5)]
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """
    _check_range(step=step)
    if every < 1:
        raise ValueError(f"a rate can't decay every {every} steps")
    return start * factor ** (step // every)


# The references of the exercises.


def bias_corrected(average: Numbers, beta: float, step: int) -> Numbers:
    """Undo the pull toward zero of a running average that started there: divide by 1 − βᵗ.

    `step` counts the updates a ← βa + (1 − β)x so far. Raises ValueError for `step` below 1 and
    `beta` outside [0, 1). Equation {eq}`optimizers-correction`; Kingma and Ba 2015, section 3.

    >>> bias_corrected(torch.tensor([2.75]), beta=0.5, step=2)  # 3 and 4: (1 · 3 + 2 · 4) / 3
    tensor([3.6667])
    """
    _check_range(below=1, beta=beta)
    if step < 1:
        raise ValueError(f"steps are counted from 1, got step {step}")
    return average / (1 - beta**step)


def cosine_with_warmup(
    step: int,
    total_steps: int,
    peak: float,
    warmup_steps: int = 0,
    floor: float = 0.0,
) -> float:
    """Raise the learning rate to its peak, then let it fall along half a cosine to the floor.

    `step` counts the steps taken before this one; from `total_steps` on the rate is `floor`. Raises
    ValueError unless 0 ≤ `warmup_steps` < `total_steps` and `step` ≥ 0. Equation
    {eq}`optimizers-cosine`; Loshchilov and Hutter 2017, equation 5.

    >>> [round(cosine_with_warmup(step, 6, 8.0, warmup_steps=2), 2) for step in (0, 1, 2, 4, 6, 9)]
    [4.0, 8.0, 8.0, 4.0, 0.0, 0.0]
    """
    _check_range(step=step)
    if not 0 <= warmup_steps < total_steps:
        raise ValueError(f"{warmup_steps} warm-up steps do not fit into {total_steps} steps")
    if step < warmup_steps:
        return linear_warmup(step, peak, warmup_steps)
    done = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return floor + (peak - floor) * (1 + math.cos(math.pi * done)) / 2


def clip_by_global_norm(gradients: Gradients, max_norm: float) -> list[Numbers]:
    """Shorten all gradients by one factor so that together they are no longer than `max_norm`.

    Raises ValueError for no gradients and unless `max_norm` > 0. Equation {eq}`optimizers-clip`;
    Pascanu et al. 2013, algorithm 1.

    >>> clip_by_global_norm([torch.tensor([3.0]), torch.tensor([[4.0]])], max_norm=2.5)
    [tensor([1.5000]), tensor([[2.]])]
    """
    if not gradients or not max_norm > 0:
        raise ValueError(f"{len(gradients)} gradients can't be clipped to norm {max_norm}")
    norms = [torch.linalg.vector_norm(gradient) for gradient in gradients]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    scale = (max_norm / norm).clamp(max=1.0)  # norm 0 gives ∞, which becomes 1
    return [gradient * scale for gradient in gradients]


class RMSProp(Optimizer):
    """RMSProp: AdaGrad with a running average in place of the sum, so that old gradients fade.

    `decay`, ρ, is at least 0 and below 1. The average is not corrected for its start at zero.
    Equation {eq}`optimizers-rmsprop`; Tieleman and Hinton 2012.

    >>> height = torch.tensor([10.0])
    >>> RMSProp([height], learning_rate=1.0, decay=0.75).step([torch.tensor([3.0])])
    >>> height  # d = 3 / √(0.25 · 9) = 2
    tensor([8.])
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float,
        decay: float = 0.99,
        epsilon: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate)
        _check_range(below=1, decay=decay)
        _check_range(epsilon=epsilon)
        self.decay, self.epsilon = decay, epsilon
        self.squares = self.remember()

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """s ← ρs + (1 − ρ)g², d = g / (√s + ε)."""
        self.squares[index] = self.decay * self.squares[index] + (1 - self.decay) * gradient**2
        return gradient / (self.squares[index].sqrt() + self.epsilon)


class Nesterov(Momentum):
    """Nesterov's momentum: step as if the same gradient came once more.

    The gradient is taken at the parameters, not ahead of them, as in PyTorch. Equation
    {eq}`optimizers-nesterov`; Sutskever et al. 2013.

    >>> height = torch.tensor([10.0])
    >>> Nesterov([height], learning_rate=1.0, beta=0.5).step([torch.tensor([3.0])])
    >>> height  # d = 3 + 0.5 · 3
    tensor([5.5000])
    """

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """v ← βv + g, d = g + βv."""
        return gradient + self.beta * super().direction(gradient, index)


class Adam(Optimizer):
    """Adam: momentum over RMSProp, both as running averages, both corrected for their start.

    `betas` are (β₁, β₂), each at least 0 and below 1. ε stands outside the root and is added after
    the correction. Equation {eq}`optimizers-adam`; Kingma and Ba 2015, algorithm 1.

    >>> height = torch.tensor([10.0])
    >>> Adam([height], learning_rate=0.5).step([torch.tensor([3.0])])
    >>> height  # m̂ = 3, ŝ = 9, d = 1
    tensor([9.5000])
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate)
        _check_range(below=1, beta1=betas[0], beta2=betas[1])
        _check_range(epsilon=epsilon)
        self.betas, self.epsilon = betas, epsilon
        self.means, self.squares = self.remember(), self.remember()

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², d = m̂ / (√ŝ + ε)."""
        beta1, beta2 = self.betas
        self.means[index] = beta1 * self.means[index] + (1 - beta1) * gradient
        self.squares[index] = beta2 * self.squares[index] + (1 - beta2) * gradient**2
        mean = bias_corrected(self.means[index], beta1, self.steps)
        square = bias_corrected(self.squares[index], beta2, self.steps)
        return mean / (square.sqrt() + self.epsilon)


class AdamW(Adam):
    """AdamW: Adam, and each step shrinks the parameters by the factor 1 − ηλ: decoupled decay.

    `decay`, λ, is not negative. Unlike an L2 penalty it enters neither gradient nor averages.
    Equation {eq}`optimizers-adamw`; Loshchilov and Hutter 2019, algorithm 2, with PyTorch's ηλ.

    >>> height = torch.tensor([10.0])
    >>> AdamW([height], learning_rate=0.5, decay=0.1).step([torch.tensor([3.0])])
    >>> height  # d = 1 + 0.1 · 10
    tensor([9.])
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        decay: float = 0.01,
    ):
        super().__init__(parameters, learning_rate, betas, epsilon)
        _check_range(decay=decay)
        self.decay = decay

    def direction(self, gradient: Numbers, index: int) -> Numbers:
        """d = d of Adam + λθ."""
        return super().direction(gradient, index) + self.decay * self.parameters[index]


def _check_range(below: float = math.inf, **values: float) -> None:
    for name, value in values.items():
        if not 0 <= value < below:
            limit = "finite" if below == math.inf else f"below {below}"
            raise ValueError(f"{name} must be at least 0 and {limit}, got {value}")


def _check_gradients(gradients: Gradients, parameters: list[Numbers]) -> None:
    if len(gradients) != len(parameters):
        raise ValueError(f"{len(gradients)} gradients for {len(parameters)} parameters")
    for index, (gradient, parameter) in enumerate(zip(gradients, parameters, strict=True)):
        if gradient.shape != parameter.shape or gradient.dtype != parameter.dtype:
            one, other = (f"{t.dtype} of shape {tuple(t.shape)}" for t in (gradient, parameter))
            raise ValueError(f"gradient {index} is {one}, its parameter is {other}")
