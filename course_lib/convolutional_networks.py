"""Convolutional networks.

A convolution slides one small set of weights over an image, so that a pattern is found wherever
it stands. The name is historical: like every deep-learning library, this module computes the
cross-correlation, which does not flip the kernel. Lengths and strides are in pixels; `padding`
is the number of pixels added on each side.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

Images = Float[Tensor, "batch channel height width"]
Pair = tuple[int, int]
Layer = tuple[int, int, int]  # kernel, stride, dilation


def cross_correlation(
    image: Float[Tensor, "height width"],
    kernel: Float[Tensor, "kernel_height kernel_width"],
) -> Float[Tensor, "rows columns"]:
    """Lay the kernel on every place of an image, multiply what meets, and add up.

    Raises ValueError for a kernel larger than the image: {eq}`convolutional_networks-sum`.

    >>> cross_correlation(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[-1.0, 1.0]]))
    tensor([[1., 2.]])
    """
    height, width = kernel.shape
    rows, columns = output_size(image.shape[0], height), output_size(image.shape[1], width)
    result = image.new_zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            result[i, j] = (image[i : i + height, j : j + width] * kernel).sum()
    return result


def convolve(
    images: Images,
    weight: Float[Tensor, "out part kernel_height kernel_width"],
    bias: Float[Tensor, "out"] | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Float[Tensor, "batch out rows columns"]:
    """Convolve images of several channels with several kernels by a single matrix product.

    Each group of output channels sees its own part of the input channels. Raises ValueError where
    channels and groups do not fit, and where `output_size` does: {eq}`convolutional_networks-many`.

    >>> convolve(torch.tensor([[[[1.0, 2.0, 4.0]]]]), torch.tensor([[[[-1.0, 1.0]]]])).flatten()
    tensor([1., 2.])
    """
    _check_groups(images.shape[1], weight, groups)
    rows, columns = _sizes(images, weight.shape[2:], stride, padding, dilation)
    patches = im2col(images, weight.shape[2:], stride, padding, dilation)
    patches = patches.unflatten(1, (groups, -1))  # batch, group, numbers under a kernel, places
    kernels = weight.flatten(1).unflatten(0, (groups, -1))  # group, out, numbers of a kernel
    result = (kernels @ patches).flatten(1, 2).unflatten(2, (rows, columns))
    return result if bias is None else result + bias[:, None, None]


def max_pool(
    images: Images, size: int, stride: int | None = None, padding: int = 0
) -> Float[Tensor, "batch channel rows columns"]:
    """Keep the largest number of each window; windows touch unless `stride` says otherwise.

    What is padded is −∞ and never chosen; of equal numbers the first, row by row, gets the
    gradient. Raises ValueError where `output_size` does, and for padding above half a window.
    Source: Boureau et al. 2010.

    >>> max_pool(torch.tensor([[[[1.0, 5.0, 2.0, 3.0]]]]).expand(1, 1, 2, 4), 2).flatten()
    tensor([5., 3.])
    """
    if padding > size // 2:
        raise ValueError(f"padding {padding} is more than half of a window of {size}")
    stride = size if stride is None else stride
    return _windows(images, (size, size), stride, padding, 1, -torch.inf).max(dim=2).values


def average_pool(images: Images, size: int) -> Float[Tensor, "batch channel rows columns"]:
    """Average each window; windows touch. Source: LeCun et al. 1998, section II.

    >>> average_pool(torch.tensor([[[[1.0, 5.0], [2.0, 4.0]]]]), 2).flatten()
    tensor([3.])
    """
    return _windows(images, (size, size), size, 0, 1, 0.0).mean(dim=2)


# The references of the exercises.


def output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> int:
    """Count the places on which a kernel fits along one axis: {eq}`convolutional_networks-size`.

    Raises ValueError where it fits nowhere, for a negative padding, and for a kernel, stride or
    dilation below 1.

    >>> output_size(7, kernel=3, stride=2)  # it begins at 0, 2 and 4
    3
    """
    for name, value, least in (
        ("kernel", kernel, 1),
        ("stride", stride, 1),
        ("dilation", dilation, 1),
        ("padding", padding, 0),
    ):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    room = size + 2 * padding - reach(kernel, dilation)
    if room < 0:
        asked = f"kernel {kernel}, dilation {dilation}, padding {padding}"
        raise ValueError(f"the kernel reaches beyond the {size} pixels: {asked}")
    return room // stride + 1


def reach(kernel: int, dilation: int = 1) -> int:
    """Return over how many pixels a kernel reaches. Source: Yu and Koltun 2016, section 2.

    >>> reach(3, dilation=2)  # pixels 0, 2 and 4
    5
    """
    return dilation * (kernel - 1) + 1


def same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Pair:
    """Return the padding before and after that makes ⌈size / stride⌉ places.

    An odd pixel goes behind, as in TensorFlow. Raises ValueError for a number below 1:
    {eq}`convolutional_networks-same`.

    >>> same_padding(5, kernel=4)  # three pixels to add
    (1, 2)
    """
    for name, value in (("size", size), ("kernel", kernel), ("stride", stride)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if dilation < 1:
        raise ValueError(f"dilation must be at least 1, got {dilation}")
    places = -(-size // stride)
    total = max(0, (places - 1) * stride + reach(kernel, dilation) - size)
    return total // 2, total - total // 2


def im2col(
    images: Images,
    kernel: Sequence[int],
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Float[Tensor, "batch numbers places"]:
    """Lay the numbers under each place of the kernel into a column of a matrix.

    Within a column the channel changes slowest, then the row, then the column of the kernel;
    places go row by row. Raises ValueError where `output_size` does. Source: Chellapilla et al.
    2006, section 3.

    >>> im2col(torch.tensor([[[[1.0, 2.0, 4.0]]]]), (1, 2))
    tensor([[[1., 2.],
             [2., 4.]]])
    """
    height, width = kernel
    windows = _windows(images, (height, width), stride, padding, dilation, 0.0)
    return windows.flatten(3).flatten(1, 2)


def convolve_gradients(
    images: Images,
    weight: Float[Tensor, "out channel kernel_height kernel_width"],
    upstream: Float[Tensor, "..."],
    stride: int = 1,
    padding: int = 0,
) -> tuple[Images, Float[Tensor, "out channel kernel_height kernel_width"]]:
    """Return the gradients of a convolution with respect to its images and its weight.

    A pixel under several places gets the sum of what they send back. Raises ValueError where
    `upstream` has another shape than the result: {eq}`convolutional_networks-back`.

    >>> images, weight = torch.tensor([[[[1.0, 2.0, 4.0]]]]), torch.tensor([[[[-1.0, 1.0]]]])
    >>> for g in convolve_gradients(images, weight, torch.tensor([[[[1.0, 10.0]]]])):
    ...     print(g.flatten())
    tensor([-1., -9., 10.])
    tensor([21., 42.])
    """
    height, width = weight.shape[2:]
    rows, columns = _sizes(images, (height, width), stride, padding, 1)
    if upstream.shape != (len(images), len(weight), rows, columns):
        shape = (len(images), len(weight), rows, columns)
        raise ValueError(f"upstream {tuple(upstream.shape)} is not of the result's shape {shape}")
    patches, flat = im2col(images, (height, width), stride, padding), upstream.flatten(2)
    of_weight = (flat @ patches.transpose(1, 2)).sum(dim=0).view_as(weight)
    sent = weight.flatten(1).T @ flat  # what each place sends back to the pixels under it
    sent = sent.view(*images.shape[:2], height * width, rows, columns)
    padded = torch.zeros_like(F.pad(images, [padding] * 4))
    for number, place in enumerate(_places((height, width), (rows, columns), stride, 1)):
        padded[:, :, *place] += sent[:, :, number]
    inside = slice(padding, padding + images.shape[2]), slice(padding, padding + images.shape[3])
    return padded[:, :, *inside], of_weight


def max_pool_gradient(
    images: Images,
    upstream: Float[Tensor, "..."],
    size: int,
    stride: int,
) -> Images:
    """Send each upstream number back to the largest pixel of its window, the first of equals.

    Raises ValueError where `upstream` has another shape than the result, and where `output_size`
    does. Source: LeCun et al. 1998, appendix.

    >>> images = torch.tensor([[[[1.0, 5.0, 2.0], [0.0, 0.0, 0.0]]]])
    >>> max_pool_gradient(images, torch.tensor([[[[10.0, 1.0]]]]), size=2, stride=1)[0, 0, 0]
    tensor([ 0., 11.,  0.])
    """
    windows = _windows(images, (size, size), stride, 0, 1, 0.0)
    if upstream.shape != windows[:, :, 0].shape:
        shape = tuple(windows[:, :, 0].shape)
        raise ValueError(f"upstream {tuple(upstream.shape)} is not of the result's shape {shape}")
    chosen = windows.argmax(dim=2)
    result = torch.zeros_like(images)
    for number, place in enumerate(_places((size, size), upstream.shape[2:], stride, 1)):
        result[:, :, *place] += upstream * (chosen == number)
    return result


def receptive_field(layers: Sequence[Layer]) -> Pair:
    """Return how many pixels one unit sees after these layers, and how far neighbors are apart.

    A layer is (kernel, stride, dilation). Raises ValueError for a number below 1:
    {eq}`convolutional_networks-field`.

    >>> receptive_field([(3, 1, 1), (2, 2, 1), (3, 1, 1)])  # 1 + 2, + 1, + 2 · 2
    (8, 2)
    """
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"a layer's numbers are at least 1, got {(kernel, stride, dilation)}")
        field += (reach(kernel, dilation) - 1) * jump
        jump *= stride
    return field, jump


def convolution_cost(
    channels: int,
    out: int,
    kernel: Pair,
    places: Pair,
    groups: int = 1,
    bias: bool = True,
) -> Pair:
    """Count the parameters of a convolution, and its multiplications for one image.

    Raises ValueError where the groups divide one of the channel counts with a rest:
    {eq}`convolutional_networks-cost`.

    >>> convolution_cost(3, 8, kernel=(3, 3), places=(10, 10))  # 8 · 27 + 8, and 100 · 8 · 27
    (224, 21600)
    """
    if groups < 1 or channels % groups or out % groups:
        raise ValueError(f"{channels} and {out} channels do not divide into {groups} groups")
    weights = out * (channels // groups) * kernel[0] * kernel[1]
    return weights + out * bias, weights * places[0] * places[1]


def _windows(
    images: Images, kernel: Pair, stride: int, padding: int, dilation: int, filler: float
) -> Float[Tensor, "batch channel numbers rows columns"]:
    sizes = _sizes(images, kernel, stride, padding, dilation)
    padded = F.pad(images, [padding] * 4, value=filler)
    return torch.stack([padded[:, :, *p] for p in _places(kernel, sizes, stride, dilation)], dim=2)


def _places(
    kernel: Sequence[int],
    sizes: Sequence[int],
    stride: int,
    dilation: int,
) -> list[tuple[slice, slice]]:
    """For each number of the kernel, in order, the pixels that it meets."""

    def met(number: int, size: int) -> slice:
        start = number * dilation
        return slice(start, start + (size - 1) * stride + 1, stride)

    down, across = (range(length) for length in kernel)
    return [(met(i, sizes[0]), met(j, sizes[1])) for i in down for j in across]


def _sizes(images: Images, kernel: Sequence[int], stride: int, padding: int, dilation: int) -> Pair:
    height, width = images.shape[2:]
    return (
        output_size(height, kernel[0], stride, padding, dilation),
        output_size(width, kernel[1], stride, padding, dilation),
    )


def _check_groups(channels: int, weight: Tensor, groups: int) -> None:
    out = len(weight)
    if groups < 1 or channels % groups or out % groups:
        raise ValueError(f"{channels} and {out} channels do not divide into {groups} groups")
    if weight.shape[1] * groups != channels:
        part = weight.shape[1]
        raise ValueError(f"kernels of {part} channels in {groups} groups do not meet {channels}")
