"""The whole book as one EPUB: a zip of XHTML pages with MathML and SVG, the same bytes from the same book."""

import re
import zipfile
from html import escape
from pathlib import Path

from course_lib.publishing.contents import Contents
from course_lib.publishing.one_file.about import About
from course_lib.publishing.one_file.cover import ALT, drawn_cover
from course_lib.publishing.one_file.printed import Article, articles, print_style

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_CONTAINER = (
    f'{_HEAD}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
# How the book can be read, in the words of schema.org. Say nothing here that the build does not see to: it refuses a
# figure without alt text, formulas are MathML, and `printed.py` opens what is folded and leaves out what moves.
ACCESS = {
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual", "textual,visual"),
    "accessibilityFeature": (
        "alternativeText",
        "displayTransformability",
        "MathML",
        "structuralNavigation",
        "tableOfContents",
    ),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": (
        "Every figure has a text alternative, and what a slider shows on the web stands here as one figure for each of "
        "its steps. Formulas are MathML, code is text. The table of contents and headings lead to every page and "
        "section. Nothing moves, flashes or makes a sound. The book has not been certified against a standard.",
    ),
}
# Color alone does not tell a link: many readers show gray, or colors of their own.
LINKS = "p a, li a, dd a, td a { text-decoration: underline; }\n"


def write_epub(contents: Contents, build: Path, target: Path, about: About) -> None:
    """Write the built book as EPUB 3, with what is known `about` it."""
    html = build / "html"
    made = articles(contents, html, address=lambda key, place: f"{key}.xhtml#{place}")
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "book/content.opf": _package(made, about),
        "book/cover.png": drawn_cover(about),
        "book/cover.xhtml": _page(about.title, _cover(about)),
        "book/nav.xhtml": _page(about.title, _navigation(made)),
        "book/style.css": print_style(html) + LINKS,
        "book/course-math.woff2": (html / "_static" / "course-math.woff2").read_bytes(),
        **{f"book/{article.key}.xhtml": _page(article.title, article.body) for article in made},
    }
    with zipfile.ZipFile(target, "w") as archive:
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)  # first, and bare: readers look there
        for name, data in files.items():
            _put(archive, name, data.encode() if isinstance(data, str) else data, zipfile.ZIP_DEFLATED)


def _put(archive: zipfile.ZipFile, name: str, data: bytes, how: int) -> None:
    about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    about.compress_type = how
    archive.writestr(about, data)


def _page(title: str, body: str) -> str:
    return (
        f'{_HEAD}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en" lang="en"><head><meta charset="utf-8"/>'
        f'<title>{escape(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>'
        f"<body>{body}</body></html>\n"
    )


def _cover(about: About) -> str:
    alt = escape(f"{about.title}. {ALT}")
    return f'<section epub:type="cover" style="text-align:center"><img src="cover.png" alt="{alt}"/></section>'


def _navigation(made: list[Article]) -> str:
    lines = []
    for article in made:
        title = f'<a href="{article.key}.xhtml">{escape(article.title)}</a>'
        inside = "".join(
            f'<li><a href="{article.key}.xhtml#{place}">{escape(re.sub("<[^>]*>", "", words), quote=False)}</a></li>'
            for place, words in re.findall(r'<section id="([^"]+)">\s*<h2>(.*?)</h2>', article.body, flags=re.S)
        ).replace("&amp;", "&")
        lines.append(f"<li>{title}{f'<ol>{inside}</ol>' if inside else ''}</li>")
    return f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'


def _package(made: list[Article], about: About) -> str:
    """Return what the book is, which files it has, and in which order they are read."""
    items = [f'<item id="{a.key}" href="{a.key}.xhtml" media-type="application/xhtml+xml"{_holds(a)}/>' for a in made]
    order = "".join(f'<itemref idref="{article.key}"/>' for article in made)
    return (
        f'{_HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        # The name of all editions; this one's is the name with the time of its last change.
        f'<dc:identifier id="id">{escape(about.address)}</dc:identifier>'
        f"<dc:title>{escape(about.title)}</dc:title><dc:creator>{escape(about.author)}</dc:creator>"
        f"<dc:language>en</dc:language><dc:description>{escape(about.says)}</dc:description>"
        f"<dc:source>{escape(about.address)}</dc:source>"
        "<dc:rights>Text and figures: CC BY 4.0. Code: BSD-3-Clause.</dc:rights>"
        f'<meta property="dcterms:modified">{about.changed:%Y-%m-%dT%H:%M:%SZ}</meta>{_access()}'
        '<meta name="cover" content="cover"/></metadata>'
        '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>'
        '<item id="cover-page" href="cover.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="style" href="style.css" media-type="text/css"/>'
        f'<item id="font" href="course-math.woff2" media-type="font/woff2"/>{"".join(items)}</manifest>'
        f'<spine><itemref idref="cover-page"/><itemref idref="nav"/>{order}</spine></package>'
    )


def _access() -> str:
    return "".join(
        f'<meta property="schema:{name}">{escape(value)}</meta>' for name, values in ACCESS.items() for value in values
    )


def _holds(article: Article) -> str:
    held = [name for name, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in article.body]
    return f' properties="{" ".join(held)}"' if held else ""
