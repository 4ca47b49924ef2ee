"""A page as a notebook for Colab and Jupyter: its title first, its text plain, the library's code to run."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from course_lib.publishing.colab.library_cells import library_cell
from course_lib.publishing.colab.plain_markdown import address_of, plain_markdown
from course_lib.publishing.contents import Contents, Page, install_cell
from course_lib.publishing.equations import equations_of, numbered
from course_lib.publishing.page_text import read_text

_FOLDED = {"hide-input", "hide-cell"}
SHORTEST_TITLE, LONGEST_TITLE = 12, 70


def page_notebook(executed: Any, page: Page, contents: Contents) -> Any:
    """Return a copy of an executed page with plain Markdown cells and ids that are the same in every build."""
    import nbformat

    cells, heading = [], page.title
    for i, cell in enumerate(executed.cells):
        identity = f"{page.name.replace('_', '-')}-{i:03d}"
        for number, made in enumerate(_cells_of(cell, page, contents)):
            if made.cell_type == "code" and _FOLDED & set(made.metadata.get("tags", [])):
                _fold(made, what_is_drawn(cell.source) or heading)
            made.id = f"{identity}-{number}"[-64:] if number else identity[-64:]
            cells.append(made)
        if cell.cell_type == "markdown":
            heading = [heading, *headings_of(cell.source)][-1]
    cells[:1] = _head(cells[0], page, contents)
    metadata = {"kernelspec": executed.metadata["kernelspec"], "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=nbformat.from_dict(metadata))


def _cells_of(cell: Any, page: Page, contents: Contents) -> Iterator[Any]:
    """Yield what becomes of a cell: text is parted where the library's code stands, which gets a cell of its own."""
    import nbformat

    if cell.cell_type != "markdown":
        yield nbformat.from_dict(cell)
        return
    lines, at = cell.source.splitlines(), 0
    for block in read_text(cell.source).named("literalinclude"):
        code = library_cell(block, page.path.parent) if block.depth == 0 else ""
        if code:
            yield from _texts(lines[at : block.line - 1], page, contents)
            source = (page.path.parent / block.argument).resolve()
            yield nbformat.v4.new_code_cell(numbered(code, equations_of(contents), page, source))
            at = block.last
    yield from _texts(lines[at:], page, contents)


def _texts(lines: list[str], page: Page, contents: Contents) -> Iterator[Any]:
    import nbformat

    if text := plain_markdown("\n".join(lines), page, contents):
        yield nbformat.v4.new_markdown_cell(text)


def _head(first: Any, page: Page, contents: Contents) -> list[Any]:
    """Return the title with the page's minutes and needs, the cell that installs the course, and the rest."""
    import nbformat

    # The extra brings the data that pages show, scikit-learn's and statsmodels'.
    code = install_cell(contents.root, "This page needs none", extra="[pages]")
    install = nbformat.v4.new_code_cell(code, id="install")
    title, _, rest = first.source.partition("\n")
    if first.cell_type != "markdown" or not title.startswith("# "):
        return [install, first]
    said = [f"{page.minutes} minutes"] if page.minutes else []
    needed = [contents.concepts[name] for name in page.needs if name in contents.concepts]
    link = lambda other: f"[{other.title}]({address_of(other, contents.root)})"  # noqa: E731
    said += [f"needs {', '.join(map(link, needed))}"] if needed else []
    said += [f"symbols as in {link(other)}" for other in contents.pages if page.is_concept and other.name == "notation"]
    head = nbformat.v4.new_markdown_cell("\n\n".join([title, *([" · ".join(said)] if said else [])]), id="title")
    first.source = rest.strip()
    return [head, install, *([first] if first.source else [])]


def headings_of(text: str) -> list[str]:
    """Return the headings of a piece of Markdown; a comment in its code is none.

    >>> headings_of("# One\\n```python\\n# no heading\\n```\\n### Two")
    ['One', 'Two']
    """
    return [heading.title for heading in read_text(text).headings]


def _fold(cell: Any, title: str) -> None:
    """Let a cell arrive with its code closed: in Colab as a form, in Jupyter and VS Code by what the format has for it.

    Colab shows the title on the form; JupyterLab and Notebook 7 show the first line of what is closed.
    """
    cell.source = f"# @title Code: {title}\n{cell.source}"
    cell.metadata.update({"cellView": "form", "jupyter": {"source_hidden": True}})


def what_is_drawn(code: str) -> str:
    """Return what the first figure of a cell shows, by the first words of its alt text, or else of its first function.

    >>> what_is_drawn('show(fig, alt="Three straight lines: one rises.", caption="Look.")')
    'Three straight lines'
    """
    try:
        tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", code))
    except SyntaxError:
        return ""
    for call in ast.walk(tree):
        named = {keyword.arg: keyword.value for keyword in getattr(call, "keywords", ())}
        if isinstance(call, ast.Call) and "alt" in named:
            alt = named["alt"]
            parts = alt.values if isinstance(alt, ast.JoinedStr) else [alt]
            return _shortened("".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts))
    told = [ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    return _shortened(told[0]) if told and told[0] else ""


def _shortened(text: str) -> str:
    """Return the first words of a text: up to a stop, or else a comma, or else a blank, and no bracket left open.

    >>> _shortened("Top row: the mean of all digits. Below: each digit.")
    'Top row: the mean of all digits'
    >>> _shortened("A strip of 64 shaded memory cells (eight rows), cut in half by a view, and its picture")
    'A strip of 64 shaded memory cells (eight rows), cut in half by a view'
    """
    text = " ".join(text.split())
    stops = [stop.start() for stop in re.finditer(r"[.:;](?= |$)", text) if stop.start() > SHORTEST_TITLE]
    title = text[: stops[0]] if stops else text
    if len(title) > LONGEST_TITLE:
        commas = [comma.start() for comma in re.finditer(",", title[:LONGEST_TITLE]) if comma.start() > SHORTEST_TITLE]
        title = title[: commas[-1]] if commas else title[:LONGEST_TITLE].rpartition(" ")[0] + " …"
    return title.rpartition(" (")[0] if title.count("(") > title.count(")") else title
