"""Mangled notebooks: whatever is left of an answer is found, and the file is explained."""

import json
import random

import nbformat
import pytest
from house_rules.house import MADE_UP

from course_lib.grading import demo_class
from course_lib.grading.handed_in.cells import cells_of
from course_lib.grading.handed_in.repaired import repair, text_of

CONCEPT = "letters"
RIGHT = demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")


@pytest.fixture(scope="module")
def release():
    return json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())


@pytest.fixture
def solved(release):
    return demo_class.filled(release, RIGHT)


def as_bytes(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


def answers_in(repaired):
    return {c["metadata"]["answer"]: text_of(c) for c in repaired.notebook["cells"] if "answer" in c["metadata"]}


def flags(notebook):
    return [c["metadata"]["nbgrader"] for c in notebook["cells"] if "nbgrader" in c["metadata"]]


def shuffled(cells):
    random.Random(1).shuffle(cells)


def each(change):
    def mangle(notebook):
        for cell in notebook["cells"]:
            change(cell)

    return mangle


def flip(cell):
    if "nbgrader" in cell["metadata"]:
        cell["metadata"]["nbgrader"] |= {"grade": False, "solution": False, "locked": False, "points": 1000}


# name: what is done to a notebook, and a word of the explanation (None: nothing had to be said)
MANGLED = {
    "nothing": (lambda nb: None, None),
    "wrong format number": (lambda nb: nb.update(nbformat=17, nbformat_minor="x"), None),
    "no notebook metadata": (lambda nb: nb.pop("metadata"), None),
    "wrong kernel": (lambda nb: nb["metadata"].update(kernelspec={"name": "julia"}), None),
    "flags flipped": (each(flip), None),
    "metadata stripped": (each(lambda c: c.update(metadata={})), "without their grade id"),
    "metadata and ids stripped": (each(lambda c: (c.update(metadata={}), c.pop("id"))), "without their grade id"),
    "metadata nonsense": (each(lambda c: c.update(metadata=[1])), "without their grade id"),
    "cells reordered": (lambda nb: shuffled(nb["cells"]), "another order"),
    "cells duplicated": (lambda nb: nb["cells"].extend(json.loads(json.dumps(nb["cells"]))), "count once"),
    "checks deleted": (
        lambda nb: nb.update(cells=[c for c in nb["cells"] if "check" not in c["metadata"]]),
        "put back",
    ),
    "checks edited": (
        each(lambda c: c.update(source="100.0") if "check" in c["metadata"] else None),
        "got their text back",
    ),
    "retyped": (each(lambda c: c.update(cell_type="raw")), "type back"),
    "sources as lists": (each(lambda c: c.update(source=text_of(c).splitlines(keepends=True))), None),
    "nbformat 3": (
        lambda nb: nb.update(worksheets=[{"cells": [c | {"input": c["source"]} for c in nb.pop("cells")]}]),
        None,
    ),
    "cells that are no cells": (lambda nb: nb["cells"].extend([None, 5, "x", [], {"cell_type": []}]), None),
}


@pytest.mark.parametrize("name", MANGLED)
def test_no_answer_is_lost(release, solved, name):
    mangle, word = MANGLED[name]
    mangle(solved)
    repaired = repair(as_bytes(solved), release)
    assert answers_in(repaired) == RIGHT
    assert sorted(flags(repaired.notebook), key=str) == sorted(flags(release), key=str)
    assert (word in " ".join(repaired.notes)) if word else not repaired.notes
    nbformat.validate(nbformat.from_dict(repaired.notebook))


ENCODED = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "Windows line ends": lambda data: data.replace(b"\n", b"\r\n"),
    "bytes that are no UTF-8": lambda data: data.replace("’".encode(), b"\x92", 1).replace(
        b"exercises", b"exerc\xff", 1
    ),
}


@pytest.mark.parametrize("name", ENCODED)
def test_another_encoding_loses_nothing(release, solved, name):
    assert answers_in(repair(ENCODED[name](as_bytes(solved)), release)) == RIGHT


def test_of_a_truncated_file_every_whole_cell_is_kept(release, solved):
    data = as_bytes(solved)
    for share in (0.3, 0.6, 0.9):
        repaired = repair(data[: int(len(data) * share)], release)
        right = [name for name, text in answers_in(repaired).items() if text == RIGHT[name]]
        assert len(right) >= int(share * len(RIGHT)) - 2
        assert "not a whole notebook" in repaired.notes[0]
        assert flags(repaired.notebook)  # every check is there


def test_merge_conflicts_keep_one_side(release, solved):
    lines = as_bytes(solved).decode().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if '"source": "def to_upper' in line)
    stub = lines[place].replace("def to_upper", "def something_else")
    lines[place : place + 1] = ["<<<<<<< HEAD\n", lines[place], "=======\n", stub, ">>>>>>> other\n"]
    repaired = repair("".join(lines).encode(), release)
    assert answers_in(repaired) == RIGHT
    assert "Merge-conflict" in repaired.notes[0]


@pytest.mark.parametrize(
    "data", [None, b"", b"  \n", b"\x00" * 99, b"[]", b"5", b'{"cells": 5}', b"<html>", b"{" * 10**5, b"[" * 10**5]
)
def test_what_holds_nothing_becomes_the_blank_release(release, data):
    repaired = repair(data, release)
    assert answers_in(repaired) == {
        c["metadata"]["answer"]: text_of(c) for c in release["cells"] if "answer" in c["metadata"]
    }
    assert repaired.review or data is None


def test_fifty_megabytes_of_output_are_dropped(release, solved):
    solved["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    assert len(as_bytes(repair(as_bytes(solved), release).notebook)) < 1 << 20


def test_a_copied_answer_keeps_the_written_one(release, solved):
    blank = [
        c for c in json.loads(json.dumps(release["cells"])) if c["metadata"].get("answer", "").endswith("to_upper")
    ]
    solved["cells"] += blank
    assert answers_in(repair(as_bytes(solved), release)) == RIGHT


def test_any_cut_of_a_notebook_can_be_read(release):
    data = as_bytes(release)
    for cut in range(0, len(data), 997):
        cells, notes = cells_of(data[:cut])
        assert notes or cells
