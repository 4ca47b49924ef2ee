"""A file is written whole or not at all."""

import pytest

from course_lib.checking import whole_files
from course_lib.checking.whole_files import write_whole


def test_a_file_is_written_with_its_folder_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "new" / "file.txt"
    write_whole(path, "한 줄\n")
    write_whole(path, "다른 줄\n")
    assert path.read_text(encoding="utf-8") == "다른 줄\n"
    assert [other.name for other in path.parent.iterdir()] == ["file.txt"]


def test_a_run_that_ends_while_it_writes_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    write_whole(path, b"old")

    def ended(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(whole_files.os, "fsync", ended)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
