"""What the rubrics of letters share: random texts."""


def some_text(rng, alphabet, length):
    """Return a random text over an alphabet."""
    return "".join(alphabet[i] for i in rng.integers(len(alphabet), size=length))
