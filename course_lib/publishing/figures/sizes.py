"""How large figures and their words are, so that a phone shows every word at 11 pixels or more."""

from matplotlib.figure import Figure
from matplotlib.text import Text

WIDTH = 4.6  # inches; at WORDS points, what a phone shows large enough even inside a fold
WORDS = 11.0  # points, the size of all words
PHONE = 375  # pixels: what a figure has on a narrow phone; see book/_static/course.css
SMALLEST = 11  # pixels
LETTER = 0.092  # inches, a little more than a letter of WORDS points takes


def smallest_words(fig: Figure, width: float) -> tuple[float, str]:
    """How large a phone shows the smallest words of a figure `width` inches wide, in pixels, and which those are.

    >>> import matplotlib.pyplot as plt
    >>> fig = plt.figure()
    >>> _ = fig.text(0, 0, "small", fontsize=6), fig.text(0, 1, "large", fontsize=11)
    >>> smallest_words(fig, width=375 / 96)
    (8.0, 'small')
    """
    shrunk = min(1.0, PHONE / (width * 96))
    texts = [found for found in fig.findobj(Text) if isinstance(found, Text)]
    found = [(float(text.get_fontsize()) * 4 / 3 * shrunk, text.get_text()) for text in texts]
    return min((size, said) for size, said in found if said.strip())


def inches(words: str) -> float:
    """About how wide a line of words is; letters of Hangul are twice as wide."""
    return LETTER * sum(2 if ord(letter) >= 0x1100 else 1 for letter in words)
