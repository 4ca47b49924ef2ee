"""The whole book as one PDF, printed by Debian's Chromium."""

import io
import shutil
import subprocess
from html import escape
from pathlib import Path

from course_lib.publishing.contents import Contents
from course_lib.publishing.one_file.about import About
from course_lib.publishing.one_file.printed import Article, articles, print_style

PAPER = (
    "@page { size: A4; margin: 20mm 20mm 22mm; } html { font-size: 10.5pt; } "
    ".printed, .list { break-before: page; } .cover { padding-top: 60mm; text-align: center; } "
    ".cover h1 { font-size: 30pt; } .list li { margin: .3em 0; } .list ul { list-style: none; padding: 0; }"
)
# What the printing takes from the system: the Debian package, and how to see that it is there.
PACKAGES = {
    "chromium": ("chromium", "--version"),
    "fontconfig": ("fc-list", "--version"),
    "fonts-noto-cjk": ("fc-list", ":lang=ko"),
}


class CannotPrint(Exception):
    """What is missing, and what to do."""


def demand_packages() -> None:
    """Raise `CannotPrint` with the names of the Debian packages that are needed and not there."""
    missing = " ".join(package for package, command in PACKAGES.items() if not _answers(command))
    if missing:
        raise CannotPrint(f"A PDF needs {missing}, which this system lacks (Debian and Ubuntu: apt install {missing}).")


def _answers(command: tuple[str, ...]) -> bool:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and bool(answer.stdout.strip() or "--version" in command)


def write_pdf(contents: Contents, build: Path, target: Path, about: About) -> None:
    """Write the built book as a tagged PDF with bookmarks and links.

    Raises `CannotPrint` where the system lacks something.
    """
    demand_packages()
    html = build / "html"
    made = articles(contents, html, address=lambda key, place: f"#{place}")
    folder = build / "print"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(html / "_static" / "course-math.woff2", folder / "course-math.woff2")
    page = folder / "book.html"
    page.write_text(_whole(made, about, html), encoding="utf-8")
    _print(page, target, about.title)
    target.write_bytes(described(target.read_bytes(), about))


def described(printed: bytes, about: About) -> bytes:
    """Return a PDF of Chromium's, which knows no author and only the clock's time, with a description of ours."""
    from pypdf import PdfWriter

    when = f"D:{about.changed:%Y%m%d%H%M%S}Z"
    facts = {"Title": about.title, "Author": about.author, "Subject": about.says, "Creator": "course_lib"}
    facts |= {"Producer": "Chromium", "CreationDate": when, "ModDate": when}
    writer = PdfWriter(io.BytesIO(printed), incremental=True)  # what was printed stays as it is
    writer.add_metadata({f"/{name}": said for name, said in facts.items()})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _whole(made: list[Article], about: About, html: Path) -> str:
    title = escape(about.title)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{print_style(html)}{PAPER}</style></head><body>"
        f'<div class="cover"><p class="cover-title" style="font-size:30pt;font-weight:700">{title}</p>'
        f"<p>{escape(about.says)}</p></div>{_list_of(made)}"
        f"{''.join(_with_part(article) for article in made)}</body></html>"
    )


def _list_of(made: list[Article]) -> str:
    lines, part = [], ""
    for article in made:
        if article.part != part:
            part = article.part
            lines.append(f'<li class="part">{escape(part)}</li>')
        lines.append(f'<li><a href="#{article.key}">{escape(article.title)}</a></li>')
    return f'<div class="list"><p style="font-size:1.6em;font-weight:600">Contents</p><ul>{"".join(lines)}</ul></div>'


def _with_part(article: Article) -> str:
    start, end = article.body.split(">", 1)
    # Never empty: Chromium writes a heading that is the first thing on a page twice into the bookmarks.
    return f'{start}><p class="part">{escape(article.part) or "&#160;"}</p>{end}'


def _print(page: Path, target: Path, title: str) -> None:
    from playwright.sync_api import sync_playwright

    foot = (
        '<div style="width:100%;font:8px sans-serif;color:#5a656d;padding:0 20mm;display:flex">'
        f'<span style="flex:1">{escape(title)}</span><span class="pageNumber"></span></div>'
    )
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        try:
            sheet = browser.new_page()
            sheet.goto(page.as_uri())
            sheet.evaluate("document.fonts.ready")
            sheet.pdf(
                path=str(target),
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=foot,
                outline=True,
                tagged=True,
            )
        finally:
            browser.close()
