"""What pages say of other pages, in files that change only when it does: forty pages that need one are not made anew
for each word of it."""

import json
from pathlib import Path

from sphinx.application import Sphinx

from course_lib.publishing.contents import Contents, Page
from course_lib.publishing.directives.used_in import names_used
from course_lib.publishing.equations import numbers_of


def summary(page: Page) -> str:
    """All that another page may show of this one: what its head says, what it uses of the library, its equations."""
    used = sorted(names_used(page.path.read_text(encoding="utf-8")))
    equations = numbers_of(page.path)
    return json.dumps([page.title, page.part, page.needs, page.minutes, page.is_concept, used, equations])


def write_summaries(app: Sphinx, contents: Contents) -> None:
    """Write those that changed."""
    for page in contents.pages:
        path, text = _file_of(app, page), summary(page)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def note_summary(app: Sphinx, page: Page) -> None:
    """Let the page that is being read be read again when what it may show of `page` changes."""
    app.env.note_dependency(str(_file_of(app, page)))


def _file_of(app: Sphinx, page: Page) -> Path:
    return Path(app.config.course_build, "summaries", f"{page.docname}.json").resolve()
