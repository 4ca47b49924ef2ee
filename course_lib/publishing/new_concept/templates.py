"""What the files of a new concept begin as: every place still to be written is marked, and the house rules name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MARK = "TO" + "DO"  # in two pieces, because the house rules look for the whole in every file, this one too


@dataclass(frozen=True)
class Words:
    """The names that a template needs."""

    name: str
    part: str
    title: str


def _reference(w: Words) -> str:
    return f'''\
"""{w.title}.

{MARK}: say in a sentence or two what stands here, and where each thing comes from.
"""


def first_step(value: float) -> float:
    """{MARK}: one imperative sentence a learner understands, such as “Mark the tokens that are real.”

    {MARK}: units; “Raises ValueError for …”; “Equation {{eq}}`{w.name}-step`” or the source. Shapes stand above.

    >>> first_step(2.0)  # {MARK}: an example that can be worked out on paper
    """
    raise NotImplementedError("{MARK}: the reference")
'''


def _helpers(w: Words) -> str:
    return f'''\
"""What the rubrics of {w.title.lower()} share. {MARK}: helpers that two of them need, or “nothing”."""
'''


def _rubric(w: Words) -> str:
    return f'''\
"""What an answer to `first_step` must do, and the mistakes we know."""

from course_lib import {w.name}
from course_lib.checking import cases, rubric


@rubric(
    answer={w.name}.first_step,
    title="{MARK}: what is asked for",
    points=3,
    difficulty=1,
    minutes=10,
)
def first_step(rng, size):
    """{MARK}: say what the cases have in common; they grow with `size`."""
    return float(rng.normal()) * size


@first_step.domain
def anything(rng):
    """{MARK}: everything the prompt allows, in its words: each argument drawn anew, small ones often."""
    return cases.number(rng, -1000, 1000)


@first_step.oracle
def independently(value):
    """{MARK}: another implementation: torch, NumPy, SciPy or brute force."""
    raise NotImplementedError("{MARK}: the oracle")


# {MARK}: edges, at least one other right answer, and at least four mistakes that people make: best as one program with
# a knob for each, or as what bends the `right` result (course_lib/checking/README.md). Then five more exercises,
# each in a file beside this one, named after its reference; the references' order is the exercises' order.
'''


def _solution(w: Words) -> str:
    return f'''\
# ---
# jupyter:
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
# ---
# %% [markdown]
# # {w.title}: exercises
# Read [the page](../book/{w.part}/{w.name}.md) first.
# %%
from course_lib.checking import check

# %% [markdown] exercise="{w.name}.first_step"
# {MARK}: what it is for, signature, shapes, the formula, a small example with its result.


# %% answer="{w.name}.first_step"
def first_step(value):
    """{MARK}: the signature in words: `value` (number) → number."""
    ### BEGIN SOLUTION
    return value  # {MARK}: our answer
    ### END SOLUTION


# %% check="{w.name}.first_step"
check("{w.name}.first_step", first_step)
'''


def _test(w: Words) -> str:
    return f'''\
"""{w.title}: does it hold? {MARK}: compare with something independent: torch.nn, NumPy, brute force."""

from course_lib import {w.name}


def test_the_first_step_agrees_with_paper():
    assert {w.name}.first_step(2.0) == 2.0  # {MARK}: the example of the docstring
'''


_PARTS = {
    "By hand": "the smallest example in which the question shows, with numbers for paper, those of the doctest, and a "
    "picture or a slider; no formula and no definition yet",
    "The idea": "in words, then in symbols, which come from notation.md; each formula applied to the numbers above",
    "In code": "the call that people use in practice, on the same numbers; then the reference by literalinclude",
    "See it": "two figures on real data at least, one of them by play(…); each says what to notice",
    "What it costs": "time and memory as the work grows, measured when the page is built",
    "In short": "",
    "Common mistakes": "",
    "Check yourself": "three to five {quiz} with every choice explained",
    "Exercises": "",
    "Further reading": "the original papers",
}


def _page(w: Words) -> str:
    fence = "`" * 3
    idea = f"""\
{MARK}: {_PARTS["The idea"]}

:::{{half-truth}} "{MARK}: what people say"
{MARK}: what is true instead, and how one sees it. No half-truth, no box.
:::

:::{{deeper}} {MARK}: a proof, an exception, another source's convention
{MARK}: what nobody needs for the exercises stands in folds like this one.
:::"""
    directives = {
        "The idea": idea,
        "In short": f":::{{in-short}}\n- {MARK}: at most seven lines; what to remember, what to use by default\n:::",
        "Common mistakes": f"{fence}{{common-mistakes}} {w.name}\n{fence}",
        "Exercises": f"{fence}{{exercises}} {w.name}\n{fence}",
        "Further reading": f"{MARK}: {_PARTS['Further reading']}\n\n"
        f"{fence}{{bibliography}}\n:filter: docname in docnames\n{fence}",
    }
    parts = "\n\n".join(f"## {part}\n\n{directives.get(part) or f'{MARK}: {words}'}" for part, words in _PARTS.items())
    return f"""\
---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
needs: []
minutes: 30
---
# {w.title}

{MARK}: the question a learner really has, and what they can do afterwards. Then `needs` and `minutes` above, for the
first reading: all that stands outside folds, at most 1,800 words.

{parts}
"""


FILES: dict[str, Callable[[Words], str]] = {
    "course_lib/{name}.py": _reference,
    "tests/test_{name}.py": _test,
    "book/{part}/{name}.md": _page,
    "course_lib/rubrics/{name}/__init__.py": _helpers,
    "course_lib/rubrics/{name}/first_step.py": _rubric,
    "solutions/{name}.py": _solution,
}
