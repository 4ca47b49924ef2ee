"""What the book holds: pages in reading order from `_toc.yml`, needs and minutes from their front matter."""

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from course_lib.checking.places import ROOT
from course_lib.publishing.page_text import front_matter, read_text

MAIN = "main"
BRANCH = "notebooks"  # where .github/workflows/notebooks.yml publishes the pages' notebooks, for Colab
INSTALL = """\
# The course is installed here if it is missing, as on Colab; everywhere else this cell does nothing.
# For a GPU on Colab: Runtime → Change runtime type → GPU. {what}.
try:
    import course_lib
except ModuleNotFoundError:
    %pip install --quiet "{package} @ git+{repository}"
"""


class PageError(Exception):
    """A page that cannot be shown as it is; the message begins with file and line."""


@dataclass(frozen=True)
class Page:
    """One page of the book. `docname` is its path without `.md`, from the root."""

    docname: str
    path: Path
    title: str
    part: str = ""
    needs: tuple[str, ...] = ()
    minutes: int | None = None
    needs_line: int = 1
    is_concept: bool = False

    @property
    def name(self) -> str:
        """The last word of the path: for a concept's page, the concept."""
        return self.path.stem

    @property
    def has_notebook(self) -> bool:
        """Whether the page has code to run, and so a notebook of its own."""
        return self.path.is_file() and bool(read_text(self.path.read_text(encoding="utf-8")).named("code-cell"))


@dataclass(frozen=True)
class Problem:
    """Something wrong in a source file, said so that one can go there."""

    path: Path
    line: int
    message: str


@dataclass(frozen=True)
class Contents:
    """The pages that exist, in reading order."""

    root: Path
    pages: tuple[Page, ...]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def concepts(self) -> dict[str, Page]:
        """The concepts' pages by concept, in reading order."""
        return {page.name: page for page in self.pages if page.is_concept}

    def way_to(self, concept: str) -> tuple[Page, ...]:
        """Return the fewest pages that lead to a concept, in reading order: its own and all that it needs."""
        known, wanted, waiting = self.concepts, set[str](), [concept]
        while waiting:
            name = waiting.pop()
            if name in known and name not in wanted:
                wanted.add(name)
                waiting += known[name].needs
        return tuple(page for name, page in known.items() if name in wanted)


def read_contents(root: Path, toc: Path | None = None) -> Contents:
    """Read `_toc.yml` (or `toc`) and the front matter of its pages; what is wrong with them is in `problems`."""
    listed = _listed(yaml.safe_load((toc or root / "_toc.yml").read_text(encoding="utf-8")))
    pages, problems = [], []
    for docname, part in listed:
        path = root / f"{docname}.md"
        if path.exists():
            page, wrong = _read_page(root, docname, part)
            pages.append(page)
            problems += wrong
    return Contents(root, tuple(pages), tuple(problems + _wrong_needs(pages)))


class NoSuchPage(ValueError):
    """There is no way to a concept that is none, or outside of a clone; the message says what to do."""


def pages_to(concept: str, root: Path = ROOT) -> list[Page]:
    """Return the pages that lead to a concept, in reading order; raises `NoSuchPage`."""
    if not (root / "_toc.yml").is_file():
        raise NoSuchPage("The way to a concept stands in the book; run this in a clone of the course.")
    known = read_contents(root)
    if concept not in known.concepts:
        near = difflib.get_close_matches(concept, known.concepts, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known.concepts)}."
        raise NoSuchPage(f"There is no concept named {concept!r}; {hint}")
    return list(known.way_to(concept))


def said_of_way(way: Sequence[Page]) -> str:
    """How many pages a way has, and how long it takes.

    >>> page = lambda minutes: Page("a", Path("a.md"), "A", minutes=minutes)
    >>> said_of_way([page(50)]), said_of_way([page(50), page(60), page(45)])
    ('1 page, 50 minutes', '3 pages, 2½ hours')
    """
    minutes = sum(page.minutes or 0 for page in way)
    halves = round(minutes / 30)
    time = f"{minutes} minutes" if minutes < 90 else f"{halves // 2}{'½' if halves % 2 else ''} hours"
    return f"{len(way)} page{'s' if len(way) != 1 else ''}, {time}"


def repository_url(root: Path) -> str:
    """Where the sources live, as stated once in `pyproject.toml`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"].rstrip("/")


def source_url(root: Path, path: str) -> str:
    """Return the address that shows a file of the repository."""
    return f"{repository_url(root)}/blob/{MAIN}/{path}"


def colab_url(root: Path, path: str, branch: str = MAIN) -> str:
    """Return the address that opens a notebook of the repository in Colab."""
    repository = repository_url(root).removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"


def install_cell(root: Path, what: str, extra: str = "") -> str:
    """Return the code of a notebook's first cell; `what` (the exercises, this page) says who needs no GPU."""
    return INSTALL.format(what=what, package=f"course_lib{extra}", repository=repository_url(root)).strip()


def _listed(toc: dict[str, Any]) -> list[tuple[str, str]]:
    """Every docname of the table of contents with its part, in order."""
    found = [(toc["root"], "")]

    def walk(entries: list[dict[str, Any]], part: str) -> None:
        for entry in entries:
            if "file" in entry:
                found.append((str(entry["file"]).removesuffix(".md"), part))
            walk(entry.get("sections", []), part)

    for part in toc.get("parts", [toc]):
        walk(part.get("chapters", []), part.get("caption", ""))
    return found


def _read_page(root: Path, docname: str, part: str) -> tuple[Page, list[Problem]]:
    path = root / f"{docname}.md"
    text = path.read_text(encoding="utf-8")
    try:
        matter = front_matter(text)
    except yaml.YAMLError as error:
        broken = Page(docname, path, docname, part, is_concept=_is_concept(docname))
        return broken, [Problem(path, 1, f"front matter is not YAML: {error}")]
    page = Page(
        docname=docname,
        path=path,
        title=read_text(text).title or docname,
        part=part,
        needs=tuple(map(str, matter["needs"])) if isinstance(matter.get("needs"), list) else (),
        minutes=matter["minutes"] if isinstance(matter.get("minutes"), int) else None,
        needs_line=_line_of(text, "needs:"),
        is_concept=_is_concept(docname),
    )
    problems = _broken_fences(path, text)
    if page.is_concept and not isinstance(matter.get("needs"), list):
        problems.append(Problem(path, page.needs_line, "front matter states no `needs:` list (it may be empty: [])"))
    if page.is_concept and page.minutes is None:
        problems.append(Problem(path, _line_of(text, "minutes:"), "front matter states no whole number of `minutes:`"))
    return page, problems


def _is_concept(docname: str) -> bool:
    """book/<part>/<concept>: concepts, and only they, stand in a folder of their part."""
    return len(Path(docname).parts) == 3


def _broken_fences(path: Path, text: str) -> list[Problem]:
    """Directives that Markdown does not see: the first line of a ``` fence may hold no other backquote."""
    return [
        Problem(path, i, f"a ``` fence may have no backquotes on its first line; write :::{found[1]} … ::: instead")
        for i, line in enumerate(text.splitlines(), 1)
        if (found := re.match(r"`{3,}(\{[\w-]+\})[^`]*`", line))
    ]


def needs_of_concepts(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return what each concept needs, in reading order, as the map of the book has it; nothing outside of a clone."""
    if not (root / "_toc.yml").is_file():
        return {}
    return {name: page.needs for name, page in read_contents(root).concepts.items()}


def _wrong_needs(pages: list[Page]) -> list[Problem]:
    """Needs that no page meets, or that are met only later: forward references and circles alike."""
    order = {page.name: i for i, page in enumerate(pages) if page.is_concept}
    problems = []
    for i, page in enumerate(pages):
        for need in sorted({need for need in page.needs if page.needs.count(need) > 1}):
            problems.append(Problem(page.path, page.needs_line, f"needs {need!r} more than once"))
        for need in dict.fromkeys(page.needs):
            if need not in order:
                known = ", ".join(order)
                problems.append(
                    Problem(page.path, page.needs_line, f"needs {need!r}, which is no concept in _toc.yml: {known}")
                )
            elif order[need] >= i:
                where = "is the page itself" if order[need] == i else "comes later in _toc.yml"
                if order[need] > i and (way := _way_back(need, page.name, pages)):
                    where = f"needs {page.name!r} itself, a circle: {' → '.join([page.name, *way])}"
                problems.append(Problem(page.path, page.needs_line, f"needs {need!r}, which {where}"))
    return problems


def _way_back(start: str, end: str, pages: list[Page]) -> list[str]:
    """Return the concepts by which `start` comes to need `end`, both included; none if it doesn't."""
    needs = {page.name: page.needs for page in pages}
    ways = [[start]]
    for way in ways:
        if way[-1] == end:
            return way
        ways += [[*way, need] for need in needs.get(way[-1], ()) if not any(need in known for known in ways)]
    return []


def _line_of(text: str, start: str) -> int:
    """Return the number of the first line that begins with `start`, counting from 1."""
    return next((i for i, line in enumerate(text.splitlines(), 1) if line.startswith(start)), 1)
