"""The directives `deeper`, `half-truth` and `in-short`: a page's second reading, its corrections and its card."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.publishing.directives.nodes import line_of
from course_lib.publishing.directives.split_folds import FoldError, split_folds
from course_lib.publishing.scripts import script_beside

logger = logging.getLogger(__name__)
MOST_IN_SHORT = 7
QUOTES = '"“”'


class Deeper(nodes.General, nodes.Element):
    """A fold: `<details>`, which the keyboard opens, and the browser's own search."""


class DeeperTitle(nodes.General, nodes.TextElement):
    """What a fold is about: its `<summary>`."""


class DeeperEnds(nodes.General, nodes.Element):
    """Where a fold with code cells ends; gone once what lies between is in its fold."""


class HalfTruth(nodes.General, nodes.Element):
    """A box that sets right what people say."""


class HalfTruthTitle(nodes.General, nodes.TextElement):
    """What people say, marked as only half true."""


class InShort(nodes.General, nodes.Element):
    """The card of what to remember."""


class _Reading(SphinxDirective):
    """What the directives share: an argument in MyST, a body in MyST, and warnings with file and line."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def warn(self, message: str) -> None:
        where = (self.env.docname, line_of(self))
        logger.warning("%s: %s", self.name, message, location=where, type="course", subtype="readings")

    def argument(self) -> str:
        return self.arguments[0].strip() if self.arguments else ""

    def inline(self, text: str) -> list[nodes.Node]:
        parsed, messages = self.state.inline_text(text, self.lineno)
        return [*parsed, *messages]

    def fill(self, node: nodes.Element) -> None:
        self.state.nested_parse(self.content, self.content_offset, node)


class DeeperDirective(_Reading):
    """A fold of the second reading."""

    def run(self) -> list[nodes.Node]:
        """Return the fold, or nothing and a warning."""
        title = self.argument()
        if not title:
            self.warn("a fold needs a title, as in `:::{deeper} Why the gradient points uphill`")
            return []
        fold = Deeper(names=[self._name(title)])
        self.state.document.note_explicit_target(fold)
        fold += DeeperTitle("", "", *self.inline(title))
        body = nodes.container(classes=["deeper-body"])
        if self.name == "deeper":
            if not any(line.strip() for line in self.content):
                self.warn(f"the fold {title!r} is empty")
                return []
            self.fill(body)
        fold += body
        return [fold]

    def _name(self, title: str) -> str:
        """Return an address to link to; a second fold of one title gets a number."""
        plain = nodes.make_id(f"deeper {title}")
        known = vars(self.state.document).setdefault("course_folds", set())
        found = next(name for n in range(1, 100) if (name := plain if n == 1 else f"{plain}-{n}") not in known)
        known.add(found)
        return found


class DeeperEndsDirective(_Reading):
    """The end of a fold with code cells; `split_folds` writes it."""

    def run(self) -> list[nodes.Node]:
        """Return the mark."""
        return [DeeperEnds()]


class HalfTruthDirective(_Reading):
    """A sentence that people say, shown as a half-truth, and what is true instead."""

    def run(self) -> list[nodes.Node]:
        """Return the box, or nothing and a warning."""
        said = self.argument()
        if len(said) < 3 or said[0] not in QUOTES or said[-1] not in QUOTES:
            self.warn(
                f'what people say stands in quotes, as in `:::{{half-truth}} "Masks save time"`; this is {said!r}'
            )
            return []
        if not any(line.strip() for line in self.content):
            self.warn(f"the half-truth {said} is not set right: say below it what is true")
            return []
        box = HalfTruth(key=f"half-truth-{self.env.new_serialno('half-truth')}")
        box += HalfTruthTitle("", "", *self.inline(said.strip(QUOTES)), key=box["key"])
        self.fill(box)
        return [box]


class InShortDirective(_Reading):
    """A list of what to remember."""

    def run(self) -> list[nodes.Node]:
        """Return the card, or nothing and a warning."""
        card = InShort()
        self.fill(card)
        lists = card.children
        if len(lists) != 1 or not isinstance(lists[0], nodes.bullet_list | nodes.enumerated_list):
            self.warn(f"the card is one list of at most {MOST_IN_SHORT} items, and nothing else")
            return []
        if len(lists[0]) > MOST_IN_SHORT:
            self.warn(f"the card has {len(lists[0])} items, at most {MOST_IN_SHORT}: keep what must be remembered")
            return []
        return [card]


def read_folds(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let MyST-NB see the code cells that stand in folds."""
    try:
        source[0] = split_folds(source[0])
    except FoldError as error:
        where = f"{app.env.doc2path(docname)}:{error.line}"
        logger.warning("%s", error, location=where, type="course", subtype="readings")


def join_folds(app: Sphinx, doctree: nodes.document) -> None:
    """Put what stands between the marks of a fold into it."""
    for mark in list(doctree.findall(DeeperEnds)):
        siblings = mark.parent.children
        end = siblings.index(mark)
        begin = max(i for i in range(end) if isinstance(siblings[i], Deeper))
        fold = siblings[begin]
        between = siblings[begin + 1 : end]
        del siblings[begin + 1 : end + 1]
        fold[-1].extend(between)


def _opens(self: Any, node: Deeper) -> None:
    self.body.append(f'<details class="deeper" id="{node["ids"][0]}">')


def _says_half_truth(self: Any, node: HalfTruthTitle) -> None:
    label = '<span class="half-truth-label">Half-truth</span>'
    self.body.append(f'<p class="half-truth-title" id="{node["key"]}">{label} <q class="half-truth-says">')


def _opens_half_truth(self: Any, node: HalfTruth) -> None:
    self.body.append(f'<div class="half-truth" role="note" aria-labelledby="{node["key"]}">')


def _writes(tag: str) -> Any:
    return lambda self, node: self.body.append(tag)


def _ignore(self: Any, node: nodes.Node) -> None:
    """Other builders print what is inside."""


def setup_readings(app: Sphinx) -> None:
    """Register the directives, their nodes, and the script that opens folds where it must."""
    app.add_directive("deeper", DeeperDirective)
    app.add_directive("deeper-begins", DeeperDirective)
    app.add_directive("deeper-ends", DeeperEndsDirective)
    app.add_directive("half-truth", HalfTruthDirective)
    app.add_directive("in-short", InShortDirective)
    others: Any = {name: (_ignore, _ignore) for name in ("latex", "text", "man", "texinfo")}
    label = '<summary><span class="deeper-label">Deeper</span> <span class="deeper-title">'
    app.add_node(Deeper, html=(_opens, _writes("</details>")), **others)
    app.add_node(DeeperTitle, html=(_writes(label), _writes("</span></summary>")), **others)
    app.add_node(DeeperEnds, html=(_ignore, _ignore), **others)
    app.add_node(HalfTruth, html=(_opens_half_truth, _writes("</div>")), **others)
    app.add_node(HalfTruthTitle, html=(_says_half_truth, _writes("</q></p>")), **others)
    app.add_node(InShort, html=(_writes('<div class="in-short">'), _writes("</div>")), **others)
    script = script_beside(__file__, "open_folds.js")
    app.add_js_file(None, body=script, priority=100)
    app.connect("source-read", read_folds)
    app.connect("doctree-read", join_folds, priority=100)
