"""A fold: one line that opens to show more, with scripts off too."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


class Fold(nodes.General, nodes.Element):
    """A `<details>`: closed it is one line, and it opens without scripts."""


class FoldTitle(nodes.General, nodes.TextElement):
    """The line that is always seen."""


def setup_fold(app: Sphinx) -> None:
    """Register the fold."""
    silent = (lambda self, node: None, lambda self, node: None)
    others: Any = {name: silent for name in ("latex", "text", "man", "texinfo")}
    app.add_node(Fold, html=(_open_fold, _say("</details>")), **others)
    app.add_node(FoldTitle, html=(_say("<summary>"), _say("</summary>")), **others)


def _open_fold(self, node: Fold) -> None:
    self.body.append(self.starttag(node, "details", **({"open": "open"} if node["opened"] else {})))


def _say(tag: str) -> Any:
    return lambda self, node: self.body.append(tag)
