"""What a page needs and other sites would serve: it is copied into the book, so that reading asks nobody else."""

import importlib.util
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

MATHJAX = "mathjax/tex-chtml.js"
# Of the package's 24 MB: the program, its fonts, the TeX macros it loads when asked, and its menu.
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions", "ui")

# The theme asks localStorage for light or dark and finds nothing on a first visit: it complains on the console and
# shows light for a moment. This line, which runs before it, answers with what the reader's system prefers.
FIRST_VISIT = (
    "document.documentElement.dataset.mode ||= 'auto';"
    "document.documentElement.dataset.theme ||= matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';"
)


def mathjax_folder() -> Path:
    """Where pip put MathJax's files."""
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    if found is None or not found.origin:
        raise ExtensionError("MathJax is not installed; requirements.txt names it: sphinx-mathjax-offline")
    return Path(found.origin).parent / "static" / "mathjax"


def use_own_mathjax(app: Sphinx, config: Config) -> None:
    """Point Sphinx at the copy instead of at a server elsewhere."""
    config.mathjax_path = MATHJAX


def copy_mathjax(app: Sphinx) -> None:
    """Copy what is not there yet."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        source = mathjax_folder() / part
        if source.is_dir() and not (target / part).exists():
            shutil.copytree(source, target / part)
        elif source.is_file() and not (target / part).exists():
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / part)


def setup_assets(app: Sphinx) -> None:
    """Register what is served from the book itself."""
    app.connect("config-inited", use_own_mathjax)
    app.connect("builder-inited", copy_mathjax)
    app.add_js_file(None, body=FIRST_VISIT, priority=0)
