"""A class from its submissions to its marks: nothing lost, nothing graded twice, the same points by every way."""

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from grading.conftest import needs_landlock
from house_rules.house import MADE_UP, ROOT

from course_lib.checking import Verdict
from course_lib.checking.notebook import check_notebook
from course_lib.checking.places import concepts
from course_lib.grading import commands, demo_class, pool
from course_lib.grading.cohort import NotIsolated, grade_class
from course_lib.grading.gradebook.scores import open_gradebook
from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Task, Verdicts, secret, seed_for

CONCEPT = "letters"
MANY = len(demo_class.KINDS)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A class with one submission of each kind."""
    folder = tmp_path_factory.mktemp("class")
    kinds = write_class(folder, MANY)
    return folder, kinds


def write_class(folder, students, seed=0):
    release = MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb"
    (folder / "exercises" / CONCEPT).mkdir(parents=True)
    shutil.copy(release, folder / "exercises" / CONCEPT)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    made = demo_class.make_class(MADE_UP, CONCEPT, json.loads(release.read_text()), students, seed)
    for one in made:
        place = folder / "submitted" / one.student / CONCEPT
        place.mkdir(parents=True)
        if one.data is not None:
            (place / f"{CONCEPT}.ipynb").write_bytes(one.data)
    return {one.student: one.kind for one in made}


@pytest.fixture(scope="module")
def graded(handed_in):
    folder, kinds = handed_in
    return Course(folder), kinds, grade_class(Course(folder))


def marks(course):
    """Return every score in the gradebook."""
    book = open_gradebook(course)
    try:
        return {
            (s.student.id, grade.name): grade.auto_score
            for s in book.assignment_submissions(CONCEPT)
            for notebook in s.notebooks
            for grade in notebook.grades
        }
    finally:
        book.close()


def test_every_submission_has_a_grade_and_what_was_mended_is_told(graded):
    course, kinds, report = graded
    assert not report.failed
    assert {student for student, _ in marks(course)} == set(kinds)
    mended = {name.partition("/")[0] for name in report.repaired}
    assert {kinds[s] for s in mended} >= {
        "the file is cut off",
        "merge-conflict markers",
    }
    doubtful = {name.partition("/")[0] for name in report.review}
    assert {kinds[s] for s in doubtful} == {"nothing handed in but the folder"}
    assert {kinds[s] for s in mended}.isdisjoint({"all right", "blank", "half of it written"})


def test_right_answers_lose_nothing_and_tricks_earn_nothing(graded):
    _, kinds, report = graded
    most = max(report.totals.values())
    totals = {kinds[student]: total for (student, _), total in report.totals.items()}
    for kind in ("all right", "all right, with warnings and prints", "metadata stripped", "cells in another order"):
        assert totals[kind] == most, kind
    for kind in ("tries to replace the checker", "blank", "nothing handed in but the folder"):
        assert totals[kind] == 0, kind
    assert totals["a syntax error in one cell"] < most


def test_course_check_gives_the_same_points(graded):
    course, kinds, _ = graded
    scores = marks(course)
    for student, kind in kinds.items():
        if kind in (
            "all right",
            "a known mistake here and there",
            "half of it written",
            "blank",
            "a syntax error in one cell",
        ):
            path = course.folder("submitted", student, CONCEPT) / f"{CONCEPT}.ipynb"
            for verdict in check_notebook(path).verdicts:
                exercise = verdict.exercise.rpartition(".")[2]
                assert scores[student, f"check-{exercise}"] == verdict.points, (kind, exercise)


def test_a_second_run_reads_what_is_known(graded):
    course, kinds, report = graded
    again = grade_class(course)
    assert again.counts["cached"] == len(kinds)
    assert again.counts["graded"] == 0
    assert again.totals == report.totals


def test_a_changed_submission_is_graded_anew(tmp_path):
    write_class(tmp_path, 2)
    course = Course(tmp_path)
    first = grade_class(course, student="s000", jobs=1)
    path = course.folder("submitted", "s000", CONCEPT) / f"{CONCEPT}.ipynb"
    path.write_bytes((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_bytes())
    second = grade_class(course, student="s000", jobs=1)
    assert first.totals["s000", CONCEPT] > second.totals["s000", CONCEPT] == 0
    assert {score for (student, _), score in marks(course).items() if student == "s000"} == {0}


def test_feedback_shows_cards_and_no_secret_case(graded, tmp_path):
    """The public cases' examples are shown; the cases of the submission's own seed are nowhere."""
    course, kinds, _ = graded
    from course_lib.checking.examples import call_text
    from course_lib.checking.finding import load

    student = next(s for s, kind in kinds.items() if kind == "a known mistake here and there")
    text = (course.folder("autograded", student, CONCEPT) / f"{CONCEPT}.ipynb").read_text()
    data = (course.folder("submitted", student, CONCEPT) / f"{CONCEPT}.ipynb").read_bytes()
    seed = seed_for(secret(course.root), CONCEPT, student, data)
    assert re.search("Not yet right|Partly right", text)
    shown = 0
    for rubric in load(CONCEPT).values():
        public = {call_text(rubric, case) for case in [*rubric.general_cases(0), *rubric.edge_cases()]}
        secrets = {call_text(rubric, case) for case in rubric.general_cases(seed)} - public
        assert not any(json.dumps(call)[1:-1] in text for call in secrets)
        shown += any(json.dumps(call.replace("'", "&#x27;"))[1:-1] in text for call in public)
    assert shown


def test_stock_feedback_and_export_work_on_what_we_wrote(graded):
    course, kinds, report = graded
    nbgrader(course.root, "generate_feedback", CONCEPT)
    student = next(s for s, kind in kinds.items() if kind == "a known mistake here and there")
    page = (course.folder("feedback", student, CONCEPT) / f"{CONCEPT}.html").read_text()
    assert re.search('class="verdict verdict-(failed|partial)"', page)
    nbgrader(course.root, "export", "--to", "stock.csv")
    with (course.root / "stock.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {student: total for (student, _), total in report.totals.items()}


def nbgrader(folder, *arguments):
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "none"), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]


def test_nbgrader_autograde_gives_the_same_points_by_configuration(handed_in, graded, tmp_path):
    folder, kinds = handed_in
    _, _, report = graded
    shutil.copytree(folder / "submitted", tmp_path / "submitted")
    shutil.copytree(folder / "exercises", tmp_path / "exercises")
    shutil.copytree(MADE_UP / "solutions", tmp_path / "solutions")
    shutil.copytree(folder / ".grading", tmp_path / ".grading")
    shutil.rmtree(tmp_path / ".grading" / "verdicts")
    lines = (folder / "nbgrader_config.py").read_text()
    lines += "\nfrom course_lib.grading.preprocessors import use\n\nuse(c)\n"
    (tmp_path / "nbgrader_config.py").write_text(lines)
    course = Course(tmp_path)
    from course_lib.grading.gradebook.scores import Writer

    with Writer(course) as writer:  # as `nbgrader generate_assignment` would
        writer.ensure_assignment(CONCEPT, course.release(CONCEPT).read_bytes())
    for student, kind in kinds.items():
        if kind == "nothing handed in but the folder":
            shutil.rmtree(tmp_path / "submitted" / student)  # nbgrader has no word for a folder without a notebook
    nbgrader(tmp_path, "autograde", CONCEPT)
    theirs = {}
    for (student, _), score in marks(course).items():
        theirs[student] = theirs.get(student, 0) + (score or 0)
    assert theirs == {s: total for (s, _), total in report.totals.items() if "nothing" not in kinds[s]}


@needs_landlock
def test_isolation_is_recorded_and_can_be_required(graded):
    course, _, report = graded
    assert report.unisolated == 0
    assert {"process", "landlock-files"} <= set(report.layers)
    assert grade_class(course, require_isolation=True).counts["cached"]
    results = sorted((course.root / ".grading" / "verdicts").glob("*/*.json"))
    key = results[0].stem
    result = Result.from_json(results[0].read_text(), key)
    Verdicts(course.root).put(key, replace(result, layers=("process",)))
    assert grade_class(course).unisolated == 1
    again = grade_class(course, require_isolation=True)  # what was graded without it is graded again
    assert again.counts["graded"] == 1
    assert grade_class(course).unisolated == 0


def test_isolation_that_is_required_and_not_to_be_had_is_said(tmp_path, monkeypatch):
    write_class(tmp_path, 1)
    monkeypatch.setattr(pool, "run_local", lambda tasks, jobs: ((t, Result(layers=("process",))) for t in tasks))
    with pytest.raises(NotIsolated, match="process"):
        grade_class(Course(tmp_path), require_isolation=True)


def test_the_secret_is_private_and_seeds_differ(tmp_path):
    key = secret(tmp_path)
    assert (tmp_path / ".grading" / "secret").stat().st_mode & 0o077 == 0
    assert secret(tmp_path) == key
    seeds = {seed_for(key, a, s, d) for a in "xy" for s in ("ada", "ben") for d in (b"1", b"2", None)}
    assert len(seeds) == 12
    assert 0 not in seeds
    assert seed_for(b"another", "x", "ada", b"1") not in seeds


def test_a_damaged_verdict_file_counts_as_absent(tmp_path):
    store = Verdicts(tmp_path)
    verdict = Verdict("a.b", "A", "passed", 3.0, 3.0, "Well done.")
    result = Result(verdicts={"check-b": verdict}, notes=("mended",), layers=("process",))
    store.put("ab12", result)
    assert store.get("ab12") == result
    path = tmp_path / ".grading/verdicts/ab/ab12.json"
    whole = path.read_text()
    damaged = [whole.replace("3.0", "2.0", 1), whole.replace("Well", "Wall"), whole[:-9], "{}", "[]", "", "[" * 10**5]
    damaged += [result.to_json("another"), whole.replace('"verdicts": {', '"verdicts": [', 1), json.dumps({"key": 1})]
    for text in damaged:
        path.write_text(text)
        assert store.get("ab12") is None
    path.write_bytes(b"\xff\xfe")
    assert store.get("ab12") is None


@pytest.mark.parametrize("text", ["", "\n", "secret", " " * 99])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, text):
    secret(tmp_path)
    (tmp_path / ".grading/secret").write_text(text)
    with pytest.raises(CourseError, match="restore it"):
        secret(tmp_path)


def test_folders_that_cannot_be_used_are_named(tmp_path, capsys):
    with pytest.raises(CourseError, match="Nothing was handed in"):
        grade_class(Course(tmp_path))
    (tmp_path / "submitted/ada/unheard_of").mkdir(parents=True)
    with pytest.raises(CourseError, match="no released notebook"):
        grade_class(Course(tmp_path))
    assert commands.grade(tmp_path) == commands.UNUSABLE
    assert commands.export(tmp_path, "canvas") == commands.UNUSABLE
    assert commands.export(tmp_path, "papyrus") == commands.UNUSABLE
    assert "papyrus" in capsys.readouterr().err


def test_a_worker_that_dies_costs_one_retry(tmp_path, monkeypatch):
    """Trouble of our own is told as such, is not kept, and asks a person to look."""
    write_class(tmp_path, 1)
    course = Course(tmp_path)
    monkeypatch.setattr(pool, "run_local", lambda tasks, jobs: ((t, Result(failed="lost power")) for t in tasks))
    report = grade_class(course)
    assert report.failed == {f"s000/{CONCEPT}": "lost power"}
    monkeypatch.undo()
    report = grade_class(course)
    assert report.counts["graded"] == 1
    assert report.totals["s000", CONCEPT] > 0


def test_formats_have_their_published_columns(graded):
    course, _, report = graded
    for to, first in (
        ("canvas", ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CONCEPT]),
        ("moodle", ["First name", "Surname", "ID number", "Institution", "Department", "Email address"]),
        ("csv", ["student", "last_name", "first_name", "email", "assignment", "score"]),
    ):
        path = course.root / f"{to}.csv"
        assert commands.export(course.root, to, path) == commands.DONE
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0][: len(first)] == first
        named = {"canvas": ("SIS Login ID", CONCEPT), "csv": ("student", "score")}
        who, score = named.get(to, ("ID number", f"Assignment: {CONCEPT} (Real)"))
        a, b = rows[0].index(who), rows[0].index(score)
        found = {row[a]: float(row[b]) for row in rows[1:] if row[a]}
        assert found == {student: total for (student, _), total in report.totals.items()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("Ada", "Ada"),
        (None, ""),
        ("-1", "'-1"),
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ("\n=1+1", "'\n'=1+1"),
        ("Ada;=1+1", "Ada;'=1+1"),
        ("Lovelace, Ada-Mae", "Lovelace, Ada-Mae"),
        ("ada@example.org", "ada@example.org"),
    ],
)
def test_a_spreadsheet_runs_no_formula_of_a_student(text, shown):
    from course_lib.grading.gradebook.exporters import safe

    assert safe(text) == shown


def run_and_kill(folder, after):
    """Start a run and kill it; return whether it was still going."""
    code = f"from pathlib import Path; from course_lib.grading import commands; commands.grade(Path({str(folder)!r}))"
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        run.wait(after)
        return False
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return True


def killed(handed_in, tmp_path, moments):
    folder, _ = handed_in
    for name in ("submitted", "exercises"):
        shutil.copytree(folder / name, tmp_path / name)
    shutil.copy(folder / "nbgrader_config.py", tmp_path)
    secret(folder)
    (tmp_path / ".grading").mkdir()
    shutil.copy(folder / ".grading" / "secret", tmp_path / ".grading")
    hits = sum(run_and_kill(tmp_path, after) for after in moments)
    grade_class(Course(tmp_path))
    return hits


def test_a_killed_run_goes_on_where_it_stopped(graded, handed_in, tmp_path):
    course, _, _ = graded
    assert killed(handed_in, tmp_path, [4.0]) == 1
    assert marks(Course(tmp_path)) == marks(course)


@pytest.mark.whole
def test_twenty_kills_change_nothing(graded, handed_in, tmp_path):
    chance = random.Random(20)
    course, _, _ = graded
    killed(handed_in, tmp_path, [chance.uniform(0.5, 8.0) for _ in range(20)])
    assert marks(Course(tmp_path)) == marks(course)


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same(graded, handed_in, tmp_path):
    distributed = pytest.importorskip("distributed")
    course, _, _ = graded
    folder, _ = handed_in
    for name in ("submitted", "exercises", ".grading"):
        shutil.copytree(folder / name, tmp_path / name)
    shutil.rmtree(tmp_path / ".grading" / "verdicts")
    shutil.copy(folder / "nbgrader_config.py", tmp_path)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        report = grade_class(Course(tmp_path), scheduler=cluster.scheduler_address)
    assert not report.failed
    assert marks(Course(tmp_path)) == marks(course)


def test_a_task_is_named_by_everything_that_makes_its_verdict():
    one = Task(CONCEPT, "ada", b"{}", b"{}", 5)
    others = [
        Task("made_up", "ada", b"{}", b"{}", 5),
        Task(CONCEPT, "ben", b"{}", b"{}", 5),
        Task(CONCEPT, "ada", b"{ }", b"{}", 5),
        Task(CONCEPT, "ada", None, b"{}", 5),
        Task(CONCEPT, "ada", b"{}", b"{ }", 5),
        Task(CONCEPT, "ada", b"{}", b"{}", 6),
        Task(CONCEPT, "ada", b"{}", b"{}", 5, device="cuda"),
    ]
    assert len({task.key for task in [one, *others]}) == 8
    assert one.key == Task(CONCEPT, "ada", b"{}", b"{}", 5).key


@pytest.mark.parametrize("concept", concepts())
def test_every_concept_has_mistakes_for_a_made_up_class(concept):
    assert any(demo_class.known_mistakes(concept).values())
