"""A student's Markdown with nothing in it that a browser would obey."""

from __future__ import annotations

import re

# What begins a tag, an entity, a link of another kind than these, or a macro that makes one. Whatever reads Markdown,
# and in whatever flavor, finds none where an invisible space stands between the characters that make it one.
_ACTIVE = re.compile(
    r"!(?=\[)|<(?=[a-zA-Z/!?])|&(?=[#a-zA-Z])|\\(?=[a-z]*(?:href|html|def|let|newcommand|require|url)|(?:class|cssId|style)\b)"
    r"|\](?=\(\s*<?(?!https?://|#|\)))|\](?=:(?!\s*<?(?:https?://|#)))",
    re.I,
)
_INVISIBLE = "\u200b"


def inert(markdown: str) -> str:
    """Return a student's Markdown in which no HTML, script, link to a script or picture from elsewhere is left.

    nbgrader's feedback and formgrader show Markdown cells as they are, in the teacher's browser.
    """
    return _ACTIVE.sub(lambda found: found[0] + _INVISIBLE, markdown)
