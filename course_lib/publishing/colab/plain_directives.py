"""What a page asks and warns of, as plain Markdown: its questions, common mistakes and exercises."""

import re
from pathlib import Path

from course_lib.checking.backquotes import as_html, pieces
from course_lib.publishing.contents import colab_url
from course_lib.publishing.directives.quiz import QuizError, read_choices
from course_lib.publishing.exercises.described import Exercise, exercises_of


def quiz(question: str, body: str) -> str:
    """Return a question, and each choice with a fold that says why."""
    try:
        choices = read_choices(body)
    except QuizError:
        return f"**{question}**"  # the book's build says what is wrong, with file and line
    lines = [f"**{question}**", ""]
    for letter, choice in zip("ABCDEFGHIJ", choices, strict=False):
        verdict = "Right." if choice["right"] else "Not this one."
        because = " ".join(choice["because"].split())
        lines += [
            f"- **{letter}.** {choice['text']}",
            "",
            "  <details><summary>Why?</summary>",
            "",  # without it, what follows would be HTML, and its `code` no code
            f"  {verdict} {because}",
            "",
            "  </details>",
            "",
        ]
    return "\n".join(lines)


def deeper(title: str, body: str) -> str:
    """Return a fold of the second reading."""
    return f"<details><summary><b>Deeper: {as_html(title)}</b></summary>\n\n{body}\n\n</details>"


def half_truth(said: str, body: str) -> str:
    """Return what people say, and below it what is true."""
    lines = [f"**Half-truth:** {said}", "", *body.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def mistakes(concept: str) -> str:
    """Return a concept's known mistakes: one fold for each exercise, the first of them open, as in the book."""
    found = [exercise for exercise in exercises_of(concept, with_mistakes=True) if exercise.mistakes]
    return "\n\n".join(_mistakes_of(exercise, " open" if i == 0 else "") for i, exercise in enumerate(found))


def _mistakes_of(exercise: Exercise, opened: str) -> str:
    title = f"<b>{as_html(exercise.title)}</b> · {len(exercise.mistakes)} known mistakes"
    lines = [f"<details{opened}><summary>{title}</summary>", ""]
    for mistake in exercise.mistakes:
        lines += [
            f"- {_words(mistake.says)}",
            f"  - call: {_code(mistake.call)}",
            f"  - expected: {_code(mistake.expected)}",
            f"  - this gives: {_code(mistake.gives)}",
        ]
    return "\n".join([*lines, "", "</details>"])


def _words(text: str) -> str:
    """Text whose `backquotes` are code and nothing else is special, as in a verdict."""
    return "".join(f"`{piece}`" if code else re.sub(r"([\\*<$`\[\]])", r"\\\1", piece) for piece, code in pieces(text))


def _code(text: str) -> str:
    """Text as code: between more backquotes than it has in a row.

    >>> _code("x"), _code("`x`")
    ('`x`', '`` `x` ``')
    """
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks} {text} {ticks}" if text.startswith("`") or text.endswith("`") else f"{ticks}{text}{ticks}"


def exercises(concept: str, root: Path) -> str:
    """Return the table of a concept's exercises; each title leads to its own cell in Colab."""
    lines = ["| exercise | difficulty | minutes | points |", "|---|---|---|---|"]
    link = colab_url(root, f"exercises/{concept}/{concept}.ipynb")
    for exercise in exercises_of(concept):
        title = f"[{exercise.title}]({link}#scrollTo=exercise-{exercise.name.partition('.')[2]})"
        lines.append(f"| {title} | {exercise.difficulty} of 3 | {exercise.minutes} | {exercise.points_text} |")
    return "\n".join([*lines, "", f"[Open the exercises in Colab]({link})"])
