"""What a verdict depends on, its secret seed, and the files that hold verdicts: named by their cause, written whole."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from course_lib.checking.dependencies import digest_of, files_of_concept, machinery
from course_lib.checking.places import ROOT
from course_lib.checking.whole_files import write_whole
from course_lib.grading.examiner.shown_modules import files_for
from course_lib.grading.handed_in.course_folders import CourseError
from course_lib.grading.result import Result
from course_lib.grading.sandbox.lockdown import Limits

FOLDER = ".grading"
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Task:
    """Everything that one submission's verdicts depend on; plain data that can travel to another machine."""

    assignment: str
    student: str
    submission: bytes | None
    release: bytes
    seed: int
    limits: Limits = field(default_factory=Limits)
    device: str = "cpu"
    endless: tuple[str, ...] = ()  # exercises that ended a grading process; no part of the key
    hidden: tuple[str, ...] = ()  # places on this machine that no child may read; no part of the key

    @property
    def key(self) -> str:
        """Name the result: equal tasks have equal names, and a change of anything gives another."""
        handed_in = b"missing" if self.submission is None else hashlib.sha256(self.submission).digest()
        code = code_of_verdicts(self.assignment), code_shown_to(self.submission or b"", self.release)
        parts = (self.assignment, self.student, self.seed, self.limits, self.device, code)
        digest = hashlib.sha256(repr(parts).encode())
        digest.update(handed_in + hashlib.sha256(self.release).digest())
        return digest.hexdigest()[:40]


@lru_cache
def code_of_verdicts(assignment: str, root: Path = ROOT) -> str:
    """Return one hash of the code that grades: kit, grader, the concept's rubrics with all they import, libraries."""
    files = machinery("checking", root) | machinery("grading", root) | files_of_concept(assignment, root)
    return digest_of(files, sys.version, *map(_version, ("numpy", "torch")))


def code_shown_to(*notebooks: bytes) -> str:
    """Return one hash of the course's modules that notebooks can import while they are graded."""
    text = "\n".join(notebook.decode(errors="replace") for notebook in notebooks)
    return _digest_of(frozenset(files_for(text).values()))


@lru_cache
def _digest_of(files: frozenset[Path]) -> str:
    return digest_of(files)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def secret(course: Path) -> bytes:
    """Return the teacher's secret, made on first use in a file that only its owner can read.

    Raises `CourseError` for a file that holds none: with a secret that anybody can guess, the cases are no secret.
    """
    path = course / FOLDER / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        try:
            os.link(fresh, path)  # fails if another run was first, whose secret then counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    found = path.read_bytes().strip()
    if len(found) < SHORTEST_SECRET:
        raise CourseError(
            f"{path} holds {len(found)} characters, which is no secret: restore it from a backup, or delete it. "
            "A new one is then made, and every submission is graded anew, with other cases."
        )
    return found


def seed_for(key: bytes, assignment: str, student: str, submission: bytes | None) -> int:
    """Return the seed of a submission's cases: each has its own, and nobody without the secret can know it."""
    text = "\0".join([assignment, student, hashlib.sha256(submission or b"").hexdigest()])
    return int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest()[:6], "big") + 1


class Verdicts:
    """The verdict files of a course."""

    def __init__(self, course: Path) -> None:
        """Keep them in `.grading/verdicts` of the course."""
        self.folder = course / FOLDER / "verdicts"

    def get(self, key: str) -> Result | None:
        """Return a stored result, or None; a damaged file counts as absent, and is written anew."""
        try:
            return Result.from_json(self._path(key).read_text(encoding="utf-8"), key)
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, key: str, result: Result) -> None:
        """Store a result: afterwards the whole of it is there, or, if we are killed meanwhile, nothing."""
        write_whole(self._path(key), result.to_json(key))

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


class Reasons:
    """Why a person was asked to look at a submission, when it was last recorded; so that nobody is asked twice."""

    def __init__(self, course: Path) -> None:
        """Keep them in `.grading/review` of the course."""
        self.folder = course / FOLDER / "review"

    def get(self, assignment: str, student: str) -> list[str] | None:
        """Return the reasons, or None if there is no record."""
        try:
            found = json.loads(self._path(assignment, student).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return [str(reason) for reason in found] if type(found) is list else None

    def put(self, assignment: str, student: str, reasons: list[str]) -> None:
        """Keep the reasons; none, and none kept, needs no file."""
        if reasons or self._path(assignment, student).exists():
            write_whole(self._path(assignment, student), json.dumps(reasons))

    def _path(self, assignment: str, student: str) -> Path:
        name = hashlib.sha256(f"{assignment}\0{student}".encode(errors="surrogatepass")).hexdigest()[:40]
        return self.folder / f"{name}.json"
