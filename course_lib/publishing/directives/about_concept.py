"""What a directive about one concept asks its rubric: the exercises, with a warning where it cannot be read."""

import contextlib
from pathlib import Path

from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.checking.dependencies import files_of_concept
from course_lib.publishing.directives.nodes import line_of
from course_lib.publishing.exercises.exercise_lists import Exercise, exercises_of

logger = logging.getLogger(__name__)


class AboutConcept(SphinxDirective):
    """A directive whose argument is a concept: its rubric is a dependency, and a warning says where it fails."""

    required_arguments = 1
    with_mistakes = False

    def exercises(self) -> tuple[Exercise, ...]:
        """The concept's exercises; none, and a warning with file and line, if its rubric cannot be read."""
        concept, root = self.arguments[0], Path(self.env.srcdir)
        for path in files_of_concept(concept, root):
            self.env.note_dependency(str(path))
        try:
            return exercises_of(concept, with_mistakes=self.with_mistakes)
        except Exception as error:  # whatever a rubric raises, the author wants to know on which line it was asked for
            self.warn(f"{type(error).__name__}: {error}")
            return ()

    def warn(self, message: str) -> None:
        """Warn with the file and line of the directive."""
        where = (self.env.docname, line_of(self))
        logger.warning("%s %s: %s", self.name, self.arguments[0], message, location=where, type="course")


def known_exercises(env: BuildEnvironment, concept: str) -> tuple[Exercise, ...]:
    """The exercises of a concept, for a page that only mentions them: a rubric that fails is reported on its own."""
    for path in files_of_concept(concept, Path(env.srcdir)):
        env.note_dependency(str(path))
    with contextlib.suppress(Exception):
        return exercises_of(concept)
    return ()
