"""The one reader of a page's Markdown: its front matter, headings and fenced blocks, each with its lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

_MARKDOWN = MarkdownIt("commonmark").use(front_matter_plugin).use(colon_fence_plugin)
# Directives whose body is no Markdown, so that what looks like a directive in it is none.
_NO_MARKDOWN = {"", "code-cell", "code-block", "code", "sourcecode", "math", "quiz", "raw", "literalinclude"}


@dataclass(frozen=True)
class Heading:
    """A heading outside of code."""

    level: int
    title: str
    line: int


@dataclass(frozen=True)
class Block:
    """A fenced block: a directive, or code, which has no `name`. Lines count from 1."""

    name: str
    argument: str
    body: str
    options: dict[str, Any]
    mark: str
    line: int
    last: int
    body_line: int
    depth: int

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of a code cell."""
        tags = self.options.get("tags", [])
        tags = yaml.safe_load(tags) if isinstance(tags, str) else tags
        return tuple(map(str, tags)) if isinstance(tags, list) else (str(tags),)


@dataclass(frozen=True)
class PageText:
    """What was read, in the order of lines; `blocks` holds those inside others, too."""

    text: str
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]

    def named(self, *names: str) -> list[Block]:
        """Return the directives of these names."""
        return [block for block in self.blocks if block.name in names]

    @property
    def title(self) -> str:
        """The first heading of the highest level; empty where there is none."""
        return next((heading.title for heading in self.headings if heading.level == 1), "")

    def without_blocks(self, marks: str = "`:") -> str:
        """Return the text with the blocks fenced by these characters left blank, line for line."""
        lines = self.text.splitlines()
        for block in self.blocks:
            if block.mark[0] in marks:
                lines[block.line - 1 : block.last] = [""] * (block.last - block.line + 1)
        return "\n".join(lines) + "\n"


def front_matter(text: str) -> dict[str, Any]:
    """Return the YAML between the first two `---` lines, or nothing. Raises `YAMLError` for what is no `key: value`."""
    first = next(iter(_MARKDOWN.parse(text)), None)
    matter = (yaml.safe_load(first.content) or {}) if first is not None and first.type == "front_matter" else {}
    if not isinstance(matter, dict):
        raise yaml.YAMLError(f"it should be lines such as `minutes: 20`, and is {matter!r}")
    return matter


@lru_cache(maxsize=256)
def read_text(text: str) -> PageText:
    """Read a page, or a piece of one.

    >>> page = read_text("# Sums\\n\\n:::{note} Why\\n```{code-cell} ipy\\n:tags: [hide-input]\\n1 + 1\\n```\\n:::")
    >>> page.title, [(block.name, block.argument, block.line, block.last) for block in page.blocks]
    ('Sums', [('note', 'Why', 3, 8), ('code-cell', 'ipy', 4, 7)])
    >>> page.blocks[1].tags, page.blocks[1].body, page.blocks[1].body_line
    (('hide-input',), '1 + 1\\n', 6)
    """
    tokens = _MARKDOWN.parse(text)
    headings = [
        Heading(int(opening.tag[1]), inline.content, opening.map[0] + 1)
        for opening, inline in pairwise(tokens)
        if opening.type == "heading_open" and opening.map
    ]
    return PageText(text, tuple(headings), tuple(_blocks(text, 0, 0)))


def _blocks(text: str, before: int, depth: int) -> Iterator[Block]:
    """Yield the blocks of a text that begins after `before` lines of the page."""
    for token in _MARKDOWN.parse(text):
        if token.type not in ("fence", "colon_fence") or token.map is None:
            continue
        named = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info.strip())
        name, argument = (named[1], named[2].strip()) if named else ("", token.info.strip())
        options, body = _options(token.content) if named else ({}, token.content)
        first, end = (before + line for line in token.map)
        body_line = first + 2 + token.content.count("\n") - body.count("\n")
        yield Block(name, argument, body, options, token.markup, first + 1, end, body_line, depth)
        if name not in _NO_MARKDOWN:
            yield from _blocks(body, body_line - 1, depth + 1)


def _options(content: str) -> tuple[dict[str, Any], str]:
    """Split a directive's options, `:tags: […]` or YAML between lines of dashes, from its body."""
    if dashed := re.match(r"---\n(.*?)\n---\n", content, flags=re.S):
        return yaml.safe_load(dashed[1]) or {}, content[dashed.end() :]
    options: dict[str, Any] = {}
    while found := re.match(r":([\w-]+):[ \t]*(.*)(?:\n|$)", content):
        options[found[1]] = found[2].strip()
        content = content[found.end() :]
    return options, content
