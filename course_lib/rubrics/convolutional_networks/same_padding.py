"""What an answer to `convolutional_networks.same_padding` must do, and the mistakes we know."""

import math

from course_lib import convolutional_networks as cn
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.convolutional_networks import short


@rubric(answer=cn.same_padding, title="Padding that keeps the size", points=2, difficulty=2, minutes=10, draws=100)
def same_padding(rng, size):
    """Odd and even kernels with a stride of 1 or more."""
    return int(rng.integers(4, 9)) + size, 2 + size % 4, 1 + size % 2, 1


@same_padding.edge(points=1)
def a_stride_that_jumps_far():
    """Where the stride is larger than the kernel, no padding is needed."""
    return 8, 1, 3, 1


@same_padding.edge(points=1)
def numbers_far_apart():
    """A dilated kernel reaches farther and needs more."""
    return 9, 3, 1, 3


@same_padding.domain
def anything(rng):
    """Any size, kernel, stride and dilation from 1 on, kernels larger than the image too; numbers below 1 are
    refused."""
    asked = [cases.whole(rng, 1, 40), cases.whole(rng, 1, 9), cases.whole(rng, 1, 6), cases.whole(rng, 1, 4)]
    if rng.random() < 0.12:
        asked[int(rng.integers(4))] = cases.one_of(rng, 0, -1)
        return Refused(tuple(asked))
    return short(asked, 1, 1)


@same_padding.oracle
def by_trying(size, kernel, stride=1, dilation=1):
    """Add one pixel after another, behind first, until there are enough places."""
    if min(size, kernel, stride, dilation) < 1:
        raise ValueError("no such layer")
    wanted, before, behind = math.ceil(size / stride), 0, 0
    while len(range(0, before + size + behind - dilation * (kernel - 1), stride)) < wanted:
        before, behind = (before, behind + 1) if before == behind else (before + 1, behind)
    return before, behind


@same_padding.program
def arithmetic(
    size, kernel, stride=1, dilation=1, *, places="up", reach=0, odd="behind", even=False, floor=True, asks=True
):
    """Count what is missing and halve it, with knobs for what people get wrong."""
    if asks and min(size, kernel, stride, dilation) < 1:
        raise ValueError("no such layer")
    stride = max(stride, 1)
    wanted = math.ceil(size / stride) if places == "up" else size // stride if places == "down" else size
    covered = (dilation * (kernel - 1) + 1, kernel, dilation * kernel)[reach]
    total = (wanted - 1) * stride + covered - size
    total = max(0, total) if floor else total
    half = total // 2
    if even:
        return half, half
    return (half, total - half) if odd == "behind" else (total - half, half)


same_padding.slip("puts_the_odd_one_before", "The odd pixel stands before the image. It goes behind.", odd="before")
same_padding.slip(
    "pads_both_sides_alike", "Both sides got the same, so an odd pixel is lost. Put it behind.", even=True
)
same_padding.slip("forgets_the_dilation", "The dilation was not used. It makes the kernel reach farther.", reach=1)
same_padding.slip(
    "stretches_every_number", "The kernel does not reach over d · k pixels: there are only k − 1 gaps.", reach=2
)
same_padding.slip(
    "rounds_the_places_down", "Where the stride leaves a rest, one more place is due: round up.", places="down"
)
same_padding.slip("wants_a_place_for_every_pixel", "With a stride only every s-th pixel gets a place.", places="all")
same_padding.slip(
    "pads_less_than_nothing", "The padding is negative where the stride is large. It is at least 0.", floor=False
)
same_padding.slip("takes_any_numbers", "A number below 1 was accepted. Refuse it with a ValueError.", asks=False)


@same_padding.mistake
def halves_the_kernel(size, kernel, stride=1, dilation=1):
    """Half of the kernel went to each side. That is right for odd kernels, a stride of 1 and no dilation only."""
    if min(size, kernel, stride, dilation) < 1:
        raise ValueError("no such layer")
    return kernel // 2, kernel // 2


@same_padding.mistake
def forgets_the_stride(size, kernel, stride=1, dilation=1):
    """The stride was not used: (k − 1) · d pixels are right for a stride of 1 only. PyTorch refuses "same"
    with a stride."""
    if min(size, kernel, stride, dilation) < 1:
        raise ValueError("no such layer")
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2
