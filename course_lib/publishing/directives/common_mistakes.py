"""The directive `common-mistakes`: the known mistakes of a concept's exercises, each with a counter-example."""

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.publishing.directives.about_concept import AboutConcept
from course_lib.publishing.directives.fold import Fold, FoldTitle
from course_lib.publishing.directives.nodes import marked_up, unbroken
from course_lib.publishing.exercises.described import Exercise, Mistake


class CommonMistakes(AboutConcept):
    """Each exercise's known mistakes with a counter-example."""

    with_mistakes = True

    def run(self) -> list[nodes.Node]:
        """Return one list that opens for each exercise."""
        found = [exercise for exercise in self.exercises() if exercise.mistakes]
        return [_mistakes_of(exercise, opened=i == 0) for i, exercise in enumerate(found)]


def _mistakes_of(exercise: Exercise, opened: bool) -> nodes.Node:
    number = len(exercise.mistakes)
    title = FoldTitle("", "", nodes.strong("", exercise.title), nodes.Text(f"\u00a0· {number} known mistakes"))
    shown = [_mistake(mistake) for mistake in exercise.mistakes]
    return Fold("", title, *shown, classes=["mistakes"], opened=opened)


def _mistake(mistake: Mistake) -> nodes.Node:
    shown = nodes.container(classes=["mistake"])
    shown += nodes.paragraph("", "", *marked_up(mistake.says))
    rows = nodes.definition_list(classes=["counter-example"])
    for name, text in (("call", mistake.call), ("expected", mistake.expected), ("this gives", mistake.gives)):
        value = nodes.paragraph("", "", nodes.literal("", "", *unbroken(text)))
        rows += nodes.definition_list_item("", nodes.term("", name), nodes.definition("", value))
    shown += rows
    return shown


def setup_common_mistakes(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("common-mistakes", CommonMistakes)
