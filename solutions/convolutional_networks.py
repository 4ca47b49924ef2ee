# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Convolutional networks: exercises
# Read [the page](../book/architectures/convolutional_networks.md) first: it shows convolution by loops and by a matrix
# product, and max-pooling. Here come the sizes, the matrix, the way back, and what all of it costs.
#
# Images have the axes `batch channel height width`. Height and width may differ, and so may the sides of a kernel.
# Padding is the number of pixels of value 0 added on each side of both axes, unless a prompt says otherwise.
#
# Tensors are `float32` or `float64`, and the result has their dtype and device. A tensor may lie in memory with gaps,
# as after a transpose. There `reshape` works, and `view` may refuse.
# %%
import torch

from course_lib.checking import check


# %% [markdown] exercise="convolutional_networks.output_size"
# On how many places does a kernel fit along one axis?
#
# - `size`: how many pixels there are, maybe 0; `padding`: $p$, how many are added on each side
# - `kernel`: $k$, how many numbers the kernel has; `dilation`: $d$, how far they are apart
# - `stride`: $s$, how far the kernel moves from place to place
# - returns a Python `int`; pixels that are left over at the end are not used
# - raises `ValueError` where the kernel fits nowhere, for `kernel`, `stride` or `dilation` below 1, and for a negative
#   `padding`
#
# A kernel of $k$ numbers reaches over $d(k - 1) + 1$ pixels. Draw it for $k = 3$, $d = 2$ before you write the formula.
#
# ```python
# output_size(7, kernel=3)                           # 5
# output_size(28, kernel=3, stride=2)                # 13, one pixel is left over
# output_size(7, kernel=3, padding=1, dilation=2)    # 5
# ```
# %% answer="convolutional_networks.output_size"
def output_size(size, kernel, stride=1, padding=0, dilation=1):
    """Return on how many places a kernel fits along one axis."""
    ### BEGIN SOLUTION
    if min(kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"kernel {kernel}, stride {stride}, padding {padding} and dilation {dilation} do not exist")
    last = size + 2 * padding - (dilation * (kernel - 1) + 1)  # where the last place may begin
    if last < 0:
        raise ValueError(f"a kernel of {kernel} does not fit {size} pixels")
    return len(range(0, last + 1, stride))
    ### END SOLUTION


# %% check="convolutional_networks.output_size"
check("convolutional_networks.output_size", output_size)


# %% [markdown] exercise="convolutional_networks.same_padding"
# "Same" padding wants as many places as there are pixels, or with a stride of $s$, one for every $s$ pixels: $\lceil
# n/s \rceil$.
# That takes
#
# $$\max\Big(0,\; \big(\lceil n/s \rceil - 1\big)\, s + d(k - 1) + 1 - n\Big)$$
#
# pixels together. Half of them go before the image and half behind. If the number is odd, the one that is left goes
# *behind*.
#
# - `size`: $n$; `kernel`: $k$; `stride`: $s$; `dilation`: $d$, all at least 1
# - returns a tuple of two Python `int`, the pixels before and behind
# - raises `ValueError` for any of the four below 1
#
# ```python
# same_padding(7, 3)              # (1, 1)
# same_padding(5, 4)              # (1, 2)
# same_padding(6, 7, stride=2)    # (2, 3)
# ```
# %% answer="convolutional_networks.same_padding"
def same_padding(size, kernel, stride=1, dilation=1):
    """Return how many pixels "same" padding adds before and behind along one axis."""
    ### BEGIN SOLUTION
    if min(size, kernel, stride, dilation) < 1:
        raise ValueError(f"size {size}, kernel {kernel}, stride {stride}, dilation {dilation}: one is below 1")
    begins = range(0, size, stride)[-1]  # the last place begins here, if the first begins at 0
    total = max(begins + dilation * (kernel - 1) + 1 - size, 0)
    before, rest = divmod(total, 2)
    return before, before + rest
    ### END SOLUTION


# %% check="convolutional_networks.same_padding"
check("convolutional_networks.same_padding", same_padding)


# %% [markdown] exercise="convolutional_networks.im2col"
# A convolution becomes one matrix product once the numbers under each place of the kernel stand in a column. Build
# that matrix.
#
# - `images`: shape `batch channel height width`
# - `kernel`: two numbers, its height and width
# - `stride`, `padding`, `dilation`: as above, the same for both axes
# - returns shape `batch numbers places`, with `channel · kernel_height · kernel_width` numbers in a column
#
# In a column the channel changes slowest, then the row of the kernel, then its column. The places follow each other
# row by
# row. Inputs on which the kernel does not fit are not given to the answer.
#
# ```python
# im2col(torch.arange(6.0).reshape(1, 1, 2, 3), (2, 2))
# # tensor([[[0., 1.],
# #          [1., 2.],
# #          [3., 4.],
# #          [4., 5.]]])
# ```
# %% answer="convolutional_networks.im2col"
def im2col(images, kernel, stride=1, padding=0, dilation=1):
    """Return the numbers under each place of the kernel, a column for each place."""
    ### BEGIN SOLUTION
    padded = torch.nn.functional.pad(images, (padding, padding, padding, padding))

    def indices(length, numbers):
        places = torch.arange(0, length - dilation * (numbers - 1), stride, device=images.device)
        return torch.arange(numbers, device=images.device)[:, None] * dilation + places  # number, place

    rows, columns = indices(padded.shape[2], kernel[0]), indices(padded.shape[3], kernel[1])
    picked = padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    return picked.reshape(len(images), images.shape[1] * kernel[0] * kernel[1], -1)
    ### END SOLUTION


# %% check="convolutional_networks.im2col"
check("convolutional_networks.im2col", im2col)


# %% [markdown] exercise="convolutional_networks.convolve_gradients"
# The way back through a convolution. Each result was a sum of products, pixel times weight. So what comes back from
# above
# goes to every pixel, times the weight that it met, and to every weight, times the pixel that it met. A pixel under
# several places gets the *sum* of what they send.
#
# - `images`: shape `batch channel height width`; `weight`: shape `out channel kernel_height kernel_width`
# - `upstream`: the gradient of the loss with respect to the result, of the result's shape `batch out rows columns`
# - `stride`, `padding`: as above
# - returns the gradients with respect to `images` and to `weight`, a tuple of two tensors of their shapes
# - raises `ValueError` if `upstream` is not of the result's shape
#
# Do it by hand: autograd (`torch.autograd`, `backward`), torch's own convolutions and `fold` are not to be used.
# Loops over
# the places of the kernel are fine.
#
# ```python
# images, weight = torch.tensor([[[[1.0, 2.0, 4.0]]]]), torch.tensor([[[[-1.0, 1.0]]]])
# convolve_gradients(images, weight, torch.tensor([[[[1.0, 10.0]]]]))
# # (tensor([[[[-1., -9., 10.]]]]), tensor([[[[21., 42.]]]]))
# ```
# %% answer="convolutional_networks.convolve_gradients"
def convolve_gradients(images, weight, upstream, stride=1, padding=0):
    """Return the gradients of a convolution with respect to its images and its weight."""
    ### BEGIN SOLUTION
    (height, width), p = weight.shape[2:], padding
    sides = [(n + 2 * p - k) // stride + 1 for n, k in zip(images.shape[2:], (height, width), strict=True)]
    if upstream.shape != (len(images), len(weight), *sides):
        raise ValueError(f"upstream has shape {tuple(upstream.shape)}")
    padded = torch.nn.functional.pad(images, (p, p, p, p))
    of_padded, of_weight = torch.zeros_like(padded), torch.zeros_like(weight)
    for i in range(sides[0]):
        for j in range(sides[1]):
            rows, columns = slice(i * stride, i * stride + height), slice(j * stride, j * stride + width)
            above = upstream[:, :, i, j]
            of_padded[:, :, rows, columns] += torch.einsum("bo,ochw->bchw", above, weight)
            of_weight += torch.einsum("bo,bchw->ochw", above, padded[:, :, rows, columns])
    return of_padded[:, :, p : p + images.shape[2], p : p + images.shape[3]], of_weight
    ### END SOLUTION


# %% check="convolutional_networks.convolve_gradients"
check("convolutional_networks.convolve_gradients", convolve_gradients)


# %% [markdown] exercise="convolutional_networks.max_pool_gradient"
# Max-pooling keeps one pixel of each window, and only that pixel gets the gradient. Where several are equally large,
# the
# *first* gets all of it, reading the window row by row. Windows may overlap, and then a pixel can win more than once.
#
# - `images`: shape `batch channel height width`
# - `upstream`: the gradient with respect to the pooled images, shape `batch channel rows columns`
# - `size`: the side of the square windows; `stride`: how far they are apart; there is no padding
# - returns the gradient with respect to `images`, of their shape
# - raises `ValueError` if `upstream` is not of the pooled images' shape
#
# By hand: autograd, torch's pooling and its `max_unpool2d` are not to be used.
#
# ```python
# images = torch.tensor([[[[1.0, 5.0, 2.0], [0.0, 0.0, 0.0]]]])
# max_pool_gradient(images, torch.tensor([[[[10.0, 1.0]]]]), size=2, stride=1)
# # tensor([[[[ 0., 11.,  0.],
# #           [ 0.,  0.,  0.]]]])
# ```
# %% answer="convolutional_networks.max_pool_gradient"
def max_pool_gradient(images, upstream, size, stride):
    """Return the gradient of max-pooling with respect to its images."""
    ### BEGIN SOLUTION
    rows, columns = ((n - size) // stride + 1 for n in images.shape[2:])
    if upstream.shape != (*images.shape[:2], rows, columns):
        raise ValueError(f"upstream has shape {tuple(upstream.shape)}")
    result = torch.zeros_like(images)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = images[:, :, top : top + size, left : left + size].flatten(2)
            first = torch.nn.functional.one_hot(window.argmax(dim=2), size * size).to(images.dtype)
            sent = first * upstream[:, :, i, j, None]
            result[:, :, top : top + size, left : left + size] += sent.unflatten(2, (size, size))
    return result
    ### END SOLUTION


# %% check="convolutional_networks.max_pool_gradient"
check("convolutional_networks.max_pool_gradient", max_pool_gradient)


# %% [markdown] exercise="convolutional_networks.receptive_field"
# How much of the image does one unit of a deep layer see? And how far apart are the views of two neighbors?
#
# - `layers`: a list of tuples `(kernel, stride, dilation)`, the first layer first; convolutions and pools alike
# - returns a tuple of two Python `int`: how many pixels a unit of the last layer sees along one axis, and by how many
#   pixels the views of two neighboring units differ
# - raises `ValueError` for a number below 1
#
# Without a layer a unit is a pixel: it sees 1, and its neighbor is 1 away. Find the rule for one more layer by drawing
# two layers of kernel 3, and then the same with a stride of 2 in the first.
#
# ```python
# receptive_field([(3, 1, 1), (3, 1, 1)])    # (5, 1)
# receptive_field([(3, 2, 1), (3, 1, 1)])    # (7, 2)
# receptive_field([(3, 1, 2)])               # (5, 1)
# ```
# %% answer="convolutional_networks.receptive_field"
def receptive_field(layers):
    """Return how many pixels a unit sees, and how far apart the views of neighbors are."""
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride, dilation in layers:
        if kernel < 1 or stride < 1 or dilation < 1:
            raise ValueError(f"layer {(kernel, stride, dilation)} has a number below 1")
        field, step = field + dilation * (kernel - 1) * step, step * stride
    return field, step
    ### END SOLUTION


# %% check="convolutional_networks.receptive_field"
check("convolutional_networks.receptive_field", receptive_field)


# %% [markdown] exercise="convolutional_networks.convolution_cost"
# A convolution has few parameters and many multiplications, because each weight is used at every place. Count both.
#
# - `channels`, `out`: how many channels come in and go out
# - `kernel`: two numbers, its height and width; `places`: two numbers, the rows and columns of the result
# - `groups`: the channels are split into so many equal groups, and each output channel sees only the inputs of its
#   group
# - `bias`: whether each output channel has a number that is added
# - returns a tuple of two Python `int`: the parameters of the layer, and the multiplications for one image. Adding a
#   bias
#   is no multiplication
# - raises `ValueError` where `groups` is below 1 or does not divide both channel counts
#
# ```python
# convolution_cost(3, 8, (3, 3), (10, 10))              # (224, 21600)
# convolution_cost(8, 8, (3, 3), (10, 10), groups=8)    # (80, 7200)
# ```
# %% answer="convolutional_networks.convolution_cost"
def convolution_cost(channels, out, kernel, places, groups=1, bias=True):
    """Return the parameters of a convolution and its multiplications for one image."""
    ### BEGIN SOLUTION
    if groups < 1 or channels % groups != 0 or out % groups != 0:
        raise ValueError(f"{groups} groups do not divide {channels} and {out} channels")
    for_one_number = channels // groups * kernel[0] * kernel[1]
    return out * for_one_number + (out if bias else 0), places[0] * places[1] * out * for_one_number
    ### END SOLUTION


# %% check="convolutional_networks.convolution_cost"
check("convolutional_networks.convolution_cost", convolution_cost)
