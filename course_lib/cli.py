"""The command `course`: it parses, calls and prints; the work is done by `checking`, `publishing` and `grading`.

Exit status: 0 all is well, 1 an answer is wrong or a notebook stale, 2 what was given cannot be used.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

# Nothing heavy is imported up here: `course --help` must answer at once.

WRONG, UNUSABLE = 1, 2
app = typer.Typer(
    help="Deep Learning, Checked: check your answers, see how far you are, and make the course itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def examples(*lines: str) -> str:
    """Return the end of a command's help: one example a line."""
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"  {line}" for line in lines)


def console(error: bool = False) -> Console:
    """Return the terminal to print to."""
    from rich.console import Console

    return Console(stderr=error, highlight=False, soft_wrap=False)


def complain(message: str) -> None:
    """Say on stderr what is wrong, in one sentence that ends up on one line wherever it is read."""
    from course_lib.checking.report import printable

    console(error=True).print(printable(message), style="red", markup=False, soft_wrap=True)


Seconds = Annotated[float, typer.Option(min=0.1, help="Stop a cell that runs for longer than this.")]


@app.command(
    epilog=examples(
        "course check exercises/tensors/tensors.ipynb",
        "course check exercises/*/*.ipynb",
        "course check --json my.ipynb > verdicts.json",
    )
)
def check(
    notebooks: Annotated[list[Path], typer.Argument(metavar="NOTEBOOK", help="Exercise notebooks.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON, for programs.")] = False,
    seconds: Seconds = 30.0,
) -> None:
    """Run notebooks and say for each exercise what is right and what is not.

    This runs the code in them as you, with all that you may do: check only notebooks whose author you trust.
    For those of a class there is `course grade`, which isolates them.

    Exit status 0 if every answer passes, 1 if one does not, 2 for a file that is no exercise notebook.
    """
    from course_lib.checking.notebook import Unusable, check_notebook
    from course_lib.checking.progress_bar import progress_bar
    from course_lib.checking.report import as_data, show_report, summary

    reports, errors = [], []
    for path in notebooks:
        try:
            with progress_bar(f"Checking {path.name}") as moved:
                report = check_notebook(path, seconds=seconds, progress=moved)
        except Unusable as error:
            errors.append({"notebook": str(path), "message": str(error)})
            complain(str(error))
            continue
        reports.append(report)
        if not as_json:
            console().print(show_report(report))
    if as_json:
        typer.echo(json.dumps(as_data(reports, errors), indent=2))
    elif len(reports) > 1:
        console().print(summary(reports))
    if errors:
        raise typer.Exit(UNUSABLE)
    raise typer.Exit(0 if all(report.passed for report in reports) else WRONG)


@app.command(epilog=examples("course audit tensors", "course audit", "course audit optimizers --draws 200"))
def audit(
    concepts: Annotated[list[str] | None, typer.Argument(metavar="CONCEPT", help="All, if none is named.")] = None,
    draws: Annotated[int, typer.Option(min=1, help="How many draws an exercise.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another number makes other draws.")] = 0,
) -> None:
    """Draw inputs from each rubric's domain: reference, alternatives, solution and oracle must agree on all of them.

    Shows as well what was never drawn. Exit status 0 if all agree, 1 if not, 2 for a concept that is none.
    """
    from course_lib.checking import UnknownExercise
    from course_lib.checking.audit import audit_concept, every_concept, show, summary

    made = []
    for concept in concepts or every_concept():
        try:
            for one in audit_concept(concept, Path("solutions") / f"{concept}.py", draws, seed):
                made.append(one)
                console().print(show(one))
        except UnknownExercise as error:
            complain(str(error))
            raise typer.Exit(UNUSABLE) from None
    console().print(summary(made))
    raise typer.Exit(WRONG if any(one.disagreements for one in made) else 0)


@app.command(epilog=examples("course progress", "course progress ~/my-answers", "course progress --to attention_masks"))
def progress(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where your notebooks are; exercises/ or here, if not given.")
    ] = None,
    seconds: Seconds = 30.0,
    to: Annotated[
        str | None, typer.Option(metavar="CONCEPT", help="Show the pages that lead to this concept, and their minutes.")
    ] = None,
) -> None:
    """Show which exercises are done, which is next, and what that opens.

    Only notebooks that you have begun are run, and only if they have changed since.
    """
    from course_lib.checking.notebook import Unusable
    from course_lib.checking.progress import notebooks_in, stand
    from course_lib.checking.progress_bar import progress_bar
    from course_lib.checking.progress_table import show_next, show_stands, show_way
    from course_lib.publishing.contents import NoSuchPage, needs_of_concepts, pages_to, said_of_way

    try:
        way = pages_to(to) if to is not None else []
    except NoSuchPage as error:
        complain(str(error))
        raise typer.Exit(UNUSABLE) from None
    given, directory = directory, directory or (Path("exercises") if Path("exercises").is_dir() else Path())
    stands, unusable, needs = [], False, needs_of_concepts()
    try:
        paths = notebooks_in(directory, needs)
    except Unusable as error:
        if given or not way:
            complain(str(error))
            raise typer.Exit(UNUSABLE) from None
        paths = []  # the way is the same without any
    if way:
        paths = [path for path in paths if path.stem in {page.name for page in way}]
    with progress_bar("Looking at your answers") as moved:
        for done, path in enumerate(paths):
            moved(done, len(paths))
            try:
                stands.append(stand(path, seconds))
            except Unusable as error:
                unusable = True
                complain(str(error))
    if way:
        console().print(f"The way to {way[-1].title}: {said_of_way(way)}", style="bold", soft_wrap=True)
        console().print(show_way([(page.name, page.title, page.minutes or 0) for page in way], stands))
    elif stands:
        console().print(show_stands(stands, needs))
    if stands:
        console().print(show_next(stands, needs), soft_wrap=True)
    raise typer.Exit(UNUSABLE if unusable else 0)


Root = Annotated[Path | None, typer.Option(metavar="DIR", help="The clone of the course; found upwards from here.")]


@app.command(
    epilog=examples(
        "course exercises", "course exercises tensors optimizers", "course exercises --check   # as CI does"
    )
)
def exercises(
    concepts: Annotated[list[str] | None, typer.Argument(metavar="CONCEPT", help="Only these; all if none.")] = None,
    check_only: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if stale.")] = False,
    root: Root = None,
) -> None:
    """Write the exercise notebooks from solutions/, or say which are stale."""
    place = _clone(root)
    from course_lib.checking.progress_bar import progress_bar
    from course_lib.publishing.exercises import notebooks

    made, failed, stale = [], False, False
    try:
        paths = notebooks.solutions_in(place, concepts or ())
    except notebooks.SolutionError as error:
        complain(str(error))
        raise typer.Exit(UNUSABLE) from None
    with progress_bar("Exercises") as moved:
        for done, path in enumerate(paths):
            moved(done, len(paths))
            if not check_only and notebooks.is_fresh(path, place):
                continue
            try:
                made.append(notebooks.make(path, place))
            except notebooks.SolutionError as error:
                failed = True
                complain(str(error))
    for one in made:
        if check_only:
            diff = notebooks.stale(one, place)
            stale |= bool(diff)
            typer.echo(diff, nl=False)
        else:
            for written in notebooks.write(one, place):
                typer.echo(f"wrote {written.relative_to(place)}")
    for path in [] if concepts else notebooks.orphans(place):
        stale = True
        complain(f"{path.relative_to(place)}: no solution makes this notebook; remove it, or add its solution.")
    if stale and check_only:
        complain("The exercises are stale; run `make exercises`, look at the changes, and commit them.")
    elif not failed and not stale:
        typer.echo(
            f"{len(paths)} {'exercise notebook is' if len(paths) == 1 else 'exercise notebooks are'} up to date."
        )
    raise typer.Exit(UNUSABLE if failed else WRONG if stale else 0)


@app.command(
    epilog=examples(
        "course new attention --part sequences", 'course new k_means --part grouping --caption "Finding groups"'
    )
)
def new(
    concept: Annotated[str, typer.Argument(metavar="CONCEPT", help="Its name, as a Python module is named.")],
    part: Annotated[str, typer.Option(help="The part of the book it belongs to: a folder of book/.")],
    caption: Annotated[str, typer.Option(help="Begin a new part of the book with this heading.")] = "",
    root: Root = None,
) -> None:
    """Begin a concept: its reference, test, page, rubric, solution, and its line in _toc.yml."""
    place = _clone(root)
    from course_lib.publishing.new_concept.scaffold import Refused, new_concept

    try:
        written = new_concept(place, concept, part, caption)
    except Refused as error:
        complain(str(error))
        raise typer.Exit(UNUSABLE) from None
    for path in written:
        typer.echo(f"wrote {path.relative_to(place)}")
    typer.echo("Fill them in, in this order; then `make exercises`. `make check` names each place still to be written.")


Course = Annotated[Path, typer.Option("--course", metavar="DIR", help="The course folder, with submitted/ in it.")]
Assignment = Annotated[str | None, typer.Option(help="Only this assignment.")]
Student = Annotated[str | None, typer.Option(help="Only this student.")]


@app.command(
    epilog=examples(
        "course grade",
        "course grade --assignment tensors --jobs 8",
        "course grade --scheduler tcp://127.0.0.1:8786   # on a Dask cluster",
    )
)
def grade(
    course: Course = Path(),
    assignment: Assignment = None,
    student: Student = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes grade at once.")] = 2,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Grade on this Dask cluster.")] = None,
    require_isolation: Annotated[bool, typer.Option(help="Refuse where student code cannot be isolated.")] = False,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
) -> None:
    """Grade a class: submitted/ into the gradebook. What was graded before is not graded again."""
    from course_lib.grading import commands

    wishes = {"jobs": jobs, "scheduler": scheduler, "require_isolation": require_isolation, "device": device}
    raise typer.Exit(commands.grade(course, assignment, student, **wishes))  # type: ignore[arg-type]


@app.command(epilog=examples("course export --to canvas", "course export --to csv --output marks.csv"))
def export(
    to: Annotated[str, typer.Option(help="csv, canvas or moodle.")] = "csv",
    course: Course = Path(),
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")] = None,
    assignment: Assignment = None,
    student: Student = None,
) -> None:
    """Write the gradebook's marks for a spreadsheet, Canvas or Moodle."""
    from course_lib.grading import commands

    raise typer.Exit(commands.export(course, to, output, assignment, student))


@app.command(
    "demo-class", epilog=examples("course demo-class ~/demo-class --students 30", "course grade --course ~/demo-class")
)
def demo_class(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make the class.")],
    students: Annotated[int, typer.Option(min=1, help="How many students.")] = 30,
    concept: Annotated[str, typer.Option(help="Only this concept's exercises.")] = "",
    seed: Annotated[int, typer.Option(help="Another number makes another class.")] = 0,
) -> None:
    """Make up a class's submissions of many kinds, to rehearse grading with."""
    from course_lib.grading import commands

    raise typer.Exit(commands.demo_class(folder, students, concept, seed))


def _clone(root: Path | None) -> Path:
    """Return the course's root folder: the given one, or the nearest above; it must be the one that was imported."""
    here = (root or Path.cwd()).resolve()
    found = next((place for place in [here, *here.parents] if (place / "_toc.yml").is_file()), None)
    if found is None or (root and found != here):
        complain(f"{here} is not a clone of the course: there is no _toc.yml. Go to one, or name it with --root.")
        raise typer.Exit(UNUSABLE)
    ours = Path(__file__).resolve().parents[1]
    if found != ours:
        complain(f"This `course` belongs to {ours}, not to {found}; run that one's: {found}/.venv/bin/course.")
        raise typer.Exit(UNUSABLE)
    return found


def main() -> None:
    """Run the command; a package that is missing is a sentence, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except ModuleNotFoundError as error:
        sys.exit(_missing(error))


def _missing(error: ModuleNotFoundError) -> int:
    if (error.name or "").startswith("course_lib"):
        raise error
    complain(f"This command needs the package {error.name}, which is not installed; run `make install` in the course.")
    return UNUSABLE


if __name__ == "__main__":
    main()
