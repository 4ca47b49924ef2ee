"""The built book in a browser: what each page asks, weighs and lacks, and Lighthouse's scores for three pages."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from benchmarks import PROGRESS, ROOT, Row
from course_lib.publishing.inspection.accepted import ACCEPTED, NEVER
from course_lib.publishing.inspection.browsing import THEMES, WIDTHS, Visit, browser_path, chromium, pages_of, visit
from course_lib.publishing.inspection.lighthouse import CATEGORIES, NotMeasured, scores
from course_lib.publishing.inspection.links import broken_colab_links, broken_links

HTML = ROOT / "_build" / "html"
HEAVIEST = 400_000
LEAST = 95
# What readers do, and a word in the names of the tests that do it.
WORKS = {
    "formulas, quizzes and figures read with scripts off": "without_scripts",
    "a quiz answered by keyboard": "answered_by_keyboard",
    "search finds a term": "search_finds",
    "a slider changes its figure, on every page": "slider_changes",
    "Colab and downloads lead to what the build wrote": "colab_opens",
}
RUNS = 5  # one page gets 93 to 98, as the machine pleases; Lighthouse itself advises the median of five


def measure() -> Iterator[Row]:
    """Yield the table of a book in a browser; where a browser is missing, say so."""
    pages = pages_of(HTML)
    if not pages:
        raise RuntimeError(f"{HTML} holds no book: run `make book` first")
    broken = broken_links(HTML) + broken_colab_links(HTML, ROOT, ROOT / "_build" / "notebooks")
    yield _none(f"broken links, anchors, notebooks and cells ({len(pages)} pages)", broken)
    if browser_path() is None:
        yield Row("pages in a browser", "not measured: no Chromium is installed", "", None)
        return
    with chromium() as browser:
        visits = []
        for number, page in enumerate(pages, start=1):
            PROGRESS.info("visiting %s (%d of %d)", page.relative_to(HTML), number, len(pages))
            visits += [visit(browser, page, HTML, width, theme) for width in WIDTHS for theme in THEMES]
    yield from _of_visits(visits)
    yield from _by_hand()
    yield from _lighthouse(_three(visits))


def _of_visits(visits: list[Visit]) -> Iterator[Row]:
    counted: list[tuple[str, Callable[[Visit], list[str]]]] = [
        ("requests to other hosts", lambda seen: seen.strangers),
        ("console errors and warnings", lambda seen: seen.console),
        ("pictures without alt text", lambda seen: seen.unnamed),
        ("elements beyond the window", lambda seen: seen.sticking_out),
        ("axe-core: serious or critical", lambda seen: [v["rule"] for v in seen.violations if v["impact"] in NEVER]),
    ]
    for what, of in counted:
        yield _none(f"{what} ({len(visits)} visits)", [f"{seen}: {line}" for seen in visits for line in of(seen)])
    others = {v["rule"] for seen in visits for v in seen.violations if v["impact"] not in NEVER}
    listed = ", ".join(sorted(others)) or "none"
    yield Row("axe-core: others", listed, "each with a reason", others <= set(ACCEPTED))
    heaviest = max(visits, key=lambda seen: seen.weight)
    kilobytes = f"{heaviest.weight / 1000:.0f} kB ({heaviest.name})"
    yield Row("heaviest page, packed", kilobytes, f"≤ {HEAVIEST // 1000} kB", heaviest.weight <= HEAVIEST)


def _by_hand() -> Iterator[Row]:
    """Run the tests of what readers do, and yield a row for each thing done."""
    PROGRESS.info("running the tests of what readers do")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        files = ("tests/browser/test_by_hand.py", "tests/browser/test_links.py")
        command = (
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-k",
            " or ".join(WORKS.values()),
            f"--junitxml={told}",
            *files,
        )
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        cases = {case.get("name", ""): [part.tag for part in case] for case in ElementTree.parse(told).iter("testcase")}
    for what, word in WORKS.items():
        done = {name: bad for name, bad in cases.items() if word in name}
        failed = [f"fails: {name}" for name, bad in done.items() if bad]
        yield Row(
            what, ", ".join(failed) or ("works" if done else "no test does it"), "works", bool(done) and not failed
        )


def _three(visits: list[Visit]) -> list[Path]:
    """Return the front page, the lightest concept's page and the heaviest."""
    weights = {seen.page: seen.weight for seen in visits if len(seen.page.relative_to(HTML).parts) == 3}
    return [HTML / "book" / "index.html", min(weights, key=weights.__getitem__), max(weights, key=weights.__getitem__)]


def _lighthouse(pages: list[Path]) -> Iterator[Row]:
    for page in pages:
        what = f"Lighthouse, {page.relative_to(HTML)}"
        try:
            runs = []
            for number in range(1, RUNS + 1):
                PROGRESS.info("%s: run %d of %d", what, number, RUNS)
                runs.append(scores(HTML, page))
        except NotMeasured as reason:
            yield Row(what, f"not measured: {reason}", f"≥ {LEAST} each", None)
            return
        middle = {name: round(statistics.median(run[name] for run in runs)) for name in CATEGORIES}
        shown = ", ".join(f"{name} {score}" for name, score in middle.items())
        yield Row(what, shown, f"≥ {LEAST} each", min(middle.values()) >= LEAST)


def _none(what: str, found: list[str]) -> Row:
    return Row(what, f"{len(found)}" + (f": {found[0][:120]}" if found else ""), "0", not found)
