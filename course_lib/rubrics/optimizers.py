"""What the optimizer answers must do, and the mistakes we know."""
# The docstring of a mistake or an alternative says it all; its methods need none.
# ruff: noqa: D102, D107

import math

import numpy as np
import torch

from course_lib import optimizers
from course_lib.checking import call_each, rubric
from course_lib.checking.texts import describe

OWN = "course_lib.optimizers."
SIZES = (1, 2, 3, 7)  # of the walks: four tell all mistakes apart, and a fifth would only take time


def numbers(rng, *shape):
    """Return random numbers that are short to print and never 0."""
    return torch.from_numpy(np.round(rng.uniform(0.1, 3, size=shape), 1) * rng.choice([-1, 1], size=shape))


def walk(rng, size):
    """Return where to start and the gradients of some steps: one parameter at first, then two, then unlike ones."""
    shapes = [(size,)] + [(size,)] * (size == 3) + [(2, 3)] * (size > 3)
    starts = [numbers(rng, *shape) for shape in shapes]
    return starts, [[numbers(rng, *shape) for shape in shapes] for _ in range(2 + (size > 1) + (size > 2))]


def drive(answer, starts, gradients, *hyperparameters):
    """Return the parameters after each step, as the answer's attribute `parameters` gives them."""
    optimizer = answer([start.clone() for start in starts], *hyperparameters)
    path = {}
    for number, step in enumerate(gradients, start=1):
        optimizer.step(step)
        path[f"parameters after step {number}"] = [parameter.clone() for parameter in optimizer.parameters]
    return path


def stepped(name, starts, gradients, **settings):
    """Write an optimizer that is made and takes its steps, as one would type it."""
    given = ", ".join([describe(starts), *(f"{key}={value}" for key, value in settings.items())])
    return "; ".join([f"o = {name}({given})", *(f"o.step({describe(step)})" for step in gradients)])


def instead(reference, method="direction"):
    """Make a class out of a reference and one method that replaces its own, named and described by that method."""

    def make(function):
        return type(function.__name__, (reference,), {method: function, "__doc__": function.__doc__})

    return make


def a_pause():
    """Return a start and three steps of one parameter, whose second gradient is zero."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([0.0])], [torch.tensor([1.0])]]


# 1. Bias correction


@rubric(
    answer=optimizers.bias_corrected,
    title="Correct a running average for its start at zero",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[OWN + "bias_corrected"],
    tolerance=(1e-6, 1e-7),  # who puts β into a float32 tensor is right too
)
def bias_corrected(rng, size):
    """Averages of several shapes, after one step and after more."""
    return numbers(rng, size, size + 1), float(rng.choice([0.6, 0.75, 0.9])), size


@bias_corrected.edge(points=1)
def nothing_remembered():
    """With β = 0 the average is the last number itself, and needs no correction."""
    return torch.tensor([3.0, -4.0]), 0.0, 2


@bias_corrected.edge(points=1)
def a_long_memory():
    """With β near 1 the first average is a thousand times too small, and the correction must be as exact as ever."""
    return torch.tensor([3.0, -4.0]), 1 - 2**-10, 1  # a power of two: exact in float32 as well


@bias_corrected.mistake
def adds_a_little(average, beta, step):
    """Something was added to 1 − βᵗ. It is never 0 after a step, so leave it alone: near 0 even 1e-8 is too much."""
    return average / (1 - beta**step + 1e-8)


@bias_corrected.mistake
def multiplies(average, beta, step):
    """The average is too small, so it must grow: divide by 1 − βᵗ instead of multiplying by it."""
    return average * (1 - beta**step)


@bias_corrected.mistake
def forgets_the_power(average, beta, step):
    """1 − β is the correction of the first step only. Raise β to the number of steps."""
    return average / (1 - beta)


@bias_corrected.mistake
def multiplies_beta_by_the_step(average, beta, step):
    """The t in βᵗ is a power (`**`), not a factor: each step multiplies what is left of the zero by β once more."""
    return average / (1 - beta * step)


@bias_corrected.mistake
def forgets_the_parentheses(average, beta, step):
    """Python divides before it subtracts: put 1 − βᵗ in parentheses."""
    return average / 1 - beta**step


@bias_corrected.mistake
def counts_from_zero(average, beta, step):
    """The power is one too low: after the first step it is 1, and with 0 you divide by zero."""
    return average / (average.new_ones(()) - beta ** (step - 1))


@bias_corrected.mistake
def counts_one_too_many(average, beta, step):
    """The power is one too high: `step` already counts the update that has just been made."""
    return average / (1 - beta ** (step + 1))


@bias_corrected.mistake
def puts_the_power_outside(average, beta, step):
    """The power belongs to β alone: 1 − βᵗ, not (1 − β)ᵗ."""
    return average / (1 - beta) ** step


@bias_corrected.mistake
def corrects_in_place(average, beta, step):
    """The average itself was overwritten, so the next update would start from the wrong one. Return a new tensor."""
    return average.div_(1 - beta**step)


@bias_corrected.alternative
def by_the_sum_of_the_weights(average, beta, step):
    """Add up the weights (1 − β)βᵏ that the numbers have in the average, and divide by their sum."""
    return torch.div(average, sum((1 - beta) * beta**k for k in range(step)))


# 2. The cosine schedule


@rubric(
    answer=optimizers.cosine_with_warmup,
    title="Warm up, then follow a cosine down",
    points=3,
    difficulty=1,
    minutes=15,
    forbids=[OWN + "cosine_with_warmup"],
)
def cosine_with_warmup(rng, size):
    """Whole schedules with a warm-up and a floor, step by step."""
    warmup, total = 1 + size, 5 + 3 * size
    peak = round(float(rng.uniform(0.5, 2)), 2)
    return list(range(total + 1)), total, peak, warmup, round(peak / 4, 3) if size > 3 else 0.125


@cosine_with_warmup.drive
def schedule(answer, steps, total_steps, peak, warmup_steps, floor):
    """Ask for the rate of each step of a list."""
    return call_each(answer, [(step, total_steps, peak, warmup_steps, floor) for step in steps])


@cosine_with_warmup.written
def schedule_line(steps, total_steps, peak, warmup_steps, floor):
    """As a line that one could run."""
    settings = f"{total_steps=}, {peak=}, {warmup_steps=}, {floor=}"
    over = f"range({len(steps)})" if steps == list(range(len(steps))) else tuple(steps)
    return f"[cosine_with_warmup(step, {settings}) for step in {over}]"


@cosine_with_warmup.edge(points=1)
def no_warmup():
    """Without warm-up steps the cosine starts at once."""
    return [0, 1, 2, 3], 3, 2.0, 0, 0.0


@cosine_with_warmup.edge(points=1)
def after_the_end():
    """Training that goes on after the last step of the schedule stays at the floor."""
    return [8, 9, 12], 8, 2.0, 2, 0.5


def _cosine(done, peak, floor):
    return floor + (peak - floor) * (1 + math.cos(math.pi * done)) / 2


@cosine_with_warmup.mistake
def wastes_the_first_step(step, total_steps, peak, warmup_steps, floor):
    """The warm-up starts at a rate of 0, so the first step goes nowhere. It should be `(step + 1) / warmup_steps`."""
    if step < warmup_steps:
        return peak * step / warmup_steps
    return optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor)


@cosine_with_warmup.mistake
def warms_up_from_the_floor(step, total_steps, peak, warmup_steps, floor):
    """The floor is where the cosine ends; the warm-up goes up in equal parts of the peak and knows no floor."""
    if step < warmup_steps:
        return floor + (peak - floor) * (step + 1) / warmup_steps
    return optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor)


@cosine_with_warmup.mistake
def lifts_the_warmup_to_the_floor(step, total_steps, peak, warmup_steps, floor):
    """The first steps were lifted to the floor. It holds for the cosine only; the warm-up may begin below it."""
    return max(floor, optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor))


@cosine_with_warmup.mistake
def warms_up_one_step_too_long(step, total_steps, peak, warmup_steps, floor):
    """The warm-up is one step too long and ends above the peak: step number `warmup_steps` belongs to the cosine."""
    if step <= warmup_steps:
        return peak * (step + 1) / max(warmup_steps, 1)
    return optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor)


@cosine_with_warmup.mistake
def warms_up_too_slowly(step, total_steps, peak, warmup_steps, floor):
    """The warm-up ends below the peak: its last step, number `warmup_steps - 1`, takes the whole of it."""
    if step < warmup_steps:
        return peak * (step + 1) / (warmup_steps + 1)
    return optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor)


@cosine_with_warmup.mistake
def divides_by_no_warmup(step, total_steps, peak, warmup_steps, floor):
    """This divides by `warmup_steps` even where there are none. Ask first whether the step belongs to the warm-up."""
    warm = peak * (step + 1) / warmup_steps
    cosine = optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps, floor)
    return warm if step < warmup_steps else cosine


@cosine_with_warmup.mistake
def counts_the_warmup_as_progress(step, total_steps, peak, warmup_steps, floor):
    """The rate jumps where the warm-up ends: the cosine's progress must be 0 there, and 1 at step `total_steps`."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _cosine(min(step / total_steps, 1), peak, floor)


@cosine_with_warmup.mistake
def stretches_the_cosine(step, total_steps, peak, warmup_steps, floor):
    """The cosine comes too late: it has only the steps after the warm-up, `total_steps - warmup_steps` of them."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _cosine(min((step - warmup_steps) / total_steps, 1), peak, floor)


@cosine_with_warmup.mistake
def starts_inside_the_cosine(step, total_steps, peak, warmup_steps, floor):
    """The cosine is one step ahead: the + 1 belongs to the warm-up only; step `warmup_steps` is still at the peak."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    done = (step + 1 - warmup_steps) / (total_steps - warmup_steps)
    return floor if step > total_steps else _cosine(done, peak, floor)


@cosine_with_warmup.mistake
def ends_one_step_early(step, total_steps, peak, warmup_steps, floor):
    """The floor comes one step too early: the cosine takes `total_steps - warmup_steps` steps, not one less."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    done = (step - warmup_steps) / (total_steps - warmup_steps - 1)
    return floor if step > total_steps else _cosine(done, peak, floor)


@cosine_with_warmup.mistake
def falls_to_zero(step, total_steps, peak, warmup_steps, floor):
    """The cosine falls to 0. It should end at the floor: what shrinks is the part above it, `peak - floor`."""
    return optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps)


@cosine_with_warmup.mistake
def cuts_off_at_the_floor(step, total_steps, peak, warmup_steps, floor):
    """The cosine falls toward 0 and is cut off at the floor. It should be flatter: only `peak - floor` shrinks."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return max(optimizers.cosine_with_warmup(step, total_steps, peak, warmup_steps), floor)


@cosine_with_warmup.mistake
def forgets_the_half(step, total_steps, peak, warmup_steps, floor):
    """The cosine starts at twice the height: 1 + cos runs from 2 to 0, so it must be halved."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    done = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * done))


@cosine_with_warmup.mistake
def takes_degrees(step, total_steps, peak, warmup_steps, floor):
    """`math.cos` takes radians: half a circle is π, not 180."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    done = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
    return floor + (peak - floor) * (1 + math.cos(180 * done)) / 2


@cosine_with_warmup.mistake
def goes_round_the_whole_circle(step, total_steps, peak, warmup_steps, floor):
    """The rate comes back to its peak: half a cosine, from 0 to π, falls; a whole one, to 2π, returns."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _cosine(2 * min((step - warmup_steps) / (total_steps - warmup_steps), 1), peak, floor)


@cosine_with_warmup.mistake
def piles_the_peak_on_the_floor(step, total_steps, peak, warmup_steps, floor):
    """The cosine starts above the peak: it falls by `peak - floor`, not by the whole peak on top of the floor."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _cosine(min((step - warmup_steps) / (total_steps - warmup_steps), 1), peak + floor, floor)


@cosine_with_warmup.mistake
def rises_again_after_the_end(step, total_steps, peak, warmup_steps, floor):
    """After the last step the cosine turns and the rate rises again. Hold the progress at 1 from there on."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    return _cosine((step - warmup_steps) / (total_steps - warmup_steps), peak, floor)


@cosine_with_warmup.alternative
def by_the_square_of_a_cosine(step, total_steps, peak, warmup_steps, floor):
    """(1 + cos x) / 2 is the square of cos(x / 2)."""
    if warmup_steps > step:
        return np.float64(peak / warmup_steps) * (1 + step)
    done = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    return floor + (peak - floor) * np.cos(np.pi / 2 * done) ** 2


# 3. Clipping


@rubric(
    answer=optimizers.clip_by_global_norm,
    title="Clip gradients by their common norm",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=[OWN + "clip_by_global_norm", "torch.nn.utils.clip_grad_norm_"],
    may_share=True,  # short gradients may be handed back as they are
    tolerance=(1e-5, 1e-7),  # torch's own clipping adds 1e-6 to the norm
)
def clip_by_global_norm(rng, size):
    """One gradient and several, too long and short enough."""
    shapes = [(size,)] + [(2, size)] * (size > 1) + [(3,)] * (size > 3)
    gradients = [numbers(rng, *shape) for shape in shapes]
    length = math.sqrt(sum((gradient**2).sum().item() for gradient in gradients))
    return gradients, round(length * (1.5 if size in (2, 5) else 0.4), 2)


@clip_by_global_norm.edge(points=1)
def a_zero_gradient():
    """A gradient of zeros has no direction to keep, and stays a gradient of zeros."""
    return [torch.zeros(2), torch.zeros(1, 3)], 1.5


@clip_by_global_norm.edge(points=1)
def a_limit_below_one():
    """Short gradients are clipped as well where the limit is shorter still."""
    return [torch.tensor([0.3, -0.4])], 0.25


def _norm(gradients):
    return math.sqrt(sum((gradient**2).sum() for gradient in gradients))


@clip_by_global_norm.mistake
def clips_each_on_its_own(gradients, max_norm):
    """Each tensor was clipped by its own norm, which turns the whole gradient. One norm and one factor serve all."""
    return [gradient * min(1, max_norm / max(_norm([gradient]), 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def clips_each_number(gradients, max_norm):
    """Each number was cut off at `±max_norm`. Clipping by norm multiplies all of them by one factor instead."""
    return [gradient.clamp(-max_norm, max_norm) for gradient in gradients]


@clip_by_global_norm.mistake
def always_scales(gradients, max_norm):
    """Gradients that were short enough were made longer. The factor must never be above 1."""
    return [gradient * (max_norm / max(_norm(gradients), 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def shortens_to_length_one(gradients, max_norm):
    """Long gradients were shortened to the length 1. They should get the length `max_norm`."""
    norm = _norm(gradients)
    return [gradient / norm if norm > max_norm else gradient.clone() for gradient in gradients]


@clip_by_global_norm.mistake
def waits_for_length_one(gradients, max_norm):
    """Only gradients longer than 1 were clipped. Compare their norm with `max_norm`, which may be below 1."""
    return optimizers.clip_by_global_norm(gradients, max_norm) if _norm(gradients) > 1 else list(gradients)


@clip_by_global_norm.mistake
def adds_up_the_norms(gradients, max_norm):
    """Norms do not add up, squares do: the common norm is the root of the sum of all squares."""
    total = sum(_norm([gradient]) for gradient in gradients)
    return [gradient * min(1, max_norm / max(total, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def turns_the_factor_over(gradients, max_norm):
    """The factor is upside down: long gradients stay long, short ones shrink. It is `max_norm` over the norm."""
    return [gradient * min(1, _norm(gradients) / max_norm) for gradient in gradients]


@clip_by_global_norm.mistake
def forgets_the_root(gradients, max_norm):
    """The sum of the squares was compared with `max_norm`, but its root is the norm."""
    return [gradient * min(1, max_norm / max(_norm(gradients) ** 2, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def takes_the_largest_number(gradients, max_norm):
    """The largest number was taken for the norm. The norm here is Euclid's: the root of the sum of all squares."""
    largest = max(gradient.abs().max().item() for gradient in gradients)
    return [gradient * min(1, max_norm / max(largest, 1e-12)) for gradient in gradients]


@clip_by_global_norm.mistake
def clips_in_place(gradients, max_norm):
    """The caller's gradients were overwritten. Return new tensors; whoever logs the norm still needs the old ones."""
    return [gradient.mul_(min(1, max_norm / max(_norm(gradients), 1e-12))) for gradient in list(gradients)]


@clip_by_global_norm.mistake
def divides_zero_by_zero(gradients, max_norm):
    """A gradient of zeros became nan, because it was divided by its norm 0. One such step ruins every parameter."""
    norm = torch.tensor(_norm(gradients), dtype=torch.float64)
    return [(gradient / norm * norm.clamp(max=max_norm)).to(gradient.dtype) for gradient in gradients]


@clip_by_global_norm.alternative
def laid_end_to_end(gradients, max_norm):
    """Lay all numbers end to end and take one norm, with torch's 1e-6 against division by zero."""
    norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    return [torch.where(norm > max_norm, gradient * (max_norm / (norm + 1e-6)), gradient) for gradient in gradients]


@clip_by_global_norm.alternative
def with_python_numbers(gradients, max_norm):
    """Bring the norm to Python and return short gradients as they are."""
    norm = _norm(gradients)
    return list(gradients) if norm <= max_norm else [gradient * max_norm / norm for gradient in gradients]


# 4. RMSProp


@rubric(
    answer=optimizers.RMSProp,
    title="RMSProp",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=[OWN + "RMSProp", "torch.optim.RMSprop", "torch.optim.rmsprop.rmsprop"],
    sizes=SIZES,
)
def RMSProp(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, 0.75, 0.01


@RMSProp.drive
def rmsprop_walk(answer, starts, gradients, learning_rate, decay, epsilon):
    """Take the steps and keep the parameters after each."""
    return drive(answer, starts, gradients, learning_rate, decay, epsilon)


@RMSProp.written
def rmsprop_lines(starts, gradients, learning_rate, decay, epsilon):
    """As lines that one could run."""
    return stepped("RMSProp", starts, gradients, learning_rate=learning_rate, decay=decay, epsilon=epsilon)


@RMSProp.edge(points=1)
def a_gradient_of_zero():
    """A number whose gradient has always been 0 stays where it is: 0 / (0 + ε) = 0."""
    return [torch.tensor([2.0, -1.0])], [[torch.tensor([0.0, 3.0])]] * 2, 0.1, 0.9, 1e-6


@RMSProp.edge(points=1)
def the_average_forgets_in_a_pause():
    """A gradient of zero moves nothing, but the average still forgets, and the next step is longer."""
    return *a_pause(), 0.1, 0.75, 1e-6


@RMSProp.mistake
@instead(optimizers.RMSProp)
def epsilon_inside(self, gradient, index):
    """ε was added under the root. In this form it is added to the root: √s + ε."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / (self.squares[index] + self.epsilon).sqrt()


@RMSProp.mistake
@instead(optimizers.RMSProp)
def forgets_epsilon(self, gradient, index):
    """ε is not added to the root. Without it, a gradient that has always been 0 means 0 divided by 0."""
    optimizers.RMSProp.direction(self, gradient, index)
    return gradient / self.squares[index].sqrt()


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


# 5. Nesterov


@rubric(
    answer=optimizers.Nesterov,
    title="Nesterov's momentum",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=[OWN + "Nesterov", "torch.optim.SGD", "torch.optim.sgd.sgd"],
    sizes=SIZES,
)
def Nesterov(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, 0.75, False


@Nesterov.drive
def nesterov_walk(answer, starts, gradients, learning_rate, beta, reuse):
    """Take the steps; with `reuse`, hand over the same tensors each time, with new numbers in them."""
    if not reuse:
        return drive(answer, starts, gradients, learning_rate, beta)
    return drive(answer, starts, _in_the_same_tensors(gradients), learning_rate, beta)


def _in_the_same_tensors(gradients):
    buffers = [torch.zeros_like(gradient) for gradient in gradients[0]]
    for step in gradients:
        for buffer, gradient in zip(buffers, step, strict=True):
            buffer.copy_(gradient)
        yield buffers


@Nesterov.written
def nesterov_lines(starts, gradients, learning_rate, beta, reuse):
    """As lines that one could run."""
    return (
        stepped("Nesterov", starts, gradients, learning_rate=learning_rate, beta=beta)
        + "  # the same tensors, filled anew" * reuse
    )


@Nesterov.edge(points=1)
def the_caller_reuses_its_tensors():
    """The caller writes every gradient into the same tensor, as `backward` does: remember numbers, not that tensor."""
    return [torch.tensor([2.0])], [[torch.tensor([3.0])], [torch.tensor([4.0])], [torch.tensor([5.0])]], 0.1, 0.5, True


@Nesterov.edge(points=1)
def the_velocity_rolls_on_in_a_pause():
    """Where the gradient is zero, the velocity still carries the parameter on."""
    return *a_pause(), 0.1, 0.5, False


@Nesterov.mistake
class only_momentum(optimizers.Momentum):
    """This is plain momentum: the new v is g plus β times the old one. Step along g plus β times the new one."""


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
    """The velocity is an average here. In this form it is a sum: the new gradient counts in full, not 1 − β of it."""
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


# 6. Adam


@rubric(
    answer=optimizers.Adam,
    title="Adam",
    points=4,
    difficulty=3,
    minutes=25,
    forbids=[OWN + "Adam", "torch.optim.Adam", "torch.optim.adam.adam"],
    sizes=SIZES,
)
def Adam(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, (0.6, 0.8), 0.01


@Adam.drive
def adam_walk(answer, starts, gradients, learning_rate, betas, epsilon):
    """Take the steps and keep the parameters after each."""
    return drive(answer, starts, gradients, learning_rate, betas, epsilon)


@Adam.written
def adam_lines(starts, gradients, learning_rate, betas, epsilon):
    """As lines that one could run."""
    return stepped("Adam", starts, gradients, learning_rate=learning_rate, betas=betas, epsilon=epsilon)


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
def counts_steps_from_zero(self, mean, square, step):
    """The first step was corrected with t = 0, that is by dividing by 0. Count the step before you use t."""
    one = mean.new_ones(())
    square = square / (one - self.betas[1] ** (step - 1))
    return mean / (one - self.betas[0] ** (step - 1)) / (square.sqrt() + self.epsilon)


@Adam.mistake
@instead(AdamParts, "_quotient")
def counts_one_step_too_many(self, mean, square, step):
    """The first step was corrected with t = 2. Start the count at 0 if you add 1 before you use it."""
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
    """ε was added before s was corrected, so the correction stretched it too. Correct s, take the root, then add ε."""
    root = (square.sqrt() + self.epsilon) / math.sqrt(1 - self.betas[1] ** step)
    return optimizers.bias_corrected(mean, self.betas[0], step) / root


@Adam.mistake
@instead(AdamParts, "_quotient")
def leaves_epsilon_out(self, mean, square, step):
    """ε is not added to the root. Without it, a gradient that has always been 0 means 0 divided by 0."""
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
            mean, square = torch.lerp(gradient, mean, one), torch.lerp(gradient.square(), square, two)
            self.state[i] = mean, square
            self.parameters[i] -= self.rate * right / left * mean / (square.sqrt() + self.epsilon * right)


# 7. AdamW


@rubric(
    answer=optimizers.AdamW,
    title="AdamW: decay beside the gradient, not in it",
    points=3,
    difficulty=3,
    minutes=20,
    forbids=[OWN + "AdamW", "torch.optim.AdamW", "torch.optim.Adam", "torch.optim.adam.adam"],
    sizes=SIZES,
)
def AdamW(rng, size):
    """Walks of a few steps, with one parameter and with several."""
    return *walk(rng, size), 0.1, (0.6, 0.8), 0.01, 0.3


@AdamW.drive
def adamw_walk(answer, starts, gradients, learning_rate, betas, epsilon, decay):
    """Take the steps and keep the parameters after each."""
    return drive(answer, starts, gradients, learning_rate, betas, epsilon, decay)


@AdamW.written
def adamw_lines(starts, gradients, learning_rate, betas, epsilon, decay):
    """As lines that one could run."""
    return stepped("AdamW", starts, gradients, learning_rate=learning_rate, betas=betas, epsilon=epsilon, decay=decay)


@AdamW.edge(points=1)
def nothing_but_decay():
    """Where the gradient is 0, the parameter still shrinks by the factor 1 − ηλ."""
    return [torch.tensor([2.0, -1.0])], [[torch.tensor([0.0, 3.0])]] * 2, 0.5, (0.9, 0.99), 1e-6, 0.25


@AdamW.edge(points=1)
def the_decay_goes_on_in_a_pause():
    """Where the gradient is zero, the parameter still decays, and the average still carries it on."""
    return *a_pause(), 0.1, (0.6, 0.8), 1e-6, 0.25


class AdamThenDecay(optimizers.Adam):
    """Adam with a weight decay, wherever a mistake puts it."""

    def __init__(self, parameters, learning_rate, betas, epsilon, decay):
        super().__init__(parameters, learning_rate, betas, epsilon)
        self.decay = decay


@AdamW.mistake
@instead(AdamThenDecay, "step")
def penalizes_the_gradient(self, gradients):
    """λθ was added to the gradient: an L2 penalty, which Adam divides by √ŝ like the rest. Shrink the parameter."""
    pairs = zip(gradients, self.parameters, strict=True)
    AdamThenDecay.step(self, [gradient + self.decay * parameter for gradient, parameter in pairs])


@AdamW.mistake
@instead(AdamThenDecay, "step")
def decays_without_the_rate(self, gradients):
    """The parameter was shrunk by 1 − λ. In this form the learning rate counts too: 1 − ηλ."""
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
    """This is Adam: nothing shrinks the parameters. If you wrote `p = p * …`, that only names the result anew."""


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
