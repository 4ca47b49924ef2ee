"""Real data that pages learn from; nothing is downloaded."""

import functools
import re
from typing import Any, NamedTuple

from course_lib.publishing.figures.korean_text import SENTENCES

TRAINING = 1437  # of 1,797 pictures; the other 360 are the test


class Digits(NamedTuple):
    """Handwritten digits: pictures (picture, height, width) from 0 to 1, and labels from 0 to 9."""

    images: Any
    labels: Any
    test_images: Any
    test_labels: Any


def digits(tensors: bool = True) -> Digits:
    """Return scikit-learn's 1,797 digits of 8 × 8 pixels, always in the same order, four fifths of them for training.

    As tensors (float32, int64), or as arrays. Pictures for validation are taken from the end of the training's.

    >>> data = digits(tensors=False)
    >>> data.images.shape, data.test_images.shape, float(data.images.max())
    ((1437, 8, 8), (360, 8, 8), 1.0)
    """
    parts = _digits()
    if not tensors:
        return Digits(*(part.copy() for part in parts))
    import torch

    return Digits(*(torch.from_numpy(part.copy()) for part in parts))


@functools.cache
def _digits() -> tuple[Any, Any, Any, Any]:
    import numpy as np
    from sklearn.datasets import load_digits

    loaded = load_digits()
    order = np.random.default_rng(0).permutation(len(loaded.target))
    images = (loaded.images[order] / 16).astype(np.float32)
    labels = loaded.target[order].astype(np.int64)
    return images[:TRAINING], labels[:TRAINING], images[TRAINING:], labels[TRAINING:]


@functools.cache
def english() -> tuple[str, ...]:
    """Return the sentences of Python's own help texts, some two thousand, each once, in the order of the texts.

    They are of the Python that runs: another version has others.

    >>> english()[0][0].isupper(), len(english()) > 1000
    (True, True)
    """
    from pydoc_data.topics import topics

    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", "\n\n".join(topics[name] for name in sorted(topics))):
        running = not re.search(r"\n[*=~\-.#]{3}|::=|\n  ", paragraph)
        if running and re.match(r'[A-Z"]', paragraph):
            found += re.split(r'(?<=[.!?])\s+(?=[A-Z"])', " ".join(paragraph.split()))
    return tuple(dict.fromkeys(sentence for sentence in found if sentence.endswith((".", "!", "?"))))


def korean() -> tuple[str, ...]:
    """Return the sentences of a small Korean text, written for this course: a year at school, told in plain words.

    >>> korean()[0], len(korean())
    ('봄이 오면 학교 앞 길에 벚꽃이 핀다.', 80)
    """
    return SENTENCES
