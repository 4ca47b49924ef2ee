"""Formulas as MathML, made when the book is built: readable with scripts off, by screen readers, and offline."""

import json
import re
import subprocess
from functools import cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from course_lib.publishing.website.mathml_tidy import tidied, upright

logger = logging.getLogger(__name__)


class FormulaError(ValueError):
    """A formula that cannot be read; the message holds the formula and the place."""


def to_mathml(formulas: list[tuple[str, bool]]) -> list[str]:
    """Turn pairs of TeX and "is displayed" into `<math>` elements, all in one run of pandoc.

    Raises `FormulaError` for the first formula that cannot be read.

    >>> to_mathml([("x", False)])
    ['<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline" alttext="x"><mi>x</mi></math>']
    """
    if not formulas:
        return []
    lines = _pandoc(formulas).strip().split("</p>")[:-1]
    made = [re.search(r"<math.*</math>", line, flags=re.S) for line in lines]
    if len(made) != len(formulas):
        raise FormulaError(f"pandoc answered {len(made)} formulas of {len(formulas)}")
    for (tex, display), found in zip(formulas, made, strict=True):
        if found is None:
            raise FormulaError(f"{' '.join(tex.split())!r} cannot be read: {_complaint(tex, display)}")
    return [tidied(found[0], tex) for (tex, _), found in zip(formulas, made, strict=True) if found]


def _pandoc(formulas: list[tuple[str, bool]]) -> str:
    return _run_pandoc(formulas).stdout


def _run_pandoc(formulas: list[tuple[str, bool]]) -> subprocess.CompletedProcess[str]:
    kinds = {True: {"t": "DisplayMath"}, False: {"t": "InlineMath"}}
    blocks = [
        {"t": "Para", "c": [{"t": "Math", "c": [kinds[display], upright(_whole(tex))]}]} for tex, display in formulas
    ]
    document = json.dumps({"pandoc-api-version": [1, 23], "meta": {}, "blocks": blocks})
    return subprocess.run(
        (_pandoc_path(), "--from=json", "--to=html", "--mathml", "--wrap=none"),
        input=document,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )


@cache
def _pandoc_path() -> str:
    """Return the pandoc that pip installed with the book's other tools."""
    import pypandoc

    return pypandoc.get_pandoc_path()


def _complaint(tex: str, display: bool) -> str:
    """Return what pandoc says about one formula, in one line: the part after the formula and its caret."""
    said = _run_pandoc([(tex, display)]).stderr
    _, _, reason = said.partition("^")
    return " ".join((reason or said).split())


def _whole(tex: str) -> str:
    r"""Rows outside any environment become one that lines them up, as `$$a &= b \\ c &= d$$` means.

    >>> _whole(r"a &= b \\ &= c")
    '\\begin{aligned}a &= b \\\\ &= c\\end{aligned}'
    """
    tex = tex.strip()
    outside = re.sub(r"\\begin\{(\w+\*?)\}.*\\end\{\1\}", "", tex, flags=re.S)
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if r"\\" in outside else tex


def convert_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Convert all formulas of a page at once and keep them in its tree; what cannot be read is a warning with line."""
    found = [node for node in doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))]
    formulas = [(node.astext(), isinstance(node, nodes.math_block)) for node in found]
    try:
        made = to_mathml(formulas)
    except FormulaError:
        made = [_or_warn(node, *formula) for node, formula in zip(found, formulas, strict=True)]
    for node, text in zip(found, made, strict=True):
        node["mathml"] = text
        if isinstance(node, nodes.math):
            _keep_with_sign(node)
    characters = vars(app.env).setdefault("course_math", {})
    characters[app.env.docname] = "".join(sorted(set("".join(re.sub(r"<[^>]*>", "", text) for text in made))))


def _keep_with_sign(formula: nodes.math) -> None:
    """Keep the comma after a formula on its line: browsers take a formula for a picture, which may end a line."""
    after = formula.next_node(descend=False, siblings=True)
    sign = re.match(r"[.,;:!?)\]’”-]+", after.astext()) if isinstance(after, nodes.Text) else None
    if sign:
        parent, at = formula.parent, formula.parent.index(formula)
        rest = nodes.Text(after.astext()[sign.end() :])
        parent[at : at + 2] = [nodes.inline("", "", formula, nodes.Text(sign[0]), classes=["whole"]), rest]


def _or_warn(node: nodes.Element, tex: str, display: bool) -> str:
    try:
        return to_mathml([(tex, display)])[0]
    except FormulaError as error:
        logger.warning("formula %s", error, location=node, type="course", subtype="math")
        return "<math></math>"


def forget_page(app: Sphinx, env: Any, docname: str) -> None:
    """Forget the glyphs of a page that is gone or read again."""
    vars(env).setdefault("course_math", {}).pop(docname, None)


def _mathml_of(node: nodes.Element, display: bool) -> str:
    """Return what was kept, or, for a formula that another extension made later, the same made now."""
    return node.get("mathml") or _one(node.astext(), display)


@cache
def _one(tex: str, display: bool) -> str:
    return to_mathml([(tex, display)])[0]


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(f'<span class="math notranslate nohighlight">{_mathml_of(node, False)}</span>')
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    """Write the formula in a box that scrolls by itself, and its number outside of it."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(f'<div class="formula">{_mathml_of(node, True)}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup_math(app: Sphinx) -> None:
    """Register the renderer; `html_math_renderer` chooses it."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("doctree-read", convert_formulas, priority=100)  # before Sphinx copies titles for the bar
    app.connect("env-purge-doc", forget_page)
