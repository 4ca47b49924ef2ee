"""Words as they are set: short code, names, numbers and places stay whole on a line, and Korean is called Korean."""

import re

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.publishing.directives.nodes import SHORT

# Names like UTF-8, numbers like 1e-8, and Korean.
_MARKED = re.compile(r"(\b[A-Z][A-Za-z]*-\d+\b|\b\d+e?-\d+\b|[\uac00-\ud7a3]+(?:[ ,]+[\uac00-\ud7a3]+)*)")


def keep_together(app: Sphinx, doctree: nodes.document) -> None:
    """Keep a short piece of code, such as `x[i, j]`, whole at its blanks."""
    for literal in doctree.findall(nodes.literal):
        if len(literal.astext()) <= SHORT:
            literal["classes"].append("short")


def mark_words(app: Sphinx, doctree: nodes.document) -> None:
    """Keep a name like UTF-8 whole at its hyphen, and call Korean Korean: a screen reader changes its voice."""
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


def setup_line_breaks(app: Sphinx) -> None:
    """Register what marks words on each page."""
    app.connect("doctree-read", keep_together)
    app.connect("doctree-read", mark_words)
