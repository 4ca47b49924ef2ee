"""A term of the glossary is a link where a page's prose first uses it, and every term is linked from somewhere."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, files, front_matter, none_of, prose
from house_rules.test_sorted import GLOSSARY, glossary

UNREAD = (GLOSSARY, "book/api.md")
# What is no prose: links (their words lead elsewhere already), other roles, code, formulas, headings, front matter.
_NOT_PROSE = r"""(?msx)
    (?P<term>\{term\}`[^`]*`) | \A---\n.*?^---$ | ^\#+\ .*?$ | ^:{3,}\{quiz\}.*?^:{3,}$ | \{[\w:-]+\}`[^`]*`
    | (?P<code>`+)(?!`).*?(?<!`)(?P=code)(?!`) | \$\$.*?\$\$ | \$[^$\n]+\$ | \[[^\]]*\]\([^)]*\)"""
_LINK = r"\{term\}`(?:[^`<]*<)?([^`>]*)>?`"
# What Korean textbooks of the field explain, and pages must: a page that uses one of these words sends to the glossary.
FIELD = """
    activation function, attention, autoencoder, autograd, backpropagation, batch, batch normalization, bias
    term, chain rule, classifier, convolution, convolutional network, cross-entropy, data augmentation, decoder,
    derivative, dropout, early stopping, eigenvalue, embedding, encoder, entropy, epoch, feature map,
    feed-forward network, fine-tuning, generalization, gradient, gradient descent, greedy decoding, hidden
    state, hyperparameter, inference, initialization, L2 penalty, layer, layer normalization, learning rate,
    likelihood, logit, loss, matrix, max pooling, mean squared error, mini-batch, multi-head attention,
    overfitting, padding, parameter, partial derivative, perceptron, perplexity, pooling, positional encoding,
    receptive field, recurrent network, regularization, residual connection, self-attention, sigmoid, softmax,
    standard deviation, stride, teacher forcing, tensor, test set, token, tokenizer, training set, transformer,
    transpose, underfitting, validation set, vanishing gradient, variance, vector, vectorization, vocabulary,
    weight
"""


def terms(root: Path) -> dict[str, int]:
    """Return the glossary's entries, as they are linked, with their lines."""
    return {entry: line for line, entry in glossary(root)}


def problems(root: Path) -> list[str]:
    """Say which use of a term should be a link, and which term nothing leads to."""
    found, linked = [], set()
    entries = terms(root)
    for path in files(root, "book/**/*.md"):
        if str(path.relative_to(root)) in UNREAD:
            continue
        everyday = front_matter(path).get("everyday", [])
        met: set[str] = set()
        for line, entry, is_link in _uses(path, entries):
            name = _name(entry)
            if not is_link and entry not in met and name not in everyday:
                found.append(
                    f"{at(root, path, line)}: {name!r} is first used here; link it, {{term}}`{name} <{entry}>`, or, if "
                    f"it means something else on this page, add it to `everyday: []` in the front matter"
                )
            met.add(entry)
            linked |= {entry} if is_link else set()
    unused = [(line, entry) for entry, line in entries.items() if entry not in linked]
    return found + [f"{GLOSSARY}:{line}: no page links to {entry!r}" for line, entry in unused]


def missing(root: Path) -> list[str]:
    """Say which word of the field, and which word given in Korean, has no entry."""
    names = {_name(entry).casefold() for entry in terms(root)}
    korean = {word.strip() for entry in terms(root) for word in entry.partition(" (")[2].rstrip(")").split(",")}
    field = {form: word for word in " ".join(FIELD.split()).split(", ") for form in _forms(word.casefold())}
    found = []
    for path in files(root, "book/**/*.md"):
        if str(path.relative_to(root)) in UNREAD:
            continue
        everyday = [str(word).casefold() for word in front_matter(path).get("everyday", [])]
        lacking = {form: word for form, word in field.items() if word.casefold() not in {*names, *everyday}}
        for line, form in _words(re.sub(_LINK, lambda at: " " * len(at[0]), _prose_of(path)), lacking):
            found.append(
                f"{at(root, path, line)}: {lacking[form]!r} is a word of the field and has no entry in {GLOSSARY}; "
                "write one, with its Korean, or add it to `everyday: []` in the front matter"
            )
        for line, word in _glosses(path):
            if word not in korean:
                found.append(f"{at(root, path, line)}: {word} is given here and stands in no entry of {GLOSSARY}")
    return found


def _words(blank: str, forms: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield line and form of the first use of each; the longer of two counts."""
    met = set()
    every = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True))
    for match in re.finditer(rf"(?i)(?<![\w-])({every})(?![\w-])", blank) if forms else ():
        form = " ".join(match[1].casefold().split())
        if form not in met:
            met.add(form)
            yield blank.count("\n", 0, match.start()) + 1, form


def _glosses(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and word of what stands in Korean, in parentheses, behind a word: `a mask (마스크)`."""
    whole = re.sub(r"<[^<>`]*>`", "`", prose(path, fences="`"))  # what a link leads to is no gloss
    for match in re.finditer(r"[\w`*]\*{0,2} ?\(([^()`\"]*[가-힣][^()`\"]*)\)", whole):
        line = whole.count("\n", 0, match.start()) + 1
        yield from ((line, word.strip()) for word in match[1].split(",") if re.search("[가-힣]", word))


def _name(entry: str) -> str:
    return entry.partition(" (")[0]


def _forms(name: str) -> tuple[str, ...]:
    """Return a name's singular and plural."""
    for ending, plural in (("is", "es"), ("ix", "ices"), ("x", "xes"), ("ch", "ches")):
        if name.endswith(ending):
            return name, name.removesuffix(ending) + plural
    return name, name + "s"


def _prose_of(path: Path) -> str:
    """Return a page with all that is no prose left blank, its links to terms kept."""
    return re.sub(_NOT_PROSE, lambda at: at["term"] or re.sub(r"[^\n]", " ", at[0]), prose(path, fences="`"))


def _uses(path: Path, entries: dict[str, int]) -> Iterator[tuple[int, str, bool]]:
    """Yield line, entry and whether it is a link, for each use of a term; the longer of two terms counts."""
    blank = _prose_of(path)
    named = {form: entry for entry in entries for form in _forms(_name(entry).casefold())}
    words = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(named, key=len, reverse=True))
    for match in re.finditer(rf"(?i){_LINK}|(?<![\w-])({words})(?![\w-])", blank):
        line = blank.count("\n", 0, match.start()) + 1
        if match[1]:
            yield line, match[1], True
        else:
            yield line, named[" ".join(match[2].casefold().split())], False


def test_every_term_is_a_link_where_a_page_first_uses_it():
    none_of(problems(ROOT))


def test_no_word_of_the_field_lacks_an_entry():
    none_of(missing(ROOT))


@pytest.fixture
def linked(house, edit):
    """The small house with both terms linked from its first page."""
    edit(
        "book/start/first.md",
        "After this page you can.",
        "Take a {term}`batch <batch (배치)>` along an {term}`axis (축)`. A batch has axes.\n",
    )
    return house


def test_a_house_whose_terms_are_linked_has_no_problem(linked):
    assert problems(linked) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{term}`batch <batch (배치)>`", "batch", "book/start/first.md:9: 'batch' is first used here; link it"),
        ("Take a {term}", "Batches, then a {term}", "book/start/first.md:9: 'batch' is first used here; link it"),
        ("{term}`axis (축)`", "arrow", "book/glossary.md:4: no page links to 'axis (축)'"),
    ],
)
def test_a_term_that_is_not_linked_is_named_with_its_line(linked, edit, old, new, words):
    edit("book/start/first.md", old, new)
    assert any(problem.startswith(words) for problem in problems(linked)), problems(linked)


@pytest.mark.parametrize(
    "harmless",
    ["`batch`", "$batch$", "## A batch\n", "[a batch](second.md)", "{doc}`batch`", "a minibatch", "```\nbatch\n```\n"],
)
def test_code_formulas_headings_and_other_links_are_no_use_of_a_term(linked, edit, harmless):
    edit("book/start/first.md", "How does one double?", f"How does one double?\n\n{harmless}\n\n")
    assert problems(linked) == []


def test_a_word_may_mean_something_else_on_a_page(linked, edit):
    edit("book/start/second.md", "After this page you can.", "A batch of cakes.")
    assert [problem.split(":")[0] for problem in problems(linked)] == ["book/start/second.md"]
    edit("book/start/second.md", "minutes: 10", "minutes: 10\neveryday: [batch]")
    assert problems(linked) == []


def test_the_longer_of_two_terms_counts(linked, edit):
    edit("book/glossary.md", "batch (배치)\n", "batch (배치)\n  Bread.\n\nragged batch (비정형 배치)\n")
    edit("book/start/first.md", "Take a", "A {term}`ragged batch <ragged batch (비정형 배치)>`, a ragged batch. Take a")
    assert problems(linked) == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Their gradients vanish.", "'gradient' is a word of the field and has no entry"),
        ("Partial\nderivatives vanish.", "'partial derivative' is a word of the field and has no entry"),
        ("A cake (케이크) is cut.", "케이크 is given here and stands in no entry"),
        ("A *cake* (과자, 케이크) is cut.", "과자 is given here and stands in no entry"),
    ],
)
def test_what_should_be_in_the_glossary_and_is_not_is_named_with_its_line(linked, edit, written, words):
    assert missing(linked) == []
    edit("book/start/second.md", "After this page you can.", f"After this page you can.\n\n{written}")
    assert missing(linked)[0].startswith(f"book/start/second.md:11: {words}")
    edit("book/start/second.md", "minutes: 10", "minutes: 10\neveryday: [gradient, derivative, Partial derivative]")
    assert ("field" in words) == (missing(linked) == [])


def test_a_gloss_that_the_glossary_has_is_no_problem(linked, edit):
    edit("book/start/second.md", "After this page you can.", "{term}`Batches <batch (배치)>` (배치) have *axes* (축).")
    assert missing(linked) == []
