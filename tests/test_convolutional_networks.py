import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import convolutional_networks as cn

few = st.integers(1, 3)


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def gradients(result, upstream, *of):
    return torch.autograd.grad((result * upstream).sum(), of)


@st.composite
def settings_of_a_layer(draw):
    """Everything a convolution can be asked: unlike sides, unlike kernels, and a stride that leaves a rest."""
    kernel = draw(few), draw(few)
    stride, padding, dilation, groups = draw(few), draw(st.integers(0, 2)), draw(few), draw(few)
    least = [max(1, dilation * (k - 1) + 1 - 2 * padding) for k in kernel]
    sides = [draw(st.integers(low, low + 5)) for low in least]
    return {
        "images": normal(draw(few), groups * draw(few), *sides, seed=1),
        "out": groups * draw(few),
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }


# Convolution


@settings(deadline=None, max_examples=60)
@given(settings_of_a_layer())
def test_a_convolution_and_its_gradients_agree_with_torch(asked):
    images, out, kernel = (asked.pop(name) for name in ("images", "out", "kernel"))
    images.requires_grad_()
    weight = normal(out, images.shape[1] // asked["groups"], *kernel, seed=2).requires_grad_()
    bias = normal(out, seed=3).requires_grad_()
    ours, theirs = cn.convolve(images, weight, bias, **asked), F.conv2d(images, weight, bias, **asked)
    torch.testing.assert_close(ours, theirs)
    upstream = normal(*ours.shape, seed=4)
    for mine, other in zip(
        gradients(ours, upstream, images, weight, bias),
        gradients(theirs, upstream, images, weight, bias),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


def test_loops_and_matrix_product_agree():
    image, kernel = normal(6, 9), normal(2, 5, seed=1)
    torch.testing.assert_close(
        cn.cross_correlation(image, kernel), cn.convolve(image[None, None], kernel[None, None])[0, 0]
    )


def test_the_kernel_is_not_flipped():
    assert cn.cross_correlation(torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[1.0, 2.0]])).tolist() == [[2.0, 1.0]]


@settings(deadline=None, max_examples=60)
@given(settings_of_a_layer())
def test_im2col_agrees_with_torchs_unfold(asked):
    images, kernel = asked["images"], asked["kernel"]
    how = {name: asked[name] for name in ("stride", "padding", "dilation")}
    torch.testing.assert_close(cn.im2col(images, kernel, **how), F.unfold(images, kernel, **how))


@settings(deadline=None, max_examples=60)
@given(settings_of_a_layer())
def test_gradients_by_hand_agree_with_autograd(asked):
    images = asked["images"].requires_grad_()
    weight = normal(asked["out"], images.shape[1], *asked["kernel"], seed=2).requires_grad_()
    how = {"stride": asked["stride"], "padding": asked["padding"] + 2}
    result = F.conv2d(images, weight, **how)
    upstream = normal(*result.shape, seed=4)
    expected = gradients(result, upstream, images, weight)
    for ours, theirs in zip(
        cn.convolve_gradients(images.detach(), weight.detach(), upstream, **how), expected, strict=True
    ):
        torch.testing.assert_close(ours, theirs)


# Pooling


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 4), few, st.integers(0, 2), st.integers(0, 4), st.booleans())
def test_max_pooling_and_its_gradient_agree_with_torch(size, stride, padding, more, ties):
    padding = min(padding, size // 2)
    images = normal(2, 3, size + more, size + 2)
    images = (images.round() if ties else images).requires_grad_()
    ours, theirs = cn.max_pool(images, size, stride, padding), F.max_pool2d(images, size, stride, padding)
    torch.testing.assert_close(ours, theirs)
    upstream = normal(*ours.shape, seed=1)
    (expected,) = gradients(theirs, upstream, images)
    torch.testing.assert_close(gradients(ours, upstream, images)[0], expected)
    if not padding:
        torch.testing.assert_close(cn.max_pool_gradient(images.detach(), upstream, size, stride), expected)


def test_padding_of_a_pool_is_never_chosen():
    assert cn.max_pool(torch.full((1, 1, 2, 2), -5.0), 2, 1, 1).max().item() == -5.0


def test_average_pooling_agrees_with_torch():
    images = normal(2, 3, 7, 5)
    torch.testing.assert_close(cn.average_pool(images, 2), F.avg_pool2d(images, 2))


# Arithmetic


@given(st.integers(1, 30), st.integers(1, 5), st.integers(1, 4), st.integers(0, 4), few)
def test_the_size_of_the_output_is_that_of_torchs(size, kernel, stride, padding, dilation):
    if dilation * (kernel - 1) + 1 > size + 2 * padding:
        with pytest.raises(ValueError, match=f"kernel reaches beyond the {size} pixels"):
            cn.output_size(size, kernel, stride, padding, dilation)
        return
    made = F.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding, dilation)
    assert cn.output_size(size, kernel, stride, padding, dilation) == made.shape[2]


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 4), few)
def test_same_padding_makes_as_many_places_as_promised(size, kernel, stride, dilation):
    before, after = cn.same_padding(size, kernel, stride, dilation)
    padded = F.pad(torch.zeros(1, 1, size), [before, after])
    made = F.conv1d(padded, torch.zeros(1, 1, kernel), None, stride, 0, dilation)
    assert made.shape[2] == -(-size // stride)
    assert after - before in (0, 1)


@given(st.lists(st.tuples(st.integers(1, 4), few, few), max_size=4))
def test_a_receptive_field_is_the_support_of_a_gradient(layers):
    field, jump = cn.receptive_field(layers)
    signal = torch.zeros(1, 1, field + jump, dtype=torch.float64, requires_grad=True)
    out = signal
    for kernel, stride, dilation in layers:
        out = F.conv1d(out, torch.ones(1, 1, kernel, dtype=torch.float64), None, stride, 0, dilation)
    seen = [torch.autograd.grad(out[0, 0, i], signal, retain_graph=True)[0][0, 0].nonzero() for i in (0, 1)]
    assert seen[0].max().item() - seen[0].min().item() + 1 == field
    assert (seen[1].min() - seen[0].min()).item() == jump


@given(few, few, st.tuples(few, few), st.tuples(few, few), few, st.booleans())
def test_parameters_are_those_of_torchs_layer(part, out, kernel, places, groups, bias):
    layer = torch.nn.Conv2d(part * groups, out * groups, kernel, groups=groups, bias=bias)
    parameters, products = cn.convolution_cost(part * groups, out * groups, kernel, places, groups, bias)
    assert parameters == sum(p.numel() for p in layer.parameters())
    assert products == layer.weight.numel() * places[0] * places[1]


# What is refused


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: cn.output_size(5, 3, stride=0), "stride must be at least 1, got 0"),
        (lambda: cn.output_size(5, 3, padding=-1), "padding must be at least 0, got -1"),
        (lambda: cn.output_size(5, 0), "kernel must be at least 1, got 0"),
        (lambda: cn.same_padding(0, 3), "size must be at least 1, got 0"),
        (lambda: cn.same_padding(5, 3, 1, 0), "dilation must be at least 1, got 0"),
        (lambda: cn.max_pool(normal(1, 1, 4, 4), 2, 2, 2), "padding 2 is more than half of a window of 2"),
        (lambda: cn.receptive_field([(3, 0, 1)]), r"at least 1, got \(3, 0, 1\)"),
        (lambda: cn.convolution_cost(3, 8, (3, 3), (2, 2), groups=2), "3 and 8 channels do not divide into 2 groups"),
        (
            lambda: cn.convolve(normal(1, 3, 4, 4), normal(4, 1, 2, 2), groups=2),
            "3 and 4 channels do not divide into 2",
        ),
        (lambda: cn.convolve(normal(1, 4, 4, 4), normal(4, 1, 2, 2), groups=2), "kernels of 1 channels in 2 groups"),
        (lambda: cn.convolve(normal(1, 1, 2, 2), normal(1, 1, 3, 3)), "reaches beyond the 2 pixels"),
        (
            lambda: cn.convolve_gradients(normal(1, 1, 4, 4), normal(1, 1, 2, 2), normal(1, 1, 2, 2)),
            r"upstream \(1, 1, 2, 2\) is not of the result's shape \(1, 1, 3, 3\)",
        ),
        (
            lambda: cn.max_pool_gradient(normal(1, 1, 4, 4), normal(1, 1, 3, 3), 2, 2),
            r"upstream \(1, 1, 3, 3\) is not of the result's shape \(1, 1, 2, 2\)",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
