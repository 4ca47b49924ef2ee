"""What every concept adds to, the glossary and the bibliography, is sorted: two people who add to it rarely meet."""

import itertools
import re
from pathlib import Path

from house_rules.house import ROOT, at, none_of, read_page, text

GLOSSARY, BIBLIOGRAPHY = "book/glossary.md", "book/references.bib"


def problems(root: Path) -> list[str]:
    """Say which term or paper stands in the wrong place or twice."""
    found = []
    for name, entries in ((GLOSSARY, glossary(root)), (BIBLIOGRAPHY, bibliography(root))):
        if not entries:
            found.append(f"{name}: there is no entry in it")
        for (_, one), (line, other) in itertools.pairwise(entries):
            if one.casefold() == other.casefold():
                found.append(f"{at(root, root / name, line)}: {other!r} stands here twice; keep one")
            elif one.casefold() > other.casefold():
                found.append(f"{at(root, root / name, line)}: {other!r} belongs before {one!r}: this file is sorted")
    return found


def glossary(root: Path) -> list[tuple[int, str]]:
    """Return the glossary's terms, each with its line."""
    found = []
    for block in read_page(root / GLOSSARY).named("glossary"):
        lines = enumerate(block.body.splitlines(), block.body_line)
        found += [(line, words.strip()) for line, words in lines if re.match(r"[^\s:]", words)]
    return found


def bibliography(root: Path) -> list[tuple[int, str]]:
    """Return the keys of the papers, each with its line."""
    lines = enumerate(text(root / BIBLIOGRAPHY).splitlines(), 1)
    return [(line, found[1]) for line, words in lines if (found := re.match(r"@\w+\{([^,\s]+),", words))]


def test_the_glossary_and_the_bibliography_are_sorted():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


def test_a_term_out_of_order_or_given_twice_is_named(house, edit):
    edit("book/glossary.md", "axis (축)", "chunk (덩이)")
    assert problems(house) == ["book/glossary.md:7: 'batch (배치)' belongs before 'chunk (덩이)': this file is sorted"]
    edit("book/glossary.md", "chunk (덩이)", "batch (배치)")
    assert problems(house) == ["book/glossary.md:7: 'batch (배치)' stands here twice; keep one"]


def test_a_paper_out_of_order_or_given_twice_is_named(house, edit):
    edit("book/references.bib", "@book{euclid,", "@book{zeno,")
    assert problems(house) == ["book/references.bib:5: 'pythagoras' belongs before 'zeno': this file is sorted"]
    edit("book/references.bib", "@book{zeno,", "@book{pythagoras,")
    assert problems(house) == ["book/references.bib:5: 'pythagoras' stands here twice; keep one"]


def test_a_file_without_entries_is_named(house, edit):
    edit("book/glossary.md", "{glossary}", "{note}")
    assert problems(house) == ["book/glossary.md: there is no entry in it"]
