"""What an answer to `convolutional_networks.receptive_field` must do, and the mistakes we know."""

import math

from course_lib import convolutional_networks as cn
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=cn.receptive_field, title="How much of the image a unit sees", points=3, difficulty=2, minutes=12, draws=100
)
def receptive_field(rng, size):
    """Stacks of a few layers with strides."""
    return ([(int(rng.integers(2, 4)), 1 + (i + size) % 2, 1) for i in range(size)],)


@receptive_field.edge(points=1)
def no_layer():
    """Without a layer a unit is a pixel."""
    return ([],)


@receptive_field.edge(points=1)
def numbers_far_apart():
    """Dilated kernels see far with few numbers."""
    return ([(3, 1, 1), (3, 1, 2), (3, 1, 4)],)


@receptive_field.edge(points=1)
def a_stride_of_zero():
    """A layer that does not move does not exist: it is refused."""
    return ([(3, 1, 1), (2, 0, 1)],)


@receptive_field.domain
def anything(rng):
    """Up to eight layers of any kernel, stride and dilation; a number below 1 is refused."""
    layers = [
        (cases.whole(rng, 1, 7), cases.whole(rng, 1, 3), cases.whole(rng, 1, 4)) for _ in range(cases.whole(rng, 0, 8))
    ]
    if layers and rng.random() < 0.12:
        at, which = int(rng.integers(len(layers))), int(rng.integers(3))
        layers[at] = tuple(cases.one_of(rng, 0, -1) if i == which else n for i, n in enumerate(layers[at]))
        return Refused((layers,))
    return (layers,)


@receptive_field.oracle
def by_walking_back(layers):
    """Follow two neighboring units back to the pixels, from the last layer to the first."""
    if any(min(layer) < 1 for layer in layers):
        raise ValueError("no such layer")
    first, other = (0, 0), (1, 1)
    for kernel, stride, dilation in reversed(layers):
        first = first[0] * stride, first[1] * stride + dilation * (kernel - 1)
        other = other[0] * stride, other[1] * stride + dilation * (kernel - 1)
    return first[1] - first[0] + 1, other[0] - first[0]


@receptive_field.program
def layer_by_layer(
    layers, *, jumps="earlier", begins=1, dilates=True, whole=0, order=1, swaps=False, asks=True, apart="all"
):
    """Grow the view layer by layer, with knobs for what people get wrong."""
    if asks and any(min(layer) < 1 for layer in layers):
        raise ValueError("no such layer")
    field, jump, own = begins, 1, 1
    for kernel, stride, dilation in layers[::order]:
        dilation = dilation if dilates else 1
        spread = dilation * kernel - 1 if whole else dilation * (kernel - 1)
        factor = {"earlier": jump, "own": stride, "with own": jump * stride, "none": 1}[jumps]
        field, jump, own = field + spread * factor, jump * stride, stride
    result = field, jump if apart == "all" else own
    return result[::-1] if swaps else result


receptive_field.slip(
    "uses_its_own_stride",
    "A kernel was stretched by its own stride. What counts is the product of the strides of the layers before it.",
    jumps="own",
)
receptive_field.slip(
    "counts_its_own_stride_too",
    "The stride of a layer was counted one layer too early: it moves the layers after it, not its own kernel.",
    jumps="with own",
)
receptive_field.slip(
    "forgets_the_strides", "The strides were not used. After a stride of 2 each step is two pixels wide.", jumps="none"
)
receptive_field.slip("begins_with_nothing", "One pixel is missing: without a layer a unit sees 1, not 0.", begins=0)
receptive_field.slip(
    "forgets_the_dilation", "The dilation was not used. It makes a kernel reach farther.", dilates=False
)
receptive_field.slip(
    "stretches_every_number", "A kernel does not reach over d · k pixels: there are only k − 1 gaps.", whole=1
)
receptive_field.slip(
    "goes_from_the_last_to_the_first",
    "The layers were read from the last to the first. The first comes first.",
    order=-1,
)
receptive_field.slip(
    "swaps_the_two",
    "The two numbers are exchanged: first how much a unit sees, then how far its neighbor is.",
    swaps=True,
)
receptive_field.slip("takes_any_numbers", "A number below 1 was accepted. Refuse it with a ValueError.", asks=False)
receptive_field.slip(
    "takes_the_last_stride", "The neighbors' distance is the product of all strides, not the last one.", apart="last"
)


@receptive_field.mistake
def adds_up_the_kernels(layers):
    """The kernels were added up. Views overlap: each layer adds one pixel less than its kernel has."""
    _, jump = cn.receptive_field(layers)
    return sum(kernel for kernel, _, _ in layers) or 1, jump


@receptive_field.mistake
def multiplies_the_kernels(layers):
    """The kernels were multiplied. Views overlap: each layer adds k − 1 steps of the strides before it."""
    _, jump = cn.receptive_field(layers)
    return math.prod(kernel for kernel, _, _ in layers), jump


@receptive_field.mistake
def adds_up_the_strides(layers):
    """The strides were added up. Two strides of 2 make neighbors 4 pixels apart, so multiply."""
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field, jump = field + dilation * (kernel - 1) * jump, jump + stride - 1
    cn.receptive_field(layers)
    return field, jump


@receptive_field.mistake
def knows_one_stride_only(layers):
    """Only the stride of the layer just before was used. The strides of all earlier layers count, multiplied."""
    _, jump = cn.receptive_field(layers)
    before = [1, *(stride for _, stride, _ in layers)]
    return 1 + sum(d * (k - 1) * s for (k, _, d), s in zip(layers, before, strict=False)), jump
