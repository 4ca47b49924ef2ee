"""A small house in order, for the rules to be broken in."""

from pathlib import Path

import pytest

TOC = """\
format: jb-book
root: book/index
parts:
  - caption: Start
    chapters:
      - file: book/notation
      - file: book/start/first
      - file: book/start/second
"""

MODULE = '''\
"""{Name}."""

import numpy as np
from jaxtyping import Float


def double(values: Float[np.ndarray, "length"]) -> Float[np.ndarray, "length"]:
    """Double every value.

    Raises ValueError for an empty array. Source: Euclid, V.

    >>> double(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    if not len(values):
        raise ValueError(f"there is nothing to double in {{values}}")
    return 2 * values
'''

PAGE = """\
---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
needs: {needs}
minutes: 10
---
# {Name}

How does one double? After this page you can.

## By hand
## The idea
## In code

```{{code-cell}} ipython3
import matplotlib.pyplot as plt
from course_lib import {name}
from course_lib.publishing.figures import play, show
```

## See it

```{{code-cell}} ipython3
:tags: [hide-input]
fig, ax = plt.subplots()
show(fig, alt="A line that rises twice as steeply as the diagonal.", caption="Twice as steep.")
```

```{{code-cell}} ipython3
play([plt.figure(), plt.figure()], alt="Two lines, one after the other, each of them steeper.")
```

## What it costs

```{{code-cell}} ipython3
:tags: [nbval-ignore-output]
# Differs from run to run: this is a time.
{name}.double
```

## In short

:::{{in-short}}
- Double it.
:::

## Common mistakes

```{{common-mistakes}} {name}
```

## Check yourself

:::{{quiz}} One?
- choices: []
:::
:::{{quiz}} Two?
- choices: []
:::
:::{{quiz}} Three?
- choices: []
:::

## Exercises

```{{exercises}} {name}
```

## Further reading
"""

RUBRIC = '''\
"""What an answer to `double` must do."""

from course_lib import {name}
from course_lib.checking import rubric


@rubric(answer={name}.double, title="Double")
def double(rng, size):
    """Arrays of every length."""
    return rng.normal(size=size)
'''

SOLUTION = """\
# ---
# jupyter:
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
# ---
# %% [markdown]
# # {Name}: exercises
# %%
from course_lib.checking import check
# %% [markdown] exercise="{name}.double"
# Double every value.
# %% answer="{name}.double"
def double(values):
    ### BEGIN SOLUTION
    return values + values
    ### END SOLUTION
# %% check="{name}.double"
check("{name}.double", double)
"""

GLOSSARY = """\
# Glossary

```{glossary}
axis (축)
  One direction of a tensor.

batch (배치)
  What is worked on at once.
```
"""

BIBLIOGRAPHY = "@book{euclid,\n  title = {Elements},\n}\n\n@book{pythagoras,\n  title = {Numbers},\n}\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Two concepts, each with all its files, and nothing wrong."""

    def write(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    write("_toc.yml", TOC)
    write("book/index.md", "# A book\n")
    write("book/notation.md", "# Notation\n")
    write("book/glossary.md", GLOSSARY)
    write("book/references.bib", BIBLIOGRAPHY)
    write("course_lib/__init__.py", '"""A library."""\n')
    write("course_lib/checking/__init__.py", '"""The kit."""\n')
    write("course_lib/checking/verdict.py", '"""Verdicts."""\n\nfrom course_lib.checking import rubric\n')
    write("tests/checking/test_verdict.py", "def test_it():\n    assert True\n")
    for name, needs in (("first", "[]"), ("second", "[first]")):
        words = {"name": name, "Name": name.title(), "needs": needs}
        write(f"book/start/{name}.md", PAGE.format(**words))
        write(f"course_lib/{name}.py", MODULE.format(**words))
        write(f"course_lib/rubrics/{name}/__init__.py", f'"""What the rubrics of {name} share."""\n')
        write(f"course_lib/rubrics/{name}/double.py", RUBRIC.format(**words))
        write(f"solutions/{name}.py", SOLUTION.format(**words))
        write(f"exercises/{name}/{name}.ipynb", "{}")
        write(f"tests/test_{name}.py", "def test_it():\n    assert True\n")
    return tmp_path


@pytest.fixture
def edit(house: Path):
    """Replace a text in a file of the small house; it must be there."""

    def replace(path: str, old: str, new: str) -> None:
        before = (house / path).read_text(encoding="utf-8")
        assert old in before, f"{path} holds no {old!r}"
        (house / path).write_text(before.replace(old, new), encoding="utf-8")

    return replace
