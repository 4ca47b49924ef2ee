"""The papers of `book/references.bib` for a notebook: how a sentence names them, and the list of those a page cites."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from course_lib.publishing.contents import PageError

_CITED = re.compile(r"\{cite:\w+\}`([^`]+)`")
# What Markdown, or the formulas in it, would take for a mark of their own.
_MARKS = re.compile(r"([\\`*_\[\]<$])")


def named(root: Path) -> dict[str, tuple[str, str]]:
    """For each key, who wrote it and when, as one writes it in a sentence."""
    found = {}
    for key, entry in _entries(root).items():
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*person.prelast_names, *person.last_names]).strip("{}") for person in people]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names) or entry.fields.get("title", key)
        found[key] = (who, entry.fields.get("year", "no year"))
    return found


def cited_list(text: str, root: Path) -> str:
    """Return the works that a page's text cites, as a list in Markdown: in the book's order, numbers and words."""
    from pybtex.exceptions import PybtexError
    from pybtex.plugin import find_plugin

    keys = {key.strip() for keys in _CITED.findall(text) for key in keys.split(",")}
    cited = [entry for key, entry in _entries(root).items() if key in keys]
    backend = _backend()
    try:
        shown = list(find_plugin("pybtex.style.formatting", "plain")().format_entries(cited))
    except PybtexError:
        return ""  # the book's build says what is wrong
    return "\n".join(f"{number}. {entry.text.render(backend)}" for number, entry in enumerate(shown, 1))


def _backend() -> Any:
    """Markdown by pybtex, which would put a backslash before each dot: only marks need one."""
    from pybtex.backends.markdown import Backend

    class Plain(Backend):
        symbols = {"ndash": "–", "newblock": " ", "nbsp": " "}  # noqa: RUF012 (as in pybtex)

        def format_str(self, text: str) -> str:
            return _MARKS.sub(r"\\\1", text)

    return Plain()


def _entries(root: Path) -> dict[str, Any]:
    path = root / "book" / "references.bib"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:
    from pybtex.database import parse_file
    from pybtex.exceptions import PybtexError

    try:
        return dict(parse_file(str(path), "bibtex").entries)
    except PybtexError as error:
        raise PageError(f"{path}:{getattr(error, 'lineno', 1)}: {error}") from error
