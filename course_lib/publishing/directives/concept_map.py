"""The directive `concept-map`: the concepts and what each needs, as a picture and as a list."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course_lib.publishing.contents import Contents, Page, said_of_way
from course_lib.publishing.directives.about_concept import known_exercises
from course_lib.publishing.directives.drawn_map import drawn_map
from course_lib.publishing.directives.nodes import contents_of, needs_and_minutes, page_link
from course_lib.publishing.directives.summaries import note_summary


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


def _line_about(page: Page, contents: Contents, exercises: int) -> nodes.paragraph:
    line = nodes.paragraph("", "", page_link(page))
    line += nodes.Text(f" · {exercises} exercises" if exercises else "")
    line += needs_and_minutes(page, contents, before=" · ")
    way = contents.way_to(page.name)
    line += nodes.Text(f" · from the start {said_of_way(way)}" if len(way) > 1 else "")
    return line


def setup_concept_map(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("concept-map", ConceptMap)
