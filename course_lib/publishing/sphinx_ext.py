"""The Sphinx extension of the course: directives, the head of each page, and what makes a page out of date."""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from course_lib.publishing.api import setup_api
from course_lib.publishing.contents import read_contents
from course_lib.publishing.fonts import setup_fonts
from course_lib.publishing.lists import setup_lists
from course_lib.publishing.mathml import setup_math
from course_lib.publishing.own_assets import setup_assets
from course_lib.publishing.pages import outputs_key
from course_lib.publishing.quiz import setup_quiz
from course_lib.publishing.sources import digest_of
from course_lib.publishing.ways import setup_ways

logger = logging.getLogger(__name__)


def read_book(app: Sphinx) -> None:
    """Read contents afresh in each build, and say what is wrong with needs even where no page is re-read."""
    toc = Path(app.srcdir) / app.config.external_toc_path
    contents = vars(app)["course_contents"] = read_contents(Path(app.srcdir), toc)
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


def _key(app: Sphinx, docname: str) -> str:
    return outputs_key(docname, Path(app.config.course_build))


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_config_value("course_build", "_build", "")
    # A change to what makes pages makes them all anew; Sphinx itself sees only changes to their sources.
    app.add_config_value("course_writers", digest_of(Path(__file__).parent.glob("*.py")), "env")
    setup_assets(app)
    setup_math(app)
    setup_fonts(app)
    setup_quiz(app)
    setup_lists(app)
    setup_ways(app)
    setup_api(app)
    app.connect("builder-inited", read_book)
    app.connect("env-get-outdated", pages_with_new_outputs)
    app.connect("doctree-read", remember_outputs)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
