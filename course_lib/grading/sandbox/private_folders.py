"""Private directories of respondents, in one that its owner has locked; what a killed run has left is cleared."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_PREFIX = "respondents-"


class PrivateFolders:
    """The directories of one process's respondents. The lock ends with the process, however that ends."""

    def __init__(self) -> None:
        """Clear what others of this user have left, and make a directory of our own."""
        clear_abandoned()
        while not self._made():  # somebody took it for abandoned before it was locked
            pass

    def _made(self) -> bool:
        """Make a directory and lock it; say whether it is still there then."""
        self.base = tempfile.mkdtemp(prefix=_PREFIX)
        try:
            self.lock = os.open(self.base, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return False
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(self.base), os.fstat(self.lock)):
                os.fchmod(self.lock, 0o711)  # respondents are other users, who must find the way to their own
                return True
        os.close(self.lock)
        return False

    def new(self) -> str:
        """Make a directory for one respondent."""
        return tempfile.mkdtemp(dir=self.base)

    def close(self) -> None:
        """Remove every directory, and give up the lock."""
        remove(self.base)
        os.close(self.lock)


def clear_abandoned() -> None:
    """Remove the directories of this user whose owner is gone: nobody else holds their lock."""
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, no directory, a link, or in use
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove(str(place))
            finally:
                os.close(descriptor)


def remove(place: str) -> None:
    """Remove a directory and all in it, however deep."""
    try:
        shutil.rmtree(place, ignore_errors=True)
    except RecursionError:  # Python calls itself for each level; `rm` does not
        subprocess.run(["rm", "-rf", "--", place], check=False)
