"""What an answer to `Adam` must do, and the mistakes we know."""

import math

import torch

from course_lib import optimizers
from course_lib.checking import drivers, rubric
from course_lib.checking.cases import number
from course_lib.rubrics.optimizers import SIZES, ByTorch, a_pause, any_betas, any_walk, instead, walk


@rubric(
    answer=optimizers.Adam,
    title="Adam",
    points=4,
    difficulty=3,
    minutes=25,
    forbids=["torch.optim.Adam", "torch.optim.adam.adam"],
    sizes=SIZES,
    draws=12,  # each a whole walk
)
def Adam(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, (0.6, 0.8), 0.01


Adam.drive(drivers.walk)


@Adam.edge(points=1)
def nothing_to_average():
    """With both β at 0 only the sign of the gradient is left, and no correction is needed."""
    return (
        [torch.tensor([2.0, -1.0])],
        [[torch.tensor([3.0, -0.5])], [torch.tensor([-8.0, 0.0])]],
        0.5,
        (0.0, 0.0),
        1e-6,
    )


@Adam.edge(points=1)
def the_averages_go_on_in_a_pause():
    """Where the gradient is zero, the average of the earlier ones still carries the parameter on."""
    return *a_pause(), 0.1, (0.6, 0.8), 1e-6


@Adam.edge(points=1)
def the_correction_goes_on():
    """With β near 1 the correction counts for many steps, and for the twelfth as for the first."""
    gradients = [[torch.tensor([1.0 + step % 2])] for step in range(12)]
    return [torch.tensor([1.0])], gradients, 0.1, (0.9, 0.99), 1e-6


@Adam.domain
def any_steps(rng):
    """Any shapes, float32 or float64, zeros too; η up to 1, both β from 0 to below 1, and ε from 1e-8 to 0.1."""
    return *(steps := any_walk(rng, long=3)), number(rng, 0.001, 1.0), *any_betas(rng, len(steps[1]))


@Adam.oracle
class AdamOfTorch(ByTorch):
    """The one of `torch.optim`."""

    def __init__(self, parameters, learning_rate, betas, epsilon):
        super().__init__(torch.optim.Adam, parameters, lr=learning_rate, betas=betas, eps=epsilon)


class AdamParts(optimizers.Adam):
    """Adam with the quotient of its averages apart, for mistakes that are in there."""

    def direction(self, gradient, index):
        super().direction(gradient, index)  # updates both averages
        return self._quotient(self.means[index], self.squares[index], self.steps)


@Adam.mistake
@instead(AdamParts, "_quotient")
def forgets_the_correction(self, mean, square, step):
    """Neither average was corrected for its start at zero. Divide m by 1 − β₁ᵗ and s by 1 − β₂ᵗ."""
    return mean / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_the_mean_only(self, mean, square, step):
    """Only m was corrected. s was started at zero too: divide it by 1 − β₂ᵗ."""
    return optimizers.bias_corrected(mean, self.betas[0], step) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_the_square_only(self, mean, square, step):
    """Only s was corrected. m was started at zero too: divide it by 1 − β₁ᵗ."""
    return mean / (optimizers.bias_corrected(square, self.betas[1], step).sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_the_root(self, mean, square, step):
    """The root was corrected instead of s. Divide s by 1 − β₂ᵗ first, then take the root."""
    root = optimizers.bias_corrected(square.sqrt(), self.betas[1], step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / (root + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_every_step_like_the_first(self, mean, square, step):
    """Every step was corrected like the first: by 1 − β. Keep a count t of the steps in `self`, and use 1 − βᵗ."""
    square = square / (1 - self.betas[1])
    return mean / (1 - self.betas[0]) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_ten_steps_only(self, mean, square, step):
    """The correction stops after some steps. It never ends: 1 − βᵗ comes close to 1 by itself."""
    if step <= 10:
        square = optimizers.bias_corrected(square, self.betas[1], step)
        mean = optimizers.bias_corrected(mean, self.betas[0], step)
    return mean / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def corrects_both_with_the_first_beta(self, mean, square, step):
    """Both averages were corrected with β₁. Each has its own: ŝ = s / (1 − β₂ᵗ)."""
    square = optimizers.bias_corrected(square, self.betas[0], step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(optimizers.Adam)
def keeps_the_largest_square(self, gradient, index):
    """The largest s so far was used, as in AMSGrad. Here s itself counts, and may fall again."""
    self.largest = getattr(self, "largest", {})
    optimizers.Adam.direction(self, gradient, index)
    square = self.squares[index]
    self.largest[index] = torch.maximum(self.largest.get(index, square), square)
    square = optimizers.bias_corrected(self.largest[index], self.betas[1], self.steps)
    mean = optimizers.bias_corrected(self.means[index], self.betas[0], self.steps)
    return mean / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(optimizers.Adam, "__init__")
def writes_epsilon_as_a_number(self, parameters, learning_rate, betas, epsilon):
    """ε is 1e-8, whatever was passed. Use `epsilon`."""
    optimizers.Adam.__init__(self, parameters, learning_rate, betas, 1e-8)


@Adam.mistake
@instead(AdamParts, "_quotient")
def counts_steps_from_zero(self, mean, square, step):
    """The first step was corrected with t = 0, that is by dividing by 0. Count the step before using t."""
    one = mean.new_ones(())
    square = square / (one - self.betas[1] ** (step - 1))
    return mean / (one - self.betas[0] ** (step - 1)) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def counts_one_step_too_many(self, mean, square, step):
    """The first step was corrected with t = 2. Start the count at 0 where 1 is added before t is used."""
    square = optimizers.bias_corrected(square, self.betas[1], step + 1)
    return optimizers.bias_corrected(mean, self.betas[0], step + 1) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(optimizers.Adam)
def counts_steps_for_each_parameter(self, gradient, index):
    """t grew with every parameter. It counts steps: add 1 once for all parameters, outside their loop."""
    self.steps += index > 0  # `step` has counted once already
    return optimizers.Adam.direction(self, gradient, index)


@Adam.mistake
@instead(AdamParts, "_quotient")
def epsilon_under_the_root(self, mean, square, step):
    """ε was added under the root. It is added to the root: √ŝ + ε."""
    square = optimizers.bias_corrected(square, self.betas[1], step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / (square + self.epsilon).sqrt()


@Adam.mistake
@instead(AdamParts, "_quotient")
def epsilon_before_the_correction(self, mean, square, step):
    """ε was added before s was corrected, as in Keras, so it was stretched too. Correct s, take the root, add ε."""
    root = (square.sqrt() + self.epsilon) / math.sqrt(1 - self.betas[1] ** step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / root


@Adam.mistake
@instead(AdamParts, "_quotient")
def leaves_epsilon_out(self, mean, square, step):
    """ε is not added to the root. Without it, 0 is divided by 0 where ŝ is 0."""
    square = optimizers.bias_corrected(square, self.betas[1], step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / square.sqrt()


@Adam.mistake
@instead(AdamParts, "_quotient")
def divides_by_the_square(self, mean, square, step):
    """The mean was divided by ŝ itself. Take the root first, so that both have the unit of the gradient."""
    square = optimizers.bias_corrected(square, self.betas[1], step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / (square + self.epsilon)


@Adam.mistake
@instead(optimizers.Adam, "__init__")
def keeps_both_averages_in_one_list(self, parameters, learning_rate, betas, epsilon):
    """m and s are one and the same list (`a = b = […]` makes one list with two names). Make two."""
    optimizers.Adam.__init__(self, parameters, learning_rate, betas, epsilon)
    self.means = self.squares


@Adam.mistake
@instead(optimizers.Adam, "step")
def only_names_the_result(self, gradients):
    """The parameters never move: `p = p - …` only names the result anew. Write into the tensor: `p -= …`."""


@Adam.mistake
@instead(optimizers.Adam, "__init__")
def writes_the_betas_as_numbers(self, parameters, learning_rate, betas, epsilon):
    """Both β are those of the paper, 0.9 and 0.999, whatever was passed. Use `betas`."""
    optimizers.Adam.__init__(self, parameters, learning_rate, (0.9, 0.999), epsilon)


@Adam.mistake
@instead(optimizers.Adam, "__init__")
def swaps_the_betas(self, parameters, learning_rate, betas, epsilon):
    """The two β are swapped: `betas[0]` averages the gradients, `betas[1]` their squares."""
    optimizers.Adam.__init__(self, parameters, learning_rate, betas[::-1], epsilon)


@Adam.mistake
@instead(optimizers.Adam)
def keeps_the_corrected_averages(self, gradient, index):
    """The corrected m̂ and ŝ were stored back as m and s. Keep the averages as they are; correct a copy each step."""
    direction = optimizers.Adam.direction(self, gradient, index)
    for averages, beta in zip((self.means, self.squares), self.betas, strict=True):
        averages[index] = optimizers.bias_corrected(averages[index], beta, self.steps)
    return direction


@Adam.mistake
@instead(optimizers.Adam)
def scales_the_callers_gradient(self, gradient, index):
    """The caller's gradient was multiplied in place. `gradient * …` makes a new tensor, `mul_` and `*=` do not."""
    direction = optimizers.Adam.direction(self, gradient, index)
    gradient.mul_(1 - self.betas[0])
    return direction


@Adam.mistake
@instead(optimizers.Adam)
def averages_only_with_a_gradient(self, gradient, index):
    """Parameters whose gradient is zero were skipped. What is remembered of earlier ones must go on as ever."""
    return optimizers.Adam.direction(self, gradient, index) if gradient.any() else gradient


@Adam.alternative
class AdamWithFoldedCorrections:
    """Fold both corrections into the step size and ε, as the paper's section 2 suggests, and multiply the powers up."""

    def __init__(self, parameters, learning_rate, betas, epsilon):
        self.parameters, self.rate, self.betas, self.epsilon = parameters, learning_rate, betas, epsilon
        self.powers = (1.0, 1.0)
        self.state = {}

    def step(self, gradients):
        (one, two), powers = self.betas, self.powers
        self.powers = one * powers[0], two * powers[1]
        left, right = 1 - self.powers[0], math.sqrt(1 - self.powers[1])
        for i, gradient in enumerate(gradients):
            mean, square = self.state.get(i, (torch.zeros_like(gradient), torch.zeros_like(gradient)))
            mean, square = torch.lerp(mean, gradient, 1 - one), torch.lerp(square, gradient.square(), 1 - two)
            self.state[i] = mean, square
            self.parameters[i] -= self.rate * right / left * mean / (square.sqrt() + self.epsilon * right)
