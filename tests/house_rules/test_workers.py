"""Two workers share the tests one by one; a file that makes a fixture once for all its tests stays on one of them."""

import subprocess
import sys

import pytest

from house_rules.house import ROOT


@pytest.mark.parametrize(
    ("scope", "together"), [('scope="module"', True), ('scope="function"', False)], ids=["once", "each"]
)
@pytest.mark.slow
def test_tests_that_share_a_fixture_of_their_file_stay_together(tmp_path, scope, together):
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text().replace("ROOT / file", "HERE / file"))
    with (tmp_path / "conftest.py").open("a") as file:
        file.write("HERE = Path(__file__).parent\n")
    (tmp_path / "test_many.py").write_text(
        f"import pytest\n@pytest.fixture({scope})\ndef made(): return 1\n"
        "@pytest.mark.parametrize('i', range(12))\ndef test_it(made, i): assert made\n"
    )
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, "--rootdir", ".", "."],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    workers = {line.split()[0] for line in ran.stdout.splitlines() if "PASSED" in line}
    assert len(workers) == (1 if together else 2), ran.stdout + ran.stderr
