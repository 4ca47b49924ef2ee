"""The built pages as they stand in a printed book: everything open, nothing to press, and links that stay inside."""

import base64
import mimetypes
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from course_lib.publishing.contents import Contents, Page

# What only a screen can use, and the code of figures, which the page's notebook has.
LEFT_OUT = (
    "script, link, style, button, .headerlink, .course-controls, .exercise-links, details.hide, "
    "details.code-of, .prev-next-footer"
)
# Folds are opened, since paper cannot: their line becomes a paragraph.
FOLDS = {"quiz-choice": "quiz-says", "course-frame": "frame-name", "mistakes": "mistakes-of", "deeper": "deeper-of"}
# Python's parser of HTML writes every name small; a browser mends that in a page, but not in an EPUB.
_SVG_NAMES = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio", "clippathunits": "clipPathUnits"}
Address = Callable[[str, str], str]


@dataclass(frozen=True)
class Article:
    """One page of the printed book; `body` is well-formed XHTML, and every id in it begins with `key`."""

    key: str
    title: str
    part: str
    body: str


def key_of(page: Page) -> str:
    """Return a page's name inside the book, for ids and files.

    >>> key_of(Page("book/training/optimizers", Path("optimizers.md"), "Optimizers"))
    'training-optimizers'
    """
    return re.sub(r"[^a-z0-9]+", "-", page.docname.removeprefix("book/").lower())


def articles(contents: Contents, html: Path, address: Address) -> list[Article]:
    """Every page in reading order; `address(key, id)` says how one page is reached from another."""
    keys = {page.docname: key_of(page) for page in contents.pages}
    return [
        Article(keys[page.docname], page.title, page.part, _body(page, keys, html, address)) for page in contents.pages
    ]


def _body(page: Page, keys: dict[str, str], html: Path, address: Address) -> str:
    from bs4 import BeautifulSoup

    path = html / f"{page.docname}.html"
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{path} has no article: build the book again")
    for unused in article.select(LEFT_OUT):
        unused.decompose()
    _open_folds(article)
    _keep_inside(article, page, keys, address)
    _carry_pictures(article, path)
    article.name, article.attrs = "section", {"class": "printed", "id": keys[page.docname]}
    return _well_formed(article)


def _open_folds(article: Any) -> None:
    for fold in article.select("details"):
        kind = next((name for name in FOLDS if name in fold["class"]), "") if fold.get("class") else ""
        line = fold.find("summary")
        if line is not None:
            line.name, line.attrs = "p", {"class": FOLDS.get(kind, "fold-name")}
        fold.name = "div"
        fold.attrs.pop("open", None)


def _keep_inside(article: Any, page: Page, keys: dict[str, str], address: Address) -> None:
    """Ids are told apart by page; links to pages lead to their place in the book, and those to other files to none."""
    own = keys[page.docname]
    for element in article.find_all(True):
        in_picture = element.name == "svg" or element.find_parent("svg") is not None
        if "id" in element.attrs and not in_picture:  # pictures name theirs by their content
            element["id"] = f"{own}--{element['id']}"
        for name in ("aria-labelledby", "aria-describedby", "for"):
            if name in element.attrs:
                element[name] = f"{own}--{element[name]}"
        if element.name == "a" and "href" in element.attrs:
            _lead(element, page, keys, address)


def _lead(link: Any, page: Page, keys: dict[str, str], address: Address) -> None:
    to = urlsplit(link["href"])
    if to.scheme:
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page.docname), unquote(to.path)))
    key = keys.get(target.removesuffix(".html")) if to.path else keys[page.docname]
    if key is None:
        link.name = "span"
        link.attrs = {}
    else:
        link["href"] = address(key, f"{key}--{unquote(to.fragment)}" if to.fragment else key)


def _carry_pictures(article: Any, path: Path) -> None:
    """Pictures that are files travel inside the text."""
    for image in article.select("img[src]"):
        if not urlsplit(image["src"]).scheme:
            file = path.parent / unquote(image["src"])
            kind = mimetypes.guess_type(file.name)[0] or "image/png"
            image["src"] = f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _well_formed(article: Any) -> str:
    text = article.decode(formatter="minimal")
    for small, name in _SVG_NAMES.items():
        text = text.replace(f' {small}="', f' {name}="')
    return re.sub(r"(</?)clippath\b", r"\1clipPath", text)


def print_style(html: Path) -> str:
    """Return the style sheet of a printed book: its own, that of formulas, and of code's the light half."""
    own = Path(__file__).with_name("print.css").read_text(encoding="utf-8")
    return own + (html / "_static" / "math.css").read_text(encoding="utf-8") + _light_code_colors(html)


def _light_code_colors(html: Path) -> str:
    lines = (html / "_static" / "pygments.css").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.replace('html[data-theme="light"] ', "") for line in lines if '"light"' in line)
