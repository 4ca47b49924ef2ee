"""The book's contents: reading order, needs, and what is wrong with them; and the map that shows them."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from PIL import ImageFont

from course_lib.publishing.contents import Contents, Page, colab_url, read_contents, repository_url
from course_lib.publishing.directives.drawn_map import FONT, drawn_map, rows_of
from course_lib.publishing.page_text import front_matter

TOC = """format: jb-book
root: book/index
parts:
  - caption: First part
    chapters:
      - file: book/first/apples
      - file: book/first/pears
  - caption: Second part
    chapters:
      - file: book/second/jam
      - file: book/second/rye
"""


def page(title, needs="[]", minutes="20"):
    return f"---\nneeds: {needs}\nminutes: {minutes}\n---\n# {title}\n"


@pytest.fixture
def root(tmp_path):
    files = {
        "_toc.yml": TOC,
        "pyproject.toml": '[project.urls]\nRepository = "https://github.com/some/where/"\n',
        "book/index.md": "# Front\n",
        "book/first/apples.md": page("Apples"),
        "book/first/pears.md": page("Pears", "[apples]"),
        "book/second/jam.md": page("Jam", "[apples, pears]"),
        "book/second/rye.md": page("Rye"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_pages_come_in_reading_order_with_part_needs_and_minutes(root):
    contents = read_contents(root)
    assert [p.title for p in contents.pages] == ["Front", "Apples", "Pears", "Jam", "Rye"]
    assert list(contents.concepts) == ["apples", "pears", "jam", "rye"]
    jam = contents.concepts["jam"]
    assert (jam.part, jam.needs, jam.minutes) == ("Second part", ("apples", "pears"), 20)
    assert contents.problems == ()


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("first/apples", page("Apples", "[rye]"), 2, "needs 'rye', which comes later"),
        ("first/apples", page("Apples", "[apples]"), 2, "needs 'apples', which is the page itself"),
        ("second/jam", page("Jam", "[plums]"), 2, "needs 'plums', which is no concept in _toc.yml"),
        ("second/jam", page("Jam", "[apples, rye, apples]"), 2, "needs 'apples' more than once"),
        ("second/jam", page("Jam", "[{apples: pears}]"), 2, """needs "{'apples': 'pears'}", which is no concept"""),
        ("second/jam", page("Jam", "apples"), 2, "states no `needs:` list"),
        ("second/jam", "---\n- apples\n---\n# Jam\n", 1, "it should be lines such as `minutes: 20`, and is ['apples']"),
        ("second/jam", "# Jam\n", 1, "states no `needs:` list"),
        ("second/jam", page("Jam", minutes="soon"), 3, "no whole number of `minutes:`"),
        ("second/jam", page("Jam") + "```{quiz} What is `x`?\n```\n", 6, "write :::{quiz}"),
        ("second/jam", "---\nneeds: [\n---\n", 1, "not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(root, name, text, line, words):
    path = root / "book" / f"{name}.md"
    path.write_text(text)
    found = read_contents(root).problems
    assert [(p.path, p.line) for p in found if words in p.message] == [(path, line)], found


def test_a_concept_whose_front_matter_is_broken_is_a_concept_all_the_same(root):
    (root / "book/second/jam.md").write_text("---\nneeds: [\n---\n")
    assert "jam" in read_contents(root).concepts


def test_needs_in_a_circle_are_shown_as_one(root):
    (root / "book/first/apples.md").write_text(page("Apples", "[jam]"))
    (root / "book/first/pears.md").write_text(page("Pears", "[apples]"))
    (root / "book/second/jam.md").write_text(page("Jam", "[pears]"))
    [problem] = read_contents(root).problems
    assert (problem.path.name, problem.line) == ("apples.md", 2)
    assert problem.message == "needs 'jam', which needs 'apples' itself, a circle: apples → jam → pears → apples"


def test_each_of_several_needs_is_judged_and_a_circle_of_two_shown(root):
    (root / "book/first/apples.md").write_text(page("Apples", "[pears, rye, plums]"))
    assert [(problem.path.name, problem.line, problem.message) for problem in read_contents(root).problems] == [
        ("apples.md", 2, "needs 'pears', which needs 'apples' itself, a circle: apples → pears → apples"),
        ("apples.md", 2, "needs 'rye', which comes later in _toc.yml"),
        ("apples.md", 2, "needs 'plums', which is no concept in _toc.yml: apples, pears, jam, rye"),
    ]


def test_the_map_puts_each_concept_below_what_it_needs(root):
    contents = read_contents(root)
    assert rows_of(contents) == [["apples", "rye"], ["pears"], ["jam"]]
    drawn = drawn_map(contents, {name: f"{name}.html" for name in contents.concepts})
    assert drawn.count('class="map-line"') == 3
    assert '<a href="jam.html">' in drawn


WORDS = ("tolerance", "and", "self-supervised", "parametrization", "of", "numbers", "with", "mixture-of-experts")


def invented(number):
    """A book of concepts with titles of one to nine words, most of which need one, two or three others."""
    pages = []
    for i in range(number):
        title = " ".join(WORDS[(i + j * j) % len(WORDS)] for j in range(1 + i % 9))
        needs = {f"c{(i * 7 + j * 5) % i}" for j in range(i % 4)} if i > 5 else set()
        pages.append(Page(f"book/part/c{i}", Path(f"c{i}.md"), title, needs=tuple(sorted(needs)), is_concept=True))
    long = Page("book/part/w", Path("w.md"), "Electroencephalographically", needs=("c0",), is_concept=True)
    return Contents(Path(), (*pages, long))


@pytest.mark.parametrize("number", [1, 4, 5, 40])
def test_a_map_of_many_concepts_with_long_titles_is_legible(number):
    contents = invented(number)
    drawn = ElementTree.fromstring(drawn_map(contents, {name: f"{name}.html" for name in contents.concepts}))
    svg = "{http://www.w3.org/2000/svg}"
    boxes = {}
    for link in drawn.iter(f"{svg}a"):
        rect, text = link.find(f"{svg}rect"), link.find(f"{svg}text")
        left, top, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        size = re.search(r"font-size:([\d.]+)px", text.get("style") or "")
        font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 100)
        assert not size or (len(text.findall(f"{svg}tspan")) == 1 and float(size[1]) > 8), "letters shrink for a word"
        lines = list(text.iter(f"{svg}tspan"))
        for line in lines:
            assert font.getlength(line.text) / 100 * float(size[1] if size else FONT) < width, "a title fits its box"
            assert top + FONT < float(line.get("y")) < top + height - FONT / 3
        assert len({line.get("y") for line in lines}) == len(lines)
        name = link.get("href").removesuffix(".html")
        assert "".join(text.itertext()) == contents.concepts[name].title
        boxes[name] = (left, top, left + width, top + height)
    assert sorted(boxes) == sorted(contents.concepts), "each box leads to its page"
    _, _, right, bottom = map(float, drawn.get("viewBox").split())
    assert all(min(x, y) > 0 and to < right and end < bottom for x, y, to, end in boxes.values())
    for one, other in combinations(boxes.values(), 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3], "no boxes overlap"
    arrows = [path.get("d") for path in drawn.iter(f"{svg}path") if path.get("class") == "map-line"]
    assert len(arrows) == sum(len(page.needs) for page in contents.pages)
    for arrow in arrows:
        for x, y, to in re.findall(r"(\d+) (\d+)V(\d+)", arrow):
            row = [box for box in boxes.values() if (int(y), int(to)) == (box[1], box[3])]
            assert row, "a line goes straight down where boxes stand beside it"
            assert not [box for box in row if box[0] < int(x) < box[2]], "a line passes between boxes"


def test_addresses_come_from_the_one_in_pyproject(root):
    assert repository_url(root) == "https://github.com/some/where"
    assert colab_url(root, "a/b.ipynb") == "https://colab.research.google.com/github/some/where/blob/main/a/b.ipynb"


def test_a_page_without_front_matter_has_none():
    assert front_matter("# Title\n") == {}
    assert front_matter("---\n---\n") == {}


def test_the_way_to_a_concept_is_all_that_it_needs_in_reading_order_and_no_more(tmp_path):
    needs = {"a": (), "b": (), "c": ("a",), "d": ("c", "a"), "e": ("d", "b")}

    def page(name):
        return Page(f"book/p/{name}", tmp_path / f"{name}.md", name, needs=needs[name], is_concept=True)

    contents = Contents(tmp_path, tuple(map(page, needs)))
    ways = {name: "".join(page.name for page in contents.way_to(name)) for name in needs}
    assert ways == {"a": "a", "b": "b", "c": "ac", "d": "acd", "e": "abcde"}
    assert contents.way_to("f") == ()
