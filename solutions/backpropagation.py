# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Backpropagation: exercises
# Read [the page](../book/training/backpropagation.md) first. You will measure gradients, put a graph in order, send
# gradients back through it, and write the ways back that the engine of the page uses.
#
# In all of them *upstream* is the gradient of the loss with respect to what a function returned, and the gradient of
# an array has the shape of that array.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it. A check says what is wrong
# and shows the smallest input on which it is. Prints cost nothing; try things in new cells as much as you like.
# %%
import numpy as np

from course_lib.checking import check


def loss(weight, x):
    """The loss of the first exercise: weight (feature, unit), x (batch, feature) → one number."""
    return np.mean(np.tanh(x @ weight) ** 2)


# %% [markdown] exercise="backpropagation.numerical_gradient"
# How does the `loss` above change when one weight moves a little? Move it a step $h$ up, move it a step down, and see.
# Do that for each weight, while the others stay where they are.
#
# - `weight`: array (feature, unit) of any type of number, also whole numbers; it is not changed
# - `x`: array (batch, feature) of float64
# - `step`: $h$. If it is not above 0, raise `ValueError`
# - returns the slopes: a float64 array of the shape of `weight`
#
# $$g_{ij} = \frac{\mathcal{L}(\mathbf{W} + h\,\mathbf{E}_{ij}) - \mathcal{L}(\mathbf{W} - h\,\mathbf{E}_{ij})}{2h}$$
#
# $\mathbf{E}_{ij}$ is 1 at row $i$, column $j$, and 0 elsewhere. Return this quotient, not the exact derivative: the
# checks use large steps, which tell the two apart. There may be no features or no units, and nothing to measure then.
#
# ```python
# numerical_gradient(np.array([[1], [0]]), np.array([[1.0, 2.0]]), 0.5)     # [[0.6057], [0.9293]]
# ```
# %% answer="backpropagation.numerical_gradient"
def numerical_gradient(weight, x, step):
    """Return the slope of the loss along each weight, measured by a step up and a step down."""
    ### BEGIN SOLUTION
    if not step > 0:
        raise ValueError(f"a step is above 0, not {step}")
    moved = weight.astype(np.float64)  # a copy
    slopes = np.zeros(weight.shape)
    for place in np.ndindex(weight.shape):
        before = moved[place]
        moved[place] = before + step
        up = loss(moved, x)
        moved[place] = before - step
        down = loss(moved, x)
        moved[place] = before
        slopes[place] = (up - down) / (2 * step)
    return slopes
    ### END SOLUTION


# %% check="backpropagation.numerical_gradient"
check("backpropagation.numerical_gradient", numerical_gradient)


# %% [markdown] exercise="backpropagation.topological_order"
# Backpropagation may leave a node only when all who use it have sent their gradients. So first the graph must be put
# in order.
#
# - `inputs`: a dict. It has each node of the graph as a key, and the list of nodes that it is computed from directly.
#   Nodes that were given have an empty list. A node may use another one twice
# - `output`: one of the nodes
# - returns a list of nodes: the output and everything that it depends on, directly or not. Each node stands there once,
#   and after all its inputs. Other nodes do not stand there
#
# Nodes are strings or whole numbers. There are no cycles. Where several orders are right, each of them is.
#
# One graph has ten thousand nodes in a chain, and Python ends a recursion after about a thousand calls. Do without
# `graphlib`.
#
# ```python
# graph = {"loss": ["a", "b"], "a": ["x"], "b": ["a", "x"], "x": [], "unused": ["x"]}
# topological_order(graph, "loss")     # ["x", "a", "b", "loss"]
# ```
# %% answer="backpropagation.topological_order"
def topological_order(inputs, output):
    """List what `output` depends on, and `output`, each node once and after all its inputs."""
    ### BEGIN SOLUTION
    order, done, todo = [], set(), [output]
    while todo:
        node = todo[-1]
        missing = [source for source in inputs[node] if source not in done]
        if missing:
            todo += missing
            continue
        todo.pop()
        if node not in done:
            done.add(node)
            order.append(node)
    return order
    ### END SOLUTION


# %% check="backpropagation.topological_order"
check("backpropagation.topological_order", topological_order)


# %% [markdown] exercise="backpropagation.tape_gradients"
# The whole of backpropagation in a few lines. A *tape* is a list of operations in the order in which they were done.
# Values are numbered: first the inputs, $0, 1, 2, \dots$, then the result of each entry, as it is computed.
#
# - `tape`: a list of entries `(operation, i, j)`. The operation is `"add"` or `"mul"`, and it takes the values number
#   $i$ and $j$, which may be the same. For any other operation raise `ValueError`
# - `inputs`: a list of numbers, at least one
# - returns a list of floats: for each input, the derivative of the *last* value with respect to it. If the tape is
#   empty, the last value is the last input
#
# Compute the values first. Then give the last value the gradient 1 and all others 0, and read the tape from its end:
# each entry passes the gradient $u$ of its result on to the values that it took, and there it is added to what has
# arrived already.
#
# $$z = x + y:\quad \bar x \mathrel{+}= u,\;\; \bar y \mathrel{+}= u \qquad\qquad
# z = x \cdot y:\quad \bar x \mathrel{+}= u \cdot y,\;\; \bar y \mathrel{+}= u \cdot x$$
#
# An input that the last value does not depend on gets 0.
#
# ```python
# # x = 2 and y = 3 are values 0 and 1; x · y is value 2; x · y + x is value 3
# tape_gradients([("mul", 0, 1), ("add", 2, 0)], [2.0, 3.0])     # [4.0, 2.0]
# ```
# %% answer="backpropagation.tape_gradients"
def tape_gradients(tape, inputs):
    """Return the gradient of the last value of a tape with respect to each input."""
    ### BEGIN SOLUTION
    values = list(inputs)
    for operation, i, j in tape:
        if operation == "add":
            values.append(values[i] + values[j])
        elif operation == "mul":
            values.append(values[i] * values[j])
        else:
            raise ValueError(f"no tape has the operation {operation!r}")
    gradients = [0.0] * len(values)
    gradients[-1] = 1.0
    for result in range(len(values) - 1, len(inputs) - 1, -1):
        operation, i, j = tape[result - len(inputs)]
        upstream = gradients[result]
        gradients[i] += upstream * (values[j] if operation == "mul" else 1)
        gradients[j] += upstream * (values[i] if operation == "mul" else 1)
    return gradients[: len(inputs)]
    ### END SOLUTION


# %% check="backpropagation.tape_gradients"
check("backpropagation.tape_gradients", tape_gradients)


# %% [markdown] exercise="backpropagation.unbroadcast"
# In `x + bias` each number of the bias is used in every row. On the way back its gradients from all rows add up.
# `unbroadcast` does that for every way in which NumPy stretches an array.
#
# - `gradient`: a float array, of the shape that broadcasting led to
# - `shape`: a tuple, the shape that an input had before it was stretched
# - returns a new array of exactly that shape, in the type of `gradient`: each number is the sum over all places to
#   which the input's number was copied
#
# Broadcasting lines shapes up on the right. It adds axes in front, and it stretches axes of length 1 to any other
# length, also to 0. A shape that does not broadcast to that of the gradient raises `ValueError`. The gradient is not
# changed.
#
# ```python
# up = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
# unbroadcast(up, (3,))       # [5., 7., 9.]
# unbroadcast(up, (2, 1))     # [[6.], [15.]]
# unbroadcast(up, ())         # 21.0
# ```
# %% answer="backpropagation.unbroadcast"
def unbroadcast(gradient, shape):
    """Sum a gradient over the axes along which an input of this shape was stretched."""
    ### BEGIN SOLUTION
    np.broadcast_to(np.zeros(shape), gradient.shape)  # raises ValueError if it does not fit
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient
    ### END SOLUTION


# %% check="backpropagation.unbroadcast"
check("backpropagation.unbroadcast", unbroadcast)


# %% [markdown] exercise="backpropagation.affine_backward"
# An affine layer computes $\mathbf{Y} = \mathbf{X}\mathbf{W} + \mathbf{b}$. Write its way back. If you don't
# know where a transpose goes, look at the shapes: there is one way to make them fit.
#
# - `x`: array (batch, feature)
# - `weight`: array (feature, unit)
# - `upstream`: array (batch, unit), the gradient with respect to $\mathbf{Y}$
# - returns a tuple of three arrays, the gradients of `x`, of `weight` and of the bias $\mathbf{b}$, which has the
#   shape (unit,)
#
# All three arguments have the same type, float32 or float64, and so have the results. The shapes fit. The batch may be
# empty. Neither weight nor bias is divided by anything: if the loss is a mean, upstream is divided already.
#
# ```python
# affine_backward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]]))
# # ([[30., 40.]], [[10.], [20.]], [10.])
# ```
# %% answer="backpropagation.affine_backward"
def affine_backward(x, weight, upstream):
    """Return the gradients of x, weight and bias, given that of x @ weight + bias."""
    ### BEGIN SOLUTION
    return upstream @ weight.T, x.T @ upstream, upstream.sum(axis=0)
    ### END SOLUTION


# %% check="backpropagation.affine_backward"
check("backpropagation.affine_backward", affine_backward)


# %% [markdown] exercise="backpropagation.relu_backward"
# This way back stands in the code of a well-known textbook, nearly as printed here. Its test passes.
#
# ```python
# def relu_backward(x, upstream):
#     gradient = upstream
#     gradient[x < 0] = 0
#     return gradient
#
# relu_backward(np.array([-1.0, 2.0]), np.array([5.0, 6.0]))     # array([0., 6.])
# ```
#
# It has two faults. One of them shows only in a network in which two layers get the same gradient, far from here.
# Find both and write it right.
#
# - `x`: what went into the ReLU, an array with one axis or more
# - `upstream`: array of the same shape and type, the gradient of what came out
# - returns a new array of that shape and type, the gradient of `x`. Where `x` is exactly 0, it is 0
#
# Both arguments stay as they are.
# %% answer="backpropagation.relu_backward"
def relu_backward(x, upstream):
    """Let the gradient through where x is positive."""
    ### BEGIN SOLUTION
    return np.where(x > 0, upstream, np.zeros_like(upstream))
    ### END SOLUTION


# %% check="backpropagation.relu_backward"
check("backpropagation.relu_backward", relu_backward)


# %% [markdown] exercise="backpropagation.softmax_cross_entropy_backward"
# The last layer of most classifiers. Softmax makes probabilities of the scores $\mathbf{z}$ of an example, and
# cross-entropy is minus the logarithm of the probability of the right class $y$. The loss is the mean over the $n$
# examples of the batch.
#
# $$p_c = \frac{e^{z_c}}{\sum_k e^{z_k}}, \qquad
# \frac{\partial \mathcal{L}}{\partial z_c} = \frac{u}{n} \left(p_c - [\,c = y\,]\right)$$
#
# - `scores`: array (batch, class), float32 or float64, at least one example
# - `labels`: array (batch,) of whole numbers, the right class of each example. Classes are numbered from 0. If one of
#   the labels is no class, such as $-1$, raise `ValueError`
# - `upstream`: a number $u$, the gradient with respect to the loss
# - returns the gradient of the scores, an array of their shape and type
#
# The scores may be ±1000 or more. Their exponentials would overflow, but softmax stays the same when a row is shifted:
# subtract a fitting number from each row first. The arguments stay as they are. Do without `scipy`.
#
# ```python
# softmax_cross_entropy_backward(np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([1, 0]), 2.0)
# # [[0.5, -0.5], [-0.5, 0.5]]
# ```
# %% answer="backpropagation.softmax_cross_entropy_backward"
def softmax_cross_entropy_backward(scores, labels, upstream):
    """Return the gradient of the scores, given that of the mean cross-entropy."""
    ### BEGIN SOLUTION
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f"{labels} are not all among {scores.shape[1]} classes")
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient * upstream / len(labels)
    ### END SOLUTION


# %% check="backpropagation.softmax_cross_entropy_backward"
check("backpropagation.softmax_cross_entropy_backward", softmax_cross_entropy_backward)

# %% [markdown]
# Want more? You now have a forward and a backward for a whole network. Write the forward functions, put the layers one
# after another, and train on scikit-learn's digits without any engine.
