"""What the server of respondents has in memory, and hence every respondent: nothing that is worth reading."""

import json
import subprocess
import sys

ASK = (
    "import sys, json; sys.path.append({root!r}); import course_lib.grading.child.server; "
    "print(json.dumps(sorted(sys.modules)))"
)


def modules(code: str) -> set[str]:
    root = sys.modules["course_lib"].__path__[0].rpartition("/")[0]
    command = [sys.executable, "-I", "-c", code.format(root=root)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name for name in json.loads(said.stdout) if name.startswith("course_lib.")}


def rooms(names: set[str]) -> set[str]:
    return {".".join(name.split(".")[1:3]) for name in names if name.startswith("course_lib.grading.")}


def test_the_server_imports_its_own_rooms_and_those_of_both_sides():
    held = modules(ASK)
    assert rooms(held) == {"grading.child", "grading.talk", "grading.sandbox"}
    others = {name.split(".")[1] for name in held} - {"grading"}
    assert others == {"checking"}


def test_this_test_sees_a_room_that_it_must_not_hold():
    spied = ASK.replace("import course_lib.grading.child.server", "import course_lib.grading.examiner.session")
    assert "grading.examiner" in rooms(modules(spied))
