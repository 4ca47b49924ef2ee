"""Ways into a page: open it in Colab, download its notebook, view its source. And the head that shows them."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from course_lib.publishing.contents import BRANCH, Contents, Page, colab_url, said_of_way, source_url
from course_lib.publishing.directives.nodes import contents_of, needs_and_minutes, page_link
from course_lib.publishing.directives.summaries import note_summary


def add_page_head(app: Sphinx, doctree: nodes.document) -> None:
    """Put needs, minutes and the ways in below the title of a concept's page."""
    contents = contents_of(app)
    page = next((page for page in contents.pages if page.docname == app.env.docname), None)
    section = next(iter(doctree.findall(nodes.section)), None)
    if page is None or section is None:
        return
    said = needs_and_minutes(page, contents)
    if page.is_concept:
        section.insert(1, ways_in(page, contents))
        words, line = _way_here(page, contents)
        said += words + _notation(contents)
        section[1:1] = line
    if said:
        section.insert(1, nodes.paragraph("", "", *said, classes=["page-head"]))
    _note_titles(app, page)


def ways_in(page: Page, contents: Contents) -> nodes.Node:
    """Return the links, for the website alone: a printed book opens nothing."""
    shown = nodes.paragraph(classes=["page-head", "exercise-links"])
    links: list[nodes.Node] = []
    if page.has_notebook:
        colab = colab_url(contents.root, f"{page.name}.ipynb", BRANCH)
        links.append(nodes.reference("", "Open in Colab", refuri=colab, classes=["button"]))
        # Not collected by Sphinx, which would look for a source; `copy_notebooks` lays the file there.
        download = addnodes.download_reference("", "", refuri=f"{page.name}.ipynb", reftarget="")
        download += nodes.inline("", "Download the notebook", classes=["button"])
        links.append(download)
    source = source_url(contents.root, f"{page.docname}.md")
    links.append(nodes.reference("", "View the source", refuri=source, classes=["button"]))
    for link in links:
        shown += [link, nodes.Text(" ")]
    return addnodes.only("", shown, expr="builder_html")


def _way_here(page: Page, contents: Contents) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """How long the way to this page is, and a line with its pages where the head does not name them all as needs."""
    way = contents.way_to(page.name)
    if len(way) < 2:
        return [], []
    if len(way) - 1 == len(set(page.needs)):
        return [nodes.Text(f" · from the start {said_of_way(way)}")], []
    line = nodes.paragraph("", f"The way here ({said_of_way(way)}): ", classes=["page-head", "way-here"])
    for other in way[:-1]:
        line += [page_link(other), nodes.Text(" → ")]
    line += nodes.Text("this page")
    return [], [line]


def _notation(contents: Contents) -> list[nodes.Node]:
    """Return a link to the page that says what symbols and axis names mean."""
    notation = next((page for page in contents.pages if page.name == "notation"), None)
    return [nodes.Text(" · symbols as in "), page_link(notation)] if notation else []


def _note_titles(app: Sphinx, page: Page) -> None:
    """Let a page, which shows the titles and minutes of those that lead to it, be read again when these change."""
    contents = contents_of(app)
    for other in contents.way_to(page.name)[:-1]:
        note_summary(app, other)
    if page.is_concept:
        app.env.note_dependency(str(contents.root / "pyproject.toml"))


def setup_page_head(app: Sphinx) -> None:
    """Register the head."""
    app.connect("doctree-read", add_page_head)
