"""Which pages use a function: those that show its source or name it in a cell, under whatever name they import it."""

import ast

import pytest

from course_lib.publishing.directives.library import code_of, entries_of
from course_lib.publishing.directives.used_in import names_used


def cell(code):
    return f"```{{code-cell}} ipython3\n:tags: [hide-input]\n%timeit 1\n{code}\n```\n"


@pytest.mark.parametrize(
    ("page", "used"),
    [
        (cell("from course_lib.sums import add") + cell("add(1, 2)"), {"add"}),
        (cell("from course_lib.sums import add as plus\nmap(plus, [])"), {"add"}),
        (cell("from course_lib import sums\nsums.add(1, 2)"), {"add"}),
        (cell("from course_lib import sums as s\ns.Adder(1).add(2)"), {"Adder"}),
        (cell("import course_lib.sums\ncourse_lib.sums.add"), {"add"}),
        (cell("from course_lib.sums import add"), set()),
        (cell("from elsewhere.sums import add\nadd(1)"), set()),
        ("`add(1)`\n```python\nfrom course_lib.sums import add\nadd()\n```\n", set()),
        ("```{literalinclude} ../../course_lib/sums.py\n:language: python\n:pyobject: Adder.add\n```\n", {"Adder"}),
    ],
)
def test_a_page_uses_what_it_shows_or_names(page, used):
    assert names_used(page) == {("sums", name) for name in used}


def test_a_class_is_made_as_the_class_that_it_extends_says():
    _, entries = entries_of(
        "class First:\n    def __init__(self, a: int):\n        pass\n\n\nclass Second(First):\n    pass\n\n\n"
        "class Third(list, Second):\n    pass\n\n\nclass Last(list):\n    pass\n"
    )
    assert [entry.signature.replace("\n    ", " ") for entry in entries] == [
        "class First: def __init__(self, a: int)",
        "class Second(First): def __init__(self, a: int)",
        "class Third(list, Second): def __init__(self, a: int)",
        "class Last(list)",
    ]


def test_the_library_lists_what_is_public_with_its_methods():
    about, entries = entries_of(
        '"""Sums."""\n\n\nclass Adder(int):\n    """Adds."""\n\n    def __init__(self, a: int):\n        """Keep."""\n'
        '\n    def add(self, b) -> int:\n        """Add."""\n        return b\n\n'
        "    def bare(self):\n        pass\n\n\n"
        "@staticmethod\ndef last(\n    a,\n):\n    pass\n\n\ndef _own():\n    pass\n"
    )
    assert about == "Sums."
    assert [(entry.name, entry.says, entry.first, entry.last) for entry in entries] == [
        ("Adder", "Adds.", 4, 15),
        ("last", "", 18, 22),
    ]
    assert entries[0].signature == "class Adder(int):\n    def __init__(self, a: int)"
    assert [(method.name, method.signature) for method in entries[0].methods] == [("add", "def add(self, b) -> int")]
    assert entries[1].signature == "def last(\n    a,\n)"


def test_the_code_of_an_entry_is_all_but_its_docstrings_and_says_so_where_there_is_nothing_else():
    module = (
        'one = 1\n\n\n@keep\nclass Adder:\n    """Adds."""\n\n    a = """no docstring"""\n\n    @twice\n'
        '    def add(self, b):\n        """Add.\n\n        At length.\n        """\n        # Both.\n        return b\n'
        '\n    def bare(self):\n        """Do nothing."""\n'
    )
    assert code_of(ast.parse(module).body[1], module) == (
        '@keep\nclass Adder:\n    a = """no docstring"""\n\n    @twice\n    def add(self, b):\n        # Both.\n'
        '        return b\n\n    def bare(self):\n        """Do nothing."""'
    )
