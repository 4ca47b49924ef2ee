"""What an answer to `Nesterov` must do, and the mistakes we know."""

import torch

from course_lib import optimizers
from course_lib.checking import drivers, rubric
from course_lib.checking.cases import number, one_of
from course_lib.rubrics.optimizers import SIZES, ByTorch, a_pause, any_walk, instead, walk


@rubric(
    answer=optimizers.Nesterov,
    title="Nesterov's momentum",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=["torch.optim.SGD", "torch.optim.sgd.sgd"],
    sizes=SIZES,
    draws=12,  # each a whole walk
)
def Nesterov(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, 0.75, False


@Nesterov.drive
def nesterov_walk(answer, starts, gradients, learning_rate, beta, reuse):
    """Take the steps; with `reuse`, hand over the same tensors each time, with new numbers in them."""
    steps = _in_the_same_tensors(gradients) if reuse else gradients
    return drivers.walk(answer, starts, steps, learning_rate, beta)


def _in_the_same_tensors(gradients):
    buffers = [torch.zeros_like(gradient) for gradient in gradients[0]]
    for step in gradients:
        for buffer, gradient in zip(buffers, step, strict=True):
            buffer.copy_(gradient)
        yield buffers


@Nesterov.written
def nesterov_lines(starts, gradients, learning_rate, beta, reuse):
    """As lines that one could run."""
    lines = drivers.walk.written(optimizers.Nesterov, starts, gradients, learning_rate, beta)
    return lines + "  # the same tensors, filled anew" * reuse


@Nesterov.edge(points=1)
def the_caller_reuses_its_tensors():
    """The caller writes every gradient into the same tensor, as `backward` does: remember numbers, not that tensor."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([4.0])], [torch.tensor([5.0])]], 0.1, 0.5, True


@Nesterov.edge(points=1)
def the_velocity_rolls_on_in_a_pause():
    """Where the gradient is zero, the velocity still carries the parameter on."""
    return *a_pause(), 0.1, 0.5, False


@Nesterov.domain
def any_steps(rng):
    """Any shapes, float32 or float64, zeros too; η up to 1, 0 ≤ β < 1; gradients in new tensors or in the same ones."""
    beta = one_of(rng, 0.0, 0.5, 0.9, 0.99, number(rng, 0.01, 0.99))
    return *any_walk(rng, scales=(1.0, 1e-3)), number(rng, 0.001, 1.0), beta, bool(rng.random() < 0.5)


@Nesterov.oracle
class NesterovOfTorch(ByTorch):
    """The one of `torch.optim`, which wants β > 0."""

    def __init__(self, parameters, learning_rate, beta):
        super().__init__(torch.optim.SGD, parameters, lr=learning_rate, momentum=beta, nesterov=beta > 0)


@Nesterov.mistake
class only_momentum(optimizers.Momentum):
    """This is plain momentum: the new v is g plus β times the old one. Step along g plus β times the new one."""


@Nesterov.mistake
@instead(optimizers.Nesterov, "__init__")
def writes_beta_as_a_number(self, parameters, learning_rate, beta):
    """β is 0.9, whatever was passed. Use `beta`."""
    optimizers.Nesterov.__init__(self, parameters, learning_rate, 0.9)


@Nesterov.mistake
@instead(optimizers.Nesterov)
def multiplies_by_the_rate_twice(self, gradient, index):
    """The rate is already in the velocity, and multiplies it once more in the step. Once is enough."""
    self.velocity[index] = self.beta * self.velocity[index] + self.learning_rate * gradient
    return gradient + self.beta * self.velocity[index]


@Nesterov.mistake
@instead(optimizers.Momentum)
def forgets_beta(self, gradient, index):
    """The step adds the whole velocity to the gradient. It should add β times the velocity."""
    return gradient + optimizers.Momentum.direction(self, gradient, index)


@Nesterov.mistake
@instead(optimizers.Momentum)
def adds_to_the_velocity(self, gradient, index):
    """The step goes along v + βv. It should go along g + βv: the new gradient, and β times the new velocity."""
    return (1 + self.beta) * optimizers.Momentum.direction(self, gradient, index)


@Nesterov.mistake
@instead(optimizers.Momentum)
def multiplies_the_gradient_only(self, gradient, index):
    """The learning rate multiplies the gradient only. It stands before the whole of g + βv: use parentheses."""
    return gradient + self.beta * optimizers.Momentum.direction(self, gradient, index) / self.learning_rate


@Nesterov.mistake
@instead(optimizers.Momentum)
def keeps_the_look_ahead(self, gradient, index):
    """g + βv was stored as the velocity. It is only where this step goes; the next v is made from v itself."""
    self.velocity[index] = gradient + self.beta * optimizers.Momentum.direction(self, gradient, index)
    return self.velocity[index]


@Nesterov.mistake
@instead(optimizers.Momentum, "step")
def gives_the_result_a_name_only(self, gradients):
    """The parameters never move: `p = p - …` only names the result anew. Write into the tensor: `p -= …`."""


@Nesterov.mistake
@instead(optimizers.Momentum)
def averages_the_gradients(self, gradient, index):
    """The velocity is an average here, as in Adam. In this form it is a sum: the new gradient counts in full."""
    self.velocity[index] = self.beta * self.velocity[index] + (1 - self.beta) * gradient
    return gradient + self.beta * self.velocity[index]


@Nesterov.mistake
@instead(optimizers.Momentum)
def forgets_the_velocity(self, gradient, index):
    """The velocity starts at zero in every step. Make it in `__init__` and keep it in `self`."""
    return gradient + self.beta * gradient


@Nesterov.mistake
@instead(optimizers.Momentum)
def shares_one_velocity(self, gradient, index):
    """All parameters share one velocity. Each needs its own, of its own shape."""
    return gradient + self.beta * optimizers.Momentum.direction(self, gradient, 0)


@Nesterov.mistake
@instead(optimizers.Momentum)
def adds_to_the_callers_gradient(self, gradient, index):
    """βv was added to the caller's gradient in place. `gradient + …` makes a new tensor, `add_` and `+=` do not."""
    return gradient.add_(optimizers.Momentum.direction(self, gradient, index), alpha=self.beta)


@Nesterov.mistake
@instead(optimizers.Momentum)
def takes_the_gradient_for_its_velocity(self, gradient, index):
    """The first gradient itself became the velocity, and later steps wrote into it. Start from zeros or a copy."""
    if self.steps == 1:
        self.velocity[index] = gradient
    else:
        self.velocity[index].mul_(self.beta).add_(gradient)
    return gradient + self.beta * self.velocity[index]


@Nesterov.mistake
@instead(optimizers.Momentum)
def remembers_the_callers_tensor(self, gradient, index):
    """The velocity is the caller's own tensor, whose numbers change with the next `backward`. Remember a copy."""
    self.velocity[index] = gradient if self.steps == 1 else self.beta * self.velocity[index] + gradient
    return gradient + self.beta * self.velocity[index]


@Nesterov.mistake
@instead(optimizers.Nesterov)
def rolls_only_with_a_gradient(self, gradient, index):
    """Parameters whose gradient is zero were skipped. What is remembered of earlier ones must go on as ever."""
    return optimizers.Nesterov.direction(self, gradient, index) if gradient.any() else gradient


@Nesterov.alternative
class WithTheRateInside:
    """Keep the learning rate inside the velocity, as some texts do; the same while the rate is constant."""

    def __init__(self, parameters, learning_rate, beta):
        self.parameters, self.rate, self.beta, self.velocity = parameters, learning_rate, beta, [0.0] * len(parameters)

    def step(self, gradients):
        for i, gradient in enumerate(gradients):
            before = self.velocity[i]
            self.velocity[i] = self.beta * before - self.rate * gradient
            self.parameters[i] = self.parameters[i] - self.beta * before + (1 + self.beta) * self.velocity[i]
