"""The notebook that somebody downloads, its figures as pictures: Jupyter shows no inline SVG that it does not trust.

Of a notebook made elsewhere JupyterLab and Notebook 7 keep `<img>`, and of an `<svg>` the bare words. They run no
script, yet show its slider, a dead one, which is left out here: its steps are lines that open. When its cell has run, a
figure is an `<svg>` again, which takes the colors of the page, and its slider is there.
"""

import base64
import re
from pathlib import Path
from typing import Any

from course_lib.publishing.contents import Contents

_FIGURE = re.compile(r"<svg\b[^>]*?\brole=\"img\".*?</svg>", flags=re.S)
_SLIDER = re.compile(r'<div class="course-controls".*?</div>|<script>.*?</script>', flags=re.S)


def copy_notebooks(contents: Contents, notebooks: Path, html: Path) -> None:
    """Lay each page's notebook beside the page, where its head links to it, so that any Jupyter shows its figures."""
    for page in contents.pages:
        made = notebooks / f"{page.name}.ipynb"
        if page.is_concept and made.exists():
            beside = (html / page.docname).with_suffix(".ipynb")
            beside.write_text(portable(made.read_text(encoding="utf-8")), encoding="utf-8")


def portable(text: str) -> str:
    """Return the text of a notebook with each figure in its outputs as an `<img>`; others stay, byte for byte."""
    import nbformat

    if "<svg" not in text:
        return text
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data: Any = output.get("data", {})
            if "text/html" in data:
                shown = _FIGURE.sub(lambda found: _picture(found[0]), data["text/html"])
                data["text/html"] = _SLIDER.sub("", shown)
    return nbformat.writes(notebook) + "\n"


def _picture(svg: str) -> str:
    """Return an image with the drawing's name and width. What takes the page's color is black, on white."""
    root = svg[: svg.index(">")]
    alt, style = (re.search(rf'\b{name}="([^"]*)"', root) for name in ("aria-label", "style"))
    look = f"{style[1] if style else 'max-width:100%'};background:#fff"
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{alt[1] if alt else ""}" style="{look}" src="data:image/svg+xml;base64,{data}">'
