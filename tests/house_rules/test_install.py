"""`make` on a machine where something is missing says what in one sentence; where nothing changed it does nothing.

Python and pip are played by a script: what is tested is .ci/install, not the package index.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from house_rules.house import ROOT, text

PYTHON = """\
#!/bin/sh
echo "$*" >>"$PLAYED/calls"
case "$1 $2" in
    "-c import sys; sys.exit"*) exit "${TOO_OLD:-0}" ;;
    "-c import venv"*) exit "${NO_VENV:-0}" ;;
    "-c import sys; print"*) echo "3.11 played" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip") if [ "$3" != --version ] && [ -n "${PIP_SAYS:-}" ]; then echo "$PIP_SAYS"; exit 1; fi ;;
    "--version "*) echo "Python 3.11 played" ;;
esac
"""


@pytest.fixture
def clone(tmp_path):
    """A clone with nothing but what the installation reads, and a `make install` to run in it."""
    root, bin_ = tmp_path / "clone", tmp_path / "bin"
    bin_.mkdir()
    (root / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "install", root / ".ci")
    shutil.copy(ROOT / "Makefile", root)
    (root / "requirements.txt").write_text("numpy==1\n")
    (root / "pyproject.toml").write_text("")
    for name in ("python3.11", "python3.12", "python3.13", "python3"):
        _script(bin_ / name, PYTHON)
    _script(bin_ / "df", "#!/bin/sh\necho Filesystem\necho disk 9 9 ${FREE:-9999999} 9% /\n")
    return root


def _script(path: Path, body: str) -> None:
    path.write_text(body)
    path.chmod(0o755)


def _make(clone: Path, *arguments: str, **world: str) -> tuple[int, str, list[str]]:
    """Return the exit status, the words and the calls of Python of `make install` in a world."""
    bin_ = clone.parent / "bin"
    (bin_ / "calls").unlink(missing_ok=True)
    env = {"PATH": f"{bin_}:{os.environ['PATH']}", "PLAYED": str(bin_), **world}
    command = ["make", "--no-print-directory", "install", *arguments]
    ran = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)
    calls = (bin_ / "calls").read_text().splitlines() if (bin_ / "calls").exists() else []
    return ran.returncode, ran.stderr + ran.stdout, calls


def _pip(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith("-m pip") and " install " in call]


def test_a_bare_clone_gets_its_environment_and_is_told_how_long_that_takes(clone):
    status, words, calls = _make(clone)
    assert status == 0
    assert "about 2 minutes" in words
    assert [re.findall("--requirement|--no-deps --no-build-isolation --editable", call) for call in _pip(calls)] == [
        ["--requirement"],
        ["--no-deps --no-build-isolation --editable"],
    ]


def test_nothing_is_installed_when_nothing_changed(clone):
    _make(clone)
    status, words, calls = _make(clone)
    assert (status, words, _pip(calls)) == (0, "", [])


@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_a_changed_file_brings_the_environment_up_to_date(clone, changed):
    _make(clone)
    (clone / changed).write_text("# another\n")
    status, words, calls = _make(clone)
    assert status == 0
    assert "up to date" in words
    assert len(_pip(calls)) == 2


def test_a_half_made_environment_is_made_again(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    status, words, calls = _make(clone)
    assert status == 0
    assert "is broken or half-made" in words
    assert len(_pip(calls)) == 2


def test_an_interrupted_installation_is_finished(clone):
    assert _make(clone, PIP_SAYS="ERROR: interrupted")[0] != 0
    status, _, calls = _make(clone)
    assert status == 0
    assert len(_pip(calls)) == 2


@pytest.mark.parametrize(
    ("world", "words"),
    [
        ({"TOO_OLD": "1"}, "error: Python 3.11 or newer was not found"),
        ({"NO_VENV": "1"}, "error: python3.11 has no venv module: install it"),
        ({"FREE": "102400"}, "error: the disk is nearly full: 100 MiB are free here"),
        ({"PIP_SAYS": "ERROR: [Errno 28] No space left on device"}, "the disk is full: free some space"),
        (
            {"PIP_SAYS": "Temporary failure in name resolution"},
            "the package index could not be reached: check the network",
        ),
        (
            {"PIP_SAYS": "ERROR: No matching distribution found for numpy==1"},
            "No matching distribution found for numpy==1",
        ),
        ({"PIP_SAYS": "ERROR: the moon is full"}, "the moon is full (all of pip's words: .venv/install.log)"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(clone, world, words):
    status, said, _ = _make(clone, **world)
    assert status != 0
    assert words in said
    assert len(re.findall("(?m)^error: ", said)) == 1


def test_a_python_named_by_hand_that_is_none_is_said(clone):
    status, said, _ = _make(clone, "PYTHON=/nowhere/python3")
    assert status != 0
    assert "PYTHON=/nowhere/python3 is not a Python 3.11 or newer" in said


# The commands are named in the Makefile, explained by `make help`, and the README and CI name the same ones.


def test_help_explains_every_command():
    targets = set(re.findall(r"(?m)^([a-z]+):", text(ROOT / "Makefile")))
    ran = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"(?m)^make (\w+) +\S", ran.stdout)) == targets
    assert {"book", "test", "serve", "lab", "check", "exercises", "bench", "clean", "help"} <= targets


def test_the_documents_name_only_commands_that_exist():
    targets = set(re.findall(r"(?m)^([a-z]+):", text(ROOT / "Makefile")))
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / ".ci" / "run",
        *ROOT.glob(".github/workflows/*.yml"),
    ):
        named = set(re.findall(r"`make ([a-z]+)|^\s*make ([a-z]+)", text(path), flags=re.MULTILINE))
        unknown = {name for pair in named for name in pair if name} - targets
        assert not unknown, (
            f"{path.relative_to(ROOT)} names make {', '.join(sorted(unknown))}, which the Makefile lacks"
        )


def test_ci_runs_make_test_and_nothing_else():
    assert text(ROOT / ".ci" / "run").rstrip().endswith("exec make test")
    assert "bash .ci/run" in text(ROOT / ".github" / "workflows" / "test.yml")


def test_every_requirement_of_the_package_is_pinned_in_its_range():
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    pinned = dict(re.findall(r"(?m)^([\w.-]+)==([^\s#]+)", text(ROOT / "requirements.txt")))
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted += ["setuptools>=77"]
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"requirements.txt does not pin {requirement.name}, which pyproject.toml requires"
        assert version in requirement.specifier, (
            f"requirements.txt pins {requirement.name}=={version}, not {requirement}"
        )
