"""One style sheet for the book, without the rules that nothing in it uses: it is what a page waits for first."""

import json
import posixpath
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from course_lib.publishing.figures.svg import digest

BUNDLE = "styles/course-all.css"  # beside the theme's own, whose addresses of fonts then hold
OURS = "course.css"  # the last word
_LINK = re.compile(r'[ \t]*<link\b[^>]*?href="((?:\.\./)*)_static/([^"?]+\.css)[^"]*"[^>]*>\n?')
_URL = re.compile(r"""url\(\s*(['"]?)(?!data:|#|https?:)([^'")]+)\1\s*\)""")


def bundle_styles(static: Path, pages: Iterable[Path], known: Path) -> str:
    """Write one sheet instead of all that the pages link to, let them link to it, and return its text.

    `known` keeps from build to build the names of the sheets, which a page that is not written anew names no longer,
    and what came of them, which takes a second to find again.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    kept: dict[str, Any] = json.loads(known.read_text()) if known.exists() else {}
    names: list[str] = kept.get("names", [])
    for text in texts.values():
        names += [name for _, name in _LINK.findall(text) if name not in (*names, BUNDLE)]
    names.sort(key=lambda name: name == OURS)
    used = _classes(texts.values()) | _words(static)
    wholes = [_whole(static, name) for name in names]
    key = digest(*wholes, *sorted(used))
    sheet: str = kept["sheet"] if kept.get("key") == key else "".join(_without_unused(text, used) for text in wholes)
    (static / BUNDLE).parent.mkdir(parents=True, exist_ok=True)
    (static / BUNDLE).write_text(sheet, encoding="utf-8")
    known.write_text(json.dumps({"names": names, "key": key, "sheet": sheet}))
    for page, text in texts.items():
        if (linked := _relinked(text, digest(sheet))) != text:
            page.write_text(linked, encoding="utf-8")
    return sheet


def _relinked(text: str, version: str) -> str:
    """Return the page with one link, where its first was."""
    first = _LINK.search(text)
    if first is None:
        return text
    link = f'<link rel="stylesheet" href="{first[1]}_static/{BUNDLE}?v={version}">\n'
    return text[: first.start()] + link + _LINK.sub("", text[first.end() :])


def _classes(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for value in re.findall(r'class="([^"]*)"', text) for name in value.split()}


def _words(static: Path) -> set[str]:
    """All that a script could use as the name of a class."""
    files = [path for path in static.rglob("*.js") if path.name != "fontawesome.js"]
    return {word for path in files for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))}


def _whole(static: Path, name: str) -> str:
    """Return a sheet with what it imports, its addresses as seen from the bundle."""
    text = (static / name).read_text(encoding="utf-8")
    folder = posixpath.dirname(name)
    home = posixpath.dirname(BUNDLE)
    text = (
        re.sub(
            r'@import\s+"([^"]+)"\s*;', lambda found: _whole(static, posixpath.normpath(f"{folder}/{found[1]}")), text
        )
        if folder
        else text
    )
    moved = lambda found: f'url("{posixpath.relpath(posixpath.join(folder, found[2]), home)}")'  # noqa: E731
    return text if folder == home else _URL.sub(moved, text)


def _without_unused(text: str, used: set[str]) -> str:
    """Return the sheet without rules for classes that nothing has. Licenses, comments that begin with !, stay."""
    import tinycss2

    return _kept(tinycss2.parse_stylesheet(text), used)


def _kept(rules: list[Any], used: set[str]) -> str:
    import tinycss2

    kept = []
    for rule in rules:
        if rule.type == "comment" and rule.value.startswith("!"):
            kept.append(f"/*{rule.value}*/\n")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer") and rule.content:
            inside = _kept(tinycss2.parse_rule_list(rule.content), used)
            if inside:
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            kept.append(rule.serialize())
        elif rule.type == "qualified-rule":
            selectors = [selector for selector in _selectors(rule.prelude) if _names(selector) <= used]
            if selectors:
                kept.append(f"{','.join(map(tinycss2.serialize, selectors))}{{{tinycss2.serialize(rule.content)}}}")
    return "".join(kept)


def _selectors(prelude: list[Any]) -> list[list[Any]]:
    """Return the selectors of a rule, at its commas; those inside parentheses belong to one selector."""
    found: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append([])
        elif token.type != "comment":
            found[-1].append(token)
    return found


def _names(selector: list[Any]) -> set[str]:
    """Return the classes that an element must have; what stands in `:not(…)` and its like does not count."""
    return {
        after.value
        for before, after in pairwise(selector)
        if before.type == "literal" and before.value == "." and after.type == "ident"
    }
