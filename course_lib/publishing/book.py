"""Build the book: execute what changed, then Sphinx, strictly. Run as `python -m course_lib.publishing.book`."""

import argparse
import json
import re
import shutil
import sys
import time
import warnings
from pathlib import Path

import yaml

from course_lib.checking.dependencies import digest_of
from course_lib.publishing.contents import Contents, Page, read_contents, repository_url

STAMP = "book_stamp.json"
UNFINISHED = ".unfinished"
# What a built book can depend on; `_build`, `.venv` and the like are products.
INPUTS = ("_config.yml", "_toc.yml", "pyproject.toml", "requirements.txt")
INPUT_FOLDERS = ("book", "course_lib", "exercises")
# nbformat's validator would check addresses by this grammar, which takes three seconds to load; no notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


class BookError(Exception):
    """The book cannot be built as it is; what is wrong has been said."""


def build_book(root: Path, build: Path | None = None, only: list[str] | None = None, jobs: int = 2) -> Path:
    """Build the book of `root` into `build` (`_build`) and return the path of its front page.

    `only` builds just these concepts' pages, for an author at work, into `_build/only`: with the concepts that they
    need or link to, notation and glossary.
    Raises `BookError` if a page fails or Sphinx has a warning; a failed build is never taken for a good one later.
    """
    start = time.monotonic()
    root = root.resolve()
    build = (build or root / "_build" / ("only" if only else "")).resolve()
    front = build / "html" / "index.html"
    inputs = _inputs_digest(root, only)
    if _is_current(build, inputs):
        print(f"The book is up to date: {front}")
        return front
    (build / STAMP).unlink(missing_ok=True)
    toc = _table_of_contents(root, build, only)
    contents = read_contents(root, toc)
    _execute(contents, build, jobs)
    # Sphinx keeps its environment even when a build failed, or was killed before pages were cut down to what they need,
    # and would take all of it for done the second time.
    if (build / UNFINISHED).exists():
        shutil.rmtree(build / ".doctrees", ignore_errors=True)
    (build / UNFINISHED).touch()
    _run_sphinx(root, build, toc)
    _copy_notebooks(contents, build)
    _write_front(front, contents.concepts[only[0]] if only else contents.pages[0])
    _remove_former_pages(build, contents)
    _write_stamp(build, inputs)
    (build / UNFINISHED).unlink()
    print(f"Built in {time.monotonic() - start:.0f} s: {front}")
    return front


def _inputs_digest(root: Path, only: list[str] | None) -> str:
    files = [root / name for name in INPUTS]
    for folder in INPUT_FOLDERS:
        files += [path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return digest_of(files, sys.version, repr(only))


def _is_current(build: Path, inputs: str) -> bool:
    """Whether the last good build had the same inputs, and every file it wrote is still there as it was."""
    try:
        stamp = json.loads((build / STAMP).read_text())
    except (OSError, ValueError):
        return False
    written = stamp.get("written", {})
    return stamp.get("inputs") == inputs and bool(written) and written == _written(build)


def _write_stamp(build: Path, inputs: str) -> None:
    (build / STAMP).write_text(json.dumps({"inputs": inputs, "written": _written(build)}))


def _written(build: Path) -> dict[str, list[int]]:
    """Size and time of every file of the built book and its notebooks."""
    found = {}
    for folder in ("html", "notebooks"):
        for path in (build / folder).rglob("*"):
            if path.is_file():
                about = path.stat()
                found[str(path.relative_to(build))] = [about.st_size, about.st_mtime_ns]
    return found


def _table_of_contents(root: Path, build: Path, only: list[str] | None) -> Path:
    """Return the table of contents to build from: `_toc.yml` itself, or what `only` leaves of it."""
    full = root / "_toc.yml"
    if not only:
        return full
    known = read_contents(root, full).concepts
    unknown = [name for name in only if name not in known]
    if unknown:
        raise BookError(
            f"no page of _toc.yml is named {', '.join(unknown)}; there are {', '.join(known) or 'none yet'}"
        )
    others = [page.docname for page in read_contents(root, full).pages[1:] if not page.is_concept]
    kept = _with_needs(only, known)
    first, *more = [known[name].docname for name in known if name in kept]
    toc = {"format": "jb-book", "root": first, "chapters": [{"file": name} for name in [*more, *others]]}
    build.mkdir(parents=True, exist_ok=True)
    partial = build / "toc_partial.yml"
    partial.write_text(yaml.safe_dump(toc, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return partial


def _with_needs(only: list[str], known: dict[str, Page]) -> set[str]:
    """Return the concepts asked for and all without which their pages would not build: those needed or linked to."""
    kept: set[str] = set()
    waiting = list(only)
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            linked = re.findall(r"\]\([^)\s]*?(\w+)\.md[)#]", known[name].path.read_text(encoding="utf-8"))
            waiting += [other for other in (*known[name].needs, *linked) if other in known]
    return kept


def _execute(contents: Contents, build: Path, jobs: int) -> None:
    from course_lib.publishing.pages.executed import PageError, execute_pages

    try:
        execute_pages(contents, build, jobs, meanwhile=_load_ahead)
    except PageError as error:
        raise BookError(str(error)) from None


def _load_ahead() -> None:
    """Import what Sphinx will need while pages execute, in processes of their own: four seconds that nobody waits."""
    import jupyter_book.sphinx  # noqa: F401
    import torch  # noqa: F401

    from course_lib.publishing.colab import page_notebook  # noqa: F401
    from course_lib.publishing.website import extension  # noqa: F401


def _run_sphinx(root: Path, build: Path, toc: Path) -> None:
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    if not sys.stderr.isatty():
        nocolor()
    address = repository_url(root)
    # sphinx_external_toc looks at every living object; touching this one of torch's makes torch complain.
    warnings.filterwarnings("ignore", message=".*torch.distributed.reduce_op.*", category=FutureWarning)
    result = build_sphinx(
        root,
        build / "html",
        noconfig=True,
        path_config=root / "_config.yml",
        doctreedir=build / ".doctrees",
        confoverrides={
            "external_toc_path": str(toc),
            "latex_individualpages": False,
            "nitpicky": True,
            "nb_execution_mode": "cache",
            "nb_execution_cache_path": str(build / ".jupyter_cache"),
            "course_build": str(build),
            "html_theme_options": {"repository_url": address, "repository_branch": "main"},
        },
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    if result != 0:
        raise BookError(
            "The book was not built: every warning above is an error, and each names its file and line."
            if isinstance(result, int)
            else f"The book was not built: {type(result).__name__}: {result}"
        )


def _copy_notebooks(contents: Contents, build: Path) -> None:
    from course_lib.publishing.colab.downloads import copy_notebooks

    copy_notebooks(contents, build / "notebooks", build / "html")


def _write_front(front: Path, page: Page) -> None:
    """Return the address people are given: a page that leads to the book's first one, or to the one asked for."""
    first = f"{page.docname}.html"
    front.write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{page.title}</title>'
        f'<meta http-equiv="refresh" content="0; url={first}"></head>'
        f'<body><a href="{first}">{page.title}</a></body></html>\n',
        encoding="utf-8",
    )


def _remove_former_pages(build: Path, contents: Contents) -> None:
    """Pages that are no longer in the table of contents are not served, nor their notebooks run again by tests."""
    pages = {build / "html" / f"{page.docname}.html" for page in contents.pages}
    notebooks = {build / "notebooks" / f"{page.name}.ipynb" for page in contents.pages if page.has_notebook}
    beside = {(build / "html" / page.docname).with_suffix(".ipynb") for page in contents.pages if page.has_notebook}
    for folder, kind, kept in (
        ("html/book", "html", pages),
        ("html/book", "ipynb", beside),
        ("notebooks", "ipynb", notebooks),
    ):
        for path in {*(build / folder).rglob(f"*.{kind}")} - kept:
            path.unlink()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publishing.book", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository (here)")
    parser.add_argument("--build", type=Path, help="where to build (ROOT/_build, with --only ROOT/_build/only)")
    parser.add_argument(
        "--only", metavar="CONCEPT", action="append", help="build only this concept and what it needs; repeatable"
    )
    parser.add_argument("--jobs", type=int, default=2, help="pages executed at once (2)")
    options = parser.parse_args(arguments)
    try:
        build_book(options.root, options.build, options.only, options.jobs)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
