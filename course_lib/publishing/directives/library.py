"""The page of the library: every public function and class of each concept; listings elsewhere link to their entry."""

import ast
import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude
from sphinx.util.docutils import SphinxDirective

from course_lib.publishing.contents import Contents, Page, PageError, source_url
from course_lib.publishing.directives.about_concept import known_exercises
from course_lib.publishing.directives.exercise_table import row_key
from course_lib.publishing.directives.fold import Fold, FoldTitle
from course_lib.publishing.directives.nodes import contents_of, marked_up, page_link
from course_lib.publishing.directives.summaries import note_summary
from course_lib.publishing.directives.used_in import pages_that_use
from course_lib.publishing.equations import CITED, equations_of, numbered, unknown
from course_lib.publishing.exercises.described import Exercise

Definition = ast.FunctionDef | ast.ClassDef
Classes = dict[str, ast.ClassDef]  # of a module, by name
WIDEST = 39  # columns of a signature that a phone shows without scrolling


@dataclass(frozen=True)
class Entry:
    """A function, class or method as its source has it."""

    name: str
    signature: str
    says: str
    code: str
    first: int
    last: int
    methods: tuple["Entry", ...] = ()


def entries_of(text: str) -> tuple[str, list[Entry]]:
    """Return what a module says of itself, and its public functions and classes in order."""
    tree = ast.parse(text)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = [_entry(node, text, classes) for node in tree.body if isinstance(node, Definition) and node.name[0] != "_"]
    return ast.get_docstring(tree) or "", found


def _entry(node: Definition, text: str, classes: Classes) -> Entry:
    inside = node.body if isinstance(node, ast.ClassDef) else []
    methods = [one for one in inside if isinstance(one, Definition) and one.name[0] != "_" and ast.get_docstring(one)]
    return Entry(
        node.name,
        _signature(node, text, classes),
        ast.get_docstring(node) or "",
        code_of(node, text),
        node.lineno - _decorators(node),
        node.end_lineno or node.lineno,
        tuple(_entry(method, text, classes) for method in methods),
    )


def code_of(node: Definition, text: str) -> str:
    """Return a definition as it stands in its module's text, without the docstrings, which are shown by themselves."""
    lines, docstrings = text.splitlines(), set()
    for inner in ast.walk(node):
        if isinstance(inner, Definition) and ast.get_docstring(inner) is not None and len(inner.body) > 1:
            end = inner.body[0].end_lineno or inner.body[0].lineno
            blank = end < len(lines) and not lines[end].strip()  # the line after it
            docstrings |= set(range(inner.body[0].lineno, end + blank + 1))
    whole = range(node.lineno - _decorators(node), (node.end_lineno or node.lineno) + 1)
    return "\n".join(lines[number - 1] for number in whole if number not in docstrings)


def _decorators(node: ast.stmt) -> int:
    """Count the lines that a definition begins above its `def` or `class`."""
    above = node.decorator_list if isinstance(node, Definition) else []
    return node.lineno - min([node.lineno, *(decorator.lineno for decorator in above)])


def _signature(node: Definition, text: str, classes: Classes) -> str:
    """Return the lines from `def` to the colon, as they stand; of a class also those of its `__init__`."""
    lines = text.splitlines()
    head = inspect.cleandoc("\n" + "\n".join(lines[node.lineno - 1 : max(node.body[0].lineno - 1, node.lineno)]))
    is_class = isinstance(node, ast.ClassDef)
    head = re.split(r":\s*$", head, flags=re.M)[0] if is_class else _folded(head.rstrip().rstrip(":"))
    first = _init_of(node, classes) if isinstance(node, ast.ClassDef) else None
    if first:
        made = "\n".join(lines[first.lineno - 1 : max(first.body[0].lineno - 1, first.lineno)]).rstrip().rstrip(":")
        return f"{head}:\n{_folded(made)}"
    return head


def _init_of(node: ast.ClassDef, classes: Classes) -> ast.FunctionDef | None:
    """How a class is made: by its own `__init__`, or by that of the first class of the module that it extends."""
    own = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    if own:
        return own[0]
    bases = [classes[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in classes]
    return next((found for base in bases if (found := _init_of(base, classes))), None)


def _folded(signature: str) -> str:
    """Return a signature with a line for each argument, unless one short line holds it.

    >>> print(_folded('def windows(signal: Shaped[Tensor, "*batch time"], width: int) -> Shape'))
    def windows(
        signal: Shaped[Tensor, "*batch time"],
        width: int,
    ) -> Shape
    >>> _folded("def add(\\n    a: int, b: int, carried_over_from_before: bool\\n) -> int").count("\\n")
    4
    """
    if max(map(len, signature.splitlines())) > WIDEST and "#" not in signature:
        signature = re.sub(r"(?<=\()\n *|,?\n *(?=\))", "", signature)
    parts = re.fullmatch(r"( *)(def \w+\()(.+)(\).*)", signature)
    if parts is None or len(signature) <= WIDEST:
        return signature
    indent, name, arguments, rest = parts.groups()
    apart = re.findall(r"""((?:"[^"]*"|\[[^\]]*\]|\([^)]*\)|[^,\[("])+),? *""", arguments)
    return "\n".join([indent + name, *(f"{indent}    {argument.strip()}," for argument in apart), indent + rest])


class Library(SphinxDirective):
    """A section for each concept that has a module, and in it one for each function and class."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        contents = contents_of(self.env.app)
        for name in ("_toc.yml", "pyproject.toml"):
            self.env.note_dependency(str(contents.root / name))
        for page in contents.pages:
            note_summary(self.env.app, page)
        return [made for page in contents.concepts.values() if (made := self._module(page, contents))]

    def _module(self, page: Page, contents: Contents) -> nodes.section | None:
        path = contents.root / "course_lib" / f"{page.name}.py"
        if not path.exists():
            return None
        self.env.note_dependency(str(path))
        wrong = unknown(path, equations_of(contents))
        if wrong:
            raise self.error(wrong[0])
        about, entries = entries_of(path.read_text(encoding="utf-8"))
        section = _section(f"api-{page.name}", nodes.Text(page.title))
        module = nodes.literal("", f"course_lib.{page.name}")
        section += nodes.paragraph("", "", module, nodes.Text(", explained on "), page_link(page), nodes.Text("."))
        section += shown(about.partition("\n")[2].strip())
        address = source_url(contents.root, f"course_lib/{page.name}.py")
        asked = {exercise.name.partition(".")[2]: exercise for exercise in known_exercises(self.env, page.name)}
        for entry in entries:
            links = self._links(entry, page, pages_that_use(page.name, entry.name, contents), asked.get(entry.name))
            links += nodes.reference("", "source", refuri=f"{address}#L{entry.first}-L{entry.last}")
            section += _of(entry, page.name, links, _opened(entry, asked.get(entry.name)))
        return section

    def _links(self, entry: Entry, page: Page, users: list[Page], exercise: Exercise | None) -> nodes.paragraph:
        """Where a function is used and which exercise asks for it, up to the link to its source."""
        links = nodes.paragraph(classes=["quiet"])
        for i, user in enumerate(users):
            links += [nodes.Text("Used in " if i == 0 else ", "), page_link(user)]
        if exercise:
            where = self.env.app.builder.get_relative_uri(self.env.docname, page.docname)
            links += nodes.Text(" · asked for in " if users else "Asked for in ")
            links += nodes.reference("", exercise.title, refuri=f"{where}#{row_key(exercise)}", internal=True)
        links += nodes.Text(" · " if users or exercise else "")
        return links


def _of(entry: Entry, concept: str, links: nodes.paragraph, code: Fold) -> nodes.section:
    """One function or class: signature, docstring, methods, where it is used and written, and its code in a fold."""
    section = _section(f"api-{concept}-{entry.name}", nodes.Text(entry.name))
    section += _code(entry.signature, "python")
    section += shown(entry.says)
    for method in entry.methods:
        section += nodes.container("", _code(method.signature, "python"), *shown(method.says), classes=["method"])
    section += [links, code]
    return section


def _opened(entry: Entry, exercise: Exercise | None) -> Fold:
    """Return a fold with the code; where an exercise asks for it, its title says so."""
    title = f"The code, an answer to “{exercise.title}”" if exercise else "The code"
    return Fold("", FoldTitle("", title), _code(entry.code, "python"), opened=False, classes=["code-of"])


class Listing(LiteralInclude):
    """A `literalinclude`; what it shows of the library, it names, with a link to the entry there."""

    def run(self) -> list[nodes.Node]:
        """Return the code, with the numbers of the equations that it cites, and below it the link."""
        found = super().run()
        contents = contents_of(self.env.app)
        self._number_equations(found, contents)
        concept = re.search(r"course_lib/(\w+)\.py$", self.arguments[0])
        library = next((page for page in contents.pages if page.name == "api"), None)
        if not (concept and library and "pyobject" in self.options):
            return found
        name = self.options["pyobject"].partition(".")[0]
        page = self.env.app.builder.get_relative_uri(self.env.docname, library.docname)
        link = nodes.reference("", "", refuri=f"{page}#{_key(f'api-{concept[1]}-{name}')}", internal=True)
        link += nodes.literal("", f"{concept[1]}.{name}")
        return [*found, nodes.paragraph("", "", link, nodes.Text(" in the library"), classes=["listing-of", "quiet"])]

    def _number_equations(self, found: list[nodes.Node], contents: Contents) -> None:
        page = next((page for page in contents.pages if page.docname == self.env.docname), None)
        for block in (block for node in found for block in node.findall(nodes.literal_block)):
            if page and CITED.search(block.astext()):
                source = Path(self.env.relfn2path(self.arguments[0])[1])
                try:
                    text = numbered(block.astext(), equations_of(contents), page, source)
                except PageError as error:
                    raise self.error(str(error)) from error
                block.rawsource = text
                block[:] = [nodes.Text(text)]


def _section(name: str, title: nodes.Node) -> nodes.section:
    """Return a section whose address says what stands there and does not change."""
    return nodes.section("", nodes.title("", "", title), ids=[_key(name)], names=[_key(name)])


def _key(name: str) -> str:
    return name.replace("_", "-").lower()


def shown(docstring: str) -> list[nodes.Node]:
    """Return a docstring as paragraphs and examples."""
    blocks = [block for block in re.split(r"\n\s*\n", docstring) if block.strip()]
    return [
        _code(block, "pycon")
        if block.lstrip().startswith(">>>")
        else nodes.paragraph("", "", *_with_equations(" ".join(block.split())))
        for block in blocks
    ]


def _with_equations(text: str) -> list[nodes.Node]:
    """Words with their code, and a link for each equation that they cite."""
    made: list[nodes.Node] = []
    for i, piece in enumerate(CITED.split(text)):
        cited = nodes.literal("", piece)
        link = addnodes.pending_xref("", cited, refdomain="math", reftype="eq", reftarget=piece, refwarn=True)
        made += [link] if i % 2 else marked_up(piece)
    return made


def _code(text: str, language: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language=language)


def setup_library(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("library", Library)
    app.add_directive("literalinclude", Listing, override=True)
