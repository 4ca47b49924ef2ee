"""String comparison agrees with Python, C, the codecs, unicodedata and brute force."""

import ctypes
import functools
import itertools
import random
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_lib import string_comparison as sc

TEXT = st.text(max_size=13)  # Hypothesis leaves no code point out but surrogates
WITHOUT_SURROGATES = st.text(st.characters(exclude_categories=["Cs"]), max_size=13)
CLOSE_TEXT = st.text("abé\U0001f600", max_size=7)  # few characters, so that texts share beginnings
CLOSE_BYTES = st.binary(max_size=7) | st.lists(st.sampled_from([0, 97, 98, 200]), max_size=7).map(bytes)
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
HANGUL = st.text(
    st.characters(min_codepoint=0x1100, max_codepoint=0x11FF)
    | st.sampled_from("\u1100\u1112\u1161\u1175\u11a8\u11c2가각힣ㄱa "),
    max_size=13,
)


def test_importing_the_module_brings_in_neither_torch_nor_numpy():
    code = "import sys, course_lib.string_comparison; print({'torch', 'numpy'} & set(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"


def test_every_code_has_the_kind_that_unicode_gives_it():
    names = {"Cc": "control", "Zs": "space", "Nd": "digit", "Lu": "upper", "Ll": "lower"}
    for code in range(128):
        assert sc.kind(code) == names.get(unicodedata.category(chr(code)), "punctuation"), code


def test_the_kinds_follow_each_other_as_control_space_digit_upper_lower():
    ends = {name: [code for code in range(127) if sc.kind(code) == name] for name in map(sc.kind, range(127))}
    order = ["control", "space", "digit", "upper", "lower"]
    assert all(max(ends[one]) < min(ends[other]) for one, other in itertools.pairwise(order))
    assert [len(ends[name]) for name in order] == [32, 1, 10, 26, 26]


@pytest.mark.parametrize("code", [-1, 128, 0xAC00])
def test_a_code_outside_ascii_is_refused_by_name(code):
    with pytest.raises(ValueError, match=f"not {code}"):
        sc.kind(code)


def test_rows_of_the_table_show_every_code_once():
    rows = [sc.table_row(first, 11) for first in range(0, 128, 11)]
    cells = [row[4 + place : 7 + place] for row in rows for place in range(0, len(row) - 4, 3)]
    assert len(cells) == 128
    assert [cell[1:] for cell in cells[:32]] == [f"^{chr(code + 64)}" for code in range(32)]
    assert [cell for cell in cells[32:127]] == [f"  {chr(code)}" for code in range(32, 127)]
    assert cells[127] == " ^?"


@pytest.mark.parametrize(("first", "width"), [(-1, 3), (128, 3), (5, 0)])
def test_a_row_outside_the_table_is_refused_with_both_arguments(first, width):
    with pytest.raises(ValueError, match=f"first={first}, width={width}"):
        sc.table_row(first, width)


def test_upper_case_agrees_with_python_on_all_of_ascii():
    ascii_text = "".join(map(chr, range(128)))
    assert sc.to_upper(ascii_text) == ascii_text.upper()


@given(TEXT)
def test_upper_case_agrees_with_bytes_and_leaves_the_rest_of_unicode_alone(text):
    raw = text.encode("utf-8", "surrogatepass")
    assert sc.to_upper(text) == raw.upper().decode("utf-8", "surrogatepass")  # bytes.upper knows ASCII only


@given(TEXT | CLOSE_TEXT, TEXT | CLOSE_TEXT)
def test_comparison_agrees_with_pythons_own_operators(left, right):
    assert sc.compare(left, right) == (left > right) - (left < right)


@given(st.lists(CLOSE_TEXT, max_size=11))
def test_comparison_sorts_as_python_does(texts):
    assert sorted(texts, key=functools.cmp_to_key(sc.compare)) == sorted(texts)


@given(CLOSE_BYTES, CLOSE_BYTES)
def test_c_comparison_has_the_sign_of_the_c_librarys(left, right):
    try:
        strcmp = ctypes.CDLL(None).strcmp
    except (OSError, TypeError, AttributeError):  # Windows has no such handle
        pytest.skip("the C library cannot be called by name here")
    ours, theirs = sc.c_compare(left, right), strcmp(left, right)
    assert (ours > 0) - (ours < 0) == (theirs > 0) - (theirs < 0)


@given(CLOSE_BYTES, CLOSE_BYTES)
def test_c_comparison_is_the_difference_of_the_first_unequal_bytes_before_a_nul(left, right):
    one, other = (list(text + b"\0") for text in (left, right))
    position = 0
    while one[position] == other[position] != 0:
        position += 1
    assert sc.c_compare(left, right) == one[position] - other[position] == -sc.c_compare(right, left)


@given(WITHOUT_SURROGATES)
def test_utf8_and_utf16_agree_with_the_codecs(text):
    assert sc.utf8_encode(text) == text.encode("utf-8")
    units = b"".join(unit.to_bytes(2, "big") for unit in sc.utf16_encode(text))
    assert units == text.encode("utf-16-be")


def test_both_encodings_agree_with_the_codecs_on_either_side_of_every_boundary():
    edges = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
    for code in edges:
        assert sc.utf8_encode(chr(code)) == chr(code).encode(), hex(code)
        units = sc.utf16_encode(chr(code))
        assert b"".join(unit.to_bytes(2, "little") for unit in units) == chr(code).encode("utf-16-le"), hex(code)


@pytest.mark.parametrize("encode", [sc.utf8_encode, sc.utf16_encode])
@pytest.mark.parametrize("code", [0xD800, 0xDFFF])
def test_a_lone_surrogate_is_refused_and_named(encode, code):
    with pytest.raises(ValueError, match=f"U\\+{code:04X}"):
        encode("a" + chr(code))


@given(WITHOUT_SURROGATES, WITHOUT_SURROGATES)
def test_utf8_keeps_the_order_of_code_points(left, right):
    by_bytes = (sc.utf8_encode(left) > sc.utf8_encode(right)) - (sc.utf8_encode(left) < sc.utf8_encode(right))
    assert by_bytes == sc.compare(left, right)


def test_utf16_does_not_keep_the_order_of_code_points():
    wide, face = "\uff5e", "\U0001f600"
    assert sc.compare(wide, face) == -1
    assert sc.utf16_encode(wide) > sc.utf16_encode(face)


def test_taking_a_syllable_apart_agrees_with_unicodedata_for_all_of_them():
    assert all(sc.decompose_hangul(one) == unicodedata.normalize("NFD", one) for one in SYLLABLES)


def test_putting_letters_together_gives_all_11172_syllables_back():
    assert [sc.compose_hangul(sc.decompose_hangul(one)) for one in SYLLABLES] == SYLLABLES


@given(HANGUL)
def test_composition_agrees_with_nfc_on_hangul(text):
    assert sc.compose_hangul(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("lead", [0x10FF, 0x1100, 0x1112, 0x1113])
@pytest.mark.parametrize("vowel", [0x1160, 0x1161, 0x1175, 0x1176])
@pytest.mark.parametrize("tail", [0x11A7, 0x11A8, 0x11C2, 0x11C3])
def test_composition_agrees_with_nfc_where_the_letters_end(lead, vowel, tail):
    text = chr(lead) + chr(vowel) + chr(tail) + chr(tail)
    assert sc.compose_hangul(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("wrong", ["", "한글", "a", "ㄱ", "\u1100", "\ud7a4"])
def test_what_is_not_one_syllable_is_refused_and_repeated(wrong):
    with pytest.raises(ValueError, match=re.escape(repr(wrong))):
        sc.decompose_hangul(wrong)


@given(st.lists(st.sampled_from(SYLLABLES), max_size=5), st.lists(st.sampled_from(SYLLABLES), max_size=5))
def test_hangul_keeps_its_order_when_it_is_taken_apart(left, right):
    one, other = "".join(left), "".join(right)
    apart = ["".join(map(sc.decompose_hangul, text)) for text in (one, other)]
    assert sc.compare(*apart) == sc.compare(one, other)


def test_dictionary_order_looks_at_letters_then_accents_then_case():
    right = ["a", "rôl", "rola", "role", "Role", "ROLE", "rolé", "rôle", "Rôle", "roles", "Z"]
    for seed in range(7):
        shuffled = random.Random(seed).sample(right, len(right))
        assert sorted(shuffled, key=sc.dictionary_key) == right


@given(TEXT)
def test_a_dictionary_key_does_not_depend_on_the_normal_form(text):
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert sc.dictionary_key(composed)[:2] == sc.dictionary_key(apart)[:2]


def natural_order_by_steps(left: str, right: str) -> int:
    """Walk both texts as the rule reads: end < number < character."""
    tokens = [
        [(1, int(token)) if token[0] in "0123456789" else (2, ord(token)) for token in _tokens(text)] + [(0, 0)]
        for text in (left, right)
    ]
    return (tokens[0] > tokens[1]) - (tokens[0] < tokens[1])


def _tokens(text: str) -> list[str]:
    return re.findall(r"[0-9]+|[^0-9]", text)


@given(st.text("a!019²٣\n", max_size=7), st.text("a!019²٣\n", max_size=7))
@example("a9", "a10")
@example("a9", "a09")
def test_natural_order_puts_the_end_before_numbers_before_characters(left, right):
    one, other = sc.natural_key(left), sc.natural_key(right)
    assert (one > other) - (one < other) == natural_order_by_steps(left, right)


def smallest_number_of_edits(left: str, right: str, swaps: bool) -> int:
    """Try every alignment: each character is kept, replaced, dropped, added or (once) exchanged."""
    if not left or not right:
        return len(left) + len(right)
    ways = [
        smallest_number_of_edits(left[1:], right[1:], swaps) + (left[0] != right[0]),
        smallest_number_of_edits(left[1:], right, swaps) + 1,
        smallest_number_of_edits(left, right[1:], swaps) + 1,
    ]
    if swaps and len(left) > 1 and len(right) > 1 and left[:2] == right[1::-1]:
        ways.append(smallest_number_of_edits(left[2:], right[2:], swaps) + 1)
    return min(ways)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_edit_distances_agree_with_trying_everything(left, right):
    expected = smallest_number_of_edits(left, right, swaps=False)
    assert sc.edit_distance_by_recursion(left, right) == sc.edit_distance(left, right) == expected
    assert sc.typo_distance(left, right) == smallest_number_of_edits(left, right, swaps=True)


@given(st.text("ab", max_size=7), st.text("ab", max_size=11))
def test_an_edit_table_holds_the_distance_of_every_pair_of_beginnings(left, right):
    table = sc.edit_table(left, right)
    assert len(table) == len(left) + 1
    assert {len(row) for row in table} == {len(right) + 1}
    row, column = len(left) // 2, len(right) // 3
    assert table[row][column] == sc.edit_distance(left[:row], right[:column])


@given(CLOSE_TEXT, CLOSE_TEXT, CLOSE_TEXT)
def test_edit_distance_is_a_metric(one, two, three):
    assert (sc.edit_distance(one, two) == 0) == (one == two)
    assert sc.edit_distance(one, two) == sc.edit_distance(two, one)
    assert sc.edit_distance(one, three) <= sc.edit_distance(one, two) + sc.edit_distance(two, three)


def test_typo_distance_breaks_the_triangle_inequality_because_nothing_is_edited_twice():
    assert sc.typo_distance("ca", "abc") == 3 > sc.typo_distance("ca", "ac") + sc.typo_distance("ac", "abc")


def test_long_words_take_a_table_and_not_a_recursion():
    one, other = "ab" * 400, "ba" * 400  # a recursion this deep would stop at Python's limit
    assert sc.typo_distance(one, other) == sc.edit_distance(one, other) == 2
