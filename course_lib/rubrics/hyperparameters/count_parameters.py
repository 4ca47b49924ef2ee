"""What an answer to `hyperparameters.count_parameters` must do, and the mistakes we know."""

import itertools

import numpy as np
import torch

from course_lib import hyperparameters
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=hyperparameters.count_parameters,
    title="How many numbers training determines",
    points=3,
    difficulty=1,
    minutes=12,
)
def count_parameters(rng, size):
    """Networks of up to four layers, with and without biases and normalization."""
    widths = [int(n) for n in rng.integers(2, 20, size=2 + size % 4)]
    return widths, size != 2, size in (2, 5)


@count_parameters.edge(points=1)
def one_layer():
    """With a single layer there is nothing to normalize: the last layer stays as it is."""
    return [4, 3], True, True


@count_parameters.edge(points=1)
def only_an_input():
    """One width is no network: it is refused."""
    return [4], True, False


@count_parameters.edge(points=1)
def a_layer_without_units():
    """A width of 0 is no layer: it is refused."""
    return [4, 0, 3], True, False


@count_parameters.domain
def anything(rng):
    """Any number of layers, widths from 1 to thousands, both flags; fewer than two widths or one below 1 is refused."""
    layers, most = cases.whole(rng, 2, 6), cases.one_of(rng, 4, 40, 5000)
    widths = [int(n) for n in rng.integers(1, most, size=layers)]
    flags = bool(rng.random() < 0.6), bool(rng.random() < 0.5)
    kind = rng.random()
    if kind < 0.06:
        return Refused((widths[: int(rng.integers(2))], *flags))
    if kind < 0.15:
        widths[int(rng.integers(layers))] = int(cases.one_of(rng, 0, -1, -30))
        return Refused((widths, *flags))
    return widths, *flags


@count_parameters.oracle
def by_torch(widths, bias=True, normalized=False):
    """Build the network on torch's device without memory, and count."""
    if len(widths) < 2 or any(width < 1 for width in widths):
        raise ValueError("no network")
    layers = []
    for inputs, units in itertools.pairwise(widths):
        layers += [torch.nn.Linear(inputs, units, bias=bias, device="meta")]
        layers += [torch.nn.BatchNorm1d(units, device="meta")]
    layers = layers[:-1] if normalized else layers[::2]
    return sum(one.numel() for one in torch.nn.Sequential(*layers).parameters())


@count_parameters.program
def layer_by_layer(
    widths,
    bias=True,
    normalized=False,
    *,
    more=0,
    each=2,
    last=False,
    biased=None,
    swapped=False,
    weights=True,
    refuse_short=True,
    refuse_low=True,
):
    """Walk through the layers and add up."""
    if (refuse_short and len(widths) < 2) or (refuse_low and any(width < 1 for width in widths)):
        raise ValueError("no network")
    total = more * (sum(widths[:1]) if bias else 0)
    for number in range(1, len(widths)):
        inputs, units = widths[number - 1], widths[number]
        total += inputs * units if weights else units * units
        total += (inputs if swapped else units) * (bias if biased is None else biased)
        total += each * units * (normalized and (last or number < len(widths) - 1))
    return int(total)


count_parameters.slip(
    "gives_the_input_biases", "The features are no layer: they have neither weights nor biases of their own.", more=1
)
count_parameters.slip(
    "counts_running_statistics",
    "Batch normalization's running means and variances were counted. They follow from the data by averaging, and no "
    "gradient changes them: count a scale and a shift for each unit.",
    each=4,
)
count_parameters.slip(
    "counts_one_number_a_unit", "Batch normalization has two parameters for each unit, a scale and a shift.", each=1
)
count_parameters.slip(
    "takes_normalization_for_settings",
    "The scale and the shift of batch normalization are learned, so they are parameters.",
    each=0,
)
count_parameters.slip(
    "normalizes_the_last_layer", "The last layer makes the logits, and nothing normalizes those.", last=True
)
count_parameters.slip("always_has_biases", "Without `bias` no layer has any.", biased=True)
count_parameters.slip("forgets_the_biases", "Each unit of a layer has a bias, if `bias` is true.", biased=False)
count_parameters.slip(
    "gives_biases_to_inputs", "A layer has a bias for each of its units, not for each of its inputs.", swapped=True
)
count_parameters.slip("squares_the_units", "Each unit has a weight for each input of its layer.", weights=False)
count_parameters.slip(
    "takes_an_input_for_a_network",
    "One width, or none, makes no layer. Refuse it with a ValueError.",
    refuse_short=False,
)
count_parameters.slip(
    "takes_any_width", "A layer without units is no layer. Refuse a width below 1 with a ValueError.", refuse_low=False
)


@count_parameters.mistake
def counts_the_units(widths, bias=True, normalized=False):
    """These are the units. What training determines are the weights between them, and what belongs to each unit."""
    hyperparameters.count_parameters(widths, bias, normalized)
    return sum(widths[1:])


@count_parameters.alternative
def by_a_product_of_vectors(widths, bias=True, normalized=False):
    """Two shifted vectors, and their inner product."""
    wide = np.array(widths, dtype=np.int64)
    if wide.size < 2 or (wide < 1).any():
        raise ValueError("no network")
    return wide[:-1] @ wide[1:] + (wide[1:].sum() if bias else 0) + (2 * wide[1:-1].sum() if normalized else 0)
