"""The equations that pages label, and the texts that cite them: {eq}`optimizers-momentum` becomes (3)."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from course_lib.publishing.contents import Contents, Page, PageError
from course_lib.publishing.page_text import read_text

_LABELED = re.compile(r"\$\$ *\(([\w:-]+)\)\s*$")  # $$ a = b $$ (label)
CITED = re.compile(r"\{eq\}`(?P<label>[^`]+)`")


@dataclass(frozen=True)
class Equation:
    """A labeled equation: its page, and its number there."""

    page: Page
    number: int


def equations_of(contents: Contents) -> dict[str, Equation]:
    """Return the labeled equations of all pages by label."""
    return {label: Equation(page, number) for page in contents.pages for label, number in numbers_of(page.path).items()}


def numbers_of(path: Path) -> dict[str, int]:
    """Give each labeled equation of a page its number, as the book does."""
    if not path.is_file():
        return {}
    page = read_text(path.read_text(encoding="utf-8"))
    found = [(block.line, str(block.options["label"])) for block in page.named("math") if "label" in block.options]
    for line, words in enumerate(page.text.splitlines(), start=1):
        after = _LABELED.search(words)
        found += [(line, after[1])] if after else []
    return {label: number for number, (_, label) in enumerate(sorted(found), start=1)}


def numbered(text: str, equations: dict[str, Equation], here: Page, source: Path) -> str:
    """Put numbers in place of the labels that a text of the file `source` cites, for a reader of the page `here`.

    Raises PageError, with file and line, for a label that no page defines.
    """

    def number(found: re.Match[str]) -> str:
        equation = equations.get(found["label"])
        if equation is None:
            raise PageError(unknown(source, equations)[0])
        elsewhere = "" if equation.page.docname == here.docname else f" of {equation.page.title}"
        return f"({equation.number}){elsewhere}"

    return CITED.sub(number, text)


def unknown(source: Path, equations: dict[str, Equation]) -> list[str]:
    """Say which labels a file cites that no page defines: file, line, and what to do."""
    text, found = source.read_text(encoding="utf-8"), []
    for cited in CITED.finditer(text):
        label = cited["label"]
        if label not in equations:
            line = text.count("\n", 0, cited.start()) + 1
            near = difflib.get_close_matches(label, equations, n=1)
            meant = f"did you mean {near[0]}?" if near else "no label is like it."
            found.append(
                f"{source}:{line}: cites the equation {label}, which no page defines: {meant} Mend the name, "
                f"or give the equation this label on its page"
            )
    return found
