"""Links: files, places in them, notebooks in Colab and their cells."""

import re
from pathlib import Path

import pytest
from browser.every_page import BUILD, HTML, concept_pages, none_of

from course_lib.publishing.inspection.links import addresses, broken_colab_links, broken_links, count_colab_links

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_every_link_leads_to_a_file_and_a_place_that_are_there():
    none_of(broken_links(HTML))


def test_colab_opens_notebooks_that_the_build_wrote():
    assert count_colab_links(HTML) >= 2 * len(concept_pages()), (
        "each concept's page opens itself and its exercises in Colab"
    )
    none_of(broken_colab_links(HTML, ROOT, BUILD / "notebooks"))


def test_each_concept_can_be_downloaded_as_page_and_as_exercises():
    for page in concept_pages():
        found = [address for _, address, _ in addresses(page) if address.endswith(".ipynb")]
        own = [address for address in found if address == f"{page.stem}.ipynb"]
        exercises = [address for address in found if f"/{page.stem}.ipynb" in address and "_downloads" in address]
        assert own, f"{page.name}: no link downloads its notebook; there are {found}"
        assert exercises, f"{page.name}: no link downloads its exercises; there are {found}"


def test_each_concept_leads_to_the_notation_and_to_the_glossary():
    missing = []
    for page in concept_pages():
        led = {address.partition("#")[0] for _, address, _ in addresses(page)}
        missing += [
            f"{page.name}: no link to {name}" for name in ("../notation.html", "../glossary.html") if name not in led
        ]
    none_of(missing)


def test_each_listing_leads_to_its_entry_in_the_library_and_that_one_back():
    library = HTML / "book" / "api.html"
    back = {address for _, address, _ in addresses(library)}
    missing = []
    for page in concept_pages():
        source = ROOT / page.relative_to(HTML).with_suffix(".md")
        shown = re.findall(r"course_lib/(\w+)\.py\n(?:.*\n)*?:pyobject: *(\w+)", source.read_text(encoding="utf-8"))
        links = {words for _, address, words in addresses(page) if "api.html#api-" in address}
        assert shown, f"{source.name} shows no code of the library"
        missing += [f"{source.name}: {name}" for name in map(".".join, shown) if name not in links]
        missing += [] if str(page.relative_to(library.parent)) in back else [f"api.html leads to no {page.name}"]
    none_of(missing)


def test_each_exercise_has_an_address_that_the_entry_of_its_reference_leads_to():
    library = {address for _, address, _ in addresses(HTML / "book" / "api.html")}
    missing = []
    for page in concept_pages():
        rows = re.findall(r'<tr[^>]* id="(exercise-[\w-]+)"', page.read_text(encoding="utf-8"))
        assert rows, f"{page.name} has no table of exercises"
        missing += [row for row in rows if f"{page.relative_to(HTML / 'book')}#{row}" not in library]
    none_of(missing)


PAGE = '<html><body id="top"><a href="{0}">words</a></body></html>'


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("other.html#top", ""),
        ("#top", ""),
        ("https://example.org/nothing", ""),
        ("missing.html", "'missing.html': there is no such file"),
        ("other.html#nowhere", "'other.html#nowhere': other.html has no place of that name"),
        ("../../outside.txt", "outside of the book"),
    ],
)
def test_a_broken_link_is_told_with_page_words_and_reason(tmp_path, address, reason):
    (tmp_path / "outside.txt").write_text("")
    html = tmp_path / "html"
    (html / "part").mkdir(parents=True)
    for name in ("index.html", "part/other.html"):
        (html / name).write_text(PAGE.format("#top"))
    (html / "part" / "page.html").write_text(PAGE.format(address))
    found = broken_links(html)
    if reason:
        assert len(found) == 1
        assert found[0].startswith("part/page.html: <a> 'words' leads to")
        assert reason in found[0]
    else:
        assert found == []
