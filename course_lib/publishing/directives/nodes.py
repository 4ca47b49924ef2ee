"""Small pieces of a page that several directives set: links to pages, code in texts, values that stay whole."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course_lib.checking.backquotes import pieces
from course_lib.publishing.contents import Contents, Page

SHORT = 20  # characters of code that stand on one line, even on a phone
# Places, numbers like 1e-06, and escapes.
_WHOLE = re.compile(r"(at \[[\d\[\], ]+|\d[\d.]*e-\d+|\\x..|\\u....)")


def contents_of(app: Sphinx) -> Contents:
    """Return the book's contents as this build read them."""
    return vars(app)["course_contents"]


def line_of(directive: SphinxDirective) -> int:
    """Return the line on which a directive begins. MyST-NB counts one too many in pages that have a front matter."""
    source = directive.env.doc2path(directive.env.docname)
    with open(source, encoding="utf-8") as file:
        lines = file.read().splitlines()
    near = [n for n in (directive.lineno, directive.lineno - 1) if 0 < n <= len(lines)]
    return next((n for n in near if f"{{{directive.name}}}" in lines[n - 1]), directive.lineno)


def page_link(page: Page, text: str = "") -> nodes.Node:
    """Return a link to another page, checked by Sphinx."""
    node = addnodes.pending_xref(
        "", refdomain="std", reftype="doc", reftarget=f"/{page.docname}", refexplicit=True, refwarn=True
    )
    node += nodes.inline("", text or page.title)
    return node


def needs_and_minutes(page: Page, contents: Contents, before: str = "") -> list[nodes.Node]:
    """Return the words "45 minutes · needs Tensors", with links; empty where the front matter is silent."""
    parts: list[nodes.Node] = []
    if page.minutes:
        parts.append(nodes.Text(f"{before}{page.minutes} minutes"))
        before = " · "
    needed = [contents.concepts[name] for name in page.needs if name in contents.concepts]
    for i, need in enumerate(needed):
        parts += [nodes.Text(f"{before}needs " if i == 0 else ", "), page_link(need)]
    return parts


def marked_up(text: str) -> list[nodes.Node]:
    """Text whose `backquotes` are code and nothing else is special, as in a verdict."""
    return [nodes.literal("", piece) if code else nodes.Text(piece) for piece, code in pieces(text)]


def unbroken(text: str) -> list[nodes.Node]:
    """Return a value as text that a browser may break where it wants, but inside no place, number or short string.

    A browser breaks at blanks and hyphens, and where nothing else helps, anywhere: not inside an escape, either.

    >>> [node.astext() for node in unbroken("f(x=1e-06, y='a-14') (at [0, 1])") if isinstance(node, nodes.inline)]
    ['1e-06', "'a-14'", 'at [0, 1]']
    """
    made: list[nodes.Node] = []
    for quoted in re.split("('[^']*')", text):
        whole = quoted.startswith("'") and len(quoted) <= SHORT and re.search("[ -]", quoted)
        pieces = ["", quoted] if whole else _WHOLE.split(quoted)
        made += [nodes.inline("", p, classes=["short"]) if i % 2 else nodes.Text(p) for i, p in enumerate(pieces) if p]
    return made
