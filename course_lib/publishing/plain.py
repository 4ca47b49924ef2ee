"""A page's Markdown without MyST: what Jupyter and Colab show well, with nothing lost that a reader needs."""

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from course_lib.publishing.contents import BRANCH, Contents, Page, colab_url, install_cell, source_url
from course_lib.publishing.exercise_lists import exercises_of
from course_lib.publishing.quiz import QuizError, read_choices

_FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*)$")
_ROLE = re.compile(r"\{(?P<name>[\w:+-]+)\}(?P<ticks>`+)(?P<text>.+?)(?P=ticks)", flags=re.S)
_LABEL = re.compile(r"^(?P<before>.*)\$\$ *\((?P<label>[\w:-]+)\)\s*$")
_WRAPPERS = {"grid", "tab-set", "div", "container"}  # what follows their names is about columns or style, no title
_TITLES = {"note", "tip", "hint", "warning", "caution", "danger", "important", "attention", "seealso"}


def plain_notebook(executed: Any, page: Page, contents: Contents) -> Any:
    """A copy of an executed page with plain Markdown cells and ids that are the same in every build."""
    import nbformat

    # The extra brings the data that pages show, scikit-learn's and statsmodels'.
    install = install_cell(contents.root, "This page needs none", extra="[pages]")
    cells = [nbformat.v4.new_code_cell(install, id="install")]
    for i, cell in enumerate(executed.cells):
        made = nbformat.from_dict(cell)
        if cell.cell_type == "markdown":
            made.source = plain_markdown(cell.source, page, contents)
        made.id = f"{page.name.replace('_', '-')}-{i:03d}"[-64:]
        cells.append(made)
    metadata = {"kernelspec": executed.metadata["kernelspec"], "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=nbformat.from_dict(metadata))


def plain_markdown(text: str, page: Page, contents: Contents) -> str:
    """Turn directives and roles of a piece of a page into plain Markdown."""
    lines, done, i = text.splitlines(), [], 0
    numbers = numbers_of(page)
    while i < len(lines):
        opening = _FENCE.match(lines[i])
        if opening is None:
            done.append(_LABEL.sub(lambda found: _numbered(found, numbers), lines[i]))
            i += 1
            continue
        end = next((j for j in range(i + 1, len(lines)) if lines[j].rstrip() == opening["fence"]), len(lines))
        done += _directive(opening, lines[i + 1 : end], page, contents).splitlines()
        i = end + 1
    papers = papers_of(contents.root)
    return _links(_ROLE.sub(lambda role: _role(role, papers, numbers), "\n".join(done)), page, contents).strip()


def _directive(opening: re.Match[str], lines: list[str], page: Page, contents: Contents) -> str:
    name, argument = opening["name"], opening["argument"].strip()
    options, body = _options(lines)
    make: dict[str, Callable[[], str]] = {
        "literalinclude": lambda: _included(page.path.parent / argument, options),
        "quiz": lambda: _quiz(argument, body),
        "common-mistakes": lambda: _mistakes(argument),
        "exercises": lambda: _exercises(argument, contents.root),
        "concept-map": lambda: _concepts(contents),
        "bibliography": lambda: "The papers are listed at the end of the page in the book.",
        "math": lambda: f"$$\n{body}\n{_tag(options.get('label'), numbers_of(page), end=chr(10))}$$",
        "image": lambda: f"![{options.get('alt', '')}]({argument})",
        "figure": lambda: f"![{options.get('alt', '')}]({argument})\n\n{body}",
    }
    if name in make:
        return make[name]()
    if name in ("code-block", "code", "sourcecode"):
        return f"```{argument}\n{body}\n```"
    if name in _WRAPPERS:
        return plain_markdown(body, page, contents)
    title = argument or (name.capitalize() if name in _TITLES else "")
    inner = plain_markdown(body, page, contents)
    return "\n".join(f"> {line}".rstrip() for line in [*([f"**{title}**", ""] if title else []), *inner.splitlines()])


def numbers_of(page: Page) -> dict[str, int]:
    """The numbers of a page's equations: in the book, those with a label count."""
    text = page.path.read_text(encoding="utf-8") if page.path.is_file() else ""
    found = re.findall(r"^(?:.*\$\$ *\(([\w:-]+)\)|:label: *(\S+))\s*$", text, flags=re.M)
    return {one or other: number for number, (one, other) in enumerate(found, 1)}


def _tag(label: str | None, numbers: dict[str, int], end: str = "") -> str:
    return f"\\tag{{{numbers[label]}}}{end}" if label in numbers else ""


def _numbered(found: re.Match[str], numbers: dict[str, int]) -> str:
    before = found["before"]
    return f"{before}{_tag(found['label'], numbers, end='' if before.strip() else chr(10))}$$"


def _options(lines: list[str]) -> tuple[dict[str, str], str]:
    options, i = {}, 0
    while i < len(lines) and (found := re.match(r":([\w-]+):\s*(.*)$", lines[i])):
        options[found[1]] = found[2]
        i += 1
    return options, "\n".join(lines[i:]).strip("\n")


def _included(path: Path, options: dict[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    wanted = options.get("pyobject")
    if wanted:
        text = _object(text, wanted.split("."))
    return f"```{options.get('language', 'python')}\n{text.rstrip()}\n```"


def _object(text: str, names: list[str]) -> str:
    """The source of a function, class or method, decorators included."""
    node: ast.AST = ast.parse(text)
    for name in names:
        inside = [n for n in ast.iter_child_nodes(node) if getattr(n, "name", None) == name]
        if not inside:
            return text
        node = inside[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return text
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _quiz(question: str, body: str) -> str:
    try:
        choices = read_choices(body)
    except QuizError:
        return f"**{question}**"  # the book's build says what is wrong, with file and line
    lines = [f"**{question}**", ""]
    for letter, choice in zip("ABCDEFGHIJ", choices, strict=False):
        verdict = "Right." if choice["right"] else "Not this one."
        because = " ".join(choice["because"].split())
        lines += [
            f"- **{letter}.** {choice['text']}",
            "",
            "  <details><summary>Why?</summary>",
            "",  # without it, what follows would be HTML, and its `code` no code
            f"  {verdict} {because}",
            "",
            "  </details>",
            "",
        ]
    return "\n".join(lines)


def _mistakes(concept: str) -> str:
    lines = []
    for exercise in exercises_of(concept, with_mistakes=True):
        lines += [f"**{exercise.title}**", ""]
        for mistake in exercise.mistakes:
            lines += [
                f"- {mistake.says}",
                f"  - call: `{mistake.call}`",
                f"  - expected: `{mistake.expected}`",
                f"  - this gives: `{mistake.gives}`",
            ]
        lines.append("")
    return "\n".join(lines)


def _exercises(concept: str, root: Path) -> str:
    lines = ["| exercise | difficulty | minutes | points |", "|---|---|---|---|"]
    for exercise in exercises_of(concept):
        lines.append(f"| {exercise.title} | {exercise.difficulty} of 3 | {exercise.minutes} | {exercise.points_text} |")
    link = colab_url(root, f"exercises/{concept}/{concept}.ipynb")
    return "\n".join([*lines, "", f"[Open the exercises in Colab]({link})"])


def _concepts(contents: Contents) -> str:
    return "\n".join(f"- [{page.title}]({address_of(page, contents.root)})" for page in contents.concepts.values())


def _role(found: re.Match[str], papers: dict[str, tuple[str, str]], numbers: dict[str, int]) -> str:
    name, text = found["name"], found["text"]
    if name == "math":
        return f"${text}$"
    if name == "eq" and text in numbers:
        return f"({numbers[text]})"
    shown = re.sub(r"\s*<[^<>]*>$", "", text)
    if name.startswith("cite"):
        cited = [papers.get(key.strip(), (key.strip(), "")) for key in text.split(",")]
        if name == "cite:t":
            return ", ".join(f"{who} ({year})" for who, year in cited)
        return f"({'; '.join(f'{who}, {year}' for who, year in cited)})"
    if name in ("doc", "ref", "numref", "term", "any", "abbr", "sub", "sup", "kbd"):
        return shown
    return f"`{shown}`"


def papers_of(root: Path) -> dict[str, tuple[str, str]]:
    """For each key of `book/references.bib`, who wrote it and when, as one writes it in a sentence."""
    path = root / "book" / "references.bib"
    return _papers(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=4)
def _papers(path: Path, changed: int) -> dict[str, tuple[str, str]]:
    from pybtex.database import parse_file

    found = {}
    for key, entry in parse_file(str(path), "bibtex").entries.items():
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*person.prelast_names, *person.last_names]).strip("{}") for person in people]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names) or entry.fields.get("title", key)
        found[key] = (who, entry.fields.get("year", "no year"))
    return found


def _links(text: str, page: Page, contents: Contents) -> str:
    """Links to pages of the book become links to their notebooks in Colab, or to the text of a page without code."""
    known = {other.name: other for other in contents.pages}

    def notebook(found: re.Match[str]) -> str:
        other = known.get(Path(found[1]).stem)
        return f"]({address_of(other, contents.root)})" if other else found[0]

    return re.sub(r"\]\((?!\w+:)([^)#\s]+\.md)(#[^)]*)?\)", notebook, text)


def address_of(page: Page, root: Path) -> str:
    """Where a reader of a notebook finds another page: relative links lead nowhere in Colab."""
    if page.has_notebook:
        return colab_url(root, f"{page.name}.ipynb", BRANCH)
    return source_url(root, f"{page.docname}.md")
