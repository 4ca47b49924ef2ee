"""What the rubrics on convolutional networks share: layers of unlike sides, and the shortcuts that no answer
may take."""

from course_lib.checking import cases

CONVOLUTIONS = (
    "torch.nn.functional.conv1d",
    "torch.nn.functional.conv2d",
    "torch.conv2d",
    "torch.convolution",
    "torch.nn.Conv2d",
    "torch.nn.functional.conv_transpose2d",
    "torch.nn.grad.conv2d_input",
    "torch.nn.grad.conv2d_weight",
)
FOLDS = ("torch.nn.functional.unfold", "torch.nn.functional.fold", "torch.nn.Unfold", "torch.nn.Fold")
AUTOGRAD = (
    "torch.autograd.grad",
    "torch.autograd.backward",
    "torch.Tensor.backward",
    "torch.func.grad",
    "torch.func.vjp",
)
FLOATS = ("float32", "float64")


def short(given, *defaults):
    """Return the arguments without those at the end that equal their defaults."""
    given = list(given)
    for default in reversed(defaults):
        if given[-1] != default:
            break
        given.pop()
    return tuple(given)


def images(rng, height, width):
    """Return images of these sides with one or more examples and channels, sometimes lying with gaps in memory."""
    made = cases.normal(
        rng, cases.whole(rng, 1, 3), cases.whole(rng, 1, 3), height, width, dtype=cases.one_of(rng, *FLOATS)
    )
    return cases.strided(rng, made) if rng.random() < 0.3 else made


def fitting(rng, kernel, padding, dilation=1, more=5):
    """Return a height and a width on which a kernel fits, often with a rest."""
    least = (dilation * (length - 1) + 1 - 2 * padding for length in kernel)
    return tuple(max(1, low) + cases.whole(rng, 0, more) for low in least)


def places(sides, kernel, stride, padding):
    """Return the rows and columns of a result, without asking the reference."""
    return tuple((side + 2 * padding - length) // stride + 1 for side, length in zip(sides, kernel, strict=True))
