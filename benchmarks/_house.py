"""A house of many concepts: a copy of this repository in which the real ones stand again under other names."""

from __future__ import annotations

import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import ROOT

# A concept's own files; `{name}` stands in the path wherever they do.
PLACES = (
    "course_lib/{name}.py",
    "course_lib/rubrics/{name}",
    "solutions/{name}.py",
    "tests/test_{name}.py",
)


@dataclass(frozen=True)
class Cost:
    """What a command took: the processor's seconds, of all processes it started, and the clock's."""

    processor: float
    clock: float
    status: int
    words: str


def copy_of(root: Path, folder: Path) -> Path:
    """Copy the files that git knows, as they stand now."""
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=root, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    return folder


def grow(house: Path, count: int) -> list[str]:
    """Add copies of its concepts to a house, round and round, until it has `count`; return the new names."""
    toc = yaml.safe_load((house / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [(part["chapters"], chapter["file"]) for part in toc["parts"] for chapter in part["chapters"]]
    real = [(listed, Path(file)) for listed, file in chapters if len(Path(file).parts) == 3]
    known = {page.name for _, page in real}
    made: list[str] = []
    for listed, page in itertools.cycle(real):
        if len(known) + len(made) >= count:
            break
        new = next(f"{page.name}_{n}" for n in itertools.count(2) if f"{page.name}_{n}" not in made)
        if new not in known:
            _copy_concept(house, page, new)
            listed.append({"file": str(page.with_name(new))})
        made.append(new)
    (house / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    spent(house, sys.executable, "-m", "course_lib.cli", "exercises")
    return made


def _copy_concept(house: Path, page: Path, new: str) -> None:
    old = page.name
    pairs = [(place.format(name=old), place.format(name=new)) for place in PLACES]
    pairs.append((f"{page}.md", f"{page.with_name(new)}.md"))
    for source, target in ((house / one, house / other) for one, other in pairs):
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source] if source.is_file() else []:
            copied = target / file.relative_to(source) if source.is_dir() else target
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_text(renamed(file.read_text(encoding="utf-8"), old, new), encoding="utf-8")


def renamed(text: str, old: str, new: str) -> str:
    """Call a concept by another name in a text, but not in what the glossary and the bibliography call so.

    >>> renamed("from course_lib import loss; torch.loss; loss.mean; {term}`loss <loss>`; (loss-sum)=", "loss", "cost")
    'from course_lib import cost; torch.loss; cost.mean; {term}`loss <loss>`; (cost-sum)='
    """
    kept = r"\{(?:term|cite\w*(?::\w+)?)\}`[^`]*`"
    name = rf"(?:(?<=course_lib\.)|(?<=rubrics\.)|(?<=test_)|(?<![\w.])){old}(?!\w)"
    return re.sub(rf"{kept}|{name}", lambda found: new if found[0] == old else found[0], text)


def spent(house: Path, *command: str, **settings: str) -> Cost:
    """Run a command in a house, whose own files it finds first, and return what it cost."""
    env = os.environ | {"PYTHONPATH": str(house), "OMP_NUM_THREADS": "1"} | settings
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(command, cwd=house, env=env, capture_output=True, text=True, check=False)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(processor, clock, ran.returncode, ran.stdout + ran.stderr)


def fresh_house(folder: Path, count: int) -> Path:
    """Return a new house of `count` concepts in a folder."""
    house = copy_of(ROOT, folder / f"house-{count}")
    grow(house, count)
    return house
