"""One `course grade` at a time writes a gradebook; a second one is refused. A killed one leaves no lock behind."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.verdict_files import FOLDER


@contextlib.contextmanager
def of_folder(course: Course) -> Iterator[None]:
    """Hold the course's folder against other runs that share it. Raises `CourseError` where one has it."""
    path = course.root / FOLDER / "writer"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel gives it back, however this process ends
        except OSError as error:
            file.seek(0)
            raise CourseError(
                f"Another `course grade` ({file.read(200).strip() or 'its process is not known'}) is at work on "
                f"{course.root}; wait until it has ended, then run again."
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        yield


@contextlib.contextmanager
def of_database(course: Course, book: Any) -> Iterator[None]:
    """Hold a gradebook in PostgreSQL against runs from other folders and machines; SQLite's is in the folder."""
    if book.engine.dialect.name != "postgresql":
        yield
        return
    number = int.from_bytes(hashlib.sha256(f"course grade {course.course_id}".encode()).digest()[:8], signed=True)
    with book.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # closed for good afterwards, and the server takes the lock back
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}):
            raise CourseError(
                f"Another `course grade` is writing the gradebook of {course.course_id!r} in {course.shown_db_url}; "
                "wait until it has ended, then run again."
            )
        try:
            yield
        finally:  # closing gives the lock back as well, but a moment later than the next run may ask for it
            with contextlib.suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
