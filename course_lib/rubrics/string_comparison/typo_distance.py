"""What an answer to `typo_distance` must do, and the mistakes we know."""

import functools

from course_lib import string_comparison as sc
from course_lib.checking import cases, rubric


@rubric(
    answer=sc.typo_distance,
    title="Distance between typing errors",
    points=4,
    difficulty=3,
    minutes=25,
)
def typo_distance(rng, size):
    """A word and its copy with letters exchanged, lost, added and replaced."""
    start = {1: "", 2: "ss", 8: "bcao" + cases.text(rng, 2, "abcd")}.get(size, cases.text(rng, size, "abcd"))
    changed = {1: ("ei", "ie"), 2: ("eg", "if"), 3: ("ei", "io"), 5: ("eif", "ief"), 8: ("iezuk", "eiznu")}
    left, right = changed[size]
    copy = {3: start.capitalize(), 5: start[:2] + "o" + start[2:], 8: start[2:3] + start[4:]}.get(
        size, start
    )  # far enough from the exchange
    end = "".join(cases.one_of(rng, "t", "w") for _ in range(3)) if size > 2 else ""  # words as long, other distances
    return start + left + "t" * len(end), copy + right + end


@typo_distance.edge(points=1)
def an_empty_word():
    """Every letter has to be typed: the distance from nothing is the length of the word."""
    return "", "abc"


@typo_distance.edge(points=1)
def nothing_is_edited_twice():
    """From ca to abc takes three edits: an exchanged pair may not be changed again, so ca → ac → abc does not count."""
    return "ca", "abc"


@typo_distance.edge(points=1)
def a_pair_better_not_exchanged():
    """From aba to ab one deletion is enough, though the last two letters of both stand crosswise."""
    return "aba", "ab"


@typo_distance.edge(points=1)
def an_exchange_and_one_more():
    """From aba to bab it takes two edits: an exchange uses up two letters of each word."""
    return "aba", "bab"


@typo_distance.edge(points=1)
def a_word_at_the_end_of_another():
    """Before the first letter there is none to exchange, though Python reads place −1 as the last one."""
    return "at", "combat"


@typo_distance.edge(points=1)
def characters_of_several_bytes():
    """A character is one, however many bytes it has: from 한글 to 글한 is one exchange, and an emoji is one letter."""
    return "한글😀", "글한"


@typo_distance.edge(points=1)
def a_beginning_at_the_end():
    """From wxyzabcdefgh to abcdefghwxyz it takes eight edits: four letters are deleted and inserted elsewhere."""
    return "wxyzabcdefgh", "abcdefghwxyz"


@typo_distance.domain
def any_two_words(rng):
    """Any two texts of all scripts: empty, equal, unlike, of very unlike lengths, one edited into the other."""
    alphabet = cases.one_of(rng, "ab", "abc", "abcdefgh", "aAbB", "한글자모", "é😀a🚀", "ae\u0301é", "a b-", "")
    left = cases.text(
        rng, cases.one_of(rng, cases.whole(rng, 0, 4), *(int(n) for n in rng.integers(3, 11, 3))), alphabet
    )
    kind = cases.one_of(rng, "edited", "edited", "edited", "other", "longer", "shifted", "equal", "shifted")
    if kind == "equal":
        return left, left
    if kind == "other":
        return left, cases.text(rng, cases.whole(rng, 0, 10), alphabet)
    if kind == "longer":
        pair = cases.text(rng, int(rng.integers(8, 14)), alphabet) + left, left
        return pair if rng.random() < 0.5 else pair[::-1]
    if kind == "shifted":
        left, turn = cases.text(rng, int(rng.integers(8, 17)), alphabet), int(rng.integers(1, 7))
        return left, left[turn:] + left[:turn]
    return left, cases.edited(rng, left, int(rng.integers(1, 6)), alphabet or "abc")


@typo_distance.oracle
def from_the_front(left, right):
    """Recurse on what is left of both words, from the front."""

    @functools.cache
    def least(one, other):
        if not one or not other:
            return len(one) + len(other)
        ways = [least(one[1:], other) + 1, least(one, other[1:]) + 1, least(one[1:], other[1:]) + (one[0] != other[0])]
        if len(one) > 1 and one[:2] == other[1::-1] and len(other) > 1:
            ways.append(least(one[2:], other[2:]) + 1)
        return min(ways)

    return least(left, right)


@typo_distance.program
def distance_with(left, right, *, start=1, replace=1, exchange=1, pair="both", least=2, back=2):
    """Fill the table row by row; every price and condition has a name."""
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    table[0] = [start * column for column in range(len(right) + 1)]
    for row in range(1, len(left) + 1):
        table[row][0] = start * row
        for column in range(1, len(right) + 1):
            same = left[row - 1] == right[column - 1]
            choices = [table[row - 1][column] + 1, table[row][column - 1] + 1]
            choices.append(table[row - 1][column - 1] + (0 if same else replace))
            first, second = left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
            crosswise = {"both": first and second, "first": first, "second": second}[pair]
            if row >= least and column >= least and crosswise:
                choices.append(table[row - back][column - back] + exchange)
            table[row][column] = min(choices)
    return table[-1][-1]


@typo_distance.mistake
def no_exchange(left, right):
    """Two exchanged neighbors cost two, as in the plain edit distance. They should cost one."""
    return sc.edit_distance(left, right)


typo_distance.slip(
    "exchange_for_nothing", "Exchanging two neighbors costs nothing. It should cost one edit.", exchange=0
)


typo_distance.slip(
    "begins_one_letter_back",
    "An exchange was counted from one place back. It takes two letters of each word: begin two rows and columns back.",
    back=1,
    exchange=0,
)


typo_distance.slip(
    "looks_at_one_letter_of_the_pair",
    "Only one letter of an exchange was looked at. Both must match crosswise.",
    pair="first",
)


typo_distance.slip(
    "looks_at_the_other_letter_of_the_pair",
    "Of an exchange, only left's last but one letter was looked for in right. Both must match crosswise.",
    pair="second",
)


typo_distance.slip(
    "reads_before_the_first_letter",
    "Two letters back there may be none; in Python place −1 is the last letter. Ask for i, j ≥ 2.",
    least=1,
)


@typo_distance.mistake
def exchanges_whenever_it_can(left, right):
    """An exchange is one choice beside the other three: take the least of all four, even where a pair is crosswise."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            if row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line.append(table[row - 2][column - 2] + 1)
            else:
                line.append(min(table[-1][column] + 1, line[-1] + 1, table[-1][column - 1] + (one != other)))
        table.append(line)
    return table[-1][-1]


@typo_distance.mistake
def exchanges_where_the_last_letters_differ(left, right):
    """A pair that is crosswise was only exchanged, and deleting or inserting may be cheaper: compare all four."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            if one == other:
                line.append(table[-1][column - 1])
            elif row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line.append(table[row - 2][column - 2] + 1)
            else:
                line.append(min(table[-1][column], line[-1], table[-1][column - 1]) + 1)
        table.append(line)
    return table[-1][-1]


@typo_distance.mistake
def never_deletes(left, right):
    """Letters were deleted only at the beginning. One of `left` that is missing in `right` costs one anywhere."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            line.append(min(line[-1] + 1, table[-1][column - 1] + (one != other)))
            if row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line[-1] = min(line[-1], table[row - 2][column - 2] + 1)
        table.append(line)
    return table[-1][-1]


typo_distance.slip(
    "misses_an_exchange_at_the_start", "The first two letters can be exchanged too: i, j ≥ 2 includes 2.", least=3
)


typo_distance.slip(
    "replacing_costs_two", "A replaced letter costs two, a deletion and an insertion. It should cost one.", replace=2
)


@typo_distance.mistake
def makes_capitals_small(left, right):
    """Capitals and small letters were made alike. They are two characters: changing one to the other is an edit."""
    return sc.typo_distance(left.lower(), right.lower())


typo_distance.slip(
    "starts_at_zero_everywhere",
    "The first row and column are not all zero: reaching nothing from n letters takes n deletions.",
    start=0,
)


@typo_distance.mistake
def compares_place_by_place(left, right):
    """Letters were compared at equal places. A lost letter shifts all that follow, and an exchange changes two places,
    yet each is a single edit."""
    return sum(a != b for a, b in zip(left, right, strict=False)) + abs(len(left) - len(right))


@typo_distance.mistake
def nothing_for_an_empty_word(left, right):
    """An empty word is as far from another as that word is long, not 0."""
    return sc.typo_distance(left, right) if left and right else 0


@typo_distance.mistake
def edits_a_pair_twice(left, right):
    """Letters were edited between two that were exchanged: this is the unrestricted Damerau–Levenshtein distance.
    Here an exchanged pair is left alone."""
    far, seen = len(left) + len(right), {}
    table = {(row, column): far for row in range(-1, len(left) + 1) for column in range(-1, len(right) + 1)}
    table |= {(row, 0): row for row in range(len(left) + 1)}
    table |= {(0, column): column for column in range(len(right) + 1)}
    for row, one in enumerate(left, start=1):
        match = 0
        for column, other in enumerate(right, start=1):
            up, back = seen.get(other, 0), match
            exchanged = table[up - 1, back - 1] + (row - up) + (column - back) - 1
            match = column if one == other else match
            replaced = table[row - 1, column - 1] + (one != other)
            table[row, column] = min(exchanged, replaced, table[row - 1, column] + 1, table[row, column - 1] + 1)
        seen[one] = row
    return table[len(left), len(right)]


@typo_distance.mistake
def looks_near_the_diagonal(left, right):
    """Only cells near the diagonal of the table were filled. A cheapest way may lead far from it: fill all of them."""
    band = max(3, abs(len(left) - len(right)))
    table = {(row, column): row + column for row in range(len(left) + 1) for column in range(len(right) + 1)}
    for row, column in sorted(table):
        if row * column == 0 or abs(row - column) > band:
            continue
        ways = [table[row - 1, column] + 1, table[row, column - 1] + 1]
        ways.append(table[row - 1, column - 1] + (left[row - 1] != right[column - 1]))
        if min(row, column) > 1 and left[row - 2 : row] == right[column - 2 : column][::-1]:
            ways.append(table[row - 2, column - 2] + 1)
        table[row, column] = min(ways)
    return table[len(left), len(right)]


@typo_distance.mistake
def counts_bytes(left, right):
    """The edits of bytes were counted. A character such as 한 has several; compare the characters themselves."""
    return sc.typo_distance(left.encode(), right.encode())


@typo_distance.mistake
def takes_the_next_best_edit(left, right):
    """At each place the edit that looked best was taken, and a later one may have been cheaper. Compare all ways: fill
    the whole table."""
    edits, one, other = 0, 0, 0
    while one < len(left) and other < len(right):
        a, b = left[one : one + 2], right[other : other + 2]
        if a[0] == b[0]:
            one, other = one + 1, other + 1
            continue
        edits += 1
        if len(a) > 1 and a == b[::-1]:
            one, other = one + 2, other + 2
        elif a[1:] == b[0]:
            one += 1
        elif b[1:] == a[0]:
            other += 1
        else:
            one, other = one + 1, other + 1
    return edits + len(left) - one + len(right) - other


@typo_distance.alternative
def by_remembered_recursion(left, right):
    """Recurses on the ends of both words and remembers what it has seen."""
    seen = {}

    def best(i, j):
        if (i, j) not in seen:
            seen[i, j] = least(i, j)
        return seen[i, j]

    def least(i, j):
        if i == 0 or j == 0:
            return i + j
        ways = [best(i - 1, j) + 1, best(i, j - 1) + 1, best(i - 1, j - 1) + (left[i - 1] != right[j - 1])]
        if i > 1 and j > 1 and left[i - 2 : i] == right[j - 1] + right[j - 2]:
            ways.append(best(i - 2, j - 2) + 1)
        return min(ways)

    return best(len(left), len(right))
