"""`course new`: the files of a concept, with every place marked that is still to be written."""

from __future__ import annotations

import contextlib
import difflib
import keyword
import re
from pathlib import Path

from course_lib.publishing.new_concept.templates import FILES, Words

MACHINERY = ("cli", "checking", "grading", "publishing", "rubrics", "index", "notation", "glossary")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Refused(Exception):
    """A concept that cannot be begun; the message says why and what to do. Nothing was written."""


def new_concept(root: Path, name: str, part: str, caption: str = "") -> list[Path]:
    """Write the files of a new concept and its line in `_toc.yml`; return their paths.

    `caption` begins a new part of the book. Raises `Refused` and leaves everything as it was if anything is in the way.
    """
    _refuse_name(name, "concept")
    _refuse_name(part, "part")
    words = Words(name, part, name.replace("_", " ").capitalize())
    wanted = {root / place.format(name=name, part=part): template(words) for place, template in FILES.items()}
    there = [path for path in wanted if path.exists()]
    if there or f"/{name}\n" in (root / "_toc.yml").read_text(encoding="utf-8") + "\n":
        place = there[0].relative_to(root) if there else "_toc.yml"
        raise Refused(f"The concept {name} exists already ({place}); choose another name, or edit what is there.")
    toc = root / "_toc.yml"
    before = toc.read_text(encoding="utf-8")
    after = with_page(before, name, part, caption)
    _write_all({**wanted, toc: after}, toc, before)
    return [*wanted, toc]


def _refuse_name(name: str, kind: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        hint = f" such as {near}" if _NAME.fullmatch(near) and not keyword.iskeyword(near) else ""
        raise Refused(f"{name!r} is no name for a {kind}: it must be lower-case words joined by _,{hint} as in Python.")
    if kind == "concept" and name in MACHINERY:
        raise Refused(f"{name!r} is the name of a part of the machinery; choose another one for the concept.")


def with_page(toc: str, name: str, part: str, caption: str = "") -> str:
    """Return the text of `_toc.yml` with the page added at the end of its part; everything else stays as it is."""
    lines = toc.splitlines()
    places = {i: match[1] for i, line in enumerate(lines) if (match := re.match(r"\s*- file: book/(\w+)/\w+$", line))}
    page = f"      - file: book/{part}/{name}"
    if part in places.values():
        last = max(i for i, other in places.items() if other == part)
        indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
        return "\n".join([*lines[: last + 1], indent + page.strip(), *lines[last + 1 :]]) + "\n"
    if not caption:
        known = list(dict.fromkeys(places.values()))
        near = difflib.get_close_matches(part, known, n=1) or [", ".join(known) or "none yet"]
        raise Refused(f"There is no part {part!r} (did you mean {near[0]}?); --caption TEXT begins a new one.")
    # A new part stands after the last that holds concepts, before the glossary.
    after = max(places, default=len(lines) - 1)
    return (
        "\n".join([*lines[: after + 1], f"  - caption: {caption}", "    chapters:", page, *lines[after + 1 :]]) + "\n"
    )


def _write_all(wanted: dict[Path, str], toc: Path, before: str) -> None:
    """Write every file or none: what was written is taken away again if one cannot be."""
    written: list[Path] = []
    made: list[Path] = []
    try:
        for path, text in wanted.items():
            made += [folder for folder in reversed(path.parents) if not folder.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                if path == toc:
                    path.write_text(before, encoding="utf-8")
                else:
                    path.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise Refused(f"{error.filename} cannot be written: {error.strerror}. Nothing was changed.") from None
