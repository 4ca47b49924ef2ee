"""The engine against torch.autograd and small steps; each wrong order has its own wrong number."""

import gc
import inspect
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import backpropagation
from course_lib.backpropagation import Tensor, Value, affine, softmax_cross_entropy

SHAPES = ((), (3,), (1,), (2, 3), (2, 1), (1, 3), (3, 3), (3, 2))
ONE = ("square", "flip", "sigmoid", "relu", "halve", "sum all", "sum first", "sum last", "reciprocal")
TWO = ("+", "-", "*", "/", "@")


def unary(kind, x, relu, sigmoid):
    """Apply an operation that ours and torch's tensors write alike, but for two."""
    if kind.startswith("sum"):
        axes = {"sum all": None, "sum first": 0, "sum last": -1}
        return x.sum(axes[kind]) if len(x.shape) or kind == "sum all" else None
    return {
        "square": lambda: x**2,
        "halve": lambda: 0.5 * x - 1,
        "flip": lambda: 1 - x,
        "reciprocal": lambda: 1 / (x * x + 2),
        "sigmoid": lambda: sigmoid(x),
        "relu": lambda: relu(x),
    }[kind]()


def binary(kind, x, y):
    if kind == "@":
        return x @ y if len(x.shape) == len(y.shape) == 2 and x.shape[1] == y.shape[0] else None
    try:
        np.broadcast_shapes(tuple(x.shape), tuple(y.shape))
    except ValueError:
        return None
    return {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: x / (y * y + 1)}[kind]()


def computed(program, leaves, relu, sigmoid):
    """Run a program: each entry picks from all values so far, so that some are used often and some never."""
    values = list(leaves)
    for kind, i, j in program:
        x, y = values[i % len(values)], values[j % len(values)]
        made = unary(kind, x, relu, sigmoid) if kind in ONE else binary(kind, x, y)
        if made is not None:
            values.append(made)
    return values[-1]


programs = st.lists(
    st.tuples(st.sampled_from(ONE + TWO), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=14
)


@settings(max_examples=60)
@given(programs, st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_random_graphs_have_the_gradients_of_torch(program, shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in shapes]
    ours = [Tensor(array) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    result = computed(program, ours, Tensor.relu, Tensor.sigmoid)
    expected = computed(program, theirs, torch.relu, torch.sigmoid)
    if result in ours:
        return  # nothing was computed
    np.testing.assert_allclose(result.data, expected.detach().numpy(), rtol=1e-10)
    upstream = rng.normal(size=result.shape)
    result.backward(upstream)
    expected.backward(torch.tensor(upstream))
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.grad is None) == (other.grad is None)
        if mine.grad is not None:
            wanted = other.grad.numpy()
            np.testing.assert_allclose(
                mine.grad, wanted, rtol=1e-10, atol=1e-10 * max(1, np.abs(wanted).max(initial=0))
            )


@settings(max_examples=40)
@given(programs, st.lists(st.floats(-2, 2), min_size=1, max_size=4))
def test_numbers_and_arrays_of_one_number_agree(program, numbers):
    program = [(kind, i, j) for kind, i, j in program if kind in ("square", "halve", "+", "-", "*")]
    values, tensors = [Value(n) for n in numbers], [Tensor(n) for n in numbers]
    for leaves in (values, tensors):
        made = list(leaves)
        for kind, i, j in program:
            x, y = made[i % len(made)], made[j % len(made)]
            made.append(
                x**2
                if kind == "square"
                else 0.5 * x - 1
                if kind == "halve"
                else {"+": x + y, "-": x - y, "*": x * y}[kind]
            )
        if program:
            made[-1].backward()
    for value, tensor in zip(values, tensors, strict=True):
        assert (value.grad is None) == (tensor.grad is None)
        assert value.grad is None or value.grad == pytest.approx(tensor.grad.item(), rel=1e-12, nan_ok=True)


# The order


def small_graph():
    """x = 2, y = 3: every wrong order gets a number of its own."""
    x, y = Value(2), Value(3)
    a = y * x
    b = a * y
    c = a * b
    return x, y, b + c


def send(order, result, add=True):
    """Send gradients back in an order of one's own."""
    result.grad = 1.0
    for node in order:
        if node._backward and node.grad is not None:
            for source, gradient in zip(node.inputs, node._backward(node.grad), strict=True):
                source.grad = gradient + (source.grad or 0.0) if add else gradient


def downward(node, seen=None):
    """Walk from the result into each input at once; into the same one again, unless `seen` is kept."""
    yield node
    for source in node.inputs:
        if seen is None or source not in seen:
            if seen is not None:
                seen.add(source)
            yield from downward(source, seen)


def by_levels(result):
    queue, seen = [result], {result}
    for node in queue:
        yield node
        new = [source for source in dict.fromkeys(node.inputs) if source not in seen]
        seen.update(new)
        queue += new


def inputs_first(result):
    return backpropagation.topological_order(backpropagation._Inputs(), result)


@pytest.mark.parametrize(
    ("order", "add", "gradients"),
    [
        (lambda result: reversed(inputs_first(result)), True, (117, 120)),
        (downward, True, (198, 180)),
        (lambda result: downward(result, {result}), True, (9, 12)),
        (by_levels, True, (63, 48)),
        (inputs_first, True, (None, None)),
        (lambda result: reversed(inputs_first(result)), False, (54, 36)),
    ],
    ids=["right", "recursion", "recursion cut by visited", "breadth first", "inputs first", "= for +="],
)
def test_each_wrong_order_has_its_own_wrong_number(order, add, gradients):
    x, y, result = small_graph()
    send(order(result), result, add)
    assert (x.grad, y.grad) == gradients


def test_the_engine_finds_the_right_one():
    x, y, result = small_graph()
    result.backward()
    assert (x.grad, y.grad) == (117, 120)


@pytest.mark.parametrize("kind", [Value, pytest.param(Tensor, marks=pytest.mark.slow)])
def test_a_chain_of_ten_thousand_nodes_overflows_no_stack(kind):
    x = kind(1.0)
    y = x
    for _ in range(10_000):
        y = y + x
    y.backward()
    assert x.grad == 10_001
    del y
    gc.collect()


def test_a_graph_with_a_billion_billion_ways_through_it_takes_no_time():
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y  # each node is reached in two ways, the first in 2⁶⁰
    start = time.process_time()
    y.backward()
    assert x.grad == 2.0**60
    assert time.process_time() - start < 1


# A second backward


@pytest.mark.parametrize("make", [lambda x: x + 1, lambda x: x * x, lambda x: (x * 2) ** 3])
@pytest.mark.parametrize("kind", [Value, Tensor])
def test_a_second_backward_is_refused_and_counts_nothing(kind, make):
    x = kind(3.0)
    result = make(x)
    result.backward()
    before = x.grad
    with pytest.raises(RuntimeError, match="twice"):
        result.backward()
    assert x.grad == before


def test_a_graph_that_shares_a_spent_part_is_refused_before_anything_is_counted():
    x = Value(3.0)
    shared = x * x
    first, second = shared + 1, shared * x
    first.backward()
    with pytest.raises(RuntimeError, match="twice"):
        second.backward()
    assert (x.grad, second.grad) == (6.0, None)


def test_gradients_of_several_graphs_add_up_until_they_are_forgotten():
    x = Tensor([1.0, 2.0])
    (x * x).sum().backward()
    (3 * x).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    x.grad = None
    (3 * x).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


# Whose memory it is


def test_no_two_tensors_share_a_gradient_nor_the_callers_memory():
    x, y, upstream = Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), np.array([5.0, 6.0])
    (x + y).backward(upstream)
    x.grad *= 10
    assert y.grad.tolist() == upstream.tolist() == [5.0, 6.0]


def test_a_given_array_may_change_later_and_data_may_not():
    array = np.array([1.0, 2.0])
    x = Tensor(array)
    result = (x * x).sum()
    array[:] = 100
    with pytest.raises(ValueError, match="read-only"):
        x.data[0] = 100
    result.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_at_zero_relu_has_the_slope_of_torch():
    x = Tensor([0.0, -0.0, 1e-300])
    x.relu().backward(np.array([1.0, 2.0, 3.0]))
    assert x.grad.tolist() == [0.0, 0.0, 3.0]


def test_a_kept_upstream_of_relu_is_not_written_into():
    upstream = np.array([5.0, -6.0])
    backpropagation.relu_backward(np.array([-1.0, 1.0]), upstream)
    assert upstream.tolist() == [5.0, -6.0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_types_stay_what_they_are(dtype):
    x = Tensor(np.ones((2, 3), dtype))
    other = Tensor(np.ones(3))  # float64
    result = (2 * x / 3 - 1) @ Tensor(np.ones((3, 2), dtype))
    assert result.dtype == dtype
    (result.sum() + (x * other).sum()).backward()
    assert x.grad.dtype == dtype
    assert other.grad.dtype == np.float64


def test_an_array_on_the_left_leaves_the_work_to_the_tensor():
    x = Tensor([1.0, 2.0])
    result = np.array([3.0, 4.0]) * x - np.float64(1) / x
    assert isinstance(result, Tensor)
    assert result.data.tolist() == [2.0, 7.5]


def test_the_gradient_of_a_power_of_zero_is_zero():
    x = Tensor([0.0, 2.0])
    (x**0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


# Layers


def torch_gradients(function, *arrays, upstream):
    tensors = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]
    return [g.numpy() for g in torch.autograd.grad(function(*tensors), tensors, torch.tensor(upstream))]


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_affine_has_the_gradients_of_torch(batch, features, units, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in ((batch, features), (features, units), (units,))]
    upstream = rng.normal(size=(batch, units))
    x, weight, bias = tensors = [Tensor(array) for array in arrays]
    affine(x, weight, bias).backward(upstream)
    naive = [Tensor(array) for array in arrays]
    (naive[0] @ naive[1] + naive[2]).backward(upstream)
    expected = torch_gradients(lambda x, w, b: x @ w + b, *arrays, upstream=upstream)
    for mine, slow, other in zip(tensors, naive, expected, strict=True):
        np.testing.assert_allclose(mine.grad, other, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(slow.grad, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_is_that_of_torch_whatever_the_size_of_the_scores(dtype, scale):
    rng = np.random.default_rng(5)
    scores = (scale * rng.normal(size=(7, 5))).astype(dtype)
    labels = rng.integers(0, 5, size=7)
    ours = Tensor(scores)
    loss = softmax_cross_entropy(ours, labels)
    loss.backward(np.asarray(-2.5))
    theirs = torch.tensor(scores, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(theirs, torch.from_numpy(labels))
    (-2.5 * expected).backward()
    tolerance = 1e-10 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(loss.data, expected.item(), rtol=tolerance)
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), rtol=tolerance, atol=tolerance)
    assert loss.dtype == ours.grad.dtype == dtype


def test_sigmoid_overflows_nowhere():
    x = Tensor([-800.0, 0.0, 800.0])
    y = x.sigmoid()
    y.sum().backward()
    assert y.data.tolist() == [0.0, 0.5, 1.0]
    assert x.grad.tolist() == [0.0, 0.25, 0.0]


def differences(function, x, step=1e-6):
    """Measure a gradient by small steps, one number after the other."""
    slopes = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        sides = [np.array(x), np.array(x)]
        sides[0][place] += step
        sides[1][place] -= step
        slopes[place] = (function(sides[0]) - function(sides[1])) / (2 * step)
    return slopes


@pytest.mark.parametrize(
    "layer",
    [
        lambda x: affine(x, Tensor(np.arange(6.0).reshape(3, 2)), Tensor([1.0, -1.0])),
        lambda x: affine(Tensor([[1.0, -2.0], [0.5, 3.0]]), x, Tensor([0.5, 1.5, 3.0])),
        lambda x: x.relu(),
        lambda x: x.sigmoid(),
        lambda x: softmax_cross_entropy(x, np.array([2, 0])),
        lambda x: x**3 / (1 + x * x) - x.sum(0),
    ],
)
def test_layers_agree_with_small_steps(layer):
    x = np.random.default_rng(3).normal(size=(2, 3))  # no number near the kink of relu
    tensor = Tensor(x)
    result = layer(tensor)
    upstream = np.arange(1.0, 1.0 + result.data.size).reshape(result.shape)  # not 1: one that is ignored must show
    result.backward(upstream)
    measured = differences(lambda moved: (layer(Tensor(moved)).data * upstream).sum(), x)
    np.testing.assert_allclose(tensor.grad, measured, rtol=1e-6, atol=1e-8)


@pytest.mark.slow
def test_a_network_learns_the_digits():
    datasets = pytest.importorskip("sklearn.datasets")
    pictures, labels = datasets.load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(labels))
    pictures, labels = pictures[order] / 16, labels[order]
    layers = [(Tensor(rng.normal(0, (2 / n) ** 0.5, (n, m))), Tensor(np.zeros(m))) for n, m in ((64, 64), (64, 10))]

    def scores(rows):
        hidden = affine(Tensor(pictures[rows]), *layers[0]).relu()
        return affine(hidden, *layers[1])

    start = time.process_time()
    for _ in range(15):
        for rows in np.split(rng.permutation(1347), range(32, 1347, 32)):
            softmax_cross_entropy(scores(rows), labels[rows]).backward()
            layers = [tuple(parameter.stepped(0.2) for parameter in layer) for layer in layers]
    rest = np.arange(1347, len(labels))
    assert (scores(rest).data.argmax(axis=1) == labels[rest]).mean() >= 0.95
    assert time.process_time() - start < 30


# The references of the exercises, each against another way


@given(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_numerical_gradients_come_near_those_of_torch(features, units, batch, seed):
    rng = np.random.default_rng(seed)
    weight, x = rng.normal(size=(features, units)), rng.normal(size=(batch, features))
    got = backpropagation.numerical_gradient(weight, x, 1e-5)
    assert got.shape == weight.shape
    if weight.size:
        [expected] = torch_gradients(lambda w: (torch.tanh(torch.tensor(x) @ w) ** 2).mean(), weight, upstream=1.0)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-8)


def test_weights_that_are_whole_numbers_are_moved_too():
    weight = np.array([[1], [2]])
    assert backpropagation.numerical_gradient(weight, np.array([[0.5, -0.1]]), 1e-3).all()
    assert weight.tolist() == [[1], [2]]


@given(st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=3), max_size=13), st.integers(0, 12))
def test_an_order_has_every_needed_node_once_after_its_inputs(edges, output):
    inputs = {node: [source for source in edges.get(node, []) if source < node] for node in range(13)}
    order = backpropagation.topological_order(inputs, output)
    needed, todo = {output}, [output]
    while todo:
        new = set(inputs[todo.pop()]) - needed
        needed |= new
        todo += new
    assert sorted(order) == sorted(needed)
    assert all(order.index(source) < order.index(node) for node in order for source in inputs[node])


entries = st.tuples(st.sampled_from(["add", "mul"]), st.integers(0, 99), st.integers(0, 99))


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=4), st.lists(entries, max_size=10))
def test_a_tape_has_the_gradients_of_torch(numbers, drawn):
    tape = [(kind, i % (len(numbers) + k), j % (len(numbers) + k)) for k, (kind, i, j) in enumerate(drawn)]
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    values = list(leaves)
    for kind, i, j in tape:
        values.append(values[i] + values[j] if kind == "add" else values[i] * values[j])
    expected = torch.autograd.grad(values[-1], leaves, allow_unused=True, materialize_grads=True)
    assert backpropagation.tape_gradients(tape, numbers) == pytest.approx([float(g) for g in expected], nan_ok=True)


@given(st.lists(st.integers(0, 3), max_size=4), st.data())
def test_unbroadcast_is_the_way_back_of_broadcasting(full, data):
    kept = full[data.draw(st.integers(0, len(full))) :]
    shape = tuple(data.draw(st.sampled_from([1, length])) for length in kept)
    gradient = np.random.default_rng(7).normal(size=full)
    got = backpropagation.unbroadcast(gradient, shape)
    leaf = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    leaf.expand(*full).backward(torch.tensor(gradient)) if full else leaf.clone().backward(torch.tensor(gradient))
    assert got.shape == shape
    np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-12, atol=1e-12)
    assert not np.shares_memory(got, gradient)


# What is refused, with the words that say so


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Value("3"), TypeError, "one real number, not '3'"),
        (lambda: Value(2) * "a", TypeError, "not 'a'"),
        (lambda: Value(3).backward(), RuntimeError, r"Value\(3.0\) finds nothing it came from"),
        (lambda: Tensor(["a"]), TypeError, r"real numbers, not \['a'\]"),
        (lambda: Tensor([1j]), TypeError, "1j"),
        (lambda: Tensor([1, 2]) + Tensor([1, 2, 3]), ValueError, r"\(2,\) \(3,\)"),
        (lambda: Tensor([[1, 2]]) @ Tensor([[1, 2]]), ValueError, r"\(1, 2\) and \(1, 2\)"),
        (lambda: (Tensor([1, 2]) * 2).backward(), ValueError, r"shape \(2,\) needs an upstream"),
        (lambda: (Tensor([1, 2]) * 2).backward(np.ones(3)), ValueError, r"\(3,\), the result \(2,\)"),
        (lambda: Tensor([1.0]).stepped(0.1), ValueError, "gradient of None"),
        (lambda: softmax_cross_entropy(Tensor([[1, 2]]), np.array([2])), ValueError, r"\[2\].*0 to 1"),
        (lambda: softmax_cross_entropy(Tensor([[1, 2]]), np.array([-1])), ValueError, r"\[-1\]"),
        (lambda: softmax_cross_entropy(Tensor(np.zeros((0, 2))), np.zeros(0, int)), ValueError, r"\(0, 2\)"),
        (lambda: backpropagation.tape_gradients([("div", 0, 0)], [1.0]), ValueError, "'div'"),
        (lambda: backpropagation.unbroadcast(np.ones((2, 3)), (2,)), ValueError, r"\(2,\)"),
        (lambda: backpropagation.unbroadcast(np.ones(3), (2, 3)), ValueError, r"\(2, 3\)"),
        (lambda: backpropagation.relu_backward(np.ones(2), np.ones(1)), ValueError, r"\(2,\).*\(1,\)"),
        (lambda: backpropagation.numerical_gradient(np.ones((1, 1)), np.ones((1, 1)), 0.0), ValueError, "not 0"),
    ],
)
def test_bad_input_is_refused_with_its_value(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_negative_learning_rate_makes_no_step():
    x = Tensor([1.0])
    x.grad = np.array([1.0])
    with pytest.raises(ValueError, match=r"-0\.1"):
        x.stepped(-0.1)


def test_what_the_signatures_refuse_in_tests_is_refused_in_notebooks_too():
    unchecked = inspect.unwrap(affine)  # no checker reads the signature there
    with pytest.raises(ValueError, match=r"\(1, 2\), weight \(3, 1\)"):
        unchecked(Tensor([[1, 2]]), Tensor([[1], [2], [3]]), Tensor([1]))
    with pytest.raises(TypeError, match=r"float64: \[0\.5\]"):
        inspect.unwrap(softmax_cross_entropy)(Tensor([[1, 2]]), np.array([0.5]))
    with pytest.raises(ValueError, match="don't fit"):
        inspect.unwrap(backpropagation.affine_backward)(np.ones((2, 3)), np.ones((3, 4)), np.ones((3, 4)))


def test_the_engine_imports_no_torch():
    told = "import sys, course_lib.backpropagation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
