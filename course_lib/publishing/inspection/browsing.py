"""A browser that is on this machine, and what it finds on a page."""

import contextlib
import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WIDTHS = {"desktop": (1280, 900), "phone": (375, 800)}
THEMES = ("light", "dark")
CONTROL = ("desktop", "light")  # the visit in which contrast is measured on every element
# What is packed already, or gains nothing from it.
PACKED = {".woff2", ".woff", ".png", ".jpg", ".webp"}


def browser_path() -> str | None:
    """Where Chromium is, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Open a browser for the time of a `with`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=browser_path(), args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


def pages_of(html: Path) -> list[Path]:
    """Return the built pages, without the one that only leads to the first."""
    return [
        path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts and path != html / "index.html"
    ]


@dataclass
class Visit:
    """What one look at a page brought."""

    page: Path
    name: str
    width: str
    theme: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    sticking_out: list[str] = field(default_factory=list)
    small_words: list[str] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the page, the width and the theme: how a complaint begins."""
        return f"{self.name} ({self.width}, {self.theme})"

    @property
    def strangers(self) -> list[str]:
        """Requests that leave the site."""
        return [url for url in self.requests if urlsplit(url).scheme not in ("file", "data", "blob")]

    @property
    def weight(self) -> int:
        """The page and all that it loads, in bytes, packed as a server would send it."""
        urls = {url for url in self.requests if urlsplit(url).scheme == "file"}
        return sum(packed_size(Path(unquote(urlsplit(url).path))) for url in urls)


def packed_size(path: Path) -> int:
    """Return a file's size as it travels."""
    data = path.read_bytes() if path.is_file() else b""
    return len(data) if path.suffix in PACKED else len(gzip.compress(data, 6))


def visit(browser: Any, page: Path, html: Path, width: str, theme: str, with_axe: bool = True) -> Visit:
    """Open a page with everything on it unfolded, and write down what a reader would trip over."""
    found = Visit(page, str(page.relative_to(html)), width, theme)
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
    context.route(lambda url: urlsplit(url).scheme in ("http", "https"), lambda route: route.abort())
    opened = context.new_page()
    opened.on("request", lambda request: found.requests.append(request.url))
    opened.on("requestfailed", lambda request: found.console.append(f"not loaded: {request.url}"))
    opened.on("pageerror", lambda error: found.console.append(f"script error: {error}"))
    opened.on("console", lambda said: found.console.append(said.text) if said.type in ("error", "warning") else None)
    opened.goto(page.as_uri(), wait_until="load")
    opened.evaluate("document.fonts.ready")
    opened.add_style_tag(content="* { content-visibility: visible !important }")  # what is far down, too
    opened.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    found.unnamed = opened.evaluate(UNNAMED)
    found.sticking_out = opened.evaluate(STICKING_OUT)
    found.small_words = opened.evaluate(SMALL_WORDS)
    if with_axe:
        found.violations = violations(opened, theme, everywhere=(width, theme) == CONTROL)
    context.close()
    return found


def violations(page: Any, theme: str, everywhere: bool) -> list[dict[str, Any]]:
    """Return what axe-core objects to: rule, impact, help, and the elements with the reason for each.

    Contrast takes four fifths of the time. It is measured on every element (`everywhere`), or on one of each kind: same
    colors, size and weight have the same contrast. The other rules know nothing of colors, so they are asked in light.
    """
    if everywhere:
        return _asked(page, None, {})
    kinds = page.evaluate(ONE_OF_EACH)
    colors = _asked(page, {"include": [[f"[data-kind='{kind}']"] for kind in range(kinds)]}, _only(COLORS))
    return colors + (_asked(page, None, _without(COLORS)) if theme == "light" else [])


def _only(rules: tuple[str, ...]) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": list(rules)}}


def _without(rules: tuple[str, ...]) -> dict[str, Any]:
    return {"rules": {rule: {"enabled": False} for rule in rules}}


def _asked(page: Any, where: dict[str, Any] | None, options: dict[str, Any]) -> list[dict[str, Any]]:
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page, where, {"resultTypes": ["violations"], "preload": False} | options).response
    return [
        {
            "rule": rule["id"],
            "impact": rule["impact"],
            "help": rule["help"],
            "elements": [f"{node['html'][:160]}: {' '.join(node['failureSummary'].split())}" for node in rule["nodes"]],
        }
        for rule in results["violations"]
    ]


COLORS = ("color-contrast", "link-in-text-block")  # axe-core's rules that look at colors
# Number one element of each kind of text, by all that its contrast depends on, and say how many kinds there are.
ONE_OF_EACH = """() => {
  const kinds = new Set();
  const behind = e => { const seen = []; for (let p = e; p; p = p.parentElement) { const s = getComputedStyle(p);
    if (s.opacity !== '1' || s.backgroundImage !== 'none') seen.push(s.opacity, s.backgroundImage);
    if (s.backgroundColor !== 'rgba(0, 0, 0, 0)') seen.push(s.backgroundColor);
    if (s.backgroundColor.startsWith('rgb(')) break; }
    return seen; };
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
    const s = getComputedStyle(e), link = e.closest('a, button, summary') ? 'pressed' : '';
    const kind = [s.color, s.fontSize, s.fontWeight, s.textShadow, s.textDecorationLine, link, ...behind(e)].join();
    if (!kinds.has(kind)) { e.dataset.kind = kinds.size; kinds.add(kind); } }
  return kinds.size;
}"""


# Pictures that say nothing to those who cannot see them.
UNNAMED = """() => {
  const words = e => (e.getAttribute('alt') || e.getAttribute('aria-label') || e.querySelector?.('title')?.textContent
    || '').trim();
  return [...document.querySelectorAll('img, svg[role=img], [role=img], .course-figure svg')]
    .filter(e => !e.closest('[aria-hidden=true]') && !words(e)).map(e => e.outerHTML.slice(0, 160));
}"""

# Words of figures that are smaller than 11 pixels as they stand on the screen; of a formula, the largest of its pieces.
SMALL_WORDS = """() => [...document.querySelectorAll('.course-figure svg')].flatMap(svg => {
  const scale = svg.getScreenCTM()?.a ?? 1;
  return [...svg.querySelectorAll('text')].flatMap(text => {
    const sizes = [text, ...text.querySelectorAll('tspan')].map(e => parseFloat(getComputedStyle(e).fontSize));
    const size = Math.max(...sizes) * scale;
    return size && size < 10.95 ? [`'${text.textContent.trim()}' is ${size.toFixed(1)} px high`] : []; }); })"""

# Elements that reach beyond the window and stand in no box that scrolls by itself.
STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const boxed = e => { for (let p = e.parentElement; p; p = p.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX) && p !== document.body) return true;
    return false; };
  const out = [...document.body.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect(); return box.width && box.right > wide + 1 && !boxed(e); });
  return (out.length ? out.slice(0, 5) : [document.body]).map(e =>
    `${e.outerHTML.slice(0, 120)} ends at ${Math.round(e.getBoundingClientRect().right)} px of ${wide}`);
}"""
