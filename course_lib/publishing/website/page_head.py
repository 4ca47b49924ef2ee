"""Ways into a page: open it in Colab, download its notebook, view its source. And the head that shows them."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from course_lib.publishing.contents import BRANCH, Contents, Page, colab_url, source_url
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
        said += _notation(contents)
    if said:
        section.insert(1, nodes.paragraph("", "", *said, classes=["page-head"]))
    _note_titles(app, page)


def ways_in(page: Page, contents: Contents) -> nodes.Node:
    """The links, for the website alone: a printed book opens nothing."""
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


def _notation(contents: Contents) -> list[nodes.Node]:
    """A link to the page that says what symbols and axis names mean."""
    notation = next((page for page in contents.pages if page.name == "notation"), None)
    return [nodes.Text(" · symbols as in "), page_link(notation)] if notation else []


def _note_titles(app: Sphinx, page: Page) -> None:
    """A page shows the titles of what it needs, so it is read again when those change."""
    contents = contents_of(app)
    for need in page.needs:
        if need in contents.concepts:
            note_summary(app, contents.concepts[need])
    if page.is_concept:
        app.env.note_dependency(str(contents.root / "pyproject.toml"))


def setup_page_head(app: Sphinx) -> None:
    """Register the head."""
    app.connect("doctree-read", add_page_head)
