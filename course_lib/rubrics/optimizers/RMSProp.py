"""What an answer to `RMSProp` must do, and the mistakes we know."""

import torch

from course_lib import optimizers
from course_lib.checking import drivers, rubric
from course_lib.checking.cases import number, one_of
from course_lib.rubrics.optimizers import SIZES, ByTorch, a_pause, any_walk, instead, walk


@rubric(
    answer=optimizers.RMSProp,
    title="RMSProp",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=["torch.optim.RMSprop", "torch.optim.rmsprop.rmsprop"],
    sizes=SIZES,
    draws=12,  # each a whole walk
)
def RMSProp(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, 0.75, 0.01


RMSProp.drive(drivers.walk)


@RMSProp.edge(points=1)
def a_gradient_of_zero():
    """A number whose gradient has always been 0 stays where it is: 0 / (0 + ε) = 0."""
    return [torch.tensor([2.0, -1.0])], [[torch.tensor([0.0, 3.0])]] * 2, 0.1, 0.9, 1e-6


@RMSProp.edge(points=1)
def the_average_forgets_in_a_pause():
    """A gradient of zero moves nothing, but the average still forgets, and the next step is longer."""
    return *a_pause(), 0.1, 0.75, 1e-6


@RMSProp.domain
def any_steps(rng):
    """Any shapes, float32 or float64, zeros too; η up to 1, 0 ≤ ρ < 1, and ε from 1e-8 to 0.1."""
    rate, decay = number(rng, 0.001, 1.0), one_of(rng, 0.0, 0.5, 0.9, 0.99, 0.999, number(rng, 0.01, 0.99))
    return *any_walk(rng), rate, decay, one_of(rng, 1e-8, 1e-6, 1e-3, 0.1)


@RMSProp.oracle
class RMSPropOfTorch(ByTorch):
    """The one of `torch.optim`."""

    def __init__(self, parameters, learning_rate, decay, epsilon):
        super().__init__(torch.optim.RMSprop, parameters, lr=learning_rate, alpha=decay, eps=epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def epsilon_inside(self, gradient, index):
    """ε was added under the root, as Keras does. Here it is added to the root: √s + ε."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / (self.squares[index] + self.epsilon).sqrt()


@RMSProp.mistake
@instead(optimizers.RMSProp)
def forgets_epsilon(self, gradient, index):
    """ε is not added to the root. Without it, 0 is divided by 0 where every gradient so far was 0."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / self.squares[index].sqrt()


@RMSProp.mistake
@instead(optimizers.RMSProp, "__init__")
def writes_epsilon_as_a_number(self, parameters, learning_rate, decay, epsilon):
    """ε is 1e-8, whatever was passed. Use `epsilon`."""
    optimizers.RMSProp.__init__(self, parameters, learning_rate, decay, 1e-8)


@RMSProp.mistake
@instead(optimizers.RMSProp, "__init__")
def writes_the_decay_as_a_number(self, parameters, learning_rate, decay, epsilon):
    """ρ is 0.9, as in Hinton's lecture, whatever was passed. Use `decay`."""
    optimizers.RMSProp.__init__(self, parameters, learning_rate, 0.9, epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def starts_from_the_first_square(self, gradient, index):
    """The average starts as the first squared gradient. In this form s starts at 0."""
    if self.steps == 1:
        self.squares[index] = gradient**2
    return optimizers.RMSProp.direction(self, gradient, index)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def averages_over_the_tensor(self, gradient, index):
    """One mean of the squares serves the whole tensor. Each number of a parameter has a square of its own."""
    self.squares[index] = self.decay * self.squares[index] + (1 - self.decay) * (gradient**2).mean()
    return gradient / (self.squares[index].sqrt() + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp, "__init__")
def swaps_the_weights(self, parameters, learning_rate, decay, epsilon):
    """The two weights are swapped: ρ belongs to what is remembered, 1 − ρ to the new square."""
    optimizers.RMSProp.__init__(self, parameters, learning_rate, 1 - decay, epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def forgets_the_square_root(self, gradient, index):
    """The gradient was divided by s itself. Take the root first, so that gradient and divisor have the same unit."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / (self.squares[index] + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def adds_epsilon_to_the_quotient(self, gradient, index):
    """ε was added to the quotient. `a / b + c` divides first: put the whole divisor √s + ε in parentheses."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / self.squares[index].sqrt() + self.epsilon / self.learning_rate


@RMSProp.mistake
@instead(optimizers.RMSProp)
def sums_like_adagrad(self, gradient, index):
    """The squares were added up, as in AdaGrad. RMSProp averages them: the old ones fade with ρ."""
    self.squares[index] = self.squares[index] + gradient**2
    return gradient / (self.squares[index].sqrt() + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def adds_the_whole_square(self, gradient, index):
    """The new square counts in full. In an average it has the weight 1 − ρ."""
    self.squares[index] = self.decay * self.squares[index] + gradient**2
    return gradient / (self.squares[index].sqrt() + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def corrects_the_start(self, gradient, index):
    """The average was corrected for its start at zero. Adam does that; RMSProp uses it as it is."""
    optimizers.RMSProp.direction(self, gradient, index)
    corrected = optimizers.bias_corrected(self.squares[index], self.decay, self.steps)
    return gradient / (corrected.sqrt() + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def starts_over(self, gradient, index):
    """Nothing is remembered: s starts at zero in every step. Make it in `__init__` and keep it in `self`."""
    self.squares[index] = torch.zeros_like(gradient)
    return optimizers.RMSProp.direction(self, gradient, index)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def shares_one_average(self, gradient, index):
    """All parameters share one average. Each needs its own, of its own shape."""
    return optimizers.RMSProp.direction(self, gradient, 0)


@RMSProp.mistake
@instead(optimizers.RMSProp, "step")
def moves_only_a_name(self, gradients):
    """The parameters never move: `p = p - …` only names the result anew. Write into the tensor: `p -= …`."""


@RMSProp.mistake
@instead(optimizers.RMSProp)
def goes_uphill(self, gradient, index):
    """The parameters move the wrong way: up the slope. Subtract the step."""
    return -optimizers.RMSProp.direction(self, gradient, index)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def divides_before_the_update(self, gradient, index):
    """The gradient was divided by the average as it was before. Update s first: in the first step the old one is 0."""
    before = self.squares[index]
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / (before.sqrt() + self.epsilon)


@RMSProp.mistake
@instead(optimizers.RMSProp)
def squares_the_callers_gradient(self, gradient, index):
    """The caller's gradient was squared in place. `gradient * gradient` makes a new tensor, `mul_` and `**=` do not."""
    direction = optimizers.RMSProp.direction(self, gradient, index)
    gradient.mul_(gradient)
    return direction


@RMSProp.mistake
@instead(optimizers.RMSProp)
def skips_a_gradient_of_zeros(self, gradient, index):
    """Parameters whose gradient is zero were skipped. What is remembered of earlier ones must go on as ever."""
    return optimizers.RMSProp.direction(self, gradient, index) if gradient.any() else gradient


@RMSProp.alternative
class RMSPropInPlace:
    """Write into the average where it lies, with torch's fused operations."""

    def __init__(self, parameters, learning_rate, decay, epsilon):
        self.parameters, self.rate, self.decay, self.epsilon = parameters, learning_rate, decay, epsilon
        self.squares = [torch.zeros_like(parameter) for parameter in parameters]

    def step(self, gradients):
        for parameter, gradient, square in zip(self.parameters, gradients, self.squares, strict=True):
            square.mul_(self.decay).addcmul_(gradient, gradient, value=1 - self.decay)
            parameter.addcdiv_(gradient, square.sqrt().add_(self.epsilon), value=-self.rate)
