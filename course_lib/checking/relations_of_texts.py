"""How a wrong text is related to the right one: case, order, normal form, where they part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import normalize

from course_lib.checking.texts import drawable

_CHANGES: list[tuple[str, Callable[[str], str]]] = [
    ("differ only in upper and lower case", str.casefold),
    ("differ only in blanks", lambda text: "".join(text.split())),
    ("look alike, but are made of other code points (another normal form)", lambda text: normalize("NFC", text)),
    ("mean the same, but are made of other code points (NFKC)", lambda text: normalize("NFKC", text)),
]


def relation_of_texts(wanted: Sequence[str], got: Sequence[str]) -> str:
    """Return a sentence on the first texts that differ, or on their order.

    >>> relation_of_texts(["abc"], ["cba"])
    'The text is right, but reversed.'
    >>> relation_of_texts(["b", "a"], ["a", "b"])
    'The texts are right, but in reverse order.'
    >>> relation_of_texts(["kitten"], ["kit"])
    'The text breaks off after 3 characters.'
    """
    if len(wanted) > 1 and list(got) == list(reversed(wanted)):
        return "The texts are right, but in reverse order."
    if len(wanted) > 1 and sorted(wanted) == sorted(got):
        return "The texts are right, but stand in another order."
    pairs = [(a, b) for a, b in zip(wanted, got, strict=True) if a != b]
    if not pairs:
        return ""
    if all(b == a[::-1] for a, b in pairs):
        return "The text is right, but reversed."
    for words, change in _CHANGES:
        if all(change(a) == change(b) for a, b in pairs):
            return f"The texts {words}."
    return _parting(*pairs[0])


def _parting(want: str, have: str) -> str:
    if not have:
        return "The text is empty."
    if want.startswith(have):
        return f"The text breaks off after {len(have)} character{'s' * (len(have) != 1)}."
    if have.startswith(want):
        return f"The text goes on after its end, with {drawable(repr(have[len(want) :][:20]))}."
    place = next(i for i, (a, b) in enumerate(zip(want, have, strict=False)) if a != b)
    return f"The texts part at place {place}: {drawable(repr(have[place]))} instead of {drawable(repr(want[place]))}."
