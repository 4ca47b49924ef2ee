"""What each bar of a formula is: one half of |x|, or the relation of p(x|y). TeX writes both the same."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

BARS = set("|∥‖")
OPENING, CLOSING, RELATION = "prefix", "postfix", "infix"
SPACE = "0.278em"  # around a relation, as TeX has it
_OPEN, _CLOSE = set("([{⟨⌊⌈"), set(")]}⟩⌋⌉")
# What no pair of bars spans: in (A|B, C|D) the bars are two relations.
_APART = set(",;:=≠<>≤≥∼≈≡→↦∈⊂⊆∣")
_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
_SIGNS = set("+−-±∓⋅·×÷∗∘∧∨∩∪⊕⊗⊙/") | _APART
_PLACEHOLDERS = set("⋅·−…⋯")  # f(·|x), p(…|x)
MOST = 8  # bars between two brackets that are worth thinking about


@dataclass
class _Bar:
    """A bar, and what stands around it: `at` counts the pieces between two brackets."""

    sign: ET.Element
    at: int
    after_operand: bool
    before_operand: bool
    scripted: bool


def set_bars(row: ET.Element) -> None:
    r"""Say of each bar in a row what it is. Those of `\left` and `\right` have been told apart already.

    >>> row = ET.fromstring("<mrow><mi>x</mi><mo>|</mo><mi>y</mi></mrow>")
    >>> set_bars(row)
    >>> row[1].attrib["form"]
    'infix'
    """
    for child in row:
        if child.tag == "mo" and child.text == "∥":
            child.text = "‖"  # the relation "parallel to" is another sign
    for pieces in _between_brackets(row):
        bars = list(_bars_of(pieces))
        breaks = [i for i, piece in enumerate(pieces) if piece.tag == "mo" and (piece.text or "") in _APART]
        for bar, form in zip(bars, _best_forms(bars, breaks), strict=True):
            _set_form(bar.sign, form)


def _between_brackets(row: ET.Element) -> Iterator[list[ET.Element]]:
    """Yield the pieces that stand between the same two brackets; a bracketed part is one piece of what is around it."""
    stack: list[list[ET.Element]] = [[]]
    for child in row:
        sign = child.text if child.tag == "mo" else child[0].text if child.tag in _SCRIPTS and len(child) else ""
        if child.tag == "mo" and sign in _OPEN:
            stack.append([])
        elif sign in _CLOSE and len(stack) > 1:
            yield stack.pop()
            stack[-1].append(ET.Element("mrow"))
        elif child.tag != "mspace":
            stack[-1].append(child)
    yield from stack


def _bars_of(pieces: list[ET.Element]) -> Iterator[_Bar]:
    for i, piece in enumerate(pieces):
        scripted = piece.tag in _SCRIPTS and len(piece) > 0
        sign = piece[0] if scripted else piece
        if sign.tag == "mo" and sign.text in BARS and sign.attrib.get("stretchy") != "true":
            before = pieces[i - 1] if i else None
            after = pieces[i + 1] if i + 1 < len(pieces) else None
            yield _Bar(sign, i, _ends_operand(before, i == 1), _begins_operand(after), scripted)


def _ends_operand(piece: ET.Element | None, alone: bool) -> bool:
    if piece is None or _is_name(piece):
        return False
    if piece.tag == "mo" or piece.text in _SIGNS:  # after a bar, pandoc takes a plus for a letter
        return (alone and piece.text in _PLACEHOLDERS) or piece.text in {"!", "′", "…"} | BARS
    return True


def _is_name(piece: ET.Element) -> bool:
    """`log` and its like, which wait for what they are applied to."""
    if piece.tag in _SCRIPTS and len(piece):
        return _is_name(piece[0]) or "movablelimits" in piece[0].attrib
    if piece.tag == "mrow" and len(piece) == 2:
        return piece[1].text == "\u2061"
    return False


def _begins_operand(piece: ET.Element | None) -> bool:
    return piece is not None and not (piece.tag == "mo" and (piece.text or "") in _APART)


def _best_forms(bars: list[_Bar], breaks: list[int]) -> list[str]:
    """Return the roles that leave the fewest bars without a partner; the first bar of equals is the first to pair."""
    if len(bars) > MOST:
        return [OPENING if i % 2 == 0 else CLOSING for i in range(len(bars))]
    best: tuple[str, ...] = min(
        product((OPENING, CLOSING, RELATION), repeat=len(bars)), key=lambda forms: _cost(bars, breaks, tuple(forms))
    )
    return list(best)


def _cost(bars: list[_Bar], breaks: list[int], forms: tuple[str, ...]) -> float:
    cost, opened = 0.0, list[_Bar]()
    closed_at = -1
    for bar, form in zip(bars, forms, strict=True):
        operand = bar.after_operand and (closed_at == bar.at - 1 or not _follows_bar(bar, bars, forms))
        if form == OPENING:
            cost += 1.5 * operand + 9 * (not bar.before_operand) + 9 * bar.scripted
            opened.append(bar)
        elif form == CLOSING:
            partner = opened.pop() if opened else None
            whole = partner is not None and partner.sign.text == bar.sign.text and bar.at - partner.at > 1
            spans = partner is not None and any(partner.at < place < bar.at for place in breaks)
            cost += (0 if whole else 1 if bar.scripted else 8) + 9 * spans + 9 * (not operand)
            closed_at = bar.at
        else:
            cost += 1 + 9 * (not operand or not bar.before_operand) + 9 * bar.scripted
    return cost + 8 * len(opened)


def _follows_bar(bar: _Bar, bars: list[_Bar], forms: tuple[str, ...]) -> bool:
    """Whether a bar that opens, or relates, stands directly before."""
    return any(other.at == bar.at - 1 and form != CLOSING for other, form in zip(bars, forms, strict=True))


def _set_form(sign: ET.Element, form: str) -> None:
    sign.set("form", form)
    sign.set("stretchy", "false")
    sign.text = (sign.text or "").replace("∥", "‖")
    if form == RELATION:
        sign.text = sign.text.replace("|", "∣")  # the sign of \mid: a screen reader pairs no such bar with another
        sign.attrib |= {"lspace": SPACE, "rspace": SPACE}
