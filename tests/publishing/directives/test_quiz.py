"""Quizzes: one right choice, and a reason for every choice."""

import pytest

from course_lib.publishing.directives.quiz import QuizError, read_choices

RIGHT = '  - {text: "two", right: true, because: "1 + 1"}\n'
WRONG = '  - {text: "three", because: "1 + 2"}\n'


def test_a_question_is_read_as_a_mapping_or_a_list_of_one():
    expected = [
        {"text": "two", "because": "1 + 1", "right": True},
        {"text": "three", "because": "1 + 2", "right": False},
    ]
    assert read_choices("choices:\n" + RIGHT + WRONG) == expected
    indented = "".join(f"  {row}\n" for row in (RIGHT + WRONG).splitlines())
    assert read_choices("- choices:\n" + indented) == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("choices:\n" + RIGHT + RIGHT, "exactly one choice must be `right: true`, and 2 are"),
        ("choices:\n" + WRONG + WRONG, "exactly one choice must be `right: true`, and 0 are"),
        ("choices:\n" + RIGHT + '  - {text: "three"}\n', "choice 2 ('three') has no `because:`"),
        ("choices:\n" + RIGHT + '  - {text: "three", because: " "}\n', "choice 2 ('three') has no `because:`"),
        ("choices:\n" + RIGHT + '  - {because: "x"}\n', "choice 2 has no `text:`"),
        ("choices:\n" + RIGHT, "a list of at least two"),
        ("", "a list of at least two"),
        ("choices:\n" + RIGHT + '  - {text: "a", because: "b", correct: true}\n', "unknown keys: correct"),
        ("choices: [", "not YAML"),
    ],
)
def test_what_is_no_question_is_refused_with_its_reason(body, words):
    with pytest.raises(QuizError) as error:
        read_choices(body)
    assert words in str(error.value)
