"""A page's Markdown without MyST: what Jupyter and Colab show well, with nothing lost that a reader needs."""

import ast
import os
import re
from collections.abc import Callable
from pathlib import Path

from course_lib.publishing.colab import plain_directives
from course_lib.publishing.colab.papers import cited_list, named
from course_lib.publishing.contents import BRANCH, Contents, Page, PageError, colab_url, source_url
from course_lib.publishing.equations import Equation, equations_of, numbered, numbers_of
from course_lib.publishing.page_text import Block, read_text

_ROLE = re.compile(r"\{(?P<name>[\w:+-]+)\}(?P<ticks>`+)(?P<text>.+?)(?P=ticks)", flags=re.S)
_LABEL = re.compile(r"^(?P<before>.*)\$\$ *\((?P<label>[\w:-]+)\)\s*$")
_WRAPPERS = {"grid", "tab-set", "div", "container"}  # what follows their names is about columns or style, no title
_TITLES = {"note", "tip", "hint", "warning", "caution", "danger", "important", "attention", "seealso"}


def plain_markdown(text: str, page: Page, contents: Contents) -> str:
    """Turn directives and roles of a piece of a page into plain Markdown."""
    lines, done, at = text.splitlines(), [], 0
    numbers = numbers_of(page.path)
    for block in [block for block in read_text(text).blocks if block.depth == 0]:
        done += [_LABEL.sub(lambda found: _numbered(found, numbers), line) for line in lines[at : block.line - 1]]
        whole = lines[block.line - 1 : block.last]
        done += _directive(block, page, contents).splitlines() if block.name else whole
        at = block.last
    done += [_LABEL.sub(lambda found: _numbered(found, numbers), line) for line in lines[at:]]
    papers, equations = named(contents.root), equations_of(contents)
    plain = _ROLE.sub(lambda role: _role(role, papers, equations, page), "\n".join(done))
    return _links(plain, page, contents).strip()


def _directive(block: Block, page: Page, contents: Contents) -> str:
    try:
        return _as_markdown(block, page, contents)
    except PageError:
        raise  # of a directive within this one
    except Exception as error:  # whatever a rubric or a file raises, the author wants to know who asked for it
        asked = [one.line for one in read_text(_text_of(page)).named(block.name) if one.argument == block.argument]
        found = f"{block.name} {block.argument}: {type(error).__name__}: {error}"
        raise PageError(f"{page.path}:{asked[0] if asked else 1}: {found}") from error


def _as_markdown(block: Block, page: Page, contents: Contents) -> str:
    name, argument, options, body = block.name, block.argument, block.options, block.body.strip("\n")
    make: dict[str, Callable[[], str]] = {
        "literalinclude": lambda: _included(page.path.parent / argument, options, page, contents),
        "quiz": lambda: plain_directives.quiz(argument, body),
        "common-mistakes": lambda: plain_directives.mistakes(argument),
        "exercises": lambda: plain_directives.exercises(argument, contents.root),
        "concept-map": lambda: _concepts(contents),
        "bibliography": lambda: cited_list(_text_of(page), contents.root),
        "math": lambda: f"$$\n{body}\n{_tag(options.get('label'), numbers_of(page.path), end=chr(10))}$$",
        "image": lambda: f"![{options.get('alt', '')}]({argument})",
        "figure": lambda: f"![{options.get('alt', '')}]({argument})\n\n{body}",
        "deeper": lambda: plain_directives.deeper(argument, plain_markdown(body, page, contents)),
        "deeper-begins": lambda: f"\n---\n\n**Deeper: {argument}** (as far as the next line across)\n",
        "deeper-ends": lambda: "\n---\n",
        "half-truth": lambda: plain_directives.half_truth(argument, plain_markdown(body, page, contents)),
        "in-short": lambda: plain_markdown(body, page, contents),
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


def _text_of(page: Page) -> str:
    return page.path.read_text(encoding="utf-8") if page.path.is_file() else ""


def _tag(label: str | None, numbers: dict[str, int], end: str = "") -> str:
    return f"\\tag{{{numbers[label]}}}{end}" if label in numbers else ""


def _numbered(found: re.Match[str], numbers: dict[str, int]) -> str:
    before = found["before"]
    return f"{before}{_tag(found['label'], numbers, end='' if before.strip() else chr(10))}$$"


def _included(path: Path, options: dict[str, str], page: Page, contents: Contents) -> str:
    text = path.read_text(encoding="utf-8")
    wanted = options.get("pyobject")
    if wanted:
        text = _object(text, wanted.split("."))
    text = numbered(text, equations_of(contents), page, path)
    return f"```{options.get('language', 'python')}\n{text.rstrip()}\n```"


def _object(text: str, names: list[str]) -> str:
    """Return the source of a function, class or method, decorators included."""
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


def _concepts(contents: Contents) -> str:
    return "\n".join(f"- [{page.title}]({address_of(page, contents.root)})" for page in contents.concepts.values())


def _role(found: re.Match[str], papers: dict[str, tuple[str, str]], equations: dict[str, Equation], page: Page) -> str:
    name, text = found["name"], found["text"]
    if name == "math":
        return f"${text}$"
    if name == "eq":
        return numbered(found[0], equations, page, page.path)
    shown = re.sub(r"\s*<[^<>]*>$", "", text)
    if name.startswith("cite"):
        cited = [papers.get(key.strip(), (key.strip(), "")) for key in text.split(",")]
        if name == "cite:t":
            return ", ".join(f"{who} ({year})" for who, year in cited)
        return f"({'; '.join(f'{who}, {year}' for who, year in cited)})"
    if name in ("doc", "ref", "numref", "term", "any", "abbr", "sub", "sup", "kbd"):
        return shown
    return f"`{shown}`"


def _links(text: str, page: Page, contents: Contents) -> str:
    """Links to pages of the book lead to their notebooks in Colab, or to the text of a page without code.

    Those to other files, and pictures, lead to the repository: what is relative is nowhere in Colab.
    """
    known = {other.name: other for other in contents.pages}

    def absolute(found: re.Match[str]) -> str:
        before, path = found["image"] or "", Path(found["path"])
        other = known.get(path.stem) if path.suffix == ".md" else None
        if other:
            return f"{before}]({address_of(other, contents.root)})"
        file = Path(os.path.normpath(page.path.parent / path))
        if not file.is_file() or not file.is_relative_to(contents.root):
            return found[0]
        address = source_url(contents.root, file.relative_to(contents.root).as_posix())
        return f"{before}]({address}{'?raw=true' if before else found['place'] or ''})"

    return re.sub(r"(?P<image>!\[[^\]]*)?\]\((?!\w+:)(?P<path>[^)#\s]+)(?P<place>#[^)\s]*)?\)", absolute, text)


def address_of(page: Page, root: Path) -> str:
    """Where a reader of a notebook finds another page: relative links lead nowhere in Colab."""
    if page.has_notebook:
        return colab_url(root, f"{page.name}.ipynb", BRANCH)
    return source_url(root, f"{page.docname}.md")
