"""The directive `exercises`: a concept's exercises as a table, with links to open them."""

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from course_lib.publishing.contents import colab_url
from course_lib.publishing.directives.about_concept import AboutConcept
from course_lib.publishing.exercises.described import Exercise


class Exercises(AboutConcept):
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


def _table(exercises: tuple[Exercise, ...], colab: str) -> nodes.table:
    """Return the exercises in order; a title leads to its own cell, whose id `notebooks.py` makes of its name."""
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
    """Return the address of an exercise's row on its page."""
    return f"exercise-{exercise.name.partition('.')[2].replace('_', '-').lower()}"


def _row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup_exercises(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("exercises", Exercises)
