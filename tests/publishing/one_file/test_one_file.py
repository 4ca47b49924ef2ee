"""The book as one file: everything open, nothing to press, and no link that leads out of it by mistake."""

import io
import os
import re
import subprocess
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pypdf
import pytest

from course_lib.publishing.contents import read_contents
from course_lib.publishing.one_file import pdf
from course_lib.publishing.one_file.__main__ import main
from course_lib.publishing.one_file.about import About, about_book, changed_at
from course_lib.publishing.one_file.cover import SIZE, drawn_cover
from course_lib.publishing.one_file.pdf import CannotPrint, described, write_pdf
from course_lib.publishing.one_file.printed import articles

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
        "_config.yml": "title: Front\nauthor: Ann & Bo\n",
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
    contents = read_contents(built)
    write_pdf(contents, built / "_build", target, about_book(contents))
    read = pypdf.PdfReader(target)
    assert len(read.pages) == 5  # cover, contents, three pages
    assert read.metadata.author == "Ann & Bo"
    assert read.outline
    assert {"/StructTreeRoot", "/MarkInfo"} <= read.root_object.keys()
    assert read.root_object["/Lang"] == "en"
    printed = (built / "_build/print/book.html").read_text()
    assert printed.index("Front &amp; back</h1>") < printed.index("마스크") < printed.index("There.")


def test_an_epub_says_what_it_is_who_made_it_and_how_it_can_be_read(built, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "981173106")
    assert main(["epub", "--root", str(built)]) == 0
    with zipfile.ZipFile(built / "_build/deep-learning-checked.epub") as archive:
        package, cover = archive.read("book/content.opf").decode(), archive.read("book/cover.png")
        alt = re.search(r'alt="([^"]*)"', archive.read("book/cover.xhtml").decode())
    for said in (
        '<dc:identifier id="id">https://a.b/c</dc:identifier>',
        "<dc:creator>Ann &amp; Bo</dc:creator>",
        "<dc:language>en</dc:language>",
        "<dc:source>https://a.b/c</dc:source>",
        "<dc:description>Says &lt;what&gt;</dc:description>",
        '<meta property="dcterms:modified">2001-02-03T04:05:06Z</meta>',
        '<meta property="schema:accessMode">textual</meta>',
        '<meta property="schema:accessModeSufficient">textual</meta>',
        '<meta property="schema:accessibilityFeature">alternativeText</meta>',
        '<meta property="schema:accessibilityHazard">none</meta>',
        '<meta property="schema:accessibilitySummary">Every figure has a text alternative',
        'href="cover.png" media-type="image/png" properties="cover-image"',
        '<spine><itemref idref="cover-page"/><itemref idref="nav"/>',
    ):
        assert said in package
    assert cover.startswith(b"\x89PNG")
    assert alt is not None
    assert alt[1].startswith("Front &amp; back. ")


def test_the_time_of_a_book_is_that_of_its_last_change_not_the_clocks(built, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    contents = read_contents(built)
    for number, page in enumerate(contents.pages):
        os.utime(page.path, (0, 1_000_000_000 + number))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(built.parent))
    assert changed_at(contents) == datetime(2001, 9, 9, 1, 46, 42, tzinfo=UTC), "without git, the newest page's"
    who = {f"GIT_{role}_{what}": "a" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": "1000000000 +0000", "GIT_COMMITTER_DATE": "1234567890 +0000"}
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "One"]):
        subprocess.run(["git", "-C", str(built), *command], check=True, env={**os.environ, **who, **when})
    assert changed_at(contents) == datetime(2009, 2, 13, 23, 31, 30, tzinfo=UTC), "with git, the last commit's"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "60")
    assert changed_at(contents) == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "title", ["Deep Learning, Checked", "A Very Long Title of Uncharacteristically Many Words " * 2]
)
def test_the_cover_holds_its_title_with_room_on_every_side(title):
    from PIL import Image

    about = About(title, "Ann", f"{title}: " + "what it is for " * 9, "https://a.b/c", datetime(2001, 1, 1, tzinfo=UTC))
    drawn = drawn_cover(about)
    assert drawn == drawn_cover(about)
    picture = Image.open(io.BytesIO(drawn)).convert("L")
    assert picture.size == SIZE
    left, top, right, bottom = picture.point(lambda light: 255 * (light < 250)).getbbox()
    assert min(left, top, SIZE[0] - right, SIZE[1] - bottom) > 100
    # Between what is said and the grid, and between the title and what is said, there is a white line.
    rows = [picture.crop((0, y, SIZE[0], y + 1)).getextrema()[0] for y in range(SIZE[1])]
    assert rows[955] > 250, "the grid begins below"
    assert max(rows[660:730]) > 250


def test_a_pdf_is_described_and_what_was_printed_stays_as_it_is():
    blank, plain = pypdf.PdfWriter(), io.BytesIO()
    blank.add_blank_page(width=10, height=10)
    blank.add_outline_item(title="First", page_number=0)
    blank.write(plain)
    about = About("Tïtle (1) 한", "Ann & Bo", "Says", "https://a.b/c", datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC))
    made = described(plain.getvalue(), about)
    assert made.startswith(plain.getvalue())
    assert made == described(plain.getvalue(), about), "the clock is not in it"
    read = pypdf.PdfReader(io.BytesIO(made))
    facts = {"Title": about.title, "Author": about.author, "Subject": "Says", "Creator": "course_lib"}
    facts |= dict.fromkeys(("CreationDate", "ModDate"), "D:20010203040506Z") | {"Producer": "Chromium"}
    assert dict(read.metadata) == {f"/{name}": said for name, said in facts.items()}
    assert [item.title for item in read.outline] == ["First"]
