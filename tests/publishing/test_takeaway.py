"""The book as one file: everything open, nothing to press, and no link that leads out of it by mistake."""

import re
import zipfile
from xml.etree import ElementTree

import pytest

from course_lib.publishing import pdf
from course_lib.publishing.contents import read_contents
from course_lib.publishing.epub import write_epub
from course_lib.publishing.pdf import CannotPrint, write_pdf
from course_lib.publishing.printed import articles
from course_lib.publishing.takeaway import main

ONE = """<section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1>
<p class="page-head exercise-links"><a href="one.ipynb">Download</a></p>
<p>마스크 <a href="two.html#there">there</a> <a href="#here">here</a> <a href="../index.html">front</a>
<a href="../../_sources/x.md">text</a> <a href="https://a.b/c">away</a> &amp; <code>a &lt; b</code><br>
<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math></p><img src="../../_static/a.png" alt="A dot">
<section id="here"><h2>Here <em>&amp;</em> now</h2>
<div class="quiz"><details class="quiz-choice quiz-right"><summary>Yes</summary><div>It is.</div></details></div>
<details class="hide above-input"><summary>Show</summary><pre>plot()</pre></details>
<figure class="course-play" id="fig-1"><div class="course-controls"><input type="range"></div>
<details class="course-frame"><summary>step 0</summary><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">
<defs><clipPath id="c"><path d="M0 0h9v9z"/></clipPath></defs><g clip-path="url(#c)"></g></svg></details>
</figure><script>1</script></section></section>"""
TWO = '<section id="two"><h1>Two</h1><p id="there">There.</p></section>'


@pytest.fixture
def built(tmp_path):
    """A book of a front page and two concepts, as the build would leave it."""
    page = "<!DOCTYPE html><html><body><nav>bar</nav><article class='bd-article'>{}</article></body></html>"
    files = {
        "_toc.yml": "root: book/index\nparts:\n  - caption: Part\n    chapters:\n"
        "      - file: book/part/one\n      - file: book/part/two\n",
        "pyproject.toml": '[project]\ndescription = "Says <what>"\n[project.urls]\nRepository = "https://a.b/c"\n',
        "book/index.md": "# Front & back\n",
        "book/part/one.md": "---\nneeds: []\nminutes: 1\n---\n# One\n",
        "book/part/two.md": "---\nneeds: [one]\nminutes: 1\n---\n# Two\n",
        "_build/html/index.html": "",
        "_build/html/book/index.html": page.format("<h1>Front &amp; back</h1>"),
        "_build/html/book/part/one.html": page.format(ONE),
        "_build/html/book/part/two.html": page.format(TWO),
        "_build/html/_static/pygments.css": 'html[data-theme="light"] .k { color: red }\n'
        'html[data-theme="dark"] .k { color: pink }\n',
        "_build/html/_static/math.css": "math { color: blue }",
        "_build/html/_static/a.png": "png",
        "_build/html/_static/course-math.woff2": "font",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_printed_page_is_open_and_has_nothing_to_press(built):
    made = articles(read_contents(built), built / "_build/html", lambda key, place: f"#{place}")
    assert [(one.key, one.title, one.part) for one in made] == [
        ("index", "Front & back", ""),
        ("part-one", "One", "Part"),
        ("part-two", "Two", "Part"),
    ]
    body = made[1].body
    for gone in ("headerlink", "Download", "<script", "<input", "<details", "<summary", "plot()", "bar"):
        assert gone not in body
    assert '<div class="quiz-choice quiz-right"><p class="quiz-says">Yes</p><div>It is.</div></div>' in body
    assert '<p class="frame-name">step 0</p><svg' in body
    assert 'viewBox="0 0 9 9"' in body
    assert "</clipPath>" in body
    assert 'src="data:image/png;base64,cG5n"' in body


def test_links_stay_in_the_printed_book_or_lead_to_the_web(built):
    body = articles(read_contents(built), built / "_build/html", lambda key, place: f"#{place}")[1].body
    links = dict(re.findall(r'<a href="([^"]*)">(\w+)</a>', body))
    assert links == {"#part-two--there": "there", "#part-one--here": "here", "#index": "front", "https://a.b/c": "away"}
    assert "<span>text</span>" in body
    assert 'id="part-one--here"' in body


def test_an_epub_is_well_formed_whole_and_the_same_each_time(built):
    assert main(["epub", "--root", str(built)]) == 0
    path = built / "_build/deep-learning-checked.epub"
    first = path.read_bytes()
    assert main(["epub", "--root", str(built)]) == 0
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "mimetype"
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        assert {about.date_time[0] for about in archive.infolist()} == {1980}
        texts = {name: archive.read(name).decode() for name in names if name.endswith(("xhtml", "opf", "xml"))}
        style = archive.read("book/style.css").decode()
    ids = {name: {e.get("id") for e in ElementTree.fromstring(text).iter()} for name, text in texts.items()}
    for name, text in texts.items():
        for file, place in re.findall(r'href="([\w-]+\.xhtml)(?:#([^"]*))?"', text):
            assert f"book/{file}" in names
            assert not place or place in ids[f"book/{file}"], (name, file, place)
    assert 'properties="mathml svg"' in texts["book/content.opf"]
    assert '<a href="part-one.xhtml#part-one--here">Here &amp; now</a>' in texts["book/nav.xhtml"]
    assert ".k { color: red }" in style
    assert "math { color: blue }" in style
    assert "pink" not in style


def test_a_system_that_cannot_print_is_told_what_to_install(built, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    for more in ([], ["--needs"]):
        assert main(["pdf", "--root", str(built), *more]) == 2
        said = capsys.readouterr().err
        assert "chromium fontconfig fonts-noto-cjk" in said
        assert "apt install" in said
    assert not (built / "_build/deep-learning-checked.pdf").exists()


def test_no_book_no_file(tmp_path, capsys):
    assert main(["epub", "--root", str(tmp_path)]) == 2
    assert "`make book`" in capsys.readouterr().err


@pytest.mark.slow
def test_a_pdf_has_every_page_and_bookmarks(built):
    try:
        pdf.demand_packages()
    except CannotPrint as error:
        pytest.skip(str(error))
    target = built / "book.pdf"
    write_pdf(read_contents(built), built / "_build", target, "Says")
    data = target.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 5  # cover, contents, three pages
    assert b"/Outlines" in data
    printed = (built / "_build/print/book.html").read_text()
    assert printed.index("Front &amp; back</h1>") < printed.index("마스크") < printed.index("There.")


def test_the_address_of_the_sources_names_an_epub(built):
    target = built / "book.epub"
    write_epub(read_contents(built), built / "_build", target, "Says <what>", "https://a.b/c")
    with zipfile.ZipFile(target) as archive:
        package = archive.read("book/content.opf").decode()
    assert "<dc:source>https://a.b/c</dc:source>" in package
    assert "Says &lt;what&gt;" in package
