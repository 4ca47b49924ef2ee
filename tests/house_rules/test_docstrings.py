"""What a concept makes public says what a learner needs: sentence, refusals, source, example; shapes once."""

import ast
import doctest
import re
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, concept_modules, dotted, none_of, parse

SOURCE = r"(?i)\bsource: |\{eq\}`|\bdocumentation of\b|\b(?:1[6-9]|20)\d\d\b"
# What a docstring must not say, and what to do instead. Shapes are looked for in `_says_too_much`.
UNSAID = {
    r"(?i)\b(?:section|part|heading)s? [^.;]*\bpages?\b": "names a part of a page: name the source itself, or a label",
    r"(?i)\b(?:on|see) the page\b": "leads to a page: name the source itself, or an equation's label",
    r"(?:^|[.;(] )Equations? \(?\d": "copies an equation's number: cite its label, {eq}`concept-name`",
    r"(?:^|[.;] )(?:Takes|Returns an?|Expects) ": "says what goes in and comes out: the signature does, say the rest",
}
BARE = {"Tensor", "torch.Tensor", "np.ndarray", "numpy.ndarray", "NDArray"}


def problems(root: Path) -> list[str]:
    """Say which docstring of which concept lacks what."""
    found = []
    for path in concept_modules(root):
        module = parse(path)
        if not _is_sentence(ast.get_docstring(module)):
            found.append(f"{at(root, path, 1)}: the module's docstring should open with the page's title as a sentence")
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found += [f"{at(root, path, node.lineno)}: {node.name} {lack}" for lack in _lacks(node)]
    return found


def _lacks(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    words = ast.get_docstring(node) or ""
    if not words:
        return ["has no docstring"]
    functions = [node] if isinstance(node, ast.FunctionDef) else _public_methods(node)
    # What a class says may stand in its own docstring or in those of its methods.
    everything = "\n\n".join(dict.fromkeys([words, *(ast.get_docstring(function) or "" for function in functions)]))
    lacks = []
    if not _is_sentence(words):
        lacks.append("should open with one sentence, on a line of its own, that ends with a period")
    lacks += _says_too_much(everything, {axis for function in functions for axis in _axes(function)})
    for function in functions:
        lacks += [
            f'has a bare {kind} in its signature ({name}): give its axes, Float[{kind}, "batch time"]'
            for name, kind in _bare(function)
        ]
    for error in sorted({error for function in functions for error in _raised(function)}):
        if error not in everything:
            lacks.append(f"raises {error}, but does not say when")
    if not re.search(SOURCE, everything):
        lacks.append("names no source (“Source: author, year, equation”)")
    if not any(example.want.strip() for example in doctest.DocTestParser().get_examples(everything)):
        lacks.append("has no doctest that shows a result")
    return lacks


def _says_too_much(docstring: str, axes: set[str]) -> list[str]:
    """Return what of the prose, doctests left out, repeats the signature or points at a page."""
    prose = " ".join(re.sub(r"(?ms)^ *>>>.*?(?:\n\s*\n|\Z)", "", docstring).split())
    found = [advice for pattern, advice in UNSAID.items() if re.search(pattern, prose)]
    for listed in re.findall(r"\(([…\w]+(?:, ?\w+)*,?)\)", prose):
        words = set(re.findall(r"[a-z]\w+", listed))
        if words and words <= axes:
            found.append(f"repeats a shape of its signature, ({listed}): leave it out")
    return found


def _public_methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
    return [item for item in methods if not item.name.startswith("_") or item.name in ("__init__", "__call__")]


def _is_sentence(docstring: str | None) -> bool:
    first = (docstring or "").strip().split("\n\n")[0]
    return bool(re.fullmatch(r"[^\n]{3,}[.:?!]", first.splitlines()[0] if first else ""))


def _annotations(function: ast.FunctionDef) -> list[tuple[str, ast.expr]]:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = [(argument.arg, argument.annotation) for argument in arguments if argument.annotation]
    return [*found, ("result", function.returns)] if function.returns else found


def _axes(function: ast.FunctionDef) -> set[str]:
    """Return the axis words of a signature: those in the strings of `Float[Tensor, "batch time"]`."""
    strings = [
        part.value
        for _, annotation in _annotations(function)
        for node in ast.walk(annotation)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)
        for part in node.slice.elts[1:]
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return {axis for string in strings for axis in re.findall(r"[a-z]{2,}\w*", string)}


def _bare(function: ast.FunctionDef) -> list[tuple[str, str]]:
    return [(name, dotted(annotation)) for name, annotation in _annotations(function) if dotted(annotation) in BARE]


def _raised(function: ast.FunctionDef) -> set[str]:
    """Return the names of the errors that a function raises itself, not those of functions inside it."""
    inner = {
        id(node)
        for other in ast.walk(function)
        if other is not function and isinstance(other, ast.FunctionDef)
        for node in ast.walk(other)
    }
    raised = [
        node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc and id(node) not in inner
    ]
    names = {dotted(error.func if isinstance(error, ast.Call) else error).rpartition(".")[2] for error in raised}
    return {name for name in names if name[:1].isupper() and name not in ("StopIteration", "NotImplementedError")}


def test_every_public_docstring_says_what_a_learner_needs():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Double every value.\n\n", "Double every\n    value\n\n", "should open with one sentence"),
        ("every value", "every value of (length,)", "repeats a shape of its signature, (length,): leave it out"),
        ("Raises", "Takes an array. Raises", "says what goes in and comes out"),
        ("Euclid, V.", 'section "The idea" of the page.', "names a part of a page: name the source itself"),
        ("Euclid, V", "see the page of 1999", "leads to a page: name the source itself"),
        ("Euclid, V", "Euclid, V. Equation (3)", "copies an equation's number: cite its label"),
        ("Raises ValueError for an empty array. ", "", "raises ValueError, but does not say when"),
        (" Source: Euclid, V.", "", "names no source"),
        (">>> double", "double", "has no doctest"),
        ("    array([2., 4.])\n", "", "has no doctest that shows a result"),
        (
            'values: Float[np.ndarray, "length"]',
            "values: np.ndarray",
            "has a bare np.ndarray in its signature (values)",
        ),
    ],
)
def test_what_a_docstring_lacks_is_named_with_its_line(house, edit, old, new, words):
    edit("course_lib/first.py", old, new)
    [problem] = problems(house)
    assert problem.startswith("course_lib/first.py:7: double " + words)


def test_a_class_may_say_it_in_its_methods(house):
    method = (
        '    def step(self):\n        """Take a step. Source: Cauchy 1847.\n\n        >>> 1\n        1\n        """\n'
    )
    path = house / "course_lib/first.py"
    path.write_text(path.read_text() + f'\n\nclass Walk:\n    """Walk downhill."""\n\n{method}')
    assert problems(house) == []
    path.write_text(path.read_text().replace("Source: Cauchy 1847.", ""))
    assert "Walk names no source" in problems(house)[0]
