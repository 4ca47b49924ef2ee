"""What an answer to `convolutional_networks.output_size` must do, and the mistakes we know."""

import math

from course_lib import convolutional_networks as cn
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.convolutional_networks import short


@rubric(
    answer=cn.output_size,
    title="Warm-up: on how many places a kernel fits",
    points=2,
    difficulty=1,
    minutes=6,
    draws=100,
)
def output_size(rng, size):
    """Kernels on a few pixels, with stride and padding."""
    return int(rng.integers(6, 9)) + size, int(rng.integers(2, 5)), 1 + size % 3, size % 2, 1


@output_size.edge(points=1)
def numbers_far_apart():
    """With dilation the kernel reaches farther, though it has no more numbers."""
    return 11, 3, 1, 0, 3


@output_size.edge(points=1)
def too_large():
    """A kernel that reaches beyond the padded image fits nowhere: it is refused."""
    return 4, 3, 1, 0, 2


@output_size.domain
def anything(rng):
    """Any size, also 0, any kernel, stride, padding and dilation; what fits nowhere or makes no sense is refused."""
    asked = {
        "size": cases.one_of(rng, 0, cases.whole(rng, 1, 60), cases.whole(rng, 1, 60)),
        "kernel": cases.whole(rng, 1, 9),
        "stride": cases.whole(rng, 1, 7),
        "padding": cases.whole(rng, 0, 5),
        "dilation": cases.whole(rng, 1, 4),
    }
    if rng.random() < 0.15:
        asked[cases.one_of(rng, "kernel", "stride", "padding", "padding", "dilation")] = cases.one_of(rng, -1, -2)
        return Refused(tuple(asked.values()))
    if rng.random() < 0.15:
        asked[cases.one_of(rng, "kernel", "stride", "dilation")] = 0
        return Refused(tuple(asked.values()))
    if rng.random() < 0.1:
        asked["size"] = max(0, asked["dilation"] * (asked["kernel"] - 1) + 1 - 2 * asked["padding"])  # one place
    fits = asked["dilation"] * (asked["kernel"] - 1) + 1 <= asked["size"] + 2 * asked["padding"]
    return short(asked.values(), 1, 0, 1) if fits else Refused(tuple(asked.values()))


@output_size.oracle
def by_counting(size, kernel, stride=1, padding=0, dilation=1):
    """Try every place, from the left to the right."""
    if min(kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError("no such layer")
    pixels = set(range(-padding, size + padding))
    begins = range(-padding, size + padding + 1, stride)
    found = sum(all(begin + number * dilation in pixels for number in range(kernel)) for begin in begins)
    if not found:
        raise ValueError("fits nowhere")
    return found


@output_size.program
def arithmetic(
    size, kernel, stride=1, padding=0, dilation=1, *, sides=2, plus=1, divide=1, reach=0, rest="down", asks=True
):
    """Divide the room by the stride, with knobs for what people get wrong."""
    if min(kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError("no such layer")
    covered = (dilation * (kernel - 1) + 1, dilation * kernel, kernel)[reach]
    room = size + sides * padding - covered
    if asks and size + 2 * padding - (dilation * (kernel - 1) + 1) < 0:
        raise ValueError("fits nowhere")
    steps = room / (stride if divide else stride + 1)
    return (math.floor(steps) if rest == "down" else math.ceil(steps) if rest == "up" else round(steps)) + plus


output_size.slip(
    "forgets_the_first_place",
    "One place is missing: the steps are counted, and one more place begins before them.",
    plus=0,
)
output_size.slip("pads_one_side", "The padding was added once. It stands on both sides.", sides=1)
output_size.slip(
    "rounds_up",
    "A place was counted that no longer fits. Pixels that are left over are not used: round down.",
    rest="up",
)
output_size.slip(
    "rounds_to_the_nearest",
    "The quotient was rounded to the nearest number. Round down: the rest is dropped.",
    rest="nearest",
)
output_size.slip("forgets_the_dilation", "The dilation was not used. It makes the kernel reach farther.", reach=2)
output_size.slip(
    "stretches_every_number",
    "The kernel does not reach over d · k pixels: between k numbers there are only k − 1 gaps.",
    reach=1,
)
output_size.slip(
    "divides_by_one_more", "The room was divided by stride + 1. The kernel moves by the stride itself.", divide=0
)
output_size.slip(
    "takes_what_does_not_fit", "A kernel that fits nowhere got a size. Refuse it with a ValueError.", asks=False
)


@output_size.mistake
def ignores_the_stride(size, kernel, stride=1, padding=0, dilation=1):
    """The stride was not used."""
    cn.output_size(size, kernel, stride, padding, dilation)
    return cn.output_size(size, kernel, 1, padding, dilation)


@output_size.mistake
def takes_any_numbers(size, kernel, stride=1, padding=0, dilation=1):
    """A kernel, stride or dilation below 1, or a negative padding, was accepted. Refuse it with a ValueError."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0:
        raise ValueError("fits nowhere")
    return room // max(stride, 1) + 1


@output_size.mistake
def rounds_toward_zero(size, kernel, stride=1, padding=0, dilation=1):
    """A kernel that is a little too large got one place: `int` rounds −0.5 to 0. Round down with `//`, or ask first."""
    if min(kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError("no such layer")
    found = int((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1
    if found < 1:
        raise ValueError("fits nowhere")
    return found


@output_size.mistake
def forgets_that_padding_makes_room(size, kernel, stride=1, padding=0, dilation=1):
    """A kernel larger than the image was refused. With its padding the image may be large enough."""
    if kernel > size:
        raise ValueError("fits nowhere")
    return cn.output_size(size, kernel, stride, padding, dilation)


@output_size.mistake
def wants_one_pixel_more(size, kernel, stride=1, padding=0, dilation=1):
    """A kernel that covers the padded image exactly was refused. It fits on one place."""
    if dilation * (kernel - 1) + 1 >= size + 2 * padding:
        raise ValueError("fits nowhere")
    return cn.output_size(size, kernel, stride, padding, dilation)
