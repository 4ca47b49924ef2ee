"""A fold with code cells, read as two marks with the cells between them: MyST-NB runs no cell inside a directive."""

import re

_FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,}|:{3,})(?P<rest>.*)$")
_OPENING = re.compile(r"^(?P<mark>:{3,})\{deeper\}[ \t]*(?P<title>.*?)[ \t]*$")


class FoldError(ValueError):
    """A fold that cannot be read; `line` is where, counted from 1."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line beside the message."""
        self.line = line
        super().__init__(message)


def split_folds(text: str) -> str:
    """The page with its folds that hold code cells in two marks, line for line; other folds stay as they are.

    >>> print(split_folds("::::{deeper} Why\\n\\n```{code-cell} ipython3\\n1\\n```\\n\\n::::"))
    ::::{deeper-begins} Why
    ::::
    ```{code-cell} ipython3
    1
    ```
    ::::{deeper-ends}
    ::::
    """
    lines, at = text.splitlines(keepends=True), 0
    while at < len(lines):
        opening = _OPENING.match(lines[at])
        end = _end_of(lines, at)
        if opening:
            _split(lines, at, end, opening)
        at = end + 1
    return "".join(lines)


def _end_of(lines: list[str], at: int) -> int:
    """The line that closes the block opened on this one; the line itself where none is opened."""
    fence = _FENCE.match(lines[at])
    if fence is None:
        return at
    closing = re.compile(rf"{fence['mark'][0]}{{{len(fence['mark'])},}}\s*")
    return next((i for i in range(at + 1, len(lines)) if closing.fullmatch(lines[i])), len(lines))


def _split(lines: list[str], begin: int, end: int, opening: re.Match[str]) -> None:
    mark, title = opening["mark"], opening["title"]
    inside = range(begin + 1, end)
    nested = next((i for i in inside if re.match(rf"{mark}(?!:)\s*\{{", lines[i])), None)
    if nested is not None:
        raise FoldError(
            nested + 1,
            f"{lines[nested].strip()!r} stands in the fold {title!r}, which has no more colons: "
            f"begin and end the fold with {len(mark) + 1} colons",
        )
    if end == len(lines):
        raise FoldError(begin + 1, f"the fold {title!r} is never closed: end it with {mark} on a line of its own")
    if not any(re.match(r"`{3,}\{code-cell\}", lines[i]) for i in inside):
        return
    heading = next((i for i in _outside_code(lines, inside) if re.match(r"#{1,6} ", lines[i])), None)
    if heading is not None:
        raise FoldError(
            heading + 1,
            f"the heading {lines[heading].strip()!r} stands in the fold {title!r}; set it in **bold** "
            "or begin a second fold there",
        )
    for place, where in ((begin + 1, "after its first line"), (end - 1, "before its last")):
        if lines[place].strip():
            raise FoldError(place + 1, f"the fold {title!r} holds a code cell, so it needs an empty line {where}")
    lines[begin] = f"{mark}{{deeper-begins}} {title}\n"
    lines[begin + 1] = f"{mark}\n"
    lines[end - 1] = f"{mark}{{deeper-ends}}\n"


def _outside_code(lines: list[str], inside: range) -> list[int]:
    found, at = [], inside.start
    while at < inside.stop:
        end = _end_of(lines, at) if lines[at].startswith("`") else at
        found += [at] if end == at else []
        at = end + 1
    return found
