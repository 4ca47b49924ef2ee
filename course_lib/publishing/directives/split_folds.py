"""A fold with code cells, read as two marks with the cells between them: MyST-NB runs no cell inside a directive."""

from course_lib.publishing.page_text import Block, read_text


class FoldError(ValueError):
    """A fold that cannot be read; `line` is where, counted from 1."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line beside the message."""
        self.line = line
        super().__init__(message)


def split_folds(text: str) -> str:
    """Return the page with its folds that hold code cells in two marks, line for line; other folds stay as they are.

    >>> print(split_folds("::::{deeper} Why\\n\\n```{code-cell} ipython3\\n1\\n```\\n\\n::::"))
    ::::{deeper-begins} Why
    ::::
    ```{code-cell} ipython3
    1
    ```
    ::::{deeper-ends}
    ::::
    """
    lines, blocks = text.splitlines(), read_text(text).blocks
    for fold in blocks:
        if fold.name == "deeper" and fold.depth == 0:
            inside = [block for block in blocks if fold.line < block.line <= fold.last]
            _refuse(fold, inside, lines)
            if any(block.name == "code-cell" for block in inside):
                _split(fold, lines)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def _refuse(fold: Block, inside: list[Block], lines: list[str]) -> None:
    """Say what of a fold Markdown would understand in another way than its author."""
    title, mark = fold.argument, fold.mark
    nested = next((i for i in range(fold.line, fold.last - 1) if lines[i].startswith(f"{mark}{{")), None)
    if nested is not None and mark[0] == ":":
        raise FoldError(
            nested + 1,
            f"{lines[nested].strip()!r} stands in the fold {title!r}, which has no more colons: "
            f"begin and end the fold with {len(mark) + 1} colons",
        )
    if lines[fold.last - 1].rstrip() != mark or fold.last == fold.line:
        raise FoldError(fold.line, f"the fold {title!r} is never closed: end it with {mark} on a line of its own")
    if not any(block.name == "code-cell" for block in inside):
        return
    if mark[0] == "`":
        raise FoldError(fold.line, f"the fold {title!r} holds a code cell: fence it with colons, :::{{deeper}}")
    heading = next(iter(read_text(fold.body).headings), None)
    if heading is not None:
        raise FoldError(
            fold.body_line + heading.line - 1,
            f"the heading {heading.title!r} stands in the fold {title!r}, which holds a code cell; set it in **bold** "
            "or begin a second fold there",
        )
    for place, where in ((fold.line, "after its first line"), (fold.last - 2, "before its last")):
        if lines[place].strip():
            raise FoldError(place + 1, f"the fold {title!r} holds a code cell, so it needs an empty line {where}")


def _split(fold: Block, lines: list[str]) -> None:
    lines[fold.line - 1] = f"{fold.mark}{{deeper-begins}} {fold.argument}"
    lines[fold.line] = fold.mark
    lines[fold.last - 2] = f"{fold.mark}{{deeper-ends}}"
