"""What an exercise forbids, in words for its prompt: nothing is forbidden that is not announced there."""

from __future__ import annotations

from course_lib.checking.rubric import Rubric, reference_path


def bans(rubric: Rubric) -> list[str]:
    """Return what is not to be used, as a learner would write it: the course's own answer comes last."""
    own = reference_path(rubric.answer)
    return [entry for entry in rubric.forbids if entry != own] + [own] * (own in rubric.forbids)


def announced(rubric: Rubric) -> str:
    """Return the sentence that a prompt ends with, or nothing where nothing is forbidden."""
    named = [f"`{entry.removeprefix('builtins.')}`" for entry in bans(rubric)]
    if not named:
        return ""
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Not to be used here, by any route: {listed}."
