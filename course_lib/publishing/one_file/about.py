"""What the book as one file says about itself: title, author, description, address, and when it last changed."""

import os
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from course_lib.publishing.contents import Contents, repository_url


@dataclass(frozen=True)
class About:
    """The facts that an EPUB and a PDF state; `changed` is in UTC."""

    title: str
    author: str
    says: str
    address: str
    changed: datetime


def about_book(contents: Contents) -> About:
    """Gather the facts from where each is stated: the first page, `_config.yml`, `pyproject.toml`, and git."""
    root = contents.root
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    says, address = project.get("description", ""), repository_url(root)
    author = config["author"][:1].upper() + config["author"][1:]  # "By the authors …" below each page
    return About(contents.pages[0].title, author, says, address, changed_at(contents))


def changed_at(contents: Contents) -> datetime:
    """When the book last changed: by SOURCE_DATE_EPOCH, by the last commit, or without git by its newest page.

    Never the clock's time, so the same book is the same file whenever it is made.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _last_commit(contents.root)
    newest = max(page.path.stat().st_mtime for page in contents.pages)
    return datetime.fromtimestamp(int(seconds or newest), UTC)


def _last_commit(root: Path) -> str:
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "log", "-1", "--format=%ct"], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
