"""Random inputs: the same for one seed, of every kind that is promised, and small ones often."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import torch

from course_lib.checking import cases
from course_lib.checking.data import bulk, leaves


def many(make, count=300):
    """Draw from one function many times."""
    return [make(np.random.default_rng([7, i])) for i in range(count)]


DRAWS = {
    "one_of": lambda rng: cases.one_of(rng, "a", 1, None),
    "whole": lambda rng: cases.whole(rng, 0, 40),
    "number": lambda rng: cases.number(rng, 0.0, 0.999),
    "shape": cases.shape,
    "unlike_lengths": lambda rng: cases.unlike_lengths(rng, 3),
    "readable": lambda rng: cases.readable(rng, 2, 3),
    "normal": lambda rng: cases.normal(rng, 2, 3),
    "floats": lambda rng: cases.floats(rng, (2, 3)),
    "integers": lambda rng: cases.integers(rng, (2, 3), -2, 5),
    "probabilities": lambda rng: cases.probabilities(rng, (2, 3)),
    "mask": lambda rng: cases.mask(rng, 2, 3),
    "lengths": lambda rng: cases.lengths(rng, 3, 5),
    "ragged": lambda rng: cases.ragged(rng, 3, 4),
    "labels": lambda rng: cases.labels(rng, 4, 3),
    "images": cases.images,
    "strided": lambda rng: cases.strided(rng, cases.normal(rng, 2, 3)),
    "text": lambda rng: cases.text(rng, 4),
    "words": lambda rng: cases.words(rng, 3),
    "edited": lambda rng: cases.edited(rng, "abcabc", 2),
    "torch_generator": lambda rng: cases.torch_generator(rng).initial_seed(),
}


def plain(value):
    return [leaf.tolist() if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves(value)]


@pytest.mark.parametrize("name", DRAWS)
def test_one_seed_makes_one_input_and_seeds_differ(name):
    drawn = [plain(value) for value in many(DRAWS[name], 20)]
    assert drawn == [plain(value) for value in many(DRAWS[name], 20)]
    assert any(one != drawn[0] for one in drawn)


def test_every_public_function_is_tried_here():
    made = {name for name, one in vars(cases).items() if getattr(one, "__module__", "") == cases.__name__}
    assert made - {"T"} == set(DRAWS)


def test_small_ones_and_the_ends_come_often():
    drawn = Counter(many(lambda rng: cases.whole(rng, 0, 40)))
    assert min(drawn[n] for n in (0, 1, 2)) >= 30
    assert (min(drawn), max(drawn)) == (0, 40)
    assert {cases.whole(np.random.default_rng(i), 3, 3) for i in range(9)} == {3}
    ends = Counter(many(lambda rng: cases.number(rng, 0.5, 0.9)))
    assert ends[0.5] >= 20
    assert ends[0.9] >= 20
    assert all(0.5 <= value <= 0.9 for value in ends)
    shapes = many(cases.shape)
    assert {len(shape) for shape in shapes} == {0, 1, 2, 3}
    assert any(0 in shape for shape in shapes)


def test_floats_have_every_dtype_scale_and_oddity():
    drawn = many(lambda rng: cases.floats(rng, (3, 4), dtypes=(*cases.FLOATS, *cases.HALVES)))
    dtypes = {str(one.dtype) for one in drawn}
    assert dtypes == {"torch.float32", "torch.float64", "torch.float16", "torch.bfloat16"}
    sizes = [one.double().abs().max().item() for one in drawn]
    assert any(size > 500 for size in sizes)
    assert any(0 < size < 0.01 for size in sizes)
    assert any(not one.any() for one in drawn)
    assert any(one.any() and (one == one.flatten()[0]).all() for one in drawn)
    assert cases.floats(np.random.default_rng(0), (0, 2)).shape == (0, 2)


def test_readable_numbers_are_never_0_and_have_one_decimal():
    drawn = torch.cat(many(lambda rng: cases.readable(rng, 5)))
    assert (drawn.abs() >= 0.1).all()
    assert torch.equal(drawn, (drawn * 10).round() / 10)


def test_probabilities_sum_to_1_with_one_hot_rows_and_zeros_among_them():
    drawn = many(lambda rng: cases.probabilities(rng, (2, 4)))
    for one in drawn:
        torch.testing.assert_close(one.sum(-1), torch.ones(2, dtype=torch.float64))
    assert any((one == 1).any() for one in drawn)
    assert any((one == 0).any() and not (one == 1).any() for one in drawn)


def test_masks_have_full_and_empty_rows_unless_they_are_mixed():
    rows = torch.cat(many(lambda rng: cases.mask(rng, 3, 4)))
    assert rows.all(-1).any()
    assert (~rows).all(-1).any()
    mixed = torch.cat(many(lambda rng: cases.mask(rng, 3, 4, mixed=True)))
    assert mixed.any(-1).all()
    assert not mixed.all(-1).any()
    assert cases.mask(np.random.default_rng(0), 3, 1, mixed=True).all()


def test_lengths_labels_and_ids_stay_in_their_range():
    lengths = torch.cat(many(lambda rng: cases.lengths(rng, 3, 5)))
    assert (lengths.min(), lengths.max()) == (0, 5)
    labels = torch.cat(many(lambda rng: cases.labels(rng, 3, 4)))
    assert (labels.min(), labels.max()) == (0, 3)
    sequences = [one for batch in many(lambda rng: cases.ragged(rng, 3, 4, 9)) for one in batch]
    assert {len(one) for one in sequences} == {0, 1, 2, 3, 4}
    assert max(int(one.max()) for one in sequences if len(one)) == 8
    assert {one.dtype for one in sequences} == {torch.int32, torch.int64}


def test_images_are_seldom_square_and_bytes_on_demand():
    drawn = many(lambda rng: cases.images(rng, most=8))
    assert all(one.dim() == 4 and min(one.shape) >= 1 for one in drawn)
    assert sum(one.shape[2] != one.shape[3] for one in drawn) > 150
    assert cases.images(np.random.default_rng(0), 2, 3, dtype="uint8").dtype == torch.uint8
    assert cases.images(np.random.default_rng(0), 2, 3).shape[:2] == (2, 3)


def test_strided_tensors_hold_the_same_numbers_elsewhere_in_memory():
    tensor = torch.arange(6.0).reshape(2, 3)
    drawn = many(lambda rng: cases.strided(rng, tensor))
    assert all(torch.equal(one, tensor) for one in drawn)
    assert any(not one.is_contiguous() for one in drawn)
    assert any(one.storage_offset() for one in drawn)
    for odd in (torch.tensor(3.0), torch.zeros(0, 2), torch.arange(3)):
        assert all(torch.equal(cases.strided(np.random.default_rng(i), odd), odd) for i in range(9))


def test_texts_go_beyond_ascii_and_beyond_the_bmp():
    drawn = many(lambda rng: cases.text(rng, 6))
    assert all(len(one) == 6 for one in drawn)
    assert sum(one.isascii() for one in drawn) > 60
    assert any(max(map(ord, one)) > 0xFFFF for one in drawn)
    assert any("가" <= c <= "힣" for one in drawn for c in one)
    assert set(cases.text(np.random.default_rng(0), 50, "ab")) == {"a", "b"}


def test_edits_lose_add_replace_and_exchange():
    drawn = set(many(lambda rng: cases.edited(rng, "abcd", 1, "x")))
    assert {"bcd", "xabcd", "xbcd", "bacd"} <= drawn
    assert cases.edited(np.random.default_rng(0), "", 1, "x") in ("", "x")


def test_texts_need_no_torch():
    told = "import sys, numpy; from course_lib.checking.cases import text; text(numpy.random.default_rng(0), 3); "
    ran = subprocess.run([sys.executable, "-c", told + "sys.exit('torch' in sys.modules)"], check=False)
    assert ran.returncode == 0
    assert bulk(cases.text(np.random.default_rng(0), 3)) > 0
