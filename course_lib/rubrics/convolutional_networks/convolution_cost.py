"""What an answer to `convolutional_networks.convolution_cost` must do, and the mistakes we know."""

import numpy as np

from course_lib import convolutional_networks as cn
from course_lib.checking import Call, Refused, cases, rubric


@rubric(
    answer=cn.convolution_cost,
    title="Few parameters, many multiplications",
    points=2,
    difficulty=1,
    minutes=8,
    draws=100,
)
def convolution_cost(rng, size):
    """Layers of unlike channel counts and sides."""
    return size, size + 2, (3, 2 + size % 3), (int(rng.integers(4, 9)), int(rng.integers(9, 14)))


@convolution_cost.edge(points=1)
def groups_of_one():
    """With as many groups as channels each output sees one input: a depthwise convolution."""
    return 6, 6, (3, 3), (4, 5), 6


@convolution_cost.edge(points=1)
def groups_that_do_not_fit():
    """Groups that leave a rest are refused."""
    return 6, 8, (3, 3), (4, 5), 4


@convolution_cost.domain
def anything(rng):
    """Any counts, unlike sides, groups that divide both channel counts, with or without bias; other groups are
    refused."""
    groups = cases.whole(rng, 1, 5)
    channels, out = groups * cases.whole(rng, 1, 6), groups * cases.whole(rng, 1, 40)
    kernel, places = ((cases.whole(rng, 1, most), cases.whole(rng, 1, most)) for most in (7, 40))
    how = {"groups": groups, "bias": bool(rng.integers(2))}
    if rng.random() < 0.2:
        one_sided = [groups for groups in range(2, 41) if (channels % groups == 0) != (out % groups == 0)]
        how["groups"] = cases.one_of(rng, 0, -1, channels + out, *one_sided[:1], *one_sided[-1:])
        return Refused(Call((channels, out, kernel, places), how))
    return Call((channels, out, kernel, places), how)


@convolution_cost.oracle
def by_building_it(channels, out, kernel, places, groups=1, bias=True):
    """Build the arrays of one group, and count their numbers."""
    if groups < 1 or channels % groups or out % groups:
        raise ValueError("groups that do not fit")
    one = np.empty((out // groups, channels // groups, *kernel))
    return groups * one.size + bias * out, groups * one.size * int(np.prod(places))


@convolution_cost.program
def arithmetic(
    channels,
    out,
    kernel,
    places,
    groups=1,
    bias=True,
    *,
    divides=True,
    biases="asked",
    everywhere=False,
    square=False,
    adds=False,
    asks=True,
    over="places",
):
    """Multiply the counts, with knobs for what people get wrong."""
    if groups < 1 or (asks and (channels % groups or out % groups)):
        raise ValueError("groups that do not fit")
    sides = kernel[0] * (kernel[0] if square else kernel[1])
    weights = out * (channels // groups if divides else channels) * sides
    count = places[0] * places[1] if over == "places" else 1
    added = {"asked": out if bias else 0, "never": 0, "always": out, "inputs": channels if bias else 0}[biases]
    products = weights * count + (out * count if adds and bias else 0)
    return weights * (count if everywhere else 1) + added, products


convolution_cost.slip(
    "forgets_the_groups",
    "The groups were not used: each output channel sees only the inputs of its group.",
    divides=False,
)
convolution_cost.slip("forgets_the_bias", "The bias was not counted.", biases="never")
convolution_cost.slip("always_has_a_bias", "A bias was counted that the layer does not have.", biases="always")
convolution_cost.slip(
    "biases_the_inputs", "There is a bias for each output channel, not for each input channel.", biases="inputs"
)
convolution_cost.slip(
    "has_weights_for_every_place",
    "The weights were counted at every place. They are the same everywhere: that is the point.",
    everywhere=True,
)
convolution_cost.slip(
    "takes_a_square_kernel", "The kernel was taken as a square. Multiply its height by its width.", square=True
)
convolution_cost.slip("multiplies_the_bias", "A bias is added, not multiplied.", adds=True)
convolution_cost.slip(
    "forgets_the_places", "The multiplications of one place were counted. They are done at every place.", over="one"
)
convolution_cost.slip(
    "takes_any_groups", "Groups that leave a rest were accepted. Refuse them with a ValueError.", asks=False
)


@convolution_cost.mistake
def divides_twice(channels, out, kernel, places, groups=1, bias=True, *, right):
    """Both channel counts were divided by the groups. That counts one group; there are `groups` of them."""
    weights = out // groups * (channels // groups) * kernel[0] * kernel[1]
    return weights + (out if bias else 0), weights * places[0] * places[1]


@convolution_cost.mistake
def counts_square_places(channels, out, kernel, places, groups=1, bias=True, *, right):
    """The number of rows was squared. Multiply the rows by the columns."""
    return right[0], right[1] // places[1] * places[0]


@convolution_cost.mistake
def has_one_bias(channels, out, kernel, places, groups=1, bias=True, *, right):
    """One bias was counted for the whole layer. Each output channel has its own."""
    return right[0] - (out - 1 if bias else 0), right[1]


@convolution_cost.mistake
def asks_the_channels_only(channels, out, kernel, places, groups=1, bias=True):
    """The groups divide the channels that come in, but not those that go out. Refuse that, too."""
    if groups < 1 or channels % groups:
        raise ValueError("groups that do not fit")
    weights = out * (channels // groups) * kernel[0] * kernel[1]
    return weights + (out if bias else 0), weights * places[0] * places[1]
