"""What an answer to `tape_gradients` must do, and the mistakes we know."""

import torch

from course_lib import backpropagation
from course_lib.checking import Refused, rubric


@rubric(
    answer=backpropagation.tape_gradients,
    title="Backpropagation along a tape",
    points=4,
    difficulty=3,
    minutes=25,
    sizes=(1, 2, 3, 5, 8),
    tolerance=(1e-11, 1e-11),  # what small steps measure is not exact
)
def tape_gradients(rng, size):
    """Tapes that become longer, in which values are used more than once."""
    inputs = [float(n) for n in rng.choice([-4, -3, -2, 2, 3, 4], size=2)]
    tape = _tape(rng, 2, size)
    return [*tape[:-1], (tape[-1][0], size, tape[-1][2])], inputs  # the last entry uses the one before it


def _tape(rng, inputs, length):
    return [
        (str(rng.choice(["add", "mul"])), *(int(k) for k in rng.integers(0, inputs + number, size=2)))
        for number in range(length)
    ]


@tape_gradients.edge(points=1)
def a_square():
    """A value multiplied by itself is used twice."""
    return [("mul", 0, 0)], [3.0]


@tape_gradients.edge(points=1)
def a_result_that_nobody_uses():
    """Results on the way that the last value does not need have no say."""
    return [("mul", 0, 1), ("add", 0, 0)], [2.0, 3.0]


@tape_gradients.edge(points=1)
def a_factor_of_zero():
    """Where one factor is 0, the gradient still reaches it."""
    return [("mul", 0, 1), ("mul", 2, 0)], [2.0, 0.0]


@tape_gradients.edge(points=1)
def an_empty_tape():
    """With nothing on the tape, the last value is the last input itself."""
    return [], [2.0, 3.0]


@tape_gradients.edge(points=1)
def an_unknown_operation():
    """An operation that is no operation of a tape is refused, even if nobody uses its result."""
    return [("MUL", 0, 1), ("add", 0, 1)], [2.0, 3.0]


@tape_gradients.domain
def anything(rng):
    """One input or more, of any sign and also 0, as floats or whole numbers; a tape of any length, also none.

    Another operation than "add" and "mul" is refused.
    """
    count = int(rng.integers(1, 5))
    inputs = [float(n) if rng.random() < 0.7 else int(n) for n in rng.integers(-4, 5, size=count) / 2]
    tape = _tape(rng, count, int(rng.integers(0, 9)))
    if tape and rng.random() < 0.2:
        where = int(rng.integers(len(tape)))
        tape[where] = (str(rng.choice(["sub", "MUL", "div"])), *tape[where][1:])
        return Refused((tape, inputs))
    return tape, inputs


@tape_gradients.oracle
def by_torch(tape, inputs):
    """Let PyTorch do it."""
    leaves = [torch.tensor(float(number), dtype=torch.float64, requires_grad=True) for number in inputs]
    values = list(leaves)
    for kind, i, j in tape:
        if kind not in {"add", "mul"}:
            raise ValueError(kind)
        values.append(values[i] + values[j] if kind == "add" else values[i] * values[j])
    found = torch.autograd.grad(values[-1], leaves, allow_unused=True, materialize_grads=True)
    return [gradient.item() for gradient in found]


def _values(tape, inputs):
    values = [float(number) for number in inputs]
    for kind, i, j in tape:
        if kind not in ("add", "mul"):
            raise ValueError(f"unknown operation {kind!r}")
        values.append(values[i] + values[j] if kind == "add" else values[i] * values[j])
    return values


def _back(tape, inputs, factors=None, assign=False, seeds=None, order=reversed):
    """Go back along a tape, with the local derivatives of `factors`."""
    values = _values(tape, inputs)
    gradients = seeds(len(values)) if seeds else [0.0] * (len(values) - 1) + [1.0]
    for number in order(range(len(tape))):
        kind, i, j = tape[number]
        result = len(inputs) + number
        own = (values[j], values[i]) if kind == "mul" else (1.0, 1.0)
        for k, factor in zip((i, j), factors(values, kind, i, j, result) if factors else own, strict=True):
            gradients[k] = gradients[result] * factor + (0.0 if assign else gradients[k])
    return gradients[: len(inputs)]


@tape_gradients.mistake
def overwrites(tape, inputs):
    """A value that is used twice kept only one of its gradients: `=` stands where `+=` should."""
    return _back(tape, inputs, assign=True)


@tape_gradients.mistake
def goes_forward(tape, inputs):
    """The tape was read from its beginning, where no gradient has arrived yet. Start at its end."""
    return _back(tape, inputs, order=list)


@tape_gradients.mistake
def takes_its_own_value(tape, inputs):
    """In a product each factor got its own value. The derivative of x · y for x is y."""
    return _back(tape, inputs, lambda v, kind, i, j, k: (v[i], v[j]) if kind == "mul" else (1.0, 1.0))


@tape_gradients.mistake
def adds_like_a_product(tape, inputs):
    """A sum was treated like a product. Its derivative for each summand is 1."""
    return _back(tape, inputs, lambda v, kind, i, j, k: (v[j], v[i]))


@tape_gradients.mistake
def multiplies_like_a_sum(tape, inputs):
    """A product was treated like a sum. Its derivative for one factor is the other factor."""
    return _back(tape, inputs, lambda v, kind, i, j, k: (1.0, 1.0))


@tape_gradients.mistake
def divides_the_product(tape, inputs):
    """The other factor was computed as product / factor, which a factor of 0 does not allow. Look it up instead."""
    return _back(tape, inputs, lambda v, kind, i, j, k: (v[k] / v[i], v[k] / v[j]) if kind == "mul" else (1.0, 1.0))


@tape_gradients.mistake
def ignores_what_comes_from_above(tape, inputs):
    """The chain rule is missing: multiply each local derivative by the gradient of the entry's result."""
    values = _values(tape, inputs)
    gradients = [0.0] * (len(values) - 1) + [1.0]
    for kind, i, j in reversed(tape):
        gradients[i] += values[j] if kind == "mul" else 1.0
        gradients[j] += values[i] if kind == "mul" else 1.0
    return gradients[: len(inputs)]


@tape_gradients.mistake
def counts_a_square_once(tape, inputs):
    """Where both places of an entry are the same value, only one of them was counted. x · x uses x twice."""
    return _back(
        tape,
        inputs,
        lambda v, kind, i, j, k: (
            (v[j] if kind == "mul" else 1.0, (v[i] if kind == "mul" else 1.0) if i != j else 0.0)
        ),
    )


@tape_gradients.mistake
def starts_at_every_end(tape, inputs):
    """Results that nobody uses were given a gradient of 1. Only the last value starts with one."""
    used = {k for _, i, j in tape for k in (i, j)}

    def seeds(count):
        return [1.0 if k not in used and (k >= len(inputs) or k == count - 1) else 0.0 for k in range(count)]

    return _back(tape, inputs, seeds=seeds)


@tape_gradients.mistake
def starts_at_zero(tape, inputs):
    """Every gradient is 0, because that of the last value was never set to 1."""
    return _back(tape, inputs, seeds=lambda count: [0.0] * count)


@tape_gradients.mistake
def returns_every_gradient(tape, inputs):
    """Only the gradients of the inputs were asked for, not those of the results between."""
    padded = _back(tape, inputs)
    values = _values(tape, inputs)
    gradients = [0.0] * (len(values) - 1) + [1.0]
    for number in reversed(range(len(tape))):
        kind, i, j = tape[number]
        upstream = gradients[len(inputs) + number]
        gradients[i] += upstream * (values[j] if kind == "mul" else 1.0)
        gradients[j] += upstream * (values[i] if kind == "mul" else 1.0)
    return padded + gradients[len(inputs) :]


@tape_gradients.mistake
def forgets_the_empty_tape(tape, inputs):
    """Without an entry on the tape the last input is the result, and its gradient is 1."""
    return _back(tape, inputs) if tape else [0.0] * len(inputs)


@tape_gradients.mistake
def measures_by_small_steps(tape, inputs):
    """These are slopes measured by small steps, nearly right. Send the gradient back through the tape: it is exact."""
    found = []
    for k in range(len(inputs)):
        sides = ([x + way * 1e-4 * (i == k) for i, x in enumerate(inputs)] for way in (1, -1))
        up, down = (_values(tape, side)[-1] for side in sides)
        found.append((up - down) / 2e-4)
    return found


@tape_gradients.mistake
def knows_every_operation(tape, inputs):
    """An operation that a tape does not have was taken for one that it has. Raise ValueError for it."""
    return _back([(kind if kind == "add" else "mul", i, j) for kind, i, j in tape], inputs)


@tape_gradients.alternative
def forward_for_each_input(tape, inputs):
    """Carries the derivative for one input along with the values, once for each input."""
    found = []
    for chosen in range(len(inputs)):
        values = [(float(x), float(k == chosen)) for k, x in enumerate(inputs)]
        for kind, i, j in tape:
            (x, dx), (y, dy) = values[i], values[j]
            if kind == "add":
                values.append((x + y, dx + dy))
            elif kind == "mul":
                values.append((x * y, dx * y + x * dy))
            else:
                raise ValueError(kind)
        found.append(values[-1][1])
    return found


@tape_gradients.alternative
def in_a_dict(tape, inputs):
    """Keeps the gradients in a dict that is filled from the end."""
    values, gradients = _values(tape, inputs), {}
    gradients[len(values) - 1] = 1.0
    for number, (kind, i, j) in reversed(list(enumerate(tape, start=len(inputs)))):
        upstream = gradients.get(number, 0.0)
        for source, other in ((i, j), (j, i)):
            gradients[source] = gradients.get(source, 0) + upstream * (values[other] if kind == "mul" else 1)
    return [gradients.get(k, 0) for k in range(len(inputs))]
