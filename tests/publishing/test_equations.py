import pytest

from course_lib.publishing.contents import Page, PageError, read_contents
from course_lib.publishing.equations import equations_of, numbered, unknown

TOC = "format: jb-book\nroot: book/index\nparts:\n  - chapters: [{file: book/a/sums}, {file: book/a/means}]\n"
SUMS = """\
# Sums

$$
a + b
$$ (sums-one)

:::{deeper} Why
```{math}
:label: sums-two
b + a
```
:::

```{math}
c
```

```{image} x.png
:label: no-equation
```
"""
MEANS = "# Means\n\n```{math}\n:label: means-one\nm\n```\n"


@pytest.fixture
def contents(tmp_path):
    (tmp_path / "book/a").mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "book/index.md").write_text("# The book\n")
    (tmp_path / "book/a/sums.md").write_text(SUMS)
    (tmp_path / "book/a/means.md").write_text(MEANS)
    return read_contents(tmp_path)


def page_of(contents, name) -> Page:
    return next(page for page in contents.pages if page.name == name)


def test_labeled_equations_count_page_by_page_folds_included(contents):
    found = {label: (equation.page.title, equation.number) for label, equation in equations_of(contents).items()}
    assert found == {"sums-one": ("Sums", 1), "sums-two": ("Sums", 2), "means-one": ("Means", 1)}


def test_a_label_becomes_its_number_and_from_another_page_the_pages_title(contents, tmp_path):
    text = "Equations {eq}`sums-two` and {eq}`means-one`; Euler."
    numbers = numbered(text, equations_of(contents), page_of(contents, "sums"), tmp_path / "sums.py")
    assert numbers == "Equations (2) and (1) of Means; Euler."


def test_an_unknown_label_stops_with_file_line_and_advice(contents, tmp_path):
    source = tmp_path / "sums.py"
    source.write_text('"""Sums."""\n\n# Equation {eq}`sums-three`.\n')
    equations = equations_of(contents)
    with pytest.raises(PageError, match=rf"^{source}:3: cites the equation sums-three, .* did you mean sums-t\w+\?"):
        numbered("{eq}`sums-three`", equations, page_of(contents, "sums"), source)
    source.write_text("# {eq}`sums-one`\n# {eq}`zzz`\n")
    [problem] = unknown(source, equations)
    assert problem.startswith(f"{source}:2: cites the equation zzz, which no page defines: no label is like it.")
