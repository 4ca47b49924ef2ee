"""The directives `common-mistakes`, `exercises` and `concept-map`: what rubrics and front matter say, on pages."""

import contextlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from course_lib.publishing.concept_map import drawn_map
from course_lib.publishing.contents import Contents, Page, colab_url
from course_lib.publishing.exercise_lists import Exercise, Mistake, exercises_of, rubric_files
from course_lib.publishing.quiz import line_of
from course_lib.publishing.summaries import note_summary
from course_lib.publishing.words import unbroken

logger = logging.getLogger(__name__)


def contents_of(app: Sphinx) -> Contents:
    """The book's contents as this build read them."""
    return vars(app)["course_contents"]


def known_exercises(env: BuildEnvironment, concept: str) -> tuple[Exercise, ...]:
    """The exercises of a concept, for a page that only mentions them: a rubric that fails is reported on its own."""
    for path in rubric_files(concept, Path(env.srcdir)):
        env.note_dependency(str(path))
    with contextlib.suppress(Exception):
        return exercises_of(concept)
    return ()


class _AboutConcept(SphinxDirective):
    """What both lists share: a concept as the argument, its rubric as a dependency, a warning where it fails."""

    required_arguments = 1
    with_mistakes = False

    def exercises(self) -> tuple[Exercise, ...]:
        """The concept's exercises; none, and a warning with file and line, if its rubric cannot be read."""
        concept, root = self.arguments[0], Path(self.env.srcdir)
        for path in rubric_files(concept, root):
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


class CommonMistakes(_AboutConcept):
    """Each exercise's known mistakes with a counter-example."""

    with_mistakes = True

    def run(self) -> list[nodes.Node]:
        """Return one list that opens for each exercise."""
        found = [exercise for exercise in self.exercises() if exercise.mistakes]
        return [_mistakes_of(exercise, opened=i == 0) for i, exercise in enumerate(found)]


class Exercises(_AboutConcept):
    """A table of a concept's exercises, with links to open them."""

    def run(self) -> list[nodes.Node]:
        """Return the links and the table."""
        found = self.exercises()
        if not found:
            return []
        concept = self.arguments[0]
        path = f"exercises/{concept}/{concept}.ipynb"
        colab = colab_url(Path(self.env.srcdir), path)
        if not Path(self.env.srcdir, path).exists():
            self.warn(f"{path} is missing; `make exercises` writes it from solutions/{concept}.py")
            return [_table(found, colab)]
        links = nodes.paragraph(classes=["exercise-links"])
        links += nodes.reference("", "Open in Colab", refuri=colab, classes=["button"])
        links += nodes.Text(" ")
        links += self._download(path)
        links += nodes.Text(" ")
        links += nodes.inline("", f"{sum(e.minutes for e in found)} minutes in all", classes=["quiet"])
        return [links, _table(found, colab)]

    def _download(self, path: str) -> nodes.Node:
        node = addnodes.download_reference(
            "", "", refdoc=self.env.docname, reftarget=f"/{path}", refdomain="", refexplicit=True, reftype="download"
        )
        node += nodes.inline("", "Download the notebook", classes=["button"])
        return node


class ConceptMap(SphinxDirective):
    """The concepts and what each needs: a picture with links, and the same as a list."""

    def run(self) -> list[nodes.Node]:
        """Return the picture, for wide screens, and the list."""
        contents = contents_of(self.env.app)
        self.env.note_dependency(str(contents.root / "_toc.yml"))
        for page in contents.pages:
            note_summary(self.env.app, page)
        address = {
            name: self.env.app.builder.get_relative_uri(self.env.docname, page.docname)
            for name, page in contents.concepts.items()
        }
        picture = nodes.raw("", drawn_map(contents, address), format="html")
        return [picture, *self._parts(contents)]

    def _parts(self, contents: Contents) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for part in dict.fromkeys(page.part for page in contents.concepts.values()):
            found.append(nodes.rubric("", part))
            items = nodes.bullet_list(classes=["concept-list"])
            for page in contents.concepts.values():
                if page.part == part:
                    number = len(known_exercises(self.env, page.name))
                    items += nodes.list_item("", _line_about(page, contents, number))
            found.append(items)
        return found


def page_link(page: Page, text: str = "") -> nodes.Node:
    """A link to another page, checked by Sphinx."""
    node = addnodes.pending_xref(
        "", refdomain="std", reftype="doc", reftarget=f"/{page.docname}", refexplicit=True, refwarn=True
    )
    node += nodes.inline("", text or page.title)
    return node


def _line_about(page: Page, contents: Contents, exercises: int) -> nodes.paragraph:
    line = nodes.paragraph("", "", page_link(page))
    line += nodes.Text(f" · {exercises} exercises" if exercises else "")
    line += needs_and_minutes(page, contents, before=" · ")
    return line


def needs_and_minutes(page: Page, contents: Contents, before: str = "") -> list[nodes.Node]:
    """The words "45 minutes · needs Tensors", with links; empty where the front matter is silent."""
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
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return [nodes.Text(text)]
    return [nodes.literal("", piece) if i % 2 else nodes.Text(piece) for i, piece in enumerate(pieces) if piece]


class Fold(nodes.General, nodes.Element):
    """A `<details>`: closed it is one line, and it opens without scripts."""


class FoldTitle(nodes.General, nodes.TextElement):
    """The line that is always seen."""


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


def _table(exercises: tuple[Exercise, ...], colab: str) -> nodes.table:
    """The exercises in order; a title leads to its own cell, whose id `notebooks.py` makes from the exercise's name."""
    head = ("", "Exercise", "Difficulty", "Minutes", "Points")
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", _row([nodes.Text(name) for name in head]))
    body = nodes.tbody()
    for i, exercise in enumerate(exercises, 1):
        dots = nodes.inline("", "●" * exercise.difficulty + "○" * (3 - exercise.difficulty), classes=["dots"])
        dots["aria-hidden"] = "true"
        level = nodes.inline("", "", dots, nodes.Text(f" {exercise.difficulty} of 3"))
        cell = f"{colab}#scrollTo=exercise-{exercise.name.partition('.')[2]}"
        cells = [nodes.Text(str(i)), nodes.reference("", exercise.title, refuri=cell), level]
        body += _row([*cells, nodes.Text(str(exercise.minutes)), nodes.Text(exercise.points_text)])
        body[-1]["ids"].append(row_key(exercise))
    group += body
    return nodes.table("", group, classes=["exercises"])


def row_key(exercise: Exercise) -> str:
    """The address of an exercise's row on its page."""
    return f"exercise-{exercise.name.partition('.')[2].replace('_', '-').lower()}"


def _row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup_lists(app: Sphinx) -> None:
    """Register the directives and the fold they use."""
    app.add_directive("common-mistakes", CommonMistakes)
    app.add_directive("exercises", Exercises)
    app.add_directive("concept-map", ConceptMap)
    silent = (lambda self, node: None, lambda self, node: None)
    others: Any = {name: silent for name in ("latex", "text", "man", "texinfo")}
    app.add_node(Fold, html=(_open_fold, _say("</details>")), **others)
    app.add_node(FoldTitle, html=(_say("<summary>"), _say("</summary>")), **others)


def _open_fold(self, node: Fold) -> None:
    self.body.append(self.starttag(node, "details", **({"open": "open"} if node["opened"] else {})))


def _say(tag: str) -> Any:
    return lambda self, node: self.body.append(tag)
