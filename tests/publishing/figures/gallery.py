"""One figure of each kind that the kit draws, as a page would ask for it."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from course_lib.publishing import figures as kit

RANDOM = np.random.default_rng(0)
WORDS = ["the", "cat", "sat", "down", "."]
NET = [("x", "wx"), ("w", "wx"), ("wx", "s"), ("b", "s"), ("s", "y"), ("y", "L"), ("t", "L")]
VALUES = {"x": 2.0, "w": -1.5, "b": 1.0, "t": 1.0, "wx": -3.0, "s": -2.0, "y": 0.119, "L": 0.776}
GRADIENTS = {"L": 1.0, "y": -1.762, "s": -0.185, "b": -0.185, "wx": -0.185, "w": -0.37, "x": 0.277}
NAMES = {"wx": "×", "s": "+", "y": "σ", "L": "loss"}


def _weights(rows: int, columns: int) -> np.ndarray:
    scores = RANDOM.normal(size=(rows, columns)) * 2
    return np.exp(scores) / np.exp(scores).sum(1, keepdims=True)


def _seeds(start: float, rate: float) -> np.ndarray:
    return start * np.exp(-rate * np.arange(10)) + RANDOM.normal(size=(5, 10)) * 0.05


def _decaying(rate: float) -> np.ndarray:
    return np.array([[-7 * (1 - 0.1 * rate) ** k, 2 * (1 - 2 * rate) ** k] for k in range(20)])


KINDS: dict[str, Callable[[], Figure]] = {
    "numbers": lambda: kit.grid(
        [[1, -2, 3.25], [0.5, 12, float("nan")]], rows=["a", "b"], axes=("batch", "feature"), marked=[(0, 1)], title="x"
    ),
    "signs": lambda: kit.grid(RANDOM.normal(size=(3, 5)), digits=2, shade="sign", columns=list("abcde")),
    "mask": lambda: kit.grid(np.tril(np.ones((5, 5), bool)), rows=WORDS, columns=WORDS, axes=("query", "key")),
    "product": lambda: kit.grids(
        {"A": [[1, 2], [3, 4]], "B": [[5, 6], [7, 8]], "AB": [[19, 22], [43, 50]]},
        signs=("×", "="),
        A={"colors": {(0, 0): "orange", (0, 1): "orange"}},
        B={"colors": {(0, 1): "green", (1, 1): "green"}},
        AB={"marked": [(0, 1)]},
    ),
    "words": lambda: kit.grids(
        {"first": [["나는", "학교에", "간다"]], "second": [["I", "go", "<pad>"]]},
        below=True,
        second={"faded": [(0, 2)]},
    ),
    "attention": lambda: kit.attention(_weights(4, 5), ["고양이가", "앉았", "다", "."], WORDS),
    "attention in numbers": lambda: kit.attention(_weights(3, 4), list("abc"), list("abcd"), digits=2),
    "large map": lambda: kit.attention(_weights(24, 24)),
    "contours": lambda: (
        kit.contours(
            lambda x, y: x**2 / 20 + y**2,
            (-8.5, 4),
            (-3, 3),
            {"η = 0.3": _decaying(0.3), "η = 0.9": _decaying(0.9)},
            best=(0, 0),
            labels=("x", "y"),
        ).figure
    ),
    "digits": lambda: kit.pictures(kit.digits().images[:10], [f"a {n}" for n in kit.digits().labels[:10]]),
    "filters": lambda: kit.pictures(RANDOM.normal(size=(8, 3, 3)), shade="sign", titles=[f"no. {i}" for i in range(8)]),
    "spreads": lambda: (
        kit.spreads({f"layer {i}": RANDOM.normal(size=2000) * 0.6**i for i in range(1, 6)}, limits=(-1.5, 1.5)).figure
    ),
    "curves": lambda: (
        kit.curves(
            range(1, 11),
            {"SGD": _seeds(2.3, 0.1), "momentum": _seeds(2.3, 0.3), "Adam": _seeds(2.3, 0.5)},
            xlabel="epoch",
            ylabel="loss",
            colors=kit.meanings(Adam="purple", SGD="blue", momentum="orange"),
        ).figure
    ),
    "times": lambda: (
        kit.curves(
            [10, 100, 1000, 10000],
            {"loop": [1, 9, 95, 1000], "array": [1, 1, 2, 15]},
            xlabel="numbers",
            ylabel="ms",
            log="xy",
        ).figure
    ),
    "bars": lambda: (
        kit.bars(
            {"logistic regression": [0.95, 0.96, 0.955], "MLP": [0.97, 0.98, 0.96], "CNN": [0.985, 0.99, 0.98]},
            xlabel="accuracy",
            form="{:.1%}",
        ).figure
    ),
    "graph": lambda: kit.graph(NET, VALUES, GRADIENTS, NAMES, lit=["s", ("wx", "s"), ("b", "s")]),
    "wide graph": lambda: kit.graph([("x₁", "h₁"), ("x₂", "h₁"), ("x₁", "h₂"), ("x₂", "h₂"), ("h₁", "y"), ("h₂", "y")]),
    "a step": lambda: kit.graph_steps(NET, VALUES, GRADIENTS, names=NAMES)[0][9],
    "steps to the right": lambda: kit.graph_steps(
        [("x", "xy"), ("y", "xy"), ("xy", "f"), ("z", "f")],
        {"x": 2, "y": 3, "z": 4, "xy": 6, "f": 10},
        {"f": 1, "xy": 1, "z": 1, "x": 3, "y": 2},
        names={"xy": "×", "f": "+"},
    )[0][-1],
}
