"""What a directive about one concept asks its rubric: the exercises, with a warning where it cannot be read."""

import contextlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.checking import places
from course_lib.checking.dependencies import files_of_concept
from course_lib.publishing.directives.nodes import line_of
from course_lib.publishing.exercises.described import Exercise, exercises_of

logger = logging.getLogger(__name__)
NOTED = "course_exercises"  # in a page's metadata: the exercises of each concept that it shows, when it was read


class AboutConcept(SphinxDirective):
    """A directive whose argument is a concept: its rubric is a dependency, and a warning says where it fails."""

    required_arguments = 1
    with_mistakes = False

    def exercises(self) -> tuple[Exercise, ...]:
        """Return the concept's exercises; none, and a warning with file and line, if its rubric cannot be read."""
        concept = self.arguments[0]
        note_rubrics(self.env, concept)
        try:
            return exercises_of(concept, with_mistakes=self.with_mistakes)
        except Exception as error:  # whatever a rubric raises, the author wants to know on which line it was asked for
            self.warn(f"{type(error).__name__}: {error}")
            return ()

    def warn(self, message: str) -> None:
        """Warn with the file and line of the directive."""
        where = (self.env.docname, line_of(self))
        logger.warning("%s %s: %s", self.name, self.arguments[0], message, location=where, type="course")


def note_rubrics(env: BuildEnvironment, concept: str) -> None:
    """Note that the page being read depends on a concept's rubrics, and on which there are."""
    root = Path(env.srcdir)
    for path in files_of_concept(concept, root):
        env.note_dependency(str(path))
    env.metadata[env.docname].setdefault(NOTED, {})[concept] = places.exercises(concept, root)


def pages_of_other_exercises(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    """Return the pages read when a concept had other exercises: a new file is nobody's dependency yet."""
    return [
        docname
        for docname, metadata in env.metadata.items()
        for concept, known in metadata.get(NOTED, {}).items()
        if known != places.exercises(concept, Path(env.srcdir))
    ]


def setup_about_concept(app: Sphinx) -> None:
    """Have pages read again when a concept's exercises are not those that they show."""
    app.connect("env-get-outdated", pages_of_other_exercises)


def known_exercises(env: BuildEnvironment, concept: str) -> tuple[Exercise, ...]:
    """Return the exercises of a concept, for a page that only mentions them: a failing rubric is reported elsewhere."""
    note_rubrics(env, concept)
    with contextlib.suppress(Exception):
        return exercises_of(concept)
    return ()
