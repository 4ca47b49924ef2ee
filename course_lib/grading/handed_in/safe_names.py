"""Names that come from folders: which may become ids in a gradebook, and how any is shown."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

_SIGNS = set(" ._-@+()[],=")
# letters and marks that show nothing: fillers of Hangul, vowels of Khmer, joiners, selectors of variants
_INVISIBLE = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5, 0x034F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
_LONGEST = 100


def shown(name: str) -> str:
    """Return a name as it may be printed: what a terminal would obey, or nobody sees, becomes an escape."""
    fine = all(char.isprintable() and ord(char) not in _INVISIBLE for char in name)
    return name if fine else ascii(name)


def problem_with(name: str) -> str:
    """Say why a folder's name cannot be an id, or nothing. Pages of nbgrader show ids inside HTML and scripts."""
    odd = [char for char in unicodedata.normalize("NFC", name) if not _allowed(char)]
    if odd:
        signs = " ".join(dict.fromkeys(shown(char) for char in odd[:5]))
        return f"its folder's name has characters that no id may have ({signs}); rename it"
    if not name or name != name.strip() or len(name) > _LONGEST:
        return "its folder's name is too long, or begins or ends with a space; rename it"
    return ""


def _allowed(char: str) -> bool:
    visible = ord(char) not in _INVISIBLE
    return char in _SIGNS or (visible and (char.isalnum() or unicodedata.category(char)[0] == "M"))


def alike(names: Iterable[str]) -> set[str]:
    """Return the names that look like another one, though they are written differently."""
    every = {name: unicodedata.normalize("NFKC", name) for name in names}
    often = Counter(every.values())
    return {name for name, look in every.items() if often[look] > 1}
