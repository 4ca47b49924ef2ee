"""Take the built book along, as one file. Run as `python -m course_lib.publishing.one_file pdf` (or `epub`)."""

import argparse
import sys
from pathlib import Path

from course_lib.publishing.contents import read_contents
from course_lib.publishing.one_file.about import about_book
from course_lib.publishing.one_file.epub import write_epub
from course_lib.publishing.one_file.pdf import CannotPrint, demand_packages, write_pdf

NAME = "deep-learning-checked"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit code: 2 if something is missing that the file needs."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publishing.one_file", description=__doc__)
    parser.add_argument("kind", choices=("pdf", "epub"))
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository (here)")
    parser.add_argument("--build", type=Path, help="where the book was built (ROOT/_build)")
    parser.add_argument("--needs", action="store_true", help="only say what the system lacks, before the book is built")
    options = parser.parse_args(arguments)
    build = options.build or options.root / "_build"
    try:
        return _needs(options.kind) if options.needs else _write(options.kind, options.root, build)
    except CannotPrint as error:
        print(error, file=sys.stderr)
        return 2


def _needs(kind: str) -> int:
    if kind == "pdf":
        demand_packages()
    return 0


def _write(kind: str, root: Path, build: Path) -> int:
    if not (build / "html" / "index.html").exists():
        raise CannotPrint(f"There is no book in {build}: `make book` builds it.")
    contents = read_contents(root)
    target = build / f"{NAME}.{kind}"
    write = write_pdf if kind == "pdf" else write_epub
    write(contents, build, target, about_book(contents))
    print(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
