"""What an answer to `convolutional_networks.max_pool_gradient` must do, and the mistakes we know."""

import torch
import torch.nn.functional as F

from course_lib import convolutional_networks as cn
from course_lib.checking import Refused, cases, rubric
from course_lib.rubrics.convolutional_networks import AUTOGRAD, fitting, images, places


@rubric(
    answer=cn.max_pool_gradient,
    title="The way back through max-pooling",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=(
        *AUTOGRAD,
        "torch.nn.functional.max_pool2d",
        "torch.nn.functional.max_pool2d_with_indices",
        "torch.max_pool2d",
        "torch.nn.MaxPool2d",
        "torch.nn.functional.max_unpool2d",
        "torch.nn.MaxUnpool2d",
    ),
    sizes=(1, 2, 3),
)
def max_pool_gradient(rng, size):
    """Windows that overlap on images without equal pixels."""
    sides, stride = (4, 4 + size), 1 + size % 2
    pixels = torch.from_numpy(rng.permutation(2 * sides[0] * sides[1])).double().reshape(1, 2, *sides) - 8
    return pixels, cases.readable(rng, 1, 2, *places(sides, (2, 2), stride, 0)), 2, stride


@max_pool_gradient.edge(points=1)
def equals():
    """Where pixels are equal the first gets all, reading row by row."""
    return torch.ones(1, 1, 2, 4), torch.tensor([[[[3.0, 5.0]]]]), 2, 2


@max_pool_gradient.edge(points=1)
def nothing_above_zero():
    """The largest of negative pixels wins like any other."""
    return torch.tensor([[[[-5.0, -1.0], [-2.0, -9.0]]]]), torch.tensor([[[[4.0]]]]), 2, 2


@max_pool_gradient.domain
def anything(rng):
    """Any counts and unlike sides, windows that touch, overlap or leave gaps, equal pixels; another upstream
    is refused."""
    size, stride = cases.whole(rng, 1, 3), cases.whole(rng, 1, 4)
    sides = fitting(rng, (size, size), 0, more=4)
    made = images(rng, *sides)
    if rng.random() < 0.5:
        made = made.round()  # many equals
        if made.dtype == torch.float64 and rng.random() < 0.5:
            made = made + 1e-9 * torch.from_numpy(rng.normal(size=made.shape))  # equal in float32 only
    shape = (*made.shape[:2], *places(sides, (size, size), stride, 0))
    if rng.random() < 0.25:
        at = cases.one_of(rng, 0, 0, 1, 1, 2, 3)
        other = [1 if i == at and at < 2 < n + 1 else n + (i == at) for i, n in enumerate(shape)]
        return Refused((made, torch.ones(other, dtype=made.dtype), size, stride))
    return made, torch.from_numpy(rng.normal(size=shape)).to(made.dtype), size, stride


@max_pool_gradient.oracle
def by_autograd(images, upstream, size, stride):
    """Ask autograd."""
    images = images.clone().requires_grad_()
    result = F.max_pool2d(images, size, stride)
    if result.shape != upstream.shape:
        raise ValueError("not of the result's shape")
    return torch.autograd.grad(result, images, upstream)[0]


@max_pool_gradient.program
def by_windows(
    images, upstream, size, stride, *, adds=True, moves=True, ties="first", by="value", uses_upstream=True, keeps=True
):
    """Visit each window, with knobs for what people get wrong."""
    rows, columns = places(images.shape[2:], (size, size), stride, 0)
    if upstream.shape != (*images.shape[:2], rows, columns):
        raise ValueError("not of the result's shape")
    result = torch.zeros_like(images)
    for i in range(rows):
        for j in range(columns):
            step = stride if moves else size
            at = slice(i * step, i * step + size), slice(j * step, j * step + size)
            window = images[:, :, *at].flatten(2)
            if not window.shape[2]:
                continue
            ranked = window.abs() if by == "size" else window
            equal = ranked == ranked.amax(dim=2, keepdim=True)
            first = equal & (equal.cumsum(2) == 1)
            last = (equal.flip(2) & (equal.flip(2).cumsum(2) == 1)).flip(2)
            chosen = {"first": first, "last": last, "all": equal, "share": equal / equal.sum(2, keepdim=True)}[ties]
            above = upstream[:, :, i, j, None] if uses_upstream else torch.ones_like(upstream[:, :, i, j, None])
            sent = (chosen * above).to(images.dtype).unflatten(2, images[:, :, *at].shape[2:])
            result[:, :, *at] = result[:, :, *at] + sent if adds else sent
    return result if keeps else result * (images > 0)


max_pool_gradient.slip(
    "overwrites_where_windows_overlap",
    "Where windows overlap the last one overwrote what the others sent. Add instead.",
    adds=False,
)
max_pool_gradient.slip(
    "pays_every_equal",
    "Each of several equal pixels got all of it, so the gradient grew. Only the first gets it.",
    ties="all",
)
max_pool_gradient.slip(
    "shares_among_equals",
    "Equal pixels shared the gradient. `torch.amax` does so; max-pooling, here and in PyTorch, gives it to the first.",
    ties="share",
)
max_pool_gradient.slip("takes_the_last_of_equals", "The last of equal pixels got it. The first does.", ties="last")
max_pool_gradient.slip(
    "takes_the_largest_size", "The sign was dropped: the largest pixel counts, not the one farthest from 0.", by="size"
)
max_pool_gradient.slip(
    "forgets_the_upstream", "What comes from above was not used: multiply by it.", uses_upstream=False
)
max_pool_gradient.slip(
    "drops_negative_winners",
    "A winner below 0 got nothing. That is the rule of ReLU; max-pooling has no threshold.",
    keeps=False,
)


@max_pool_gradient.mistake
def pays_a_winner_once(images, upstream, size, stride):
    """A pixel that wins several windows got the gradient of the last one only. Add them up."""
    rows, columns = places(images.shape[2:], (size, size), stride, 0)
    result = cn.max_pool_gradient(images, upstream, size, stride)
    for i in range(rows):
        for j in range(columns):
            one = torch.zeros_like(upstream)
            one[:, :, i, j] = 1.0
            won = cn.max_pool_gradient(images, one, size, stride) > 0
            result = torch.where(won, upstream[:, :, i, j, None, None], result)
    return result


@max_pool_gradient.mistake
def broadcasts_the_upstream(images, upstream, size, stride):
    """An upstream of one channel was used for all. Compare its whole shape with the pooled images', and refuse."""
    return cn.max_pool_gradient(images, upstream.expand(-1, images.shape[1], -1, -1), size, stride)


@max_pool_gradient.mistake
def compares_across_channels(images, upstream, size, stride, *, right):
    """Only the largest pixel of all channels got a gradient. Each channel is pooled by itself."""
    strongest = images.amax(dim=1, keepdim=True) == images
    return right * strongest


@max_pool_gradient.mistake
def spreads_over_the_window(images, upstream, size, stride):
    """Each pixel of the window got a part. That is the way back through average-pooling."""
    if upstream.shape[2:] != places(images.shape[2:], (size, size), stride, 0):
        raise ValueError("not of the result's shape")
    weight = torch.ones(1, 1, size, size, dtype=images.dtype, device=images.device) / size**2
    alone = images.flatten(0, 1)[:, None]
    sent = cn.convolve_gradients(alone, weight, upstream.flatten(0, 1)[:, None], stride)[0]
    return sent.view_as(images)


@max_pool_gradient.alternative
def by_indices(images, upstream, size, stride):
    """Find each window's winner as a flat index into the image, and add there."""
    rows, columns = places(images.shape[2:], (size, size), stride, 0)
    if upstream.shape != (*images.shape[:2], rows, columns):
        raise ValueError("not of the result's shape")
    width = images.shape[3]
    numbers = torch.arange(images.shape[2] * width, device=images.device).view(images.shape[2], width)
    under = numbers.unfold(0, size, stride).unfold(1, size, stride).flatten(2).flatten(0, 1)  # place, number
    winners = images.flatten(2)[:, :, under].argmax(dim=3)
    indices = under.expand(*images.shape[:2], -1, -1).gather(3, winners[..., None])[..., 0]
    return torch.zeros_like(images).flatten(2).scatter_add(2, indices, upstream.flatten(2)).view_as(images)
