"""An audit in a terminal: a line an exercise, what disagrees as code to paste, and what was never drawn."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from course_lib.checking.audit.agreement import Audit


def show(made: Audit) -> RenderableType:
    """Return what the draws of one exercise came to."""
    wrong = sum(one.times for one in made.disagreements.values())
    words = f"{made.draws} draws, {made.refused} to be refused, {made.seconds:.1f} s, {wrong} disagreements"
    if not made.draws:
        return Text.assemble(("○ ", "yellow"), (made.exercise, "bold"), " has no domain, so nothing was drawn")
    head = Text.assemble(("✗ ", "red") if wrong else ("✓ ", "green"), (made.exercise, "bold"), f" · {words}")
    parts: list[RenderableType] = [head]
    for one in made.disagreements.values():
        body = Group(Text(one.message), Syntax(one.paste, "python", word_wrap=True, background_color="default"))
        title = f"{one.who} disagrees, {one.times} times"
        parts.append(Panel(body, title=title, title_align="left", border_style="red"))
    table = Table("parameter", "drawn", "never drawn", box=None, padding=(0, 2), header_style="bright_black")
    for row in made.drawn.rows():
        table.add_row(*map(Text, row))
    parts.append(table)
    parts += [Text(f"  The solution's {words}", style="yellow") for words in made.untaken]
    return Group(*parts)


def summary(audits: list[Audit]) -> Text:
    """Return the line that sums up."""
    wrong = sum(one.times for made in audits for one in made.disagreements.values())
    drawn = [made for made in audits if made.draws]
    words = f"{sum(made.draws for made in audits)} draws for {len(drawn)} of {len(audits)} exercises, "
    words += f"{wrong} disagreements, {sum(made.seconds for made in audits):.0f} s"
    return Text(words, style="bold red" if wrong else "bold green")
