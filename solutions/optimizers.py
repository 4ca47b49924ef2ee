# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Optimizers: exercises
# Read [the page](../book/training/optimizers.md) first: it shows the code of SGD, momentum and AdaGrad, and gives the
# formulas of their siblings. Here you write the siblings, and the small functions that every training loop needs.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it. A check says what is wrong
# and shows the smallest input on which it is. Prints cost nothing; try things in new cells as much as you like.
#
# Two promises hold for all of them. **Gradients belong to the caller**: never write into one, and never keep one,
# because its memory is used again for the next batch. And tensors made anew go where the others are
# (`torch.zeros_like` does that), so that the code runs on a GPU too. Parameters and gradients are plain tensors here,
# float32 or float64; nothing needs autograd. A parameter may have any shape, also none, and need not be contiguous.
#
# The optimizers move for as many steps as the caller likes: three, or a thousand. Gradients may be 0, for one step
# or for all; $\varepsilon$ is above 0. What holds for one optimizer must not depend on another that lives beside it.
# %%
import math

import torch

from course_lib.checking import check


# %% [markdown] exercise="optimizers.bias_corrected"
# Warm-up: one line, which `Adam` below needs twice. A running average $a_t = \beta a_{t-1} + (1-\beta)x_t$ that
# starts at $a_0 = 0$ is too small at first. Correct it.
#
# - `average`: $a_t$, a tensor of any shape, which must stay as it is
# - `beta`: $\beta$, at least 0 and below 1
# - `step`: $t$, how many numbers have been averaged so far, from 1 on
# - returns a new tensor of the same shape
#
# $$\hat a_t = \frac{a_t}{1 - \beta^t}$$
#
# The numbers 8 and 2, averaged with $\beta = \frac12$, give $a_1 = 4$ and $a_2 = 2 + 1 = 3$:
#
# ```python
# bias_corrected(torch.tensor([4.0]), 0.5, 1)      # tensor([8.])
# bias_corrected(torch.tensor([3.0]), 0.5, 2)      # tensor([4.])
# ```
# %% answer="optimizers.bias_corrected"
def bias_corrected(average, beta, step):
    """Return a running average, corrected for its start at zero after `step` updates."""
    ### BEGIN SOLUTION
    return average / (1 - beta**step)
    ### END SOLUTION


# %% check="optimizers.bias_corrected"
check("optimizers.bias_corrected", bias_corrected)


# %% [markdown] exercise="optimizers.cosine_with_warmup"
# Mend a schedule that comes from elsewhere. This is, in short, the one of Hugging Face's Transformers: up in a
# straight line, down along half a cosine.
#
# ```python
# def cosine_with_warmup(step, total_steps, peak, warmup_steps):
#     if step < warmup_steps:
#         return peak * step / max(1, warmup_steps)
#     progress = (step - warmup_steps) / max(1, total_steps - warmup_steps)
#     return peak * max(0.0, 0.5 * (1 + math.cos(math.pi * progress)))
# ```
#
# Three things must change. The first step must not be wasted: the warm-up goes up in equal parts, and its last
# step, number $W - 1$, takes the whole peak. The cosine ends at a floor, not at 0, and only the part above the
# floor shrinks. From step $T$ on the rate stays at the floor; here it would rise again.
#
# - `step`: $k$, how many steps have been taken before this one, from 0 on
# - `total_steps`: $T$; `peak`: $\eta_{\max}$; `warmup_steps`: $W$, from 0 to $T - 1$; `floor`: $\eta_{\min}$, at
#   most the peak. The warm-up doesn't know the floor
# - returns a number
#
# $$\eta_k = \begin{cases}
# \text{the warm-up} & k < W \\
# \eta_{\min} + \tfrac12\,(\eta_{\max} - \eta_{\min})\left(1 + \cos\left(\pi\,\dfrac{k-W}{T-W}\right)\right)
# & W \le k \le T \\
# \eta_{\min} & k > T
# \end{cases}$$
#
# ```python
# [cosine_with_warmup(step, 6, 1.0, 2, 0.2) for step in (0, 1, 2)]      # [0.5, 1.0, 1.0]
# [round(cosine_with_warmup(step, 6, 1.0, 2, 0.2), 3) for step in (3, 4, 6, 9)]      # [0.883, 0.6, 0.2, 0.2]
# ```
# %% answer="optimizers.cosine_with_warmup"
def cosine_with_warmup(step, total_steps, peak, warmup_steps=0, floor=0.0):
    """Return the learning rate of a step: a linear warm-up to the peak, then half a cosine to the floor."""
    ### BEGIN SOLUTION
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = min(1, (step - warmup_steps) / (total_steps - warmup_steps))
    return floor + (peak - floor) / 2 * (1 + math.cos(math.pi * progress))
    ### END SOLUTION


# %% check="optimizers.cosine_with_warmup"
check("optimizers.cosine_with_warmup", cosine_with_warmup)


# %% [markdown] exercise="optimizers.clip_by_global_norm"
# One bad batch can undo an hour of training. Shorten the gradients of all parameters by *one* factor, so that
# together they are no longer than `max_norm`, and still point the same way.
#
# - `gradients`: a list of tensors of any shapes, one for each parameter
# - `max_norm`: $c > 0$, maybe much smaller than 1
# - returns a new list of tensors of the same shapes; gradients that are short enough keep their numbers, and so do
#   zeros. The caller's tensors must stay as they are
#
# $$g_p \leftarrow g_p \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right), \qquad
# \lVert g \rVert = \sqrt{\textstyle\sum_p \sum_i g_{p,i}^2}$$
#
# where $p$ runs over the parameters and $i$ over the numbers of each. Nothing is added to the norm, because
# gradients may be tiny.
#
# ```python
# gradients = [torch.tensor([2.0]), torch.tensor([[1.0, -2.0]])]     # their norm is 3
# clip_by_global_norm(gradients, 1.5)     # [tensor([1.]), tensor([[ 0.5000, -1.0000]])]
# ```
# %% answer="optimizers.clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    """Return the gradients, shortened by one factor to a common norm of at most `max_norm`."""
    ### BEGIN SOLUTION
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    factor = torch.clamp(max_norm / norm, max=1.0)  # a norm of 0 gives infinity, and then 1
    return [gradient * factor for gradient in gradients]
    ### END SOLUTION


# %% check="optimizers.clip_by_global_norm"
check("optimizers.clip_by_global_norm", clip_by_global_norm)


# %% [markdown] exercise="optimizers.RMSProp"
# AdaGrad never forgets a large gradient. RMSProp does: it averages the squares instead of adding them up.
#
# Write a class.
#
# - `RMSProp(parameters, learning_rate, decay, epsilon)` gets a list of tensors, $\eta$, $\rho$ and $\varepsilon$
# - `step(gradients)` gets one gradient for each parameter and returns nothing. Afterwards the attribute
#   `parameters`, a list, holds the new values
#
# For each parameter, element by element, with $s_0 = 0$:
#
# $$s \leftarrow \rho s + (1-\rho)\,g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{s} + \varepsilon}$$
#
# ```python
# optimizer = RMSProp([torch.tensor([1.0])], learning_rate=0.1, decay=0.75, epsilon=0.0)
# optimizer.step([torch.tensor([2.0])])     # s = 1, so the step is 0.1 · 2 / 1
# optimizer.parameters                      # [tensor([0.8000])]
# ```
# %% answer="optimizers.RMSProp"
class RMSProp:
    """Divide each gradient by the root of a running average of its squares."""

    def __init__(self, parameters, learning_rate, decay, epsilon):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        ### BEGIN SOLUTION
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    def step(self, gradients):
        ### BEGIN SOLUTION
        for i, gradient in enumerate(gradients):
            self.squares[i] = self.decay * self.squares[i] + (1 - self.decay) * gradient**2
            self.parameters[i] -= self.learning_rate * gradient / (self.squares[i].sqrt() + self.epsilon)
        ### END SOLUTION


# %% check="optimizers.RMSProp"
check("optimizers.RMSProp", RMSProp)


# %% [markdown] exercise="optimizers.Nesterov"
# Plain momentum steps along its velocity. Nesterov's variant looks one step ahead: it steps where the velocity would
# point if the same gradient came once more.
#
# - `Nesterov(parameters, learning_rate, beta)` gets a list of tensors, $\eta$ and $\beta$
# - `step(gradients)` and the attribute `parameters` as before
#
# For each parameter, with $v_0 = 0$, in PyTorch's form:
#
# $$v \leftarrow \beta v + g, \qquad \theta \leftarrow \theta - \eta\,(g + \beta v)$$
#
# with the *new* $v$ on the right. Beware of the first step: $v_1 = g_1$, but the velocity must not *be* the caller's
# tensor.
#
# ```python
# optimizer = Nesterov([torch.tensor([1.0])], learning_rate=0.1, beta=0.5)
# optimizer.step([torch.tensor([2.0])])     # v = 2, step 0.1 · (2 + 1)
# optimizer.parameters                      # [tensor([0.7000])]
# optimizer.step([torch.tensor([1.0])])     # v = 1 + 1 = 2, step 0.1 · (1 + 1)
# optimizer.parameters                      # [tensor([0.5000])]
# ```
# %% answer="optimizers.Nesterov"
class Nesterov:
    """Momentum that steps along the gradient plus β times the new velocity."""

    def __init__(self, parameters, learning_rate, beta):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.beta = beta
        ### BEGIN SOLUTION
        self.velocity = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    def step(self, gradients):
        ### BEGIN SOLUTION
        for parameter, velocity, gradient in zip(self.parameters, self.velocity, gradients, strict=True):
            velocity.mul_(self.beta).add_(gradient)
            parameter.sub_(self.learning_rate * (gradient + self.beta * velocity))
        ### END SOLUTION


# %% check="optimizers.Nesterov"
check("optimizers.Nesterov", Nesterov)


# %% [markdown] exercise="optimizers.Adam"
# Write Adam: an average of the gradients over the root of an average of their squares,
# both corrected for their start at zero.
#
# - `Adam(parameters, learning_rate, betas, epsilon)` gets a list of tensors, $\eta$, the pair $(\beta_1, \beta_2)$
#   and $\varepsilon$
# - `step(gradients)` and the attribute `parameters` as before
#
# In step number $t$, counted from 1, for each parameter, with $m_0 = s_0 = 0$:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g, \qquad s \leftarrow \beta_2 s + (1-\beta_2)\,g^2$$
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t}, \qquad
# \theta \leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$
#
# ```python
# optimizer = Adam([torch.tensor([1.0])], learning_rate=0.1, betas=(0.5, 0.5), epsilon=0.0)
# optimizer.step([torch.tensor([2.0])])     # m̂ = 2, ŝ = 4
# optimizer.parameters                      # [tensor([0.9000])]
# optimizer.step([torch.tensor([-1.0])])    # m̂ = 0, ŝ = 2
# optimizer.parameters                      # [tensor([0.9000])]
# ```
# %% answer="optimizers.Adam"
class Adam:
    """Divide a corrected average of the gradients by the root of a corrected average of their squares."""

    def __init__(self, parameters, learning_rate, betas, epsilon):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.betas = betas
        self.epsilon = epsilon
        ### BEGIN SOLUTION
        self.steps = 0
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        ### END SOLUTION

    def step(self, gradients):
        ### BEGIN SOLUTION
        beta1, beta2 = self.betas
        self.steps += 1
        for i, gradient in enumerate(gradients):
            self.means[i] = beta1 * self.means[i] + (1 - beta1) * gradient
            self.squares[i] = beta2 * self.squares[i] + (1 - beta2) * gradient**2
            mean = self.means[i] / (1 - beta1**self.steps)
            square = self.squares[i] / (1 - beta2**self.steps)
            self.parameters[i] -= self.learning_rate * mean / (square.sqrt() + self.epsilon)
        ### END SOLUTION


# %% check="optimizers.Adam"
check("optimizers.Adam", Adam)


# %% [markdown] exercise="optimizers.AdamW"
# A colleague has built weight decay on your `Adam`. Training works, and yet the weights come out wrong. Find what
# is wrong (there is more than one fault), and write the class as it should be.
#
# ```python
# class AdamW(Adam):
#     def __init__(self, parameters, learning_rate, betas, epsilon, decay):
#         super().__init__(parameters, learning_rate, betas, epsilon)
#         self.decay = decay
#
#     def step(self, gradients):
#         for gradient, parameter in zip(gradients, self.parameters):
#             gradient += self.decay * parameter
#         super().step(gradients)
# ```
#
# - `AdamW(parameters, learning_rate, betas, epsilon, decay)` is like `Adam`, with `decay` $\lambda$ in addition;
#   you may build on your `Adam`
#
# The rule is this one. $\hat m$ and $\hat s$ are those of Adam and never see $\lambda$; $\theta$ on the right is
# the one before the step. A parameter whose gradient is 0 decays all the same:
#
# $$\theta \leftarrow (1 - \eta\lambda)\,\theta - \eta\,\frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$
#
# ```python
# optimizer = AdamW([torch.tensor([1.0])], learning_rate=0.1, betas=(0.5, 0.5), epsilon=0.0, decay=0.5)
# optimizer.step([torch.tensor([2.0])])     # 0.95 · 1 − 0.1
# optimizer.parameters                      # [tensor([0.8500])]
# ```
# %% answer="optimizers.AdamW"
class AdamW:
    """Adam with decoupled weight decay."""

    def __init__(self, parameters, learning_rate, betas, epsilon, decay):
        ### BEGIN SOLUTION
        self.adam = Adam(parameters, learning_rate, betas, epsilon)
        self.parameters = self.adam.parameters
        self.learning_rate = learning_rate
        self.decay = decay
        ### END SOLUTION

    def step(self, gradients):
        ### BEGIN SOLUTION
        self.adam.learning_rate = self.learning_rate  # a schedule may have changed it
        for parameter in self.parameters:
            parameter *= 1 - self.learning_rate * self.decay
        self.adam.step(gradients)
        ### END SOLUTION


# %% check="optimizers.AdamW"
check("optimizers.AdamW", AdamW)

# %% [markdown]
# Want more? Train the network of the page with your AdamW, your clipping and your schedule
# (`optimizer.learning_rate = cosine_with_warmup(…)` before each step, which works if `step` reads
# `self.learning_rate` anew each time), and beat the best loss on the page.
