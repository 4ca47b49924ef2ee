"""The notebook to download: its figures are pictures, for Jupyter shows no inline SVG that it does not trust."""

import base64
import re
from xml.etree import ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.publishing.colab.downloads import copy_notebooks, portable


@pytest.mark.slow
def test_a_notebook_to_download_shows_its_figures_where_jupyter_trusts_no_svg():
    code = "import matplotlib.pyplot as plt\nfrom course_lib.publishing.figures import play\n"
    code += "frames = [plt.figure(figsize=(2, 1)) for _ in '12']\n"
    code += "play(frames, alt='Two empty figures that show nothing \\\"at all\\\".', values=['<', '>'])"
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("print('<svg')")]
    notebook = NotebookClient(nbformat.v4.new_notebook(cells=cells)).execute()
    before = notebook.cells[0].outputs[-1].data
    after = nbformat.reads(portable(nbformat.writes(notebook)), as_version=4).cells[0].outputs[-1].data
    assert before["text/html"].count("<svg") == after["text/html"].count("<img") == 2
    assert "<svg" not in after["text/html"]
    assert after["text/plain"] == before["text/plain"]
    for name in ("&lt;", "&gt;"):
        assert (
            f'<img alt="Two empty figures that show nothing &quot;at all&quot;. (step {name})" style="width:'
            in (after["text/html"])
        )
    for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', after["text/html"]):
        assert ElementTree.fromstring(base64.b64decode(data)).tag == "{http://www.w3.org/2000/svg}svg"
    assert after["text/html"].count("<details") == 2, "the steps of the slider can be opened"
    for dead in ("<input", "<script", "course-controls"):
        assert dead in before["text/html"]
        assert dead not in after["text/html"]


def test_the_notebook_beside_a_page_is_the_one_to_download(book):
    _, contents = book
    drawn = nbformat.v4.new_output("display_data", data={"text/html": '<svg role="img" aria-label="A dot"></svg>'})
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[drawn])])
    notebooks, beside = contents.root / "notebooks", contents.root / "html/book/part/idea.ipynb"
    for folder in (notebooks, beside.parent):
        folder.mkdir(parents=True)
    nbformat.write(made, notebooks / "idea.ipynb")
    copy_notebooks(contents, notebooks, contents.root / "html")
    [cell] = nbformat.read(beside, 4).cells
    assert cell.outputs[0].data["text/html"].startswith('<img alt="A dot" style="max-width:100%;background:#fff" src=')


def test_a_notebook_without_figures_is_downloaded_as_it_is():
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Idea", id="a")])) + "\n"
    assert portable(text) == text
