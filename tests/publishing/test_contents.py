"""The book's contents: reading order, needs, and what is wrong with them."""

import pytest

from course_lib.publishing.concept_map import drawn_map, rows_of
from course_lib.publishing.contents import colab_url, front_matter, read_contents, repository_url

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


def test_addresses_come_from_the_one_in_pyproject(root):
    assert repository_url(root) == "https://github.com/some/where"
    assert colab_url(root, "a/b.ipynb") == "https://colab.research.google.com/github/some/where/blob/main/a/b.ipynb"


def test_a_page_without_front_matter_has_none():
    assert front_matter("# Title\n") == {}
    assert front_matter("---\n---\n") == {}
