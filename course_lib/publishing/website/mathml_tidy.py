"""What browsers need in a `<math>` element and pandoc leaves out: spaces, accents, lines that line up."""

import re
import xml.etree.ElementTree as ET

from course_lib.publishing.website.mathml_bars import set_bars

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
# pandoc's TeX reader writes some accents as combining marks, which need a letter below them to be drawn in place.
_ACCENTS = {"\u0302": "ˆ", "\u0303": "˜", "\u0307": "˙", "\u0308": "¨", "\u0304": "¯", "\u203e": "¯", "\u20d7": "→"}
_WIDE = {"\u0302": "\u0302", "\u0303": "\u0303", "¯": "\u203e", "\u0304": "\u203e"}
_BINARY = set("+−±∓⋅·×÷∗∘∧∨∩∪⊕⊗⊙")
_THIN = "0.167em"
# As tall as a digit: browsers hang the root of something lower, such as κ, below the line.
_STRUT = {"width": "0", "height": "0.7em", "depth": "0.1em"}
# The sign is raised in the font already and would be raised again as a superscript.
_LOWERED = {"class": "prime", "voffset": "-0.3em", "height": "0.4em"}
_ROWS = ("math", "mrow", "mtd", "mstyle", "msqrt", "mpadded")


def upright(tex: str) -> str:
    r"""Bold letters as bold text, which is upright: pandoc would slant those of `\mathbf`.

    >>> upright(r"\mathbf{W}_{hh}")
    '\\textbf{W}_{hh}'
    """
    return re.sub(r"\\mathbf\s*(\{\w+\}|\w)", r"\\textbf\1", tex)


def tidied(math: str, tex: str) -> str:
    """One `<math>` element as browsers draw it best. Its TeX becomes a text for those who copy or cannot see it."""
    root = ET.fromstring(math.replace(f' xmlns="{NAMESPACE}"', "", 1))
    _drop_annotation(root)
    for row in list(root.iter()):
        if row.tag in _ROWS:
            set_bars(row)
    for element in list(root.iter()):
        if element.tag == "mtext" and element.attrib.get("mathvariant") == "bold":
            element.tag = "mi"  # see `upright`
        elif element.tag == "mtext" and (element.text or "").isalpha():
            # To a browser text is a kind of space: a minus between two of them would be squeezed.
            element.tag, element.attrib["mathvariant"] = "mi", "normal"
        if element.attrib.get("mathvariant") != "normal" or element.tag == "mtext":
            element.attrib.pop("mathvariant", "")  # the letters themselves say it
        if element.tag in ("mover", "munder", "munderover"):
            _set_accent(element)
        if element.tag == "mtable":
            _set_table(element)
        if element.tag in _ROWS:
            _set_row(element, thousands="{,}" in tex)
        if element.tag == "msqrt":
            element.insert(0, ET.Element("mspace", _STRUT))
        if element.tag == "mo" and element.text and not element.text.strip("′″‴"):
            _lower_prime(element)
    display = root.attrib["display"]
    root.attrib.clear()
    root.attrib |= {"xmlns": NAMESPACE, "display": display, "alttext": " ".join(tex.split())}
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _drop_annotation(root: ET.Element) -> None:
    semantics = root[0]
    root.remove(semantics)
    root.extend(semantics[0] if semantics[0].tag == "mrow" else [semantics[0]])


def _set_accent(element: ET.Element) -> None:
    """Say an accent on the element around it, and leave a hat as small as it is."""
    mark = element[1]
    if element.tag != "munderover" and mark.tag == "mo" and mark.attrib.pop("accent", ""):
        one = element[0].tag == "mi" and len(element[0].text or "") == 1
        mark.text = (_ACCENTS if one else _ACCENTS | _WIDE).get(mark.text or "", mark.text)
        if one:
            mark.set("stretchy", "false")
        if element.tag == "mover":
            element.set("accent", "true")
    if _is_name(element[0]):  # \max with a range: below it on a line of its own, beside it inside a line
        element[0].tag = "mo"
        element[0].attrib.clear()
        element[0].attrib |= {"movablelimits": "true", "lspace": "0", "rspace": "0"}


def _lower_prime(sign: ET.Element) -> None:
    """Make a prime as large and as high as print has it; its size is in the style sheets."""
    inside = ET.SubElement(sign, "mo")
    inside.text, sign.text = sign.text, None
    sign.tag = "mpadded"
    sign.attrib.clear()
    sign.attrib |= _LOWERED


def _set_table(table: ET.Element) -> None:
    """Tell `aligned`, whose cells touch and are set like displayed formulas, from `cases` and matrices."""
    cells = table.findall("mtr/mtd")
    styles = [cell.attrib.pop("style", "") for cell in cells]
    for cell, style in zip(cells, styles, strict=True):
        cell.attrib.pop("columnalign", None)
        sides = [side for side in ("left", "right") if f"text-align: {side}" in style]
        if sides:
            cell.set("class", f"to-{sides[0]}")
    if any("padding-right: 0" in style for style in styles):
        table.attrib |= {"displaystyle": "true", "class": "lines"}
    elif all("text-align: left" in style for style in styles):
        table.set("class", "cases")


def _set_row(row: ET.Element, thousands: bool) -> None:
    children = list(row)
    for i, child in enumerate(children):
        before = children[i - 1] if i else None
        if child.tag in ("mi", "mo") and child.text in _BINARY and i + 1 < len(children) and _is_operand(before):
            child.tag = "mo"
            child.set("form", "infix")  # beside a text browsers would take it for a sign
        if thousands and child.tag == "mo" and child.text == "," and before is not None and before.tag == "mn":
            child.set("rspace", "0")
    for child, after in reversed(list(zip(children, [*children[1:], None], strict=False))):
        if _is_function(child):
            _space_function(row, child, after)


def _is_operand(element: ET.Element | None) -> bool:
    """Whether what stands before makes a minus a difference, not a sign."""
    if element is None or element.tag == "mspace":
        return False
    return element.tag != "mo" or element.attrib.get("form") == "postfix"


def _is_name(element: ET.Element) -> bool:
    return element.tag == "mi" and element.attrib.get("mathvariant") == "normal" and len(element.text or "") > 1


def _is_function(element: ET.Element) -> bool:
    """`log` and its like, which pandoc ends with an invisible "applied to", or `max` with a range."""
    if element.tag == "mrow" and len(element) == 2:
        return _is_name(element[0]) and element[1].text == "\u2061"
    if element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _is_name(element[0]) or "movablelimits" in element[0].attrib
    return False


def _space_function(row: ET.Element, function: ET.Element, after: ET.Element | None) -> None:
    """Put a thin space on both sides, as in TeX: none after an operator, none before a parenthesis."""
    at = list(row).index(function)
    opening = after is not None and (_opens(after) or (len(after) > 0 and after.tag == "mrow" and _opens(after[0])))
    brace = after is not None and len(after) > 0 and _opens(after[0]) and after[0].text == "{"
    if after is not None and after.tag not in ("mo", "mspace") and (brace or not opening):
        row.insert(at + 1, ET.Element("mspace", {"width": _THIN}))
    if at and _is_operand(row[at - 1]) and not _is_function(row[at - 1]):
        row.insert(at, ET.Element("mspace", {"width": _THIN}))


def _opens(element: ET.Element) -> bool:
    return element.tag == "mo" and element.attrib.get("form") == "prefix"
