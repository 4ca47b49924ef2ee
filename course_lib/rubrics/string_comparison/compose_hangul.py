"""What an answer to `compose_hangul` must do, and the mistakes we know."""

import re
import unicodedata

from course_lib import string_comparison as sc
from course_lib.checking import cases, rubric


@rubric(
    answer=sc.compose_hangul,
    title="Put Hangul together",
    points=3,
    difficulty=3,
    minutes=25,
    forbids=["unicodedata.normalize", "unicodedata.ucd_3_2_0.normalize"],
)
def compose_hangul(rng, size):
    """Syllables in pieces, with and without a tail, and other characters between them; shown as code points."""
    parts = []
    for place in range(size):
        index = int(rng.integers(399)) * 28 + (int(rng.integers(1, 28)) if place % 2 == 0 else 0)
        parts.append(sc.decompose_hangul(chr(0xAC00 + index)) + ("a" if place == 2 else ""))
    return code_points("".join(parts))


def code_points(text):
    """Write a text as its code points: composed or in pieces, Hangul looks the same."""
    return " ".join(f"U+{ord(c):04X}" for c in text)


@compose_hangul.drive
def by_code_points(answer, codes):
    """Compose one text, with both sides written as code points so that a reader sees what differs."""
    result = answer("".join(chr(int(code[2:], 16)) for code in codes.split()))
    return code_points(result).split() if isinstance(result, str) else result


@compose_hangul.written
def as_escapes(codes):
    """As one types letters that no keyboard has."""
    text = "".join(chr(int(code[2:], 16)) for code in codes.split())
    return f"compose_hangul({text!a})"


@compose_hangul.edge(points=1)
def a_tail_after_a_whole_syllable():
    """A syllable that is already there and has no tail takes the one that follows; one that has a tail does not."""
    return code_points("가\u11a8 각\u11a8")


@compose_hangul.edge(points=1)
def the_first_and_the_last_letters():
    """The first and the last letters count: leads up to U+1112, vowels up to U+1175, tails up to U+11C2."""
    return code_points("\u1100\u1161\u11a8 \u1112\u1175\u11c2")


@compose_hangul.edge(points=1)
def letters_that_do_not_join():
    """Letters out of order or alone, old ones beyond the 19, 21 and 27, and letters for display stay as they are."""
    return code_points(
        "\u1161\u1100 \u1113\u1161 \u1100\u1176 가\u11a7 가\u11c3 가\u1161 ㄱㅏ \u1100\u11a8 \u115f\u1161\u1160 \u1100"
    )


@compose_hangul.edge(points=1)
def a_tail_after_another_character():
    """A tail stays alone after `d`, U+D7A4 and an emoji: no syllables, though multiples of 28 away from U+AC00."""
    return code_points("d\u11a8 \ud7a4\u11a8 😘\u11a8")


@compose_hangul.domain
def any_text(rng):
    """Any text: letters in any order, syllables with and without a tail, old letters, letters for display, accents."""
    kinds = [range(0x1100, 0x1113), range(0x1161, 0x1176), range(0x11A8, 0x11C3), range(0xAC00, 0xD7A4)]
    beside = [
        0x10FF,
        0x1113,
        0x115F,
        0x1160,
        0x1176,
        0x11A7,
        0x11C3,
        0xABFF,
        0xD7A4,
        0x3131,
        0x314F,
        0x61,
        0x301,
        0x1F600,
    ]

    def draw():
        kind = cases.one_of(rng, 0, 1, 2, 3, "open", "apart", "apart", "beside")
        if kind == "open":
            return chr(0xAC00 + 28 * int(rng.integers(399)))
        if kind == "apart":
            return unicodedata.normalize("NFD", chr(int(rng.integers(0xAC00, 0xD7A4))))
        if kind == "beside":
            return chr(cases.one_of(rng, *beside))
        codes = kinds[kind]
        return chr(cases.one_of(rng, codes[0], codes[-1], int(rng.integers(codes[0], codes[-1] + 1))))

    return code_points("".join(draw() for _ in range(cases.whole(rng, 0, 10))))


@compose_hangul.oracle
def by_normalization(text):
    """Let NFC compose each run of Hangul, and nothing else."""
    return re.sub("[\u1100-\u11ff\uac00-\ud7a3]+", lambda run: unicodedata.normalize("NFC", run[0]), text)


@compose_hangul.program
def letter_by_letter(
    text,
    *,
    leads=19,
    vowels=21,
    tails=range(0x11A8, 0x11C3),
    closed=False,
    step=28,
    minus=0x11A7,
    syllables=range(11172),
):
    """Join each letter to what stands before it; `closed` says whether a syllable that has a tail takes another."""
    out = [""]
    for c in text:
        lead, vowel, before = ord(out[-1] or "a") - 0x1100, ord(c) - 0x1161, ord(out[-1] or "a") - 0xAC00
        if 0 <= lead < leads and 0 <= vowel < vowels:
            out[-1] = chr(0xAC00 + (lead * 21 + vowel) * step)
        elif before in syllables and ord(c) in tails and (closed or before % 28 == 0):
            out[-1] = chr(ord(out[-1]) + ord(c) - minus)
        else:
            out.append(c)
    return "".join(out)


compose_hangul.slip(
    "tails_counted_from_zero",
    "Each tail is one too low: number 0 means no tail, so the first tail, U+11A8, is number 1.",
    minus=0x11A8,
)


compose_hangul.slip(
    "twenty_seven_tails",
    "There are 27 tails but 28 possibilities, because a syllable may have none. Multiply by 28.",
    step=27,
)


compose_hangul.slip(
    "leaves_the_tails",
    "The tails still stand alone: after lead and vowel have joined, a tail that follows joins too.",
    tails=(),
)


@compose_hangul.mistake
def looks_for_display_letters(text):
    """Nothing was joined. The letters to join begin at U+1100, U+1161 and U+11A8, not at U+3131."""
    return text


@compose_hangul.mistake
def joins_only_what_it_made_itself(text):
    """A syllable that was there from the start may take a tail too, as long as it has none."""
    return re.sub("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?", lambda m: sc.compose_hangul(m[0]), text)


compose_hangul.slip(
    "adds_a_second_tail",
    "A syllable that has a tail got another one and became a different syllable. Only one without a tail takes it.",
    closed=True,
)


compose_hangul.slip(
    "joins_a_tail_to_anything",
    "A character that is no syllable took a tail. Ask first whether it lies between U+AC00 and U+D7A3.",
    syllables=range(-0xAC00, 0x110000),
)


compose_hangul.slip(
    "takes_old_letters_too",
    "Old letters such as U+1113 or U+1176 were joined. Only 19 leads and 21 vowels have numbers in the formula.",
    leads=0x60,
    vowels=0x47,
)


compose_hangul.slip(
    "forgets_the_last_letters",
    "The last letters were left out: 19 leads are numbers 0 to 18, 21 vowels 0 to 20, and tail 27 counts too.",
    leads=18,
    vowels=20,
    tails=range(0x11A8, 0x11C2),
)


compose_hangul.slip(
    "swallows_u_11a7",
    "U+11A7 vanished. It is no tail: the tails are numbers 1 to 27, and 0 stands for none.",
    tails=range(0x11A7, 0x11C3),
)


@compose_hangul.mistake
def throws_away_the_rest(text, *, right):
    """Characters that are no Hangul letters got lost; keep them where they were."""
    return re.sub("[^\uac00-\ud7a3]", "", right)


@compose_hangul.mistake
def exchanges_lead_and_vowel(text):
    """Lead and vowel have changed places in the formula: the lead is multiplied by 21, and the vowel is added."""
    out = ""
    for letter in sc.compose_hangul(text):
        lead, rest = divmod(ord(letter) - 0xAC00, 588)
        out += chr(0xAC00 + (rest // 28 * 19 + lead) * 28 + rest % 28) if "가" <= letter <= "힣" else letter
    return out


@compose_hangul.mistake
def leaves_the_last_letter(text):
    """The last letter of the text was not joined. Look at it like at all others, also where the loop ends."""
    return sc.compose_hangul(text[:-1]) + text[-1:]


@compose_hangul.alternative
def by_two_substitutions(text):
    """Joins leads with vowels first, then tails."""
    text = re.sub(
        "([\u1100-\u1112])([\u1161-\u1175])",
        lambda m: chr(0xAC00 + (ord(m[1]) - 0x1100) * 588 + (ord(m[2]) - 0x1161) * 28),
        text,
    )
    return re.sub(
        "([가-힣])([\u11a8-\u11c2])",
        lambda m: m[0] if (ord(m[1]) - 0xAC00) % 28 else chr(ord(m[1]) + ord(m[2]) - 0x11A7),
        text,
    )
