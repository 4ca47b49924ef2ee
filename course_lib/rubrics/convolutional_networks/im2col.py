"""What an answer to `convolutional_networks.im2col` must do, and the mistakes we know."""

import torch

from course_lib import convolutional_networks as cn
from course_lib.checking import cases, rubric
from course_lib.rubrics.convolutional_networks import CONVOLUTIONS, FOLDS, fitting, images, short


@rubric(
    answer=cn.im2col,
    title="The matrix behind a convolution",
    points=4,
    difficulty=3,
    minutes=20,
    forbids=(*FOLDS, *CONVOLUTIONS),
    sizes=(1, 2, 3, 5),
)
def im2col(rng, size):
    """Images of several channels under kernels of unlike sides."""
    made = torch.arange(float(2 * size * 4 * 5)).reshape(2, size, 4, 5)
    return made, (2, 3), 1 + size % 2, size % 2, 1


@im2col.edge(points=1)
def numbers_far_apart():
    """With a dilation of 2 every second pixel is under the kernel."""
    return torch.arange(20.0).reshape(1, 1, 4, 5), (2, 2), 1, 0, 2


@im2col.edge(points=1)
def a_rest_at_the_end():
    """Pixels that no place reaches do not appear."""
    return torch.arange(24.0).reshape(1, 1, 4, 6), (2, 2), 3, 0, 1


@im2col.domain
def anything(rng):
    """Any counts of images and channels, unlike sides, any kernel that fits, stride, padding and dilation."""
    kernel = cases.whole(rng, 1, 3), cases.whole(rng, 1, 3)
    stride, padding, dilation = cases.whole(rng, 1, 3), cases.whole(rng, 0, 2), cases.whole(rng, 1, 3)
    if rng.random() < 0.15:
        kernel, stride, padding = (1, 1), 1, 0  # the matrix is the images themselves, and yet has memory of its own
    height, width = fitting(rng, kernel, padding, dilation)
    return short((images(rng, height, width), kernel, stride, padding, dilation), 1, 0, 1)


@im2col.oracle
def by_unfold(images, kernel, stride=1, padding=0, dilation=1):
    """Ask torch."""
    return torch.nn.functional.unfold(images, kernel, dilation, padding, stride)


def _six(images, kernel, stride=1, padding=0, dilation=1):
    """Return the columns with their six axes: batch, channel, kernel row, kernel column, row, column."""
    sides = [cn.output_size(n, k, stride, padding, dilation) for n, k in zip(images.shape[2:], kernel, strict=True)]
    columns = cn.im2col(images, kernel, stride, padding, dilation)
    return columns.reshape(len(images), images.shape[1], *kernel, *sides)


def _flat(six, batch):
    return six.reshape(batch, six.shape[1] * six.shape[2] * six.shape[3], -1)


@im2col.mistake
def puts_the_channel_last(images, kernel, stride=1, padding=0, dilation=1):
    """In a column the channel changes fastest. Weights have it first, so the product would pair unlike
    numbers: let it change slowest."""
    return _flat(_six(images, kernel, stride, padding, dilation).permute(0, 2, 3, 1, 4, 5), len(images))


@im2col.mistake
def reads_the_kernel_by_columns(images, kernel, stride=1, padding=0, dilation=1):
    """The kernel was read column by column. Read it row by row."""
    return _flat(_six(images, kernel, stride, padding, dilation).transpose(2, 3), len(images))


@im2col.mistake
def reads_the_places_by_columns(images, kernel, stride=1, padding=0, dilation=1):
    """The places follow each other down the columns. They go row by row."""
    return _flat(_six(images, kernel, stride, padding, dilation).transpose(4, 5), len(images))


@im2col.mistake
def transposes(images, kernel, stride=1, padding=0, dilation=1, *, right):
    """Each place is a row here. A place is a column: `batch numbers places`."""
    return right.transpose(1, 2).contiguous()


@im2col.mistake
def flips_the_kernel(images, kernel, stride=1, padding=0, dilation=1):
    """The numbers of a column stand in reverse order: the kernel was flipped. Libraries do not flip it."""
    return _flat(_six(images, kernel, stride, padding, dilation).flip(2, 3), len(images))


@im2col.mistake
def forgets_the_stride(images, kernel, stride=1, padding=0, dilation=1):
    """The kernel moved by one pixel, whatever the stride."""
    return cn.im2col(images, kernel, 1, padding, dilation)


@im2col.mistake
def forgets_the_padding(images, kernel, stride=1, padding=0, dilation=1):
    """No padding was added."""
    sides = zip(images.shape[2:], kernel, strict=True)
    if any(dilation * (length - 1) + 1 > side for side, length in sides):
        raise IndexError("the kernel does not fit")
    return cn.im2col(images, kernel, stride, 0, dilation)


@im2col.mistake
def forgets_the_dilation(images, kernel, stride=1, padding=0, dilation=1):
    """The numbers of the kernel stand side by side. With a dilation of d they are d pixels apart."""
    return cn.im2col(images, kernel, stride, padding, 1)


@im2col.mistake
def takes_a_square_kernel(images, kernel, stride=1, padding=0, dilation=1):
    """The kernel was taken as a square. Its second number is its width."""
    return cn.im2col(images, (kernel[0], kernel[0]), stride, padding, dilation)


@im2col.mistake
def swaps_the_sides_of_the_kernel(images, kernel, stride=1, padding=0, dilation=1):
    """Height and width of the kernel were exchanged: the first of the two numbers is its height."""
    return cn.im2col(images, kernel[::-1], stride, padding, dilation)


@im2col.mistake
def starts_places_side_by_side(images, kernel, stride=1, padding=0, dilation=1):
    """The right number of places was made, but each begins one pixel after the other: multiply the place by
    the stride."""
    dense = _six(images, kernel, 1, padding, dilation)
    rows, columns = _six(images, kernel, stride, padding, dilation).shape[4:]
    return _flat(dense[:, :, :, :, :rows, :columns], len(images))


@im2col.alternative
def by_views(images, kernel, stride=1, padding=0, dilation=1):
    """Let strides do it: a view with six axes, then one copy."""
    padded = torch.nn.functional.pad(images, [padding] * 4).contiguous()
    batch, channel, row, column = padded.stride()
    rows, columns = ((n - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(padded.shape[2:], kernel, strict=True))
    shape = (*images.shape[:2], *kernel, rows, columns)
    steps = (batch, channel, row * dilation, column * dilation, row * stride, column * stride)
    return padded.as_strided(shape, steps).flatten(4).flatten(1, 3)
