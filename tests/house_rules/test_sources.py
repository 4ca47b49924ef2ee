"""Small rules that keep files readable and at home anywhere: length, names, prints, star imports, paths, spelling."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, concept_modules, dotted, files, imports, none_of, parse, text

LONGEST = 350
SOURCES = ("course_lib/**/*.py", "tests/**/*.py", "solutions/*.py", "benchmarks/*.py", "docs/*.py", ".ci/*", "Makefile")
TEXTS = ("*.md", "book/**/*.md", "course_lib/**/*.md", "exercises/**/*.ipynb", ".github/**/*.yml", "*.toml", "*.yml")
HERE = Path(__file__).name  # the words that are not to be found stand in this file

# A home, a mounted disk, a temporary folder with a name: places that only one machine has.
MACHINE_PATHS = r"/(?:home|Users|root|work|mnt|media)/[\w.-]+|[A-Z]:\\\\?Users\\|/tmp/[\w-]+/"
BRITISH = {
    "tokenisation": "tokenization",
    "optimiser": "optimizer",
    "optimisation": "optimization",
    "normalisation": "normalization",
    "regularisation": "regularization",
    "vectorisation": "vectorization",
    "initialisation": "initialization",
    "behaviour": "behavior",
    "neighbour": "neighbor",
    "colour": "color",
    "labelled": "labeled",
    "centre": "center",
}
UNFINISHED = r"\b(?:TODO|FIXME|XXX)\b"


def problems(root: Path) -> list[str]:
    """Say which file breaks which of the small rules."""
    found = []
    for path in files(root, "course_lib/**/*.py"):
        if (length := text(path).count("\n")) > LONGEST:
            found.append(f"{at(root, path)}: {length} lines; a module has at most {LONGEST}: split it")
        if path.stem in ("utils", "util", "helpers", "misc", "common"):
            found.append(f"{at(root, path)}: a module named {path.stem} says nothing; name it after what it does")
    for path in concept_modules(root):
        found += [f"{at(root, path, line)}: {words}" for line, words in _in_concept(parse(path))]
    for path in sorted({path for pattern in (*SOURCES, *TEXTS) for path in files(root, pattern)}):
        if path.name != HERE:
            found += [f"{at(root, path, line)}: {words}" for line, words in _in_text(text(path))]
    return found


def _in_concept(tree: ast.Module):
    for line, name in imports(tree):
        if name.endswith(".*"):
            yield line, f"imports everything from {name.removesuffix('.*')}; name what you need"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield node.lineno, "a reference prints nothing; return the value"
        if isinstance(node, ast.Global):
            yield node.lineno, "a reference keeps no global state"
        if isinstance(node, ast.Call) and re.match(r"(np|numpy)\.random\.(?!default_rng|Generator)", dotted(node.func)):
            yield node.lineno, f"{dotted(node.func)} draws from a hidden generator; take one as an argument"


def _in_text(whole: str):
    for number, line in enumerate(whole.splitlines(), start=1):
        if match := re.search(MACHINE_PATHS, line):
            yield number, f"{match[0]} is a path of one machine"
        if match := re.search(UNFINISHED, line):
            yield number, f"{match[0]}: finish it, or file it as an issue"
        for word, ours in BRITISH.items():
            if re.search(rf"(?i)\b{word}s?\b", line):
                yield number, f"{word!r} is spelled {ours!r} here"


def test_every_file_keeps_the_small_rules():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("path", "added", "words"),
    [
        ("course_lib/first.py", "x = 1\n" * 350, "a module has at most 350"),
        ("course_lib/rubrics/first/double.py", "x = 1\n" * 350, "a module has at most 350"),
        ("course_lib/checking/utils.py", "", "a module named utils says nothing"),
        ("course_lib/first.py", "from numpy import *\n", "imports everything from numpy"),
        ("course_lib/first.py", "print(1)\n", "a reference prints nothing"),
        ("course_lib/first.py", "np.random.seed(0)\n", "draws from a hidden generator"),
        ("book/start/first.md", "See /home/ada/notes.\n", "/home/ada is a path of one machine"),
        ("solutions/first.py", "# TODO: think\n", "TODO: finish it"),
        ("book/index.md", "The colours of the optimisers.\n", "'colour' is spelled 'color' here"),
    ],
)
def test_a_broken_rule_is_named_with_its_file(house, path, added, words):
    with (house / path).open("a") as file:
        file.write(added)
    found = problems(house)
    assert found[0].startswith(path)
    assert any(words in problem for problem in found)


def without_torch(root: Path) -> list[str]:
    """Return the concepts of which neither they nor a concept that they import names torch."""
    reached = {path.stem: {name for _, name in imports(parse(path), "course_lib")} for path in concept_modules(root)}

    def names_torch(concept: str, on_the_way: tuple[str, ...] = ()) -> bool:
        own = [name.split(".") for name in reached.get(concept, ()) if concept not in on_the_way]
        return any(
            parts[0] == "torch" or (parts[0] == "course_lib" and names_torch(parts[1], (*on_the_way, concept)))
            for parts in own
        )

    return [concept for concept in reached if not names_torch(concept)]


def test_concepts_without_tensors_import_no_torch():
    """Strings need no torch: who learns to compare them should not wait for it, nor install it."""
    found = [f"course_lib.{concept}" for concept in without_torch(ROOT)]
    assert found
    told = f"import sys, {', '.join(found)}; sys.exit('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"one of {', '.join(found)} loads torch, or does not import: {ran.stderr}"


def test_concepts_that_need_torch_are_told_from_those_that_do_not(house, edit):
    assert without_torch(house) == ["first", "second"]
    edit("course_lib/first.py", "import numpy as np", "import numpy as np\nfrom torch import nn")
    assert without_torch(house) == ["second"]
    edit("course_lib/second.py", "import numpy as np", "import numpy as np\nfrom course_lib import first")
    assert without_torch(house) == []
