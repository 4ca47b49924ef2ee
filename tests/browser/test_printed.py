"""The real book as PDF and EPUB: every page is in it by name, Korean is text, and every file of the EPUB is sound."""

import re
import zipfile
from xml.etree import ElementTree

import pytest
from browser.every_page import BUILD, none_of
from house_rules.house import ROOT
from pypdf import PdfReader

from course_lib.publishing.contents import read_contents
from course_lib.publishing.one_file import pdf
from course_lib.publishing.one_file.about import about_book
from course_lib.publishing.one_file.epub import write_epub
from course_lib.publishing.one_file.pdf import CannotPrint, write_pdf

pytestmark = pytest.mark.slow
SPACES = {"xhtml": "http://www.w3.org/1999/xhtml", "svg": "http://www.w3.org/2000/svg"}
MATH = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(scope="module")
def contents():
    """What the book should hold."""
    return read_contents(ROOT)


@pytest.fixture(scope="module")
def printed(contents, tmp_path_factory):
    """The PDF, read."""
    try:
        pdf.demand_packages()
    except CannotPrint as error:
        pytest.skip(str(error))
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    write_pdf(contents, BUILD, target, about_book(contents))
    return PdfReader(target)


@pytest.fixture(scope="module")
def texts(contents, tmp_path_factory):
    """Every XML file of the EPUB by name."""
    target = tmp_path_factory.mktemp("epub") / "book.epub"
    write_epub(contents, BUILD, target, about_book(contents))
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(("xhtml", "opf"))}


def test_the_bookmarks_of_the_pdf_are_the_pages_and_their_parts(printed, contents):
    titles = list(titles_of(printed.outline))
    none_of([f"no bookmark leads to {page.title!r}" for page in contents.pages if page.title not in titles])
    assert titles.count("Check yourself") == len(contents.concepts)


def titles_of(outline):
    for item in outline:
        if isinstance(item, list):
            yield from titles_of(item)
        else:
            yield item.title


def test_korean_in_the_pdf_can_be_copied_and_found(printed, contents):
    said = set("".join(page.extract_text() for page in printed.pages))
    glossary = next(page for page in contents.pages if page.name == "glossary")
    korean = set(re.findall(r"[가-힣]", glossary.path.read_text(encoding="utf-8")))
    assert len(korean) > 50
    none_of([f"{letter} is no text in the PDF" for letter in sorted(korean - said)])


def test_the_epub_has_every_page_with_its_formulas_and_figures(texts, contents):
    trees = {name: ElementTree.fromstring(text) for name, text in texts.items()}
    links = {link.get("href") for link in trees["book/nav.xhtml"].iter(f"{{{SPACES['xhtml']}}}a")}
    missing = []
    for page in contents.pages:
        name = f"{page.docname.removeprefix('book/').replace('/', '-').replace('_', '-')}.xhtml"
        tree = trees[f"book/{name}"]
        missing += [] if name in links else [f"the contents lead to no {name}"]
        if page.is_concept:
            missing += [
                f"{name} has no {tag}"
                for tag in (f"{MATH}math", f"{{{SPACES['svg']}}}svg")
                if tree.find(f".//{tag}") is None
            ]
        missing += [f"{name}: an svg that is none" for _ in tree.iter(f"{{{SPACES['xhtml']}}}svg")]
        missing += [
            f"{name}: TeX: {found}" for found in re.findall(r"\\\\(?:frac|begin|sum)", "".join(tree.itertext()))
        ]
        missing += [f"{name}: no alt text" for image in tree.iter(f"{{{SPACES['xhtml']}}}img") if not image.get("alt")]
    none_of(missing)
