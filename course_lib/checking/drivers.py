"""Drivers that chapters share: how an answer with a state is used, and how a learner would type that.

A driver is a function `(answer, *arguments) -> plain data`. Those here also know how the call is written, with the
argument names that the answer's own signature has, so that `@Momentum.drive` is all that a rubric needs:

    Momentum.drive(drivers.walk)

They touch an answer only by calling it, calling methods of what it returns and reading plain attributes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from course_lib.checking.calling import call_each
from course_lib.checking.texts import describe

Driver = Callable[..., Any]


def written_by(writer: Callable[..., str], named_from: int = 0) -> Callable[[Driver], Driver]:
    """Give a driver the function that writes its call: of the reference and the driver's arguments.

    Where a driver takes any further arguments, the answer's parameters from number `named_from` on name them.
    """

    def add(driver: Driver) -> Driver:
        driver.written, driver.named_from = writer, named_from  # type: ignore[attr-defined]
        return driver

    return add


def named(answer: Callable[..., Any], values: Iterable[Any], skip: int = 0) -> str:
    """Write arguments with the names that an answer's signature gives them, after the first `skip`.

    >>> def clip(gradients, limit, *, norm=2): ...
    >>> named(clip, ([1.0], 0.5)), named(clip, (0.5,), skip=1)
    ('gradients=[1.0], limit=0.5', 'limit=0.5')
    """
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [one.name for one in inspect.signature(answer).parameters.values() if one.kind in kinds][skip:]
    values = list(values)
    texts = [f"{name}={describe(value)}" for name, value in zip(names, values, strict=False)]
    return ", ".join([*texts, *(describe(value) for value in values[len(names) :])])


def _made(answer: Callable[..., Any], settings: Sequence[Any] | Mapping[str, Any]) -> Any:
    return answer(**settings) if isinstance(settings, Mapping) else answer(*settings)


def _making(answer: Callable[..., Any], settings: Sequence[Any] | Mapping[str, Any], name: str) -> str:
    """Write how an object is made from its settings, a tuple or a dictionary."""
    if isinstance(settings, Mapping):
        inside = ", ".join(f"{key}={describe(value)}" for key, value in settings.items())
    else:
        inside = named(answer, settings)
    return f"{name} = {answer.__name__}({inside})"


def _walk_text(answer: Any, starts: Any, gradients: Any, *settings: Any) -> str:
    made = ", ".join(filter(None, [describe(starts), named(answer, settings, skip=1)]))
    return "; ".join([f"o = {answer.__name__}({made})", *(f"o.step({describe(step)})" for step in gradients)])


@written_by(_walk_text, named_from=1)
def walk(answer: Any, starts: Sequence[Any], gradients: Sequence[Any], *settings: Any) -> dict[str, Any]:
    """Take an optimizer's steps: make it from copies of the parameters and its settings, then give it gradients.

    What counts are its attribute `parameters` after each `step`. Arguments: the parameters, for each step a list of
    gradients, and the hyperparameters in the order of the answer's signature.
    """
    optimizer = answer([start.clone() for start in starts], *settings)
    path = {}
    for number, step in enumerate(gradients, start=1):
        optimizer.step(step)
        path[f"parameters after step {number}"] = [parameter.clone() for parameter in optimizer.parameters]
    return path


def _each_text(answer: Any, first: Sequence[Any], *rest: Any) -> str:
    names = list(inspect.signature(answer).parameters)
    over = f"range({len(first)})" if list(first) == list(range(len(first))) else tuple(first)
    return (
        f"[{answer.__name__}({', '.join(filter(None, [names[0], named(answer, rest, 1)]))}) for {names[0]} in {over}]"
    )


@written_by(_each_text, named_from=1)
def for_each(answer: Any, first: Sequence[Any], *rest: Any) -> list[Any]:
    """Call a function with each value of its first argument, the others being the same: a schedule, a curve.

    Arguments: the values of the first argument, then the other arguments.
    """
    return call_each(answer, [(value, *rest) for value in first])


def _layer_text(answer: Any, settings: Any, inputs: Sequence[Any], upstream: Any, *attributes: str) -> str:
    texts = [f"layer.forward({', '.join(map(describe, inputs))})", f"layer.backward({describe(upstream)})"]
    return "; ".join([_making(answer, settings, "layer"), *texts, *(f"layer.{name}" for name in attributes)])


@written_by(_layer_text)
def layer(answer: Any, settings: Any, inputs: Sequence[Any], upstream: Any, *attributes: str) -> dict[str, Any]:
    """Send inputs forward through a layer and a gradient back: `forward(*inputs)`, then `backward(upstream)`.

    What both return counts, and the attributes named, such as `weight_gradient`. Arguments: the settings of the layer
    (a tuple or dictionary), a tuple of inputs, the gradient of the output, and names of attributes. The gradient should
    not be uniform: ones hide what is summed over the wrong axis.
    """
    return _there_and_back(_made(answer, settings), inputs, upstream, attributes, "")


def _there_and_back(made: Any, inputs: Sequence[Any], upstream: Any, attributes: Sequence[str], when: str) -> Any:
    seen = {f"{when}output": made.forward(*inputs), f"{when}gradients": made.backward(upstream)}
    return seen | {f"{when}{name}": getattr(made, name) for name in attributes}


def _twice_text(answer: Any, settings: Any, inputs: Sequence[Any], upstream: Any, *attributes: str) -> str:
    first, *calls = _layer_text(answer, settings, inputs, upstream, *attributes).split("; ")
    return "; ".join([first, *calls, *calls])


@written_by(_twice_text)
def layer_twice(answer: Any, settings: Any, inputs: Sequence[Any], upstream: Any, *attributes: str) -> dict[str, Any]:
    """Use one layer as `layer` does, twice in turn: what it keeps from the first time must not reach the second."""
    made = _made(answer, settings)
    first = _there_and_back(made, inputs, upstream, attributes, "first ")
    return first | _there_and_back(made, inputs, upstream, attributes, "second ")


def _unrolled_text(answer: Any, inputs: Sequence[Any], state: Any, *weights: Any) -> str:
    names = list(inspect.signature(answer).parameters)
    call = ", ".join(filter(None, [*names[:2], named(answer, weights, skip=2)]))
    steps = f"for {names[0]} in {describe(list(inputs))}: {names[1]} = {answer.__name__}({call})"
    return f"{names[1]} = {describe(state)}; {steps}"


@written_by(_unrolled_text, named_from=2)
def unrolled(answer: Any, inputs: Sequence[Any], state: Any, *weights: Any) -> dict[str, Any]:
    """Unroll a cell, a function `(input, state, *weights) -> next state`, over time.

    The state may be a tuple, such as the hidden and the cell state of an LSTM. Arguments: the input of each step, the
    first state, then whatever else the cell takes.
    """
    states = {}
    for time, one in enumerate(inputs, start=1):
        state = answer(one, state, *weights)
        states[f"state after step {time}"] = state
    return states


def _cell_text(answer: Any, settings: Any, inputs: Sequence[Any], state: Any) -> str:
    steps = f"for x in {describe(list(inputs))}: state = cell(x, state)"
    return "; ".join([_making(answer, settings, "cell"), f"state = {describe(state)}", steps])


@written_by(_cell_text)
def cell(answer: Any, settings: Any, inputs: Sequence[Any], state: Any) -> dict[str, Any]:
    """Unroll a cell that is an object: made from its settings, then called as `cell(input, state) -> next state`.

    Arguments: the settings (a tuple or dictionary), the input of each step, and the first state.
    """
    return unrolled(_made(answer, settings), inputs, state)


def _round_trip_text(answer: Any, settings: Any, texts: Sequence[str]) -> str:
    made = _making(answer, settings, "t")
    return "; ".join([made, *(f"t.decode(t.encode({text!r}))" for text in texts)])


@written_by(_round_trip_text)
def round_trip(answer: Any, settings: Any, texts: Sequence[str]) -> dict[str, Any]:
    """Encode texts with a tokenizer and decode them again: both the ids and the texts count.

    Arguments: the settings (a tuple or dictionary, such as a corpus and the size of the vocabulary), and the texts.
    """
    tokenizer, seen = _made(answer, settings), {}
    for text in texts:
        ids = tokenizer.encode(text)
        seen[f"ids of {text!r}"] = list(ids)
        seen[f"text again, of {text!r}"] = tokenizer.decode(ids)
    return seen


def _messages_text(answer: Any, settings: Any, messages: Sequence[tuple[Any, ...]]) -> str:
    calls = [f"x.{name}({', '.join(map(describe, values))})" for name, *values in messages]
    return "; ".join([_making(answer, settings, "x"), *calls]).replace("x.__call__(", "x(")


@written_by(_messages_text)
def messages(answer: Any, settings: Any, messages: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Make an object and call methods of it one after the other; what each returns counts.

    Arguments: the settings (a tuple or dictionary), and for each call a tuple of the method's name and its arguments;
    `"__call__"` calls the object itself.
    """
    made, seen = _made(answer, settings), {}
    for number, (name, *values) in enumerate(messages, start=1):
        called = made if name == "__call__" else getattr(made, name)
        seen[f"{number}: {name}"] = called(*values)
    return seen
