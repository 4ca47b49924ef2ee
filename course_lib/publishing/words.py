"""Words as they are set: short code, names, numbers and places stay whole on a line, and Korean is called Korean."""

import re

from docutils import nodes
from sphinx.application import Sphinx

SHORT = 20  # characters of code that stand on one line, even on a phone
# Names like UTF-8, numbers like 1e-8, and Korean.
_MARKED = re.compile(r"(\b[A-Z][A-Za-z]*-\d+\b|\b\d+e?-\d+\b|[\uac00-\ud7a3]+(?:[ ,]+[\uac00-\ud7a3]+)*)")
# Places, numbers like 1e-06, and escapes.
_WHOLE = re.compile(r"(at \[[\d\[\], ]+|\d[\d.]*e-\d+|\\x..|\\u....)")


def keep_together(app: Sphinx, doctree: nodes.document) -> None:
    """A short piece of code, such as `x[i, j]`, is not broken at its blanks."""
    for literal in doctree.findall(nodes.literal):
        if len(literal.astext()) <= SHORT:
            literal["classes"].append("short")


def mark_words(app: Sphinx, doctree: nodes.document) -> None:
    """A name like UTF-8 is not broken at its hyphen, and Korean is called Korean: a screen reader changes its voice."""
    for text in list(doctree.findall(nodes.Text)):
        if isinstance(text.parent, nodes.FixedTextElement | nodes.literal | nodes.math | nodes.title | nodes.raw):
            continue
        pieces = _MARKED.split(text.astext())
        if len(pieces) > 1:
            marked = [_marked(piece) if i % 2 else nodes.Text(piece) for i, piece in enumerate(pieces)]
            text.parent.replace(text, [node for node in marked if node.astext()])


def _marked(words: str) -> nodes.inline:
    """Docutils makes `lang="ko"` of the class."""
    return nodes.inline("", words, classes=["short" if words.isascii() else "language-ko"])


def unbroken(text: str) -> list[nodes.Node]:
    """A value as text that a browser may break where it wants, but not inside a place, a number or a short string.

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


def setup_words(app: Sphinx) -> None:
    """Register what marks words on each page."""
    app.connect("doctree-read", keep_together)
    app.connect("doctree-read", mark_words)
