"""What an answer to `AdamW` must do, and the mistakes we know."""

import torch

from course_lib import optimizers
from course_lib.checking import drivers, rubric
from course_lib.checking.cases import number
from course_lib.rubrics.optimizers import SIZES, ByTorch, a_pause, any_betas, any_walk, instead, walk


@rubric(
    answer=optimizers.AdamW,
    title="AdamW: find what is wrong, and mend it",
    points=3,
    difficulty=3,
    minutes=15,
    forbids=["torch.optim.AdamW", "torch.optim.Adam", "torch.optim.adam.adam"],
    sizes=SIZES,
    draws=12,  # each a whole walk
)
def AdamW(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, (0.6, 0.8), 0.01, 0.3


AdamW.drive(drivers.walk)


@AdamW.edge(points=1)
def nothing_but_decay():
    """Where the gradient is 0, the parameter still shrinks by the factor 1 − ηλ."""
    return [torch.tensor([2.0, -1.0])], [[torch.tensor([0.0, 3.0])]] * 2, 0.5, (0.9, 0.99), 1e-6, 0.25


@AdamW.edge(points=1)
def the_decay_goes_on_in_a_pause():
    """Where the gradient is zero, the parameter still decays, and the average still carries it on."""
    return *a_pause(), 0.1, (0.6, 0.8), 1e-6, 0.25


@AdamW.domain
def any_steps(rng):
    """Any shapes, float32 or float64, zeros too; η and λ up to 1, both β from 0 to below 1, ε from 1e-8 to 0.1."""
    return *(steps := any_walk(rng)), number(rng, 0.001, 1.0), *any_betas(rng, len(steps[1])), number(rng, 0.0, 1.0)


@AdamW.oracle
class AdamWOfTorch(ByTorch):
    """The one of `torch.optim`."""

    def __init__(self, parameters, learning_rate, betas, epsilon, decay):
        settings = {"lr": learning_rate, "betas": betas, "eps": epsilon, "weight_decay": decay}
        super().__init__(torch.optim.AdamW, parameters, **settings)


class AdamThenDecay(optimizers.Adam):
    """Adam with a weight decay, wherever a mistake puts it."""

    def __init__(self, parameters, learning_rate, betas, epsilon, decay):
        super().__init__(parameters, learning_rate, betas, epsilon)
        self.decay = decay


@AdamW.mistake
@instead(AdamThenDecay, "step")
def penalizes_the_gradient(self, gradients):
    """λθ was added to the gradient, as `torch.optim.Adam` does: an L2 penalty, divided by √ŝ. Shrink the parameter."""
    pairs = zip(gradients, self.parameters, strict=True)
    AdamThenDecay.step(self, [gradient + self.decay * parameter for gradient, parameter in pairs])


@AdamW.mistake
@instead(AdamThenDecay, "step")
def decays_without_the_rate(self, gradients):
    """The parameter was shrunk by 1 − λ, as in the paper. In this form, PyTorch's, η counts too: 1 − ηλ."""
    torch._foreach_mul_(self.parameters, 1 - self.decay)
    AdamThenDecay.step(self, gradients)


@AdamW.mistake
@instead(AdamThenDecay, "step")
def decays_after_the_step(self, gradients):
    """The step itself was shrunk as well. Shrink the old parameter first, then take Adam's step."""
    AdamThenDecay.step(self, gradients)
    torch._foreach_mul_(self.parameters, 1 - self.learning_rate * self.decay)


@AdamW.mistake
class forgets_the_decay(AdamThenDecay):
    """This is Adam: nothing shrinks the parameters. A line `p = p * …` only names the result anew: write into `p`."""


@AdamW.mistake
@instead(optimizers.AdamW, "__init__")
def writes_the_decay_as_a_number(self, parameters, learning_rate, betas, epsilon, decay):
    """λ is 0.01, PyTorch's default, whatever was passed. Use `decay`."""
    optimizers.AdamW.__init__(self, parameters, learning_rate, betas, epsilon, 0.01)


@AdamW.mistake
@instead(AdamThenDecay, "step")
def grows_the_weights(self, gradients):
    """The parameters grow by 1 + ηλ. Decay makes them smaller."""
    torch._foreach_mul_(self.parameters, 1 + self.learning_rate * self.decay)
    AdamThenDecay.step(self, gradients)


@AdamW.mistake
@instead(AdamThenDecay)
def divides_the_decay(self, gradient, index):
    """λθ was added to m̂ and so divided by √ŝ + ε. The decay stands apart from the quotient."""
    direction = optimizers.Adam.direction(self, gradient, index)
    root = optimizers.bias_corrected(self.squares[index], self.betas[1], self.steps).sqrt()
    return direction + self.decay * self.parameters[index] / (root + self.epsilon)


@AdamW.mistake
@instead(AdamThenDecay, "step")
def adds_the_penalty_in_place(self, gradients):
    """λθ was added to the caller's gradient, in place. The decay does not go there: shrink the parameter itself."""
    for gradient, parameter in zip(gradients, self.parameters, strict=True):
        gradient.add_(parameter, alpha=self.decay)
    AdamThenDecay.step(self, gradients)


@AdamW.mistake
@instead(optimizers.AdamW, "step")
def decays_only_with_a_gradient(self, gradients):
    """Parameters whose gradient is zero were skipped. They decay all the same, and the averages go on as ever."""
    if gradients[0].any():
        optimizers.AdamW.step(self, gradients)
    else:
        self.steps += 1


@AdamW.alternative
class DecayByTheOldParameter:
    """Take Adam's step, then subtract ηλ times the parameter as it was before."""

    def __init__(self, parameters, learning_rate, betas, epsilon, decay):
        self.adam, self.decay = optimizers.Adam(parameters, learning_rate, betas, epsilon), learning_rate * decay

    @property
    def parameters(self):
        """The parameters that Adam moves."""
        return self.adam.parameters

    def step(self, gradients):
        before = [parameter.clone() for parameter in self.parameters]
        self.adam.step(gradients)
        for parameter, old in zip(self.parameters, before, strict=True):
            parameter.sub_(old, alpha=self.decay)
