import inspect
import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch.nn.attention.bias import causal_lower_right

from course_lib import attention_masks as am

BATCH, HEADS, QUERIES, KEYS, FEATURES = 2, 3, 5, 7, 11
DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()

token_lists = st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=5)
lengths_of_texts = st.lists(st.integers(0, 12), max_size=12)


@st.composite
def masks(draw, shape=None):
    """A mask of any kind, rows and columns of nothing included."""
    shape = shape or draw(st.tuples(st.integers(1, 4), st.integers(1, 6)))
    return torch.from_numpy(draw(hnp.arrays(np.bool_, shape)))


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def some_mask(*shape, seed=1):
    """A random mask whose rows all allow something."""
    mask = torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) < 0.6
    mask[..., 0] = True
    return mask


# Padding


@given(token_lists, st.integers(-2, 12), st.sampled_from(["right", "left"]))
def test_a_padded_batch_agrees_with_torchs_pad_sequence(tokens, pad_id, side):
    sequences = [torch.tensor(ids, dtype=torch.int64) for ids in tokens]
    expected = torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=pad_id, padding_side=side)
    assert torch.equal(am.pad_batch(sequences, pad_id, side), expected)


@given(token_lists, st.sampled_from(["right", "left"]))
def test_a_padded_batch_gives_every_token_back_in_order(tokens, side):
    sequences = [torch.tensor(ids, dtype=torch.int64) for ids in tokens]
    batch = am.pad_batch(sequences, pad_id=-1, side=side)
    assert [row[row != -1].tolist() for row in batch] == tokens
    assert batch.shape == (len(tokens), max(map(len, tokens)))


def test_a_padded_batch_keeps_the_dtype_and_leaves_the_sequences_alone():
    sequences = [torch.tensor([1, 2, 3], dtype=torch.int32), torch.tensor([4], dtype=torch.int32)]
    batch = am.pad_batch(sequences, pad_id=9)
    assert batch.dtype == torch.int32
    batch.fill_(0)
    assert sequences[0].tolist() == [1, 2, 3]


def test_no_sequences_and_an_unknown_side_are_refused():
    with pytest.raises(ValueError, match=r"no sequences to pad: got \[\]"):
        am.pad_batch([])
    with pytest.raises(ValueError, match=r'side must be "right" or "left", got \'middle\''):
        am.pad_batch([torch.tensor([1])], side="middle")


@given(st.lists(st.integers(0, 9), max_size=5), st.integers(0, 7))
def test_a_padding_mask_marks_the_first_tokens_of_each_row(lengths, max_len):
    expected = [[column < length for column in range(max_len)] for length in lengths]
    mask = am.padding_mask(torch.tensor(lengths, dtype=torch.int64), max_len)
    assert mask.dtype == torch.bool
    assert mask.shape == (len(lengths), max_len)
    assert mask.tolist() == expected


def test_a_negative_max_len_is_refused():
    with pytest.raises(ValueError, match=r"max_len must not be negative, got -3"):
        am.padding_mask(torch.tensor([1]), -3)


@given(token_lists)
def test_ids_and_lengths_give_one_mask_as_long_as_the_pad_id_is_nobodys(tokens):
    sequences = [torch.tensor(ids, dtype=torch.int64) for ids in tokens]
    batch = am.pad_batch(sequences, pad_id=10)
    lengths = torch.tensor([len(ids) for ids in tokens])
    assert torch.equal(am.mask_from_ids(batch, 10), am.padding_mask(lengths, batch.shape[1]))


def test_ids_alone_cannot_tell_padding_from_a_token_that_is_used_as_padding():
    batch = am.pad_batch([torch.tensor([5, 0, 7]), torch.tensor([8])], pad_id=0)
    assert am.mask_from_ids(batch, 0).tolist() == [[True, False, True], [True, False, False]]


@given(masks())
def test_real_positions_count_the_real_tokens_before(mask):
    expected = [[sum(row[:i]) if real else 0 for i, real in enumerate(row)] for row in mask.tolist()]
    positions = am.real_positions(mask)
    assert positions.tolist() == expected
    assert positions.dtype == torch.int64


# Causal and combined masks


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_causal_mask_lets_each_query_use_what_is_not_in_its_future(queries, keys):
    expected = [[key <= query + keys - queries for key in range(keys)] for query in range(queries)]
    mask = am.causal_mask(queries, keys)
    assert mask.shape == (queries, keys)
    assert mask.tolist() == expected


def test_a_causal_mask_with_a_past_is_torchs_causal_mask_aligned_at_the_lower_right():
    query, key = normal(BATCH, HEADS, QUERIES, FEATURES), normal(BATCH, HEADS, KEYS, FEATURES, seed=1)
    ours = F.scaled_dot_product_attention(query, key, key, attn_mask=am.causal_mask(QUERIES, KEYS))
    theirs = F.scaled_dot_product_attention(query, key, key, attn_mask=causal_lower_right(QUERIES, KEYS))
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("counts", [(-1, 2), (2, -1)])
def test_a_negative_count_is_refused_with_both(counts):
    with pytest.raises(ValueError, match=rf"queries={counts[0]}, keys={counts[1]}"):
        am.causal_mask(*counts)


@given(st.data())
def test_combining_by_loops_and_at_once_agree(data):
    batch, queries, keys = (data.draw(st.integers(1, 4)) for _ in range(3))
    padding, causal = data.draw(masks((batch, keys))), data.draw(masks((queries, keys)))
    combined = am.combine_masks(padding, causal)
    assert combined.shape == (batch, 1, queries, keys)
    assert torch.equal(combined, am.combine_masks_by_loops(padding, causal))


@pytest.mark.parametrize("combine", [am.combine_masks, am.combine_masks_by_loops])
def test_masks_over_different_keys_are_refused_with_both_shapes(combine):
    with pytest.raises(ValueError, match=r"padding \(2, 3\) has 3, causal \(5, 7\) has 7"):
        inspect.unwrap(combine)(some_mask(2, 3), some_mask(5, 7))  # the type checker of the tests would refuse first


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=3))
def test_a_packed_mask_joins_tokens_of_one_sequence_backwards_in_time(rows):
    def may(row, query, key):
        return row[query] == row[key] != 0 and key <= query

    expected = [[[[may(row, q, k) for k in range(5)] for q in range(5)]] for row in rows]
    assert am.packed_mask(torch.tensor(rows)).tolist() == expected


def test_packed_sequences_get_what_they_would_get_alone():
    x = normal(1, 8, FEATURES)
    packed = am.masked_attention(x, x, x, am.packed_mask(torch.tensor([[1, 1, 1, 2, 2, 2, 2, 0]]))[:, 0])
    for part in (slice(0, 3), slice(3, 7)):
        alone = x[:, part]
        mask = am.causal_mask(alone.shape[1], alone.shape[1])
        torch.testing.assert_close(packed[:, part], am.masked_attention(alone, alone, alone, mask))
    assert packed[:, 7].eq(0).all()


# Softmax and attention


@given(masks((QUERIES, KEYS)), st.sampled_from([torch.float32, torch.float64]))
def test_masked_softmax_by_loops_at_once_and_by_torch_agree(mask, dtype):
    scores = normal(QUERIES, KEYS, dtype=dtype)
    weights = am.masked_softmax(scores, mask)
    assert weights.dtype == dtype
    torch.testing.assert_close(weights, am.masked_softmax_by_loops(scores, mask))
    some = mask.any(dim=1)
    expected = F.softmax(scores + am.additive_mask(mask, dtype), dim=1)
    torch.testing.assert_close(weights[some], expected[some])
    assert weights[~some].eq(0).all()


@given(masks((QUERIES, KEYS)))
def test_each_row_of_weights_adds_up_to_one_or_to_nothing(mask):
    weights = am.masked_softmax(normal(QUERIES, KEYS), mask)
    torch.testing.assert_close(weights.sum(1), mask.any(dim=1).double())
    assert weights[~mask].eq(0).all()


def test_masked_softmax_survives_large_scores_and_garbage_under_the_mask():
    mask = torch.tensor([[True, True, False, False]])
    scores = torch.tensor([[1000.0, 1000.0 + math.log(3), math.nan, math.inf]], dtype=torch.float64)
    torch.testing.assert_close(am.masked_softmax(scores, mask), torch.tensor([[0.25, 0.75, 0, 0]]).double())
    scores[0, 2:] = 1e30
    torch.testing.assert_close(am.masked_softmax(scores, mask), torch.tensor([[0.25, 0.75, 0, 0]]).double())


def test_masked_softmax_needs_no_score_that_fits_into_half_precision():
    scores = torch.tensor([[1.0, 2.0, -60000.0], [1.0, 2.0, 3.0]], dtype=torch.float16)
    mask = torch.tensor([[True, False, True], [False, False, False]])
    assert am.masked_softmax(scores, mask).tolist() == [[1, 0, 0], [0, 0, 0]]


def test_gradients_through_empty_rows_are_zero_and_others_are_right():
    mask = some_mask(QUERIES, KEYS)
    mask[3] = False
    scores = normal(QUERIES, KEYS).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: am.masked_softmax(s, mask), scores)
    (am.masked_softmax(scores, mask) * normal(QUERIES, KEYS, seed=2)).sum().backward()
    assert scores.grad[3].eq(0).all()
    assert scores.grad[0].ne(0).any()


def test_without_keys_there_are_no_weights_and_attention_is_zero():
    no_keys = torch.zeros(3, 0, dtype=torch.bool)
    assert am.masked_softmax(torch.zeros(3, 0), no_keys).shape == (3, 0)
    nothing = am.masked_attention(torch.ones(3, 2), torch.ones(0, 2), torch.ones(0, 5), no_keys)
    assert nothing.tolist() == [[0.0] * 5] * 3


def test_masked_attention_is_torchs_with_a_broadcast_mask_and_zeros_in_empty_rows():
    query, key = normal(BATCH, HEADS, QUERIES, FEATURES), normal(BATCH, HEADS, KEYS, FEATURES, seed=1)
    value = normal(BATCH, HEADS, KEYS, 13, seed=2)
    padding = am.padding_mask(torch.tensor([4, 7]), KEYS)
    padding[0, :3] = False  # with keys - queries = 2, the first query of the first sequence is left without a key
    mask = am.combine_masks(padding, am.causal_mask(QUERIES, KEYS))
    ours = am.masked_attention(query, key, value, mask)
    assert ours.shape == (BATCH, HEADS, QUERIES, 13)
    assert ours[0, :, 0].eq(0).all()
    torch.testing.assert_close(ours, F.scaled_dot_product_attention(query, key, value, attn_mask=mask))


@pytest.mark.parametrize("side", ["right", "left"])
def test_real_tokens_get_the_same_with_and_without_padding(side):
    x = normal(QUERIES, FEATURES)
    padded = torch.full((KEYS, FEATURES), 1e6, dtype=torch.float64)
    real = slice(0, QUERIES) if side == "right" else slice(KEYS - QUERIES, KEYS)
    padded[real] = x
    padding = torch.zeros(1, KEYS, dtype=torch.bool)
    padding[0, real] = True
    mask = am.combine_masks(padding, am.causal_mask(KEYS, KEYS))[0, 0]
    alone = am.masked_attention(x, x, x, am.causal_mask(QUERIES, QUERIES))
    torch.testing.assert_close(am.masked_attention(padded, padded, padded, mask)[real], alone)


@given(masks(), st.sampled_from([torch.float16, torch.bfloat16, torch.float32, torch.float64]))
def test_an_additive_mask_is_zero_or_minus_infinity_in_the_dtype_asked_for(mask, dtype):
    bias = am.additive_mask(mask, dtype)
    assert bias.dtype == dtype
    assert torch.equal(bias == 0, mask)
    assert torch.equal(torch.isneginf(bias), ~mask)


# Means and losses


@given(masks())
def test_masked_mean_is_the_mean_of_what_is_left_when_padding_is_cut_out(mask):
    values = normal(*mask.shape, FEATURES)
    cut_out = [row[real] for row, real in zip(values, mask, strict=True)]
    expected = [row.mean(0) if len(row) else torch.zeros(FEATURES).double() for row in cut_out]
    garbage = values.masked_fill(~mask[:, :, None], torch.nan)
    torch.testing.assert_close(am.masked_mean(garbage, mask), torch.stack(expected))


@given(masks())
def test_token_loss_is_torchs_cross_entropy_that_ignores_the_padding(mask):
    scores = normal(*mask.shape, FEATURES)
    target = torch.randint(FEATURES, mask.shape, generator=torch.Generator().manual_seed(0))
    losses = F.cross_entropy(scores.transpose(1, 2), target, reduction="none")
    ours = am.token_loss(losses, mask)
    if not mask.any():
        assert ours == 0
        return
    theirs = F.cross_entropy(scores.transpose(1, 2), target.masked_fill(~mask, -100), ignore_index=-100)
    torch.testing.assert_close(ours, theirs)


# Batches


@given(lengths_of_texts, st.integers(12, 40))
def test_buckets_hold_every_sequence_once_in_rising_length_within_the_limit(lengths, max_tokens):
    batches = am.bucket_batches(lengths, max_tokens)
    order = [i for batch in batches for i in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert order == sorted(order, key=lambda i: (lengths[i], i))
    assert all(batch and len(batch) * max(lengths[i] for i in batch) <= max_tokens for batch in batches)
    for batch, following in itertools.pairwise(batches):  # full: the next sequence would not have fitted
        assert (len(batch) + 1) * lengths[following[0]] > max_tokens


@given(lengths_of_texts, st.integers(12, 40))
def test_packed_rows_hold_every_sequence_once_and_no_two_could_be_one(lengths, row_length):
    rows = am.pack_rows(lengths, row_length)
    assert sorted(i for row in rows for i in row) == list(range(len(lengths)))
    filled = [sum(lengths[i] for i in row) for row in rows]
    assert all(f <= row_length for f in filled)
    assert all(a + b > row_length for i, a in enumerate(filled) for b in filled[i + 1 :])


@given(lengths_of_texts, st.integers(12, 40))
def test_packing_takes_the_longest_first(lengths, row_length):
    for row in (rows := am.pack_rows(lengths, row_length)):
        assert [lengths[i] for i in row] == sorted((lengths[i] for i in row), reverse=True)
    first = [lengths[row[0]] for row in rows]
    assert first == sorted(lengths, reverse=True)[:1] + sorted(first[1:], reverse=True)


@pytest.mark.parametrize("divide", [am.bucket_batches, am.pack_rows])
def test_a_sequence_that_fits_nowhere_is_refused_with_its_length(divide):
    with pytest.raises(ValueError, match=r"sequence 1 has 9 tokens, more than the 8 that fit"):
        divide([3, 9, 2], 8)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=12), st.integers(1, 5))
def test_the_wasted_fraction_is_the_share_of_padding_in_the_padded_batches(lengths, size):
    batches = [list(range(i, min(i + size, len(lengths)))) for i in range(0, len(lengths), size)]
    padded = [am.pad_batch([torch.ones(lengths[i], dtype=torch.int64) for i in batch]) for batch in batches]
    cells, real = sum(b.numel() for b in padded), sum(int(b.sum()) for b in padded)
    assert am.wasted_fraction(lengths, batches) == pytest.approx(1 - real / cells)


def test_no_batches_and_empty_sequences_waste_nothing():
    assert am.wasted_fraction([], []) == 0
    assert am.wasted_fraction([0, 0], [[0, 1]]) == 0


# Devices


@pytest.mark.parametrize("device", DEVICES)
def test_results_stay_on_the_device_of_what_came_in(device):
    padding = am.padding_mask(torch.tensor([2, 3], device=device), 5)
    causal = am.causal_mask(5, 5, device)
    mask = am.combine_masks(padding, causal)
    x = normal(2, 5, 7).to(device)
    results = [
        am.pad_batch([torch.tensor([1, 2], device=device), torch.tensor([1], device=device)]),
        mask,
        am.combine_masks_by_loops(padding, causal),
        am.additive_mask(mask),
        am.masked_attention(x, x, x, mask[:, 0]),
        am.masked_softmax_by_loops(x[0], some_mask(5, 7).to(device)),
        am.token_loss(x[:, :, 0], padding),
        am.masked_mean(x, padding),
        am.real_positions(padding),
        am.packed_mask(torch.tensor([[1, 2, 0]], device=device)),
    ]
    assert {result.device.type for result in results} == {device}
