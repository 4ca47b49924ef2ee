"""What an answer to `convolutional_networks.convolve_gradients` must do, and the mistakes we know."""

import torch
import torch.nn.functional as F

from course_lib import convolutional_networks as cn
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.convolutional_networks import AUTOGRAD, CONVOLUTIONS, FOLDS, fitting, images, places, short


@rubric(
    answer=cn.convolve_gradients,
    title="The way back through a convolution",
    points=4,
    difficulty=3,
    minutes=25,
    forbids=(*AUTOGRAD, *CONVOLUTIONS, *FOLDS),
    sizes=(1, 2, 3),
    tolerance=(1e-4, 1e-5),  # sums of up to some hundred products, in any order
)
def convolve_gradients(rng, size):
    """Overlapping places on small images."""
    sides, kernel, stride, padding = (4, 3 + size), (2, 3), 1 + size % 2, size % 2
    upstream = cases.readable(rng, 2, size, *places(sides, kernel, stride, padding))
    return cases.readable(rng, 2, 2, *sides), cases.readable(rng, size, 2, *kernel), upstream, stride, padding


@convolve_gradients.edge(points=1)
def pixels_that_nothing_reaches():
    """A stride that leaves a rest never meets the last pixels: their gradient is 0."""
    return torch.ones(1, 1, 2, 5), torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 2, 0


@convolve_gradients.edge(points=1)
def an_upstream_of_another_shape():
    """A gradient that does not have the result's shape is refused."""
    return torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3), 1, 0


@convolve_gradients.domain
def anything(rng):
    """Any counts, unlike sides, any kernel that fits, any stride and padding; an upstream of another shape is
    refused."""
    kernel = cases.whole(rng, 1, 3), cases.whole(rng, 1, 3)
    stride, padding, out = cases.whole(rng, 1, 3), cases.whole(rng, 0, 2), cases.whole(rng, 1, 3)
    sides = fitting(rng, kernel, padding, more=3)
    made = images(rng, *sides)
    weight = torch.from_numpy(rng.normal(size=(out, made.shape[1], *kernel))).to(made.dtype)
    shape = (len(made), out, *places(sides, kernel, stride, padding))
    if rng.random() < 0.25:
        at = cases.one_of(rng, 0, 0, 1, 1, 2, 3)
        shape = tuple(1 if i == at and at < 2 < n + 1 else n + (i == at) for i, n in enumerate(shape))
        return Refused((made, weight, torch.ones(shape, dtype=made.dtype), stride, padding))
    upstream = torch.from_numpy(rng.normal(size=shape)).to(made.dtype)
    return short((made, weight, upstream, stride, padding), 1, 0)


@convolve_gradients.oracle
def by_autograd(images, weight, upstream, stride=1, padding=0):
    """Ask autograd."""
    images, weight = images.clone().requires_grad_(), weight.clone().requires_grad_()
    result = F.conv2d(images, weight, stride=stride, padding=padding)
    if result.shape != upstream.shape:
        raise ValueError("not of the result's shape")
    return torch.autograd.grad(result, (images, weight), upstream)


@convolve_gradients.program
def by_places(
    images,
    weight,
    upstream,
    stride=1,
    padding=0,
    *,
    adds=True,
    moves=True,
    crops=True,
    flips=False,
    batch="sum",
    uses_upstream=True,
    asks=True,
):
    """Visit each place, with knobs for what people get wrong."""
    (height, width), p = weight.shape[2:], padding
    rows, columns = ((n + 2 * p - k) // stride + 1 for n, k in zip(images.shape[2:], (height, width), strict=True))
    if asks and upstream.shape != (len(images), len(weight), rows, columns):
        raise ValueError("not of the result's shape")
    padded = F.pad(images, [p] * 4)
    of_images, of_weight = torch.zeros_like(padded), torch.zeros_like(weight)
    kernel = weight.flip(2, 3) if flips else weight
    for i in range(rows):
        for j in range(columns):
            step = stride if moves else 1
            at = slice(i * step, i * step + height), slice(j * step, j * step + width)
            above = upstream[:, :, i, j] if uses_upstream else torch.ones_like(upstream[:, :, i, j])
            sent = torch.einsum("bo,ochw->bchw", above, kernel)
            of_images[:, :, *at] = of_images[:, :, *at] + sent if adds else sent
            of_weight += torch.einsum("bo,bchw->ochw", above, padded[:, :, *at])
    if batch == "mean":
        of_weight = of_weight / len(images)
    height, width = images.shape[2:]
    inside = of_images[:, :, p : p + height, p : p + width]
    return (inside if crops else of_images[:, :, :height, :width]), of_weight


convolve_gradients.slip(
    "overwrites_where_places_overlap",
    "Where places overlap the last one overwrote what the others sent. Add instead.",
    adds=False,
)
convolve_gradients.slip(
    "forgets_the_stride", "The places lie side by side. Multiply their number by the stride.", moves=False
)
convolve_gradients.slip(
    "cuts_the_wrong_border", "The padding was cut off behind only. It stands on both sides of the image.", crops=False
)
convolve_gradients.slip(
    "flips_the_kernel",
    "The kernel was flipped on the way back. Each pixel gets the very weight that it met; a flip belongs "
    "to the form as a full convolution.",
    flips=True,
)
convolve_gradients.slip(
    "averages_over_the_batch",
    "The weight's gradient was divided by the number of images. The loss has done that already, if it is "
    "a mean: add up.",
    batch="mean",
)
convolve_gradients.slip(
    "forgets_the_upstream", "What comes from above was not used: multiply by it.", uses_upstream=False
)


@convolve_gradients.mistake
def overwrites_what_other_numbers_sent(images, weight, upstream, stride=1, padding=0):
    """Where places overlap the last number of the kernel overwrote what the others sent. Add instead."""
    sent, of_weight = (
        torch.zeros_like(F.pad(images, [padding] * 4)),
        cn.convolve_gradients(images, weight, upstream, stride, padding)[1],
    )
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            at = tuple(
                slice(k, k + (n - 1) * stride + 1, stride) for k, n in zip((u, v), upstream.shape[2:], strict=True)
            )
            sent[:, :, *at] = torch.einsum("borc,ok->bkrc", upstream, weight[:, :, u, v])
    height, width = images.shape[2:]
    return sent[:, :, padding : padding + height, padding : padding + width], of_weight


@convolve_gradients.mistake
def broadcasts_the_upstream(images, weight, upstream, stride=1, padding=0):
    """An upstream of one image was used for all. Compare its whole shape with the result's, and refuse."""
    return cn.convolve_gradients(images, weight, upstream.expand(len(images), -1, -1, -1), stride, padding)


@convolve_gradients.mistake
def swaps_the_two(images, weight, upstream, stride=1, padding=0, *, right):
    """The two gradients are exchanged: first that of the images, then that of the weight."""
    return right[::-1]


@convolve_gradients.mistake
def keeps_the_padding(images, weight, upstream, stride=1, padding=0):
    """The gradient still has the padded size. Cut the padding off."""
    wide = F.pad(images, [padding] * 4)
    return cn.convolve_gradients(wide, weight, upstream, stride, 0)


@convolve_gradients.mistake
def takes_any_upstream(images, weight, upstream, stride=1, padding=0):
    """An upstream of another shape was accepted. Refuse it with a ValueError."""
    sides = places(images.shape[2:], weight.shape[2:], stride, padding)
    cut = upstream[:, :, : sides[0], : sides[1]]
    return cn.convolve_gradients(images, weight, cut, stride, padding)


@convolve_gradients.alternative
def by_matrices(images, weight, upstream, stride=1, padding=0):
    """Write the convolution of one image as a matrix, column by column, and transpose it."""
    shape = (len(images), len(weight), *places(images.shape[2:], weight.shape[2:], stride, padding))
    if upstream.shape != shape:
        raise ValueError("not of the result's shape")
    flat = upstream.flatten(2)
    units = torch.eye(images[0].numel(), dtype=images.dtype, device=images.device).view(-1, *images.shape[1:])
    columns = cn.im2col(units, weight.shape[2:], stride, padding)  # pixel, numbers, places
    sent = torch.einsum("on,bol,pnl->bp", weight.flatten(1), flat, columns)
    met = torch.einsum("bol,bp,pnl->on", flat, images.flatten(1), columns)
    return sent.view_as(images), met.view_as(weight)
