"""The one rule for backquotes in a short text: what stands between two of them is code, and nothing else is special."""

from __future__ import annotations

import html
from collections.abc import Iterator


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each piece of a text, and whether it is code; with a backquote that has no partner, nothing is.

    >>> list(pieces("use `x` twice"))
    [('use ', False), ('x', True), (' twice', False)]
    >>> list(pieces("a lone ` stays"))
    [('a lone ` stays', False)]
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text]
    yield from ((part, i % 2 == 1) for i, part in enumerate(parts) if part)


def as_html(text: str) -> str:
    """Escape a text for a page and set its code.

    >>> as_html("`a < b`, said & done")
    '<code>a &lt; b</code>, said &amp; done'
    """
    return "".join(f"<code>{html.escape(piece)}</code>" if code else html.escape(piece) for piece, code in pieces(text))
