"""What a page loads: only what it uses, and all of it from the book itself, so that reading asks nobody else."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.publishing.scripts import script_beside

SEARCH_FROM_FOLDER = script_beside(__file__, "search_from_folder.js")
_TOGGLE = r'class="(?:[^"]* )?(?:toggle|admonition(?: [^"]*)? dropdown)[" ]'
# What extensions put on every page, and what a page must hold to need it. None: no page does.
NEEDED_BY: dict[str, str | None] = {
    "fontawesome.js": None,  # the icons come from the style sheet and a small font; see fonts.py
    "sphinx-thebe": None,  # running cells on a server elsewhere
    "THEBE_JS_URL": None,
    "togglebutton": _TOGGLE,
    "toggleHint": _TOGGLE,
    "toggleOpenOnPrint": _TOGGLE,
    "sphinx-design.min.css": r'class="[^"]*\bsd-',
    "design-tabs.js": r'class="[^"]*\bsd-tab',
    "details.deeper": r'class="deeper"',  # the script that opens folds
    "copybutton": r"<pre\b",
    "clipboard.min.js": r"<pre\b",
    "searchtools.js": r'id="search-results"',
    "language_data.js": r'id="search-results"',
    "searchindex.js": r'id="search-results"',
}
_ELEMENT = re.compile(r"[ \t]*(<script\b[^>]*>[^<]*</script>|<link\b[^>]*>)\n?")
_SCRIPT = re.compile(r'<script (?=src="[^"]*_static/)')
_OPTIONS = re.compile(r'<script (?:defer )?src="[^"]*documentation_options\.js[^"]*"></script>')
# What Sphinx, MyST-NB and the theme say wrongly or leave out: a role that is withdrawn, a name that hides the words,
# a bar that is no landmark.
_AMENDED = {
    ' role="doc-biblioentry"': ' role="listitem"',
    ' aria-label="Toggle hidden content"': "",
    ' class="bd-sidebar-primary': ' role="complementary" aria-label="Book" class="bd-sidebar-primary',
    'title="Toggle primary sidebar"': 'title="Chapters"',
    'title="Toggle secondary sidebar"': 'title="On this page"',
    '<dialog id="pst-primary-sidebar-modal"': '<dialog aria-label="Chapters" id="pst-primary-sidebar-modal"',
    '<dialog id="pst-secondary-sidebar-modal"': '<dialog aria-label="On this page" id="pst-secondary-sidebar-modal"',
    '<dialog id="pst-search-dialog"': '<dialog aria-label="Search" id="pst-search-dialog"',
}
# The theme's second bar, never shown (course.css). Its scripts take the first button of a kind, which must be one that
# readers see; they measure the bar itself, so it stays.
_SECOND_BAR = re.compile(r'(<header\b[^>]*\bid="pst-header"[^>]*>).*?(</header>)', flags=re.S)
# Wrappers around names, brackets and blanks, which are shown like the text around them: a third of a page's elements.
_PLAIN = re.compile(r'<span class="(?:n|nn|p|w|pre)">([^<]*)</span>')
_NO_HEADING = re.compile(r'<th class="(?:head|stub|head stub)">(?:<p></p>)?</th>')
_AHEAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')  # the theme lets its scripts overtake what readers see
_VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')


def slim(page: str, options: str = "") -> str:
    """Return a page without the scripts and style sheets that nothing on it uses, which is shown before any script ran.

    `options` is the text of the one script that others need at once.

    >>> slim('<head><script src="searchindex.js"></script></head><body>Text</body>')
    '<head></head><body>Text</body>'
    >>> slim('<head><link rel="preload" as="script" href="menu.js" /></head><body>Text</body>')
    '<head></head><body>Text</body>'
    """
    head, body_tag, body = page.partition("<body")
    unused = [name for name, marker in NEEDED_BY.items() if marker is None or not re.search(marker, body)]
    for said, meant in _AMENDED.items():
        body = body.replace(said, meant)
    body = _SECOND_BAR.sub(r"\1\2", body)
    body = _NO_HEADING.sub("<td></td>", body)
    body = _PLAIN.sub(r"\1", body)
    head = _ELEMENT.sub(lambda found: "" if any(name in found[1] for name in unused) else found[0], head)
    head = _AHEAD.sub("", head)
    first = _VIEWPORT.search(head)
    if first:  # the theme and Sphinx state it three times
        head = head[: first.end()] + _VIEWPORT.sub("", head[first.end() :])
    searches = 'id="search-results"' in body
    if options:
        head = _OPTIONS.sub(lambda _: f"<script>{options}{SEARCH_FROM_FOLDER if searches else ''}</script>", head)
    if not searches:  # the page of results has a script of its own that asks for the others at once
        head = _SCRIPT.sub("<script defer ", head)
    return head + body_tag + body


def slim_pages(app: Sphinx, error: Exception | None) -> None:
    """Rewrite the pages that Sphinx wrote just now; those of former builds are slim already."""
    if error or app.builder.name != "html":
        return
    options = (Path(app.outdir) / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    for name in vars(app).get("course_written", ()):
        path = Path(app.outdir, f"{name}.html")
        path.write_text(slim(path.read_text(encoding="utf-8"), options), encoding="utf-8")


def note_written(app: Sphinx, pagename: str, *about: Any) -> None:
    """Note which pages this build writes."""
    vars(app).setdefault("course_written", set()).add(pagename)


def describe(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Say in a `<meta>` what the page is about: its first sentences, as search engines and previews show them."""
    if doctree is None:
        return
    said = (
        " ".join(paragraph.astext().split())
        for paragraph in doctree.findall(nodes.paragraph)
        if "page-head" not in paragraph.get("classes", []) and isinstance(paragraph.parent, nodes.section)
    )
    text = shortened(next(said, "") or str(context.get("title", "")))
    quoted = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    context["metatags"] = context.get("metatags", "") + f'\n<meta name="description" content="{quoted}">'


def name_rows(app: Sphinx, doctree: nodes.document) -> None:
    """Where a table's first column has no heading, its cells are the headings of their rows."""
    for table in doctree.findall(nodes.tgroup):
        head = next(iter(table.findall(nodes.thead)), None)
        first = next(iter(head.findall(nodes.entry)), None) if head is not None else None
        if first is not None and not first.astext().strip():
            first.clear()
            next(iter(table.findall(nodes.colspec)))["stub"] = 1


def shortened(text: str, most: int = 155) -> str:
    """Return the text, or as many of its words as fit.

    >>> shortened("one two three", 9)
    'one two …'
    """
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def setup_assets(app: Sphinx) -> None:
    """Register what makes pages light and self-contained."""
    for name, priority in (("first_visit", 0), ("wide_boxes", 900), ("menus", 900)):
        app.add_js_file(None, body=script_beside(__file__, f"{name}.js"), priority=priority)
    app.connect("doctree-read", name_rows)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", note_written)
    app.connect("build-finished", slim_pages, priority=900)
