"""A small book, whose page stands in no file yet."""

import pytest

from course_lib.publishing.contents import Contents, Page

MODULE = '"""A module."""\n\n\ndef first():\n    return 1\n\n\n@staticmethod\ndef second():\n    return 2\n'
PAPERS = """
@misc{one2001, author = {One, Ann}, title = {A}, year = {2001}}
@misc{two2002, author = {One, Ann and Two, Bo}, title = {B}, year = {2002}}
@misc{many2003, author = {One, Ann and Two, Bo and Three, Cy}, title = {C}, year = {2003}, doi = {10.1/c_(3)}}
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "lib.py").write_text(MODULE)
    (tmp_path / "book").mkdir()
    (tmp_path / "book/references.bib").write_text(PAPERS)
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nRepository = "https://github.com/some/where"\n')
    (tmp_path / "book/part").mkdir()
    (tmp_path / "book/part/other.md").write_text("# Other\n\n```{code-cell} ipython3\n1\n```\n")
    (tmp_path / "book/words.md").write_text("# Words\n")
    (tmp_path / "book/part/a.png").write_text("png")
    idea = tmp_path / "book/part/idea.md"
    page = Page("book/part/idea", idea, "Idea", needs=("other",), minutes=30, is_concept=True)
    other = Page("book/part/other", tmp_path / "book/part/other.md", "Other", is_concept=True)
    return page, Contents(tmp_path, (page, other, Page("book/words", tmp_path / "book/words.md", "Words")))
