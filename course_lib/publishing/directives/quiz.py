"""The `quiz` directive: a question answered at once, in the page, without scripts."""

from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.publishing.directives.nodes import line_of

logger = logging.getLogger(__name__)


class QuizError(ValueError):
    """A question that would mislead or leave a reader without an explanation."""


class Quiz(nodes.General, nodes.Element):
    """The question and its choices."""


class Choice(nodes.General, nodes.Element):
    """One choice: a `<details>` that opens to say why."""


class ChoiceText(nodes.General, nodes.TextElement):
    """What a choice says: the `<summary>`, which the keyboard reaches."""


def read_choices(body: str) -> list[dict[str, Any]]:
    """Read the YAML below the question and refuse what is no question.

    >>> [choice["right"] for choice in read_choices('''
    ... choices:
    ...   - {text: "2", right: true, because: "1 + 1 = 2."}
    ...   - {text: "3", because: "That is 1 + 2."}
    ... ''')]
    [True, False]
    """
    try:
        data = yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise QuizError(f"its body is not YAML: {' '.join(str(error).split())}") from None
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    choices = data.get("choices") if isinstance(data, dict) else None
    if not isinstance(choices, list) or len(choices) < 2:
        raise QuizError("it needs `choices:`, a list of at least two")
    for i, choice in enumerate(choices, 1):
        if not isinstance(choice, dict) or not str(choice.get("text") or "").strip():
            raise QuizError(f"choice {i} has no `text:`")
        if not str(choice.get("because") or "").strip():
            raise QuizError(f"choice {i} ({choice['text']!r}) has no `because:`; every choice says why")
        unknown = set(choice) - {"text", "right", "because"}
        if unknown:
            raise QuizError(f"choice {i} ({choice['text']!r}) has unknown keys: {', '.join(map(str, unknown))}")
    right = sum(choice.get("right") is True for choice in choices)
    if right != 1:
        raise QuizError(f"exactly one choice must be `right: true`, and {right} are")
    return [{"text": str(c["text"]), "because": str(c["because"]), "right": c.get("right") is True} for c in choices]


class QuizDirective(SphinxDirective):
    """Show a question; each choice opens to say whether it is right, and why."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the question as nodes, or nothing and a warning."""
        try:
            choices = read_choices("\n".join(self.content))
        except QuizError as error:
            where = (self.env.docname, line_of(self))
            logger.warning("quiz %r: %s", self.arguments[0], error, location=where, type="course", subtype="quiz")
            return []
        quiz = Quiz(key=f"quiz-{self.env.new_serialno('quiz')}")
        question = nodes.paragraph("", "", *self._inline(self.arguments[0]), classes=["quiz-question"])
        quiz += question
        for letter, choice in zip("ABCDEFGHIJ", choices, strict=False):
            quiz += self._choice(letter, choice)
        return [quiz]

    def _choice(self, letter: str, choice: dict[str, Any]) -> Choice:
        node = Choice(right=choice["right"])
        node += ChoiceText(
            "", "", nodes.inline("", letter, classes=["quiz-letter"]), nodes.Text(" "), *self._inline(choice["text"])
        )
        because = nodes.container(classes=["quiz-because"])
        self.state.nested_parse(StringList(choice["because"].splitlines(), ""), self.content_offset, because)
        verdict = nodes.strong("", "Right." if choice["right"] else "Not this one.")
        first = because.children[0] if because.children else None
        if isinstance(first, nodes.paragraph):
            first.insert(0, [verdict, nodes.Text(" ")])
        else:
            because.insert(0, nodes.paragraph("", "", verdict))
        node += because
        return node

    def _inline(self, text: str) -> list[nodes.Node]:
        parsed, messages = self.state.inline_text(text, self.lineno)
        return [*parsed, *messages]


def _open_quiz(self: Any, node: Quiz) -> None:
    self.body.append(f'<div class="quiz" role="group" aria-labelledby="{node["key"]}">')
    node[0]["ids"] = [node["key"]]


def _open_choice(self: Any, node: Choice) -> None:
    kind = "right" if node["right"] else "wrong"
    self.body.append(f'<details class="quiz-choice quiz-{kind}">')


def _open(tag: str) -> Any:
    return lambda self, node: self.body.append(tag)


def _ignore(self: Any, node: nodes.Node) -> None:
    """Other builders print question, choices and reasons one after another."""


def setup_quiz(app: Sphinx) -> None:
    """Register the directive and its nodes."""
    app.add_directive("quiz", QuizDirective)
    others: Any = {name: (_ignore, _ignore) for name in ("latex", "text", "man", "texinfo")}
    app.add_node(Quiz, html=(_open_quiz, _open("</div>")), **others)
    app.add_node(Choice, html=(_open_choice, _open("</details>")), **others)
    app.add_node(ChoiceText, html=(_open("<summary>"), _open("</summary>")), **others)
