"""How hard a page is to read: words of the first reading, and the sentences most likely to be read twice.

Run as `python -m course_lib.publishing.inspection.prose book/training/optimizers.md`. A sentence that is listed is a
place to look at, not a fault: read it aloud, then rewrite it, split it, or leave it because it is right.
"""

import argparse
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

FOLDS = {"deeper", "dropdown"}
# Directives whose body is prose; what is not named here is code, a formula, a list of its own, or questions.
NOTES = {"admonition", "note", "warning", "tip", "hint", "important", "seealso", "div"}
PROSE = FOLDS | NOTES | {"half-truth", "in-short"}
# A sentence ends at a stop that is followed by what can begin one.
_STOP = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[A-Z‹ƒ“\"])")
_KOREAN = re.compile(r"\s*\([^()]*[\uac00-\ud7a3][^()]*\)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a page, its formulas and code as one word each."""

    words: str
    line: int
    folded: bool

    @property
    def length(self) -> int:
        """How many words it has."""
        return len(self.words.split())

    @property
    def effort(self) -> int:
        """Its words, and more for each thing that makes it fold in on itself."""
        pieces = self.words.count("ƒ") + self.words.count("‹code›")
        return (
            self.length
            + 9 * self.words.count(":")
            + 6 * self.words.count(";")
            + 5 * self.words.count("(")
            + 5 * len(re.findall(r" [–—-] ", self.words))
            + 2 * max(0, self.words.count(",") - 1)
            + 3 * max(0, pieces - 2)
        )


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a page, without code, tables, headings, questions, and formulas on their own lines.

    >>> [(s.words, s.line, s.folded) for s in sentences("One. Two $x$!\\n\\n:::{deeper} Why\\nThree `y`.\\n:::")]
    [('One.', 1, False), ('Two ƒ!', 1, False), ('Three ‹code›.', 4, True)]
    """
    return tuple(_sentences(text, 0, folded=False))


def first_reading(text: str) -> list[Sentence]:
    """Return the sentences outside of folds."""
    return [sentence for sentence in sentences(text) if not sentence.folded]


def median_length(found: list[Sentence]) -> float:
    """Words of a sentence in the middle; zero where there is none."""
    return statistics.median(sentence.length for sentence in found) if found else 0


def _sentences(text: str, before: int, folded: bool) -> Iterator[Sentence]:
    tables = 0
    tokens = _reader().parse(text)
    for i, token in enumerate(tokens):
        tables += {"table_open": 1, "table_close": -1}.get(token.type, 0)
        if token.type in ("fence", "colon_fence") and token.map:
            name = re.match(r"\{([\w-]+)\}", token.info.strip())
            if name and name[1] in PROSE:
                body = re.sub(r"\A(:[\w-]+:.*\n)*", lambda found: "\n" * found[0].count("\n"), token.content)
                yield from _sentences(body, before + token.map[0] + 1, folded or name[1] in FOLDS)
        elif token.type == "inline" and tokens[i - 1].type == "paragraph_open" and not tables and token.map:
            said = _plain(token.children or [])
            for sentence in filter(None, map(str.strip, _STOP.split(said))):
                yield Sentence(sentence, before + token.map[0] + 1, folded)


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(colon_fence_plugin)
    return reader.use(dollarmath_plugin, allow_digits=False).use(myst_block_plugin).use(myst_role_plugin)


def _plain(pieces: list[Token]) -> str:
    """Return a paragraph with a word for each formula and each piece of code, without the Korean beside a term."""
    words = []
    for piece in pieces:
        if piece.type == "text":
            words.append(piece.content)
        elif piece.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif piece.type == "code_inline":
            words.append(" ‹code› ")
        elif piece.type.startswith("math"):
            words.append(" ƒ ")
        elif piece.type == "myst_role":
            words.append(_shown(piece.meta["name"], piece.content))
    joined = _KOREAN.sub("", re.sub(r"\s+", " ", "".join(words)))
    return re.sub(r" (?=[.,;:!?)])", "", joined)


def _shown(role: str, content: str) -> str:
    """Return what a role shows: its text, or a word for what it looks up; `cite:t` begins many a sentence."""
    if role == "math":
        return "ƒ"
    text, _, target = content.partition("<")
    return text.strip() if target else "They" if role == "cite:t" else "it"


def main(arguments: list[str] | None = None) -> int:
    """List the hardest sentences of each page."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publishing.inspection.prose", description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=15, help="how many sentences of each page (15)")
    options = parser.parse_args(arguments)
    for page in options.pages:
        text = page.read_text(encoding="utf-8")
        found, first = sentences(text), first_reading(text)
        words, every = (sum(sentence.length for sentence in part) for part in (first, found))
        print(f"{page}: {words} words in the first reading, {every} in all; median sentence {median_length(first):g}")
        for sentence in sorted(found, key=lambda sentence: -sentence.effort)[: options.most]:
            where = "deeper, " if sentence.folded else ""
            print(f"  {page}:{sentence.line}: [{where}{sentence.effort}] {sentence.words[:400]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
