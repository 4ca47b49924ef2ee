"""A verdict as HTML: a small card that works in light and dark, in Jupyter, Colab and the book, and when read aloud."""

from __future__ import annotations

from html import escape

from course_lib.checking.backquotes import as_html
from course_lib.checking.reasons import MARKS, Findings, example_rows

# Every color has 4.5:1 on white and on black surroundings alike as a border; text itself keeps the page's color.
ACCENTS = {"passed": "#1a8a5a", "partial": "#b8860b", "failed": "#d1495b", "blank": "#7a7f87"}
WORDS = {"passed": "Passed", "partial": "Partly right", "failed": "Not yet right", "blank": "Not yet written"}


def card(verdict: Findings) -> str:
    """Return the card of a verdict; everything that came from an answer is escaped."""
    accent = ACCENTS[verdict.status]
    score = f"{verdict.points:g} of {verdict.max_points:g} {'point' if verdict.max_points == 1 else 'points'}"
    head = (
        f'<div style="font-weight:600"><span aria-hidden="true" style="color:{accent}">{MARKS[verdict.status]}</span> '
        f"{WORDS[verdict.status]}: {as_html(verdict.title)} "
        f'<span style="font-weight:400;opacity:.85">({score})</span></div>'
    )
    parts = [
        head,
        f'<div style="margin:.4em 0">{as_html(verdict.message)}</div>',
        _example(verdict),
        _reasons(verdict),
    ]
    small = [*verdict.notes, *(["; ".join(verdict.devices)] if verdict.devices else [])]
    parts += [f'<div style="font-size:.85em;opacity:.85">{as_html(line)}</div>' for line in small]
    label = escape(f"Verdict on {verdict.exercise}: {WORDS[verdict.status]}, {score}", quote=True)
    return (
        f'<div class="verdict verdict-{verdict.status}" role="group" aria-label="{label}" '
        f'style="border:1px solid {accent};border-left-width:6px;border-radius:6px;padding:.7em 1em;margin:.5em 0;'
        f'max-width:46em;line-height:1.45">' + "".join(parts) + "</div>"
    )


def _example(verdict: Findings) -> str:
    if not verdict.example:
        return ""
    rows = "".join(
        f'<div style="display:flex;gap:.8em"><dt style="flex:0 0 5em;opacity:.85;font-weight:400">{name}</dt>'
        f'<dd style="margin:0;min-width:0;overflow-wrap:anywhere"><code>{escape(text)}</code></dd></div>'
        for name, text in example_rows(verdict.example)
    )
    return f'<dl style="margin:.4em 0">{rows}</dl>'


def _reasons(verdict: Findings) -> str:
    if len(verdict.reasons) < 2 or verdict.status == "blank":
        return ""
    marks = {True: ("✓", "right"), False: ("✗", "not right"), None: ("–", "not tried")}
    items = "".join(
        f'<li><span aria-hidden="true">{marks[r.passed][0]}</span> '
        f"{as_html(r.title)} "
        f'<span style="opacity:.85">({marks[r.passed][1]}, {r.points:g} of {r.max_points:g})</span></li>'
        for r in verdict.reasons
    )
    return f'<ul style="list-style:none;padding-left:0;margin:.4em 0">{items}</ul>'
