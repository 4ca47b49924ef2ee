"""The Sphinx extension of the course: directives, the head of each page, and what makes a page out of date."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from pybtex.plugin import find_plugin, register_plugin
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from course_lib.checking.dependencies import digest_of, machinery
from course_lib.publishing.contents import read_contents
from course_lib.publishing.directives.about_concept import setup_about_concept
from course_lib.publishing.directives.common_mistakes import setup_common_mistakes
from course_lib.publishing.directives.concept_map import setup_concept_map
from course_lib.publishing.directives.exercise_table import setup_exercises
from course_lib.publishing.directives.fold import setup_fold
from course_lib.publishing.directives.library import setup_library
from course_lib.publishing.directives.quiz import setup_quiz
from course_lib.publishing.directives.readings import setup_readings
from course_lib.publishing.directives.summaries import write_summaries
from course_lib.publishing.pages.allowed_outputs import NAMELESS
from course_lib.publishing.pages.executed import outputs_key
from course_lib.publishing.website.fonts import setup_fonts
from course_lib.publishing.website.line_breaks import setup_line_breaks
from course_lib.publishing.website.mathml import setup_math
from course_lib.publishing.website.page_head import setup_page_head
from course_lib.publishing.website.slim_html import setup_assets

logger = logging.getLogger(__name__)
STYLE = (  # `bibtex_default_style: plain` of _config.yml, and of what that is made
    ("pybtex.style.formatting", "plain"),
    ("pybtex.style.names", "plain"),
    ("pybtex.style.labels", "number"),
    ("pybtex.style.sorting", "author_year_title"),
    ("pybtex.backends", "plaintext"),
)


def read_book(app: Sphinx) -> None:
    """Read contents afresh in each build, and say what is wrong with needs even where no page is re-read."""
    toc = Path(app.srcdir) / app.config.external_toc_path
    contents = vars(app)["course_contents"] = read_contents(Path(app.srcdir), toc)
    write_summaries(app, contents)
    for problem in contents.problems:
        where = f"{problem.path}:{problem.line}"
        logger.warning("%s", problem.message, location=where, type="course", subtype="needs")


def pages_with_new_outputs(app: Sphinx, env: BuildEnvironment, *changes: Any) -> list[str]:
    """Pages whose outputs are not those last read, although their text is the same."""
    known = vars(env).get("course_outputs", {})
    return [name for name, key in known.items() if name in env.found_docs and key != _key(app, name)]


def remember_outputs(app: Sphinx, doctree: nodes.document) -> None:
    """Note which outputs a page was read with."""
    vars(app.env).setdefault("course_outputs", {})[app.env.docname] = _key(app, app.env.docname)


def demand_alt_text(app: Sphinx, doctree: nodes.document) -> None:
    """Every image of the text says what it shows; those that cells make are asked when they run."""
    found = [(image, image["uri"]) for image in doctree.findall(nodes.image) if not str(image.get("alt", "")).strip()]
    for written in doctree.findall(nodes.raw):
        for tag in NAMELESS.findall(written.astext()) if written.get("format") == "html" else ():
            address = re.search(r"""\ssrc=["']?([^"'\s>]+)""", tag)
            found.append((written, address[1] if address else tag))
    for image, name in found:
        said = "the image %s has no alt text: say what it shows, for a reader who cannot see it"
        where = (app.env.docname, _line_of(image, name.rpartition("/")[2], app))
        logger.warning(said, name, location=where, type="course", subtype="alt")


def spare_time(app: Sphinx, config: Config) -> None:
    """Leave out what takes seconds in each build of a long book, and that no page shows.

    To number figures, Sphinx reads all pages again; sphinx-jupyterbook-latex asks it to, for a printer we do not use.
    For the parts of a style pybtex asks all installed packages, for each citation, unless they are registered.
    """
    config["numfig"] = False
    for group, name in STYLE:
        register_plugin(group, name, find_plugin(group, name), force=True)


def mend_lines(app: Sphinx, doctree: nodes.document) -> None:
    """Let a warning about a link name the link's own file and line."""
    for link in doctree.findall(addnodes.pending_xref):
        link.source = link.source or app.env.doc2path(app.env.docname)
        link.line = _line_of(link, link["reftarget"], app)


def _line_of(node: nodes.Element, words: str, app: Sphinx) -> int | None:
    """Return the line with these words nearest to where MyST-NB saw the node, which is a line or a paragraph away."""
    seen = next((n.line for n in (node, *_ancestors(node)) if n.line), None)
    lines = Path(app.env.doc2path(app.env.docname)).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if words in line]
    return min(found, key=lambda number: abs(number - (seen or 1)), default=seen)


def _ancestors(node: nodes.Element) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def _key(app: Sphinx, docname: str) -> str:
    return outputs_key(docname, Path(app.config.course_build))


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Set up the extension; Sphinx calls this."""
    app.add_config_value("course_build", "_build", "")
    # A change to what makes pages makes them all anew; Sphinx itself sees only changes to their sources.
    app.add_config_value("course_writers", digest_of(machinery("publishing")), "env")
    # And it copies styles only where it writes a page.
    app.add_config_value("course_styles", digest_of(_files_below(Path(app.srcdir, "book", "_static"))), "html")
    setup_assets(app)
    setup_about_concept(app)
    setup_line_breaks(app)
    setup_math(app)
    setup_fonts(app)
    setup_quiz(app)
    setup_fold(app)
    setup_readings(app)
    setup_common_mistakes(app)
    setup_exercises(app)
    setup_concept_map(app)
    setup_page_head(app)
    setup_library(app)
    app.connect("config-inited", spare_time, priority=900)  # after the extension that asks for numbers
    app.connect("builder-inited", read_book)
    app.connect("env-get-outdated", pages_with_new_outputs)
    app.connect("doctree-read", remember_outputs)
    app.connect("doctree-read", demand_alt_text)
    app.connect("doctree-read", mend_lines)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
