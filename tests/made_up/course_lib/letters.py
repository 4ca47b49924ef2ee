"""A second made-up concept: texts and bytes, without torch, with a solution and a notebook of exercises."""


def table_row(first, width):
    """Write `width` neighbors of the ASCII table as one printable line that ends at 127."""
    if not 0 <= first <= 127 or width < 1:
        raise ValueError(f"a row starts at 0 to 127 and is at least 1 wide, not first={first}, width={width}")
    codes = range(first, min(first + width, 128))
    return f"{first:3d}:" + "".join(f" {shown(code):>2}" for code in codes)


def shown(code):
    """Show a code of ASCII: control codes as a caret and a letter."""
    return f"^{chr(code ^ 64)}" if code < 32 or code == 127 else chr(code)


def to_upper(text):
    """Turn the letters a to z into A to Z, and leave every other character as it is."""
    return "".join(chr(ord(letter) - 32) if "a" <= letter <= "z" else letter for letter in text)


def utf8_encode(text):
    """Give the bytes that write `text` in UTF-8; refuses half a character."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"there is half a character in {text!r}")
    return text.encode("utf-8")


def length_key(text):
    """Make a sort key: short texts first, then by code."""
    return (len(text), text)


def letter_gap(left, right):
    """Count the places at which two texts of one length differ; refuses others."""
    if len(left) != len(right):
        raise ValueError(f"{left!r} and {right!r} differ in length")
    return sum(one != other for one, other in zip(left, right, strict=True))
