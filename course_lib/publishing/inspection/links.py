"""Links of the built book: every file, place and cell that they lead to is there."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from course_lib.publishing.inspection.browsing import pages_of

_ADDRESSES = (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("source", "src"), ("form", "action"))
COLAB = "https://colab.research.google.com/github/"


def broken_links(html: Path) -> list[str]:
    """Each link of the book that leads nowhere, with its page, its words and the reason."""
    return [
        f"{page.relative_to(html)}: <{tag}> {words!r} leads to {address!r}: {reason}"
        for page in [html / "index.html", *pages_of(html)]
        for tag, address, words in addresses(page)
        if (reason := _reason(page, address, html))
    ]


def addresses(page: Path) -> Iterator[tuple[str, str, str]]:
    """Every address on a page: the element's name, the address, and the words that a reader sees."""
    for tag, attribute in _ADDRESSES:
        for element in _soup(page).find_all(tag):
            if element.get(attribute):
                yield tag, element[attribute], " ".join(element.get_text().split())[:60]


def _reason(page: Path, address: str, html: Path) -> str:
    to = urlsplit(address)
    if to.scheme or address.startswith("//"):
        return ""
    target = (page.parent / unquote(to.path)).resolve() if to.path else page
    if not target.is_relative_to(html.resolve()):
        return "outside of the book"
    if not target.is_file():
        return "there is no such file"
    if to.fragment and target.suffix == ".html" and unquote(to.fragment) not in _places(target):
        return f"{target.name} has no place of that name"
    return ""


@cache
def _soup(page: Path) -> Any:
    from bs4 import BeautifulSoup

    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def _places(page: Path) -> frozenset[str]:
    return frozenset(element["id"] for element in _soup(page).find_all(id=True))


def broken_colab_links(html: Path, root: Path, notebooks: Path) -> list[str]:
    """Links to Colab whose notebook the build did not write, or whose cell the notebook lacks.

    The branch `main` is the repository itself; any other is the one to which the built notebooks are published.
    """
    complaints = []
    for page in pages_of(html):
        for _, address, words in addresses(page):
            if address.startswith(COLAB):
                reason = _colab_reason(address, root, notebooks)
                complaints += [f"{page.relative_to(html)}: {words!r} leads to {address}: {reason}"] if reason else []
    return complaints


def _colab_reason(address: str, root: Path, notebooks: Path) -> str:
    to = urlsplit(address)
    _, _, _, _, branch, *path = unquote(to.path).strip("/").split("/")
    notebook = (root if branch == "main" else notebooks).joinpath(*path)
    if not notebook.is_file():
        return f"{notebook} was not written"
    wanted = parse_qs(to.fragment).get("scrollTo", [""])[0]
    cells = {cell.get("id") for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]}
    return f"{notebook} has no cell {wanted!r}" if wanted and wanted not in cells else ""


def count_colab_links(html: Path) -> int:
    """How many links to Colab there are: none at all would be a failure, too."""
    return sum(address.startswith(COLAB) for page in pages_of(html) for _, address, _ in addresses(page))
