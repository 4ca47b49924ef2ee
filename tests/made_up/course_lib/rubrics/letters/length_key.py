"""What an answer to `length_key` must do."""

from course_lib import letters
from course_lib.checking import call_each, rubric


@rubric(answer=letters.length_key, title="A key for short texts first")
def length_key(rng, size):
    """Texts of several lengths, given from the last to the first."""
    return (["b" * int(rng.integers(1, 9)) for _ in range(size)] + ["ccc", "b", "aa"],)


@length_key.drive
def sort_with(answer, names):
    """Sort a list of names with the key."""
    keys = call_each(answer, [(name,) for name in names])
    return [names[place] for place in sorted(range(len(names)), key=keys.__getitem__)]


@length_key.written
def as_a_sort(names):
    """A key is seen by what it sorts."""
    return f"sorted([{', '.join(map(repr, names))}], key=length_key)"


@length_key.mistake
def by_code_alone(text):
    """Long texts came before short ones: the length decides first."""
    return text
