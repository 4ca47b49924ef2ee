"""What the attention-mask answers must do, and the mistakes we know."""

import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric

OWN = "course_lib.attention_masks."


def normal(rng, *shape):
    """Return float32 numbers from a normal distribution."""
    return torch.from_numpy(rng.normal(size=shape)).float()


def some(rng, *shape):
    """Return a mask whose rows differ, with both values in each row that is long enough."""
    mask = torch.from_numpy(rng.random(size=shape) < 0.6)
    mask[..., 0] = True
    if shape[-1] > 1:
        mask[..., -1] = False
    return mask


# 1. Padding


@rubric(
    answer=am.pad_batch,
    title="Pad a ragged batch",
    points=2,
    difficulty=1,
    minutes=12,
    forbids=[OWN + "pad_batch", "torch.nn.utils.rnn.pad_sequence"],
)
def pad_batch(rng, size):
    """Sequences of different lengths, in no order, padded on the right with an id that is not 0; a token is 0, the id
    of an ordinary word here; int32 and int64."""
    lengths, dtype = [size, max(1, size // 2), size + 1, max(1, size - 1)], torch.int64 if size % 2 else torch.int32
    sequences = [torch.from_numpy(rng.integers(1, 50, size=length)).to(dtype) for length in lengths]
    sequences[2][0] = 0
    return sequences, int(rng.integers(50, 60)), "right"


@pad_batch.edge(points=1)
def padding_on_the_left():
    """With `side="left"` the tokens move to the end of the row and keep their order."""
    return [torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6, 7, 8]), torch.tensor([9])], -1, "left"


@pad_batch.edge(points=1)
def an_empty_sequence():
    """A sequence without tokens becomes a row of padding, on whichever side the padding is."""
    return [torch.tensor([], dtype=torch.int64), torch.tensor([7, 8])], 3, "left"


@pad_batch.mistake
def always_fills_with_zero(sequences, pad_id=0, side="right"):
    """The padding is 0 although `pad_id` says otherwise; in many vocabularies 0 is an ordinary token."""
    return am.pad_batch(sequences, 0, side)


@pad_batch.mistake
def fills_every_zero(sequences, pad_id=0, side="right"):
    """Every 0 of the batch has become `pad_id`, real tokens too: here 0 is an ordinary word. Fill with `pad_id` at
    once."""
    batch = am.pad_batch(sequences, 0, side)
    return batch.masked_fill(batch == 0, pad_id)


@pad_batch.mistake
def always_on_the_right(sequences, pad_id=0, side="right"):
    """The padding is on the right also where `side` asks for the left."""
    return am.pad_batch(sequences, pad_id, "right")


@pad_batch.mistake
def sides_swapped(sequences, pad_id=0, side="right"):
    """The sides are swapped: `side` says where the padding goes, not the tokens."""
    return am.pad_batch(sequences, pad_id, "left" if side == "right" else "right")


@pad_batch.mistake
def turned_round_and_not_back(sequences, pad_id=0, side="right"):
    """With padding on the left, the tokens come out in reverse order: what was turned round must be turned back."""
    turned = [sequence.flip(0) for sequence in sequences] if side == "left" else sequences
    return am.pad_batch(turned, pad_id, side)


@pad_batch.mistake
def a_slice_from_minus_zero(sequences, pad_id=0, side="right"):
    """A slice that begins at `-len(sequence)` is the whole row when the sequence is empty, for −0 is 0."""
    batch = am.pad_batch(sequences, pad_id, "right")
    if side == "left":
        for row, sequence in zip(batch, sequences, strict=True):
            row.fill_(pad_id)
            row[-len(sequence) :] = sequence
    return batch


@pad_batch.mistake
def cut_to_the_shortest(sequences, pad_id=0, side="right"):
    """The batch is as long as its shortest sequence, so tokens are lost. Make room for the longest."""
    time = min(len(sequence) for sequence in sequences)
    return torch.stack([sequence[:time] for sequence in sequences])


@pad_batch.mistake
def as_long_as_the_first(sequences, pad_id=0, side="right"):
    """The batch is as long as its first sequence, so longer ones lose tokens. Make room for the longest."""
    time = len(sequences[0])
    return am.pad_batch([sequence[:time] for sequence in sequences], pad_id, side)


@pad_batch.mistake
def sorted_by_length(sequences, pad_id=0, side="right"):
    """The sequences come out with the longest first, so labels no longer belong to them: row b must be sequence b."""
    return am.pad_batch(sorted(sequences, key=len, reverse=True), pad_id, side)


@pad_batch.mistake
def the_shortest_first(sequences, pad_id=0, side="right"):
    """The sequences come out with the shortest first, so labels no longer belong to them: row b must be sequence b."""
    return am.pad_batch(sorted(sequences, key=len), pad_id, side)


@pad_batch.mistake
def ids_in_int64(sequences, pad_id=0, side="right"):
    """The ids have become int64 whatever they were: new tensors must get the dtype of the sequences."""
    return am.pad_batch(sequences, pad_id, side).long()


@pad_batch.mistake
def one_column_too_many(sequences, pad_id=0, side="right"):
    """There is a column of nothing but padding: the batch is as long as its longest sequence, not longer."""
    return am.pad_batch([*sequences, sequences[0].new_zeros(max(map(len, sequences)) + 1)], pad_id, side)[:-1]


@pad_batch.mistake
def ids_in_floats(sequences, pad_id=0, side="right"):
    """The ids have become floats: `torch.zeros` and `torch.full` choose a dtype, ids must keep theirs."""
    return am.pad_batch(sequences, pad_id, side).float()


@pad_batch.alternative
def row_by_row_with_pad(sequences, pad_id=0, side="right"):
    """Pads each sequence by itself and stacks the rows."""
    time = max(sequence.numel() for sequence in sequences)
    gaps = [time - sequence.numel() for sequence in sequences]
    sides = [(gap, 0) if side == "left" else (0, gap) for gap in gaps]
    rows = [torch.nn.functional.pad(s, gap, value=pad_id) for s, gap in zip(sequences, sides, strict=True)]
    return torch.stack(rows)


@pad_batch.alternative
def by_concatenation(sequences, pad_id=0, side="right"):
    """Appends to each sequence the padding that it lacks."""
    time = max(len(sequence) for sequence in sequences)
    rows = []
    for sequence in sequences:
        gap = torch.full((time - len(sequence),), pad_id, dtype=sequence.dtype, device=sequence.device)
        rows.append(torch.cat([gap, sequence] if side == "left" else [sequence, gap]))
    return torch.stack(rows)


# 2. The mask of the real tokens


@rubric(
    answer=am.padding_mask,
    title="A mask of the real tokens",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[OWN + "padding_mask"],
)
def padding_mask(rng, size):
    """Batches whose sequences differ in length, one of them full."""
    lengths = rng.integers(1, size + 1, size=5)
    lengths[2] = size
    return torch.from_numpy(lengths), size


@padding_mask.edge(points=1)
def nothing_real():
    """A sequence of length 0 has no real token."""
    return torch.tensor([0, 3, 1]), 3


@padding_mask.edge(points=1)
def room_to_spare():
    """`max_len` may be larger than every length, and a length above it marks the whole row, no more."""
    return torch.tensor([2, 3, 9]), 5


@padding_mask.mistake
def marks_the_padding(lengths, max_len):
    """The mask is upside down: True should mean 'a real token', not 'padding'."""
    return ~am.padding_mask(lengths, max_len)


@padding_mask.mistake
def one_token_too_many(lengths, max_len):
    """One position too many is marked in each row: positions count from 0, so the last real one is `length - 1`."""
    return torch.arange(max_len, device=lengths.device) <= lengths[:, None]


@padding_mask.mistake
def one_token_too_few(lengths, max_len):
    """The last real token of each row is not marked: positions count from 0, so it stands at `length - 1`."""
    return am.padding_mask(lengths - 1, max_len)


@padding_mask.mistake
def lengths_without_an_axis(lengths, max_len):
    """Positions are compared with lengths one by one. To compare each with each, `lengths` needs an axis more."""
    return torch.arange(max_len, device=lengths.device) < lengths


@padding_mask.mistake
def marks_the_last_token_only(lengths, max_len):
    """Only the last real position is marked; all positions before it are real too."""
    return torch.arange(max_len, device=lengths.device) == lengths[:, None] - 1


@padding_mask.mistake
def one_mask_for_all(lengths, max_len):
    """Every row is marked like the longest: each sequence has a length of its own."""
    return am.padding_mask(lengths.amax().expand(len(lengths)), max_len)


@padding_mask.mistake
def ones_and_zeros(lengths, max_len):
    """The mask holds 1 and 0. In this course a mask is boolean; `~` and indexing do other things with integers."""
    return am.padding_mask(lengths, max_len).long()


@padding_mask.mistake
def time_before_batch(lengths, max_len):
    """The axes are swapped: the mask should be (batch, time), one row for each sequence."""
    return am.padding_mask(lengths, max_len).T.contiguous()


@padding_mask.mistake
def real_tokens_at_the_end(lengths, max_len):
    """The real tokens are marked at the end of the rows; this batch is padded on the right."""
    return am.padding_mask(lengths, max_len).flip(1)


@padding_mask.mistake
def as_long_as_the_longest(lengths, max_len):
    """The mask is as long as the longest sequence. It must be as long as the batch it is for: `max_len`."""
    return am.padding_mask(lengths, int(lengths.max()))


@padding_mask.alternative
def row_after_row(lengths, max_len):
    """Writes each row by a slice."""
    mask = torch.zeros(len(lengths), max_len, dtype=torch.bool, device=lengths.device)
    for row, length in enumerate(lengths.tolist()):
        mask[row, :length] = True
    return mask


@padding_mask.alternative
def by_counting_down(lengths, max_len):
    """Counts in floats how many tokens are left after each position."""
    steps = torch.ones(max_len, device=lengths.device).cumsum(0)
    return (lengths[:, None].double() - steps) >= 0


# 3. The past and nothing but the past


@rubric(
    answer=am.causal_mask,
    title="The past and nothing but the past",
    points=2,
    difficulty=1,
    minutes=12,
    forbids=[OWN + "causal_mask", "torch.nn.attention.bias.causal_lower_right"],
)
def causal_mask(rng, size):
    """As many keys as queries, so that both stand at the same positions."""
    return size, size, torch.device("cpu")


@causal_mask.written
def call_without_device(queries, keys, device):
    """As one would type it, on the processor."""
    return f"causal_mask({queries=}, {keys=})"


@causal_mask.edge(points=1)
def one_new_token():
    """When one token is generated after five others, its query may use all six keys."""
    return 1, 6, torch.device("cpu")


@causal_mask.edge(points=1)
def a_chunk_after_a_past():
    """Three queries at the end of seven keys may all use the first five."""
    return 3, 7, torch.device("cpu")


@causal_mask.edge(points=1)
def more_queries_than_keys():
    """With two keys for five queries, the first three stand before every key and may use none."""
    return 5, 2, torch.device("cpu")


@causal_mask.mistake
def not_even_itself(queries, keys, device=None):
    """Each query was kept from its own position. Only later keys are the future, and the first query needs a key."""
    return am.causal_mask(queries, keys, device).tril(keys - queries - 1)


@causal_mask.mistake
def one_key_of_the_future(queries, keys, device=None):
    """Each query may use one key too many, the first of its future. The last it may use is at its own position."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries + 1)


@causal_mask.mistake
def the_future(queries, keys, device=None):
    """The mask is upside down: it lets a query use its own position and the future instead of the past."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).triu(keys - queries)


@causal_mask.mistake
def true_where_forbidden(queries, keys, device=None):
    """The mask is inverted: True should mean 'may be used', and here it marks the future."""
    return ~am.causal_mask(queries, keys, device)


@causal_mask.mistake
def aligned_at_the_first_key(queries, keys, device=None):
    """The first query is placed at the first key. The last query stands at the last key."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril()


@causal_mask.mistake
def shifted_the_other_way(queries, keys, device=None):
    """The shift between queries and keys has the wrong sign: more keys means a longer past, so more is allowed."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(queries - keys)


@causal_mask.mistake
def ones_in_floats(queries, keys, device=None):
    """The mask holds floating-point 1 and 0; a mask of this course is boolean."""
    return am.causal_mask(queries, keys, device).float()


@causal_mask.mistake
def zero_and_minus_infinity(queries, keys, device=None):
    """These are numbers to add to scores. The mask itself is boolean; it is turned into numbers where it is used."""
    return am.additive_mask(am.causal_mask(queries, keys, device))


@causal_mask.alternative
def lower_triangle(queries, keys, device=None):
    """Cuts a triangle out of ones."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


@causal_mask.alternative
def last_rows_of_a_square(queries, keys, device=None):
    """Takes the last rows of the mask of a whole sequence; columns before the first key are cut off."""
    side = max(queries, keys)
    whole = ~torch.ones(side, side, dtype=torch.bool, device=device).triu(1)
    return whole[side - queries :, side - keys :]


# 4. Both at once


@rubric(
    answer=am.combine_masks,
    title="Padding and future in one mask",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[OWN + "combine_masks", OWN + "combine_masks_by_loops"],
)
def combine_masks(rng, size):
    """Self-attention, as many queries as keys, over batches padded on the right and on the left, and over a batch of
    one sequence."""
    batch, longest = (1, size - 1) if size == 3 else (4, size)
    padding = am.padding_mask(torch.from_numpy(rng.integers(1, longest + 1, size=batch)), size)
    padding[batch // 2 :] = padding[batch // 2 :].flip(1)
    return padding, am.causal_mask(size, size)


@combine_masks.edge(points=1)
def queries_and_keys_differ_in_number():
    """Two queries at the end of five keys: padding is about keys, and the mask is not square."""
    return am.padding_mask(torch.tensor([4, 5, 1]), 5), am.causal_mask(2, 5)


@combine_masks.edge(points=1)
def as_many_sequences_as_queries():
    """With a batch as large as a sequence is long, broadcasting fits the wrong axes together without an error."""
    return am.padding_mask(torch.tensor([1, 3, 2]), 3), am.causal_mask(3, 3)


@combine_masks.edge(points=1)
def a_window_instead_of_the_whole_past():
    """The second mask may allow less than the whole past, here a window of two keys: use the one that is given."""
    return am.padding_mask(torch.tensor([4, 2]), 4), am.causal_mask(4, 4).triu(-1)


@combine_masks.mistake
def either_is_enough(padding, causal):
    """A key is let through if one of the masks allows it. Both must."""
    return padding[:, None, None, :] | causal


@combine_masks.mistake
def padding_along_the_queries(padding, causal):
    """The padding mask lies along the queries. It says which keys are real, and keys are the last axis."""
    return padding[:, None, :, None] & causal


@combine_masks.mistake
def padded_queries_too(padding, causal):
    """Rows of padded queries are forbidden as well. Their results are never used: only keys need masking here."""
    return padding[:, None, :, None] & padding[:, None, None, :] & causal


@combine_masks.mistake
def without_the_axis_for_heads(padding, causal):
    """The axis for the heads is missing: (batch, query, key) would be lined up as (head, query, key)."""
    return padding[:, None, :] & causal


@combine_masks.mistake
def no_new_axes(padding, causal):
    """Without new axes the batch of `padding` is lined up with the queries of `causal`."""
    return padding & causal


@combine_masks.mistake
def forgets_the_future(padding, causal):
    """Only the padding is masked; `causal` must be respected too."""
    return padding[:, None, None, :].expand(-1, 1, *causal.shape).clone()


@combine_masks.mistake
def forgets_the_padding(padding, causal):
    """Only the future is masked; `padding` must be respected too."""
    return causal.expand(len(padding), 1, *causal.shape).clone()


@combine_masks.mistake
def padding_upside_down(padding, causal):
    """Only padded keys are let through: `padding` is True where a key is real, so it needs no `~`."""
    return ~padding[:, None, None, :] & causal


@combine_masks.mistake
def says_what_is_forbidden(padding, causal):
    """The result is inverted: True should mean 'may be used', and here it marks what may not."""
    return ~am.combine_masks(padding, causal)


@combine_masks.mistake
def works_the_future_out_again(padding, causal):
    """The future is worked out from the shape. Use the mask that is given: it may allow less than the whole past."""
    return am.combine_masks(padding, am.causal_mask(*causal.shape, device=causal.device))


@combine_masks.mistake
def writes_into_the_causal_mask(padding, causal):
    """The padding is written into `causal` itself: `contiguous` copies a mask that was stretched over a batch, but not
    over a batch of one."""
    both = causal.expand(len(padding), 1, *causal.shape).contiguous()
    both &= padding[:, None, None, :]
    return both


@combine_masks.alternative
def by_multiplication(padding, causal):
    """Multiplies, which is "and" for 0 and 1."""
    both = padding.long()[:, None, :] * causal.long()[None]
    return both.bool().unsqueeze(1)


@combine_masks.alternative
def by_two_refusals(padding, causal):
    """Collects what is forbidden and negates it (De Morgan)."""
    return torch.logical_not(~padding.view(len(padding), 1, 1, -1) | ~causal.view(1, 1, *causal.shape))


# 5. Softmax


@rubric(
    answer=am.masked_softmax,
    title="Softmax over what may be used",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=[OWN + "masked_softmax", OWN + "masked_softmax_by_loops", OWN + "masked_attention"],
)
def masked_softmax(rng, size):
    """Scores of several heads with one mask for all; each query has some keys to use. float32 and float64."""
    dtype = torch.float32 if size % 2 else torch.float64
    return 3 * normal(rng, 2, 3, 4, size).to(dtype), some(rng, 2, 1, 4, size)


@masked_softmax.edge(points=2)
def a_row_with_nothing_to_use():
    """A query without any key gets zeros, neither nan nor equal shares."""
    scores = torch.tensor([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
    return scores, torch.tensor([[True, False, True], [False, False, False]])


@masked_softmax.edge(points=1)
def large_scores():
    """Scores in the hundreds must not overflow."""
    return torch.tensor([[500.0, 501.0, -300.0], [-500.0, -502.0, 4.0]]), torch.tensor([[True, True, False]] * 2)


@masked_softmax.edge(points=1)
def a_huge_score_under_the_mask():
    """What stands under the mask has no influence, however large it is."""
    return torch.tensor([[1.0, 2.0, 20000.0], [30000.0, -1.0, 1.0]]), torch.tensor(
        [[True, True, False], [False, True, True]]
    )


@masked_softmax.edge(points=1)
def half_precision():
    """Scores in float16 give weights in float16, whose largest number is 65504 and whose smallest is near 6e-8; a row
    without any key gets zeros there too."""
    scores = torch.tensor([[2.0, 2.0, 9.0], [1.0, 2.0, 3.0]], dtype=torch.float16)
    return scores, torch.tensor([[True, True, False], [False, False, False]])


@masked_softmax.mistake
def forgets_the_mask(scores, mask):
    """This is an ordinary softmax: keys that may not be used get a share."""
    return torch.softmax(scores, dim=-1)


@masked_softmax.mistake
def weights_in_float32(scores, mask):
    """The weights are float32 whatever the scores were. Give them the dtype of the scores."""
    return am.masked_softmax(scores.float(), mask)


@masked_softmax.mistake
def too_large_for_float16(scores, mask):
    """A number such as −1e9 does not exist in float16. Minus infinity exists in every floating dtype."""
    return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1) * mask


@masked_softmax.mistake
def nan_in_empty_rows(scores, mask):
    """A row of nothing but minus infinity gives 0/0, nan. A query without any key should get zeros."""
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)


@masked_softmax.mistake
def a_tiny_number_in_the_denominator(scores, mask):
    """1e-9 is added to the sum against 0/0, but in float16 it is 0, and an empty row gives nan. Treat empty rows
    explicitly."""
    hidden = scores.masked_fill(~mask, -torch.inf)
    top = hidden.amax(dim=-1, keepdim=True)
    powers = torch.exp(hidden - top.masked_fill(top == -torch.inf, 0.0))
    return powers / (powers.sum(dim=-1, keepdim=True) + 1e-9)


@masked_softmax.mistake
def equal_shares_in_empty_rows(scores, mask):
    """With a large negative number instead of minus infinity, an empty row shares equally among forbidden keys."""
    return torch.softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min), dim=-1)


@masked_softmax.mistake
def minus_a_billion(scores, mask):
    """With −1e9 instead of minus infinity, an empty row shares equally among forbidden keys, and float16 has no such
    number."""
    return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)


@masked_softmax.mistake
def adds_minus_ten_thousand(scores, mask):
    """Adding −10000 keeps the order of the scores: an empty row attends as if nothing were masked, and a score of
    20000 under the mask still wins. Replace the scores, don't shift them."""
    return torch.softmax(scores - 10000.0 * (~mask).to(scores.dtype), dim=-1)


@masked_softmax.mistake
def masks_after_the_softmax(scores, mask):
    """The weights are set to zero after the softmax, so the rest no longer adds up to 1."""
    return torch.softmax(scores, dim=-1) * mask


@masked_softmax.mistake
def scores_times_mask(scores, mask):
    """A score of 0 is not "no attention": its exponential is 1. Multiplying scores by the mask does not remove them."""
    return torch.softmax(scores * mask, dim=-1)


@masked_softmax.mistake
def upside_down(scores, mask):
    """The keys that may be used are masked and the others are not: True means 'may be used'."""
    return am.masked_softmax(scores, ~mask)


@masked_softmax.mistake
def along_the_queries(scores, mask):
    """The weights add up to 1 along the queries. Each query shares among its keys, the last axis."""
    mask = mask.expand(scores.shape)
    return am.masked_softmax(scores.transpose(-2, -1), mask.transpose(-2, -1)).transpose(-2, -1)


@masked_softmax.mistake
def exponentials_without_a_shift(scores, mask):
    """`exp` of a score above 88 overflows float32. Take the row's largest score off first; softmax does not change."""
    powers = torch.exp(scores.masked_fill(~mask, -torch.inf))
    total = powers.sum(dim=-1, keepdim=True)
    return torch.where(total == 0, 0.0, powers / total)


@masked_softmax.mistake
def shifts_by_the_largest_of_all(scores, mask):
    """The maximum that is taken off, by you or inside `softmax`, includes scores under the mask: where one is huge, all
    others underflow to 0."""
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True)) * mask
    total = powers.sum(dim=-1, keepdim=True)
    return torch.where(total == 0, 0.0, powers / total)


@masked_softmax.alternative
def torchs_softmax_mended(scores, mask):
    """Lets torch make nan of empty rows and replaces them."""
    weights = torch.softmax(torch.where(mask, scores, -torch.inf), dim=-1)
    return weights.masked_fill(~mask.any(dim=-1, keepdim=True), 0.0)


@masked_softmax.alternative
def in_log_space_and_double(scores, mask):
    """Subtracts the logarithm of the sum, in float64."""
    hidden = scores.double().masked_fill(~mask, -torch.inf)
    total = torch.logsumexp(hidden, dim=-1, keepdim=True)
    weights = torch.exp(hidden - total.masked_fill(total == -torch.inf, 0.0))
    return weights.to(scores.dtype)


# 6. Means


@rubric(
    answer=am.masked_mean,
    title="The mean of the real positions",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[OWN + "masked_mean"],
)
def masked_mean(rng, size):
    """Vectors at 4 positions more than `size`, some of them real, in no order; one real number is 0."""
    values = 5 + normal(rng, 3, size + 4, 2).to(torch.float32 if size % 2 else torch.float64)
    values[1, 0, 1] = 0.0
    return values, some(rng, 3, size + 4)


@masked_mean.edge(points=1)
def a_sequence_of_padding():
    """A sequence without any real position gets zeros, not 0/0."""
    values = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]], [[1.0, 1.0], [7.0, 2.0], [3.0, 3.0]]])
    return values, torch.tensor([[True, False, True], [False, False, False]])


@masked_mean.edge(points=1)
def nan_in_the_padding():
    """What stands in the padding has no influence, not even nan, and 0 times nan is nan."""
    return torch.tensor([[[1.0], [2.0], [torch.nan], [torch.inf]]]), torch.tensor([[True, True, False, False]])


@masked_mean.edge(points=1)
def nan_in_a_real_position():
    """A nan at a real position says that something went wrong before, and must stay to be seen."""
    return torch.tensor([[[1.0], [torch.nan], [3.0]]]), torch.tensor([[True, True, False]])


@masked_mean.edge(points=1)
def vectors_in_half_precision():
    """Vectors in float16 have means in float16."""
    values = torch.tensor([[[1.0, 2.0], [3.0, 8.0], [5.0, 9.0]]], dtype=torch.float16)
    return values, torch.tensor([[True, True, False]])


@masked_mean.mistake
def divides_by_all_positions(values, mask):
    """The sum is right, but it is divided by all positions, padding included."""
    return values.masked_fill(~mask[:, :, None], 0.0).mean(dim=1)


@masked_mean.mistake
def ignores_the_mask(values, mask):
    """This is the plain mean over time: padding is counted like any token."""
    return values.mean(dim=1)


@masked_mean.mistake
def divides_by_nothing(values, mask):
    """This is the sum of the real vectors; divide it by how many there are."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)


@masked_mean.mistake
def counts_the_whole_batch(values, mask):
    """The sum of each sequence is divided by the real tokens of the whole batch. Count each sequence by itself."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / mask.sum().clamp(min=1)


@masked_mean.mistake
def zero_by_zero(values, mask):
    """A sequence without real positions gives 0/0, nan, and one nan spoils the whole loss. Return zeros there."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / mask.sum(dim=1, keepdim=True)


@masked_mean.mistake
def always_one_too_many(values, mask):
    """One is added to every count to avoid 0/0, which makes every mean too small. Only a count of 0 needs care."""
    return values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / (mask.sum(dim=1, keepdim=True) + 1)


@masked_mean.mistake
def multiplies_by_the_mask(values, mask):
    """Multiplying by the mask lets nan through, for 0 times nan is nan. Replace what is masked instead."""
    return (values * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)


@masked_mean.mistake
def counts_what_is_not_zero(values, mask):
    """What is not 0 is counted, but a real token may well have a feature that is exactly 0. Count the mask."""
    kept = values.masked_fill(~mask[:, :, None], 0.0)
    return kept.sum(dim=1) / (kept != 0).sum(dim=1).clamp(min=1)


@masked_mean.mistake
def mean_of_the_padding(values, mask):
    """The padding is averaged and the real tokens are left out: the mask is upside down."""
    return am.masked_mean(values, ~mask)


@masked_mean.mistake
def takes_the_first_positions(values, mask):
    """As many positions as are real are averaged, but the first ones. Padding may stand anywhere: ask the mask."""
    return am.masked_mean(values, am.padding_mask(mask.sum(dim=1), mask.shape[1]))


@masked_mean.mistake
def means_in_float32(values, mask):
    """The means are float32 whatever the values were. Give them the dtype of the values."""
    return am.masked_mean(values, mask).float()


@masked_mean.mistake
def counts_in_float32(values, mask):
    """The count is float32, and float16 divided by float32 is float32. A count in whole numbers leaves the dtype of
    the values alone."""
    total = values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)
    return total / mask.float().sum(dim=1, keepdim=True).clamp(min=1)


@masked_mean.mistake
def hides_every_nan(values, mask):
    """Every nan is made 0, at real positions too, where it would have told of a bug. Replace only what is masked."""
    clean = values.nan_to_num(0.0).masked_fill(~mask[:, :, None], 0.0)
    return am.masked_mean(clean, mask)


@masked_mean.alternative
def sequence_by_sequence(values, mask):
    """Picks the real vectors of each sequence."""
    means = [
        row[real].mean(0) if real.any() else row.new_zeros(row.shape[-1])
        for row, real in zip(values, mask, strict=True)
    ]
    return torch.stack(means)


@masked_mean.alternative
def as_a_matrix_product(values, mask):
    """Weights that add up to 1, times the values, in float64."""
    clean = torch.where(mask.unsqueeze(-1), values, 0.0).double()
    weights = mask.double() / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.einsum("bt,btf->bf", weights, clean).to(values.dtype)


# 7. Positions


@rubric(
    answer=am.real_positions,
    title="Positions that don't count padding",
    points=2,
    difficulty=2,
    minutes=10,
    forbids=[OWN + "real_positions"],
)
def real_positions(rng, size):
    """Rows padded on the left, on the right and on both sides."""
    mask = torch.zeros(4, size + 3, dtype=torch.bool)
    for row in mask[:3]:
        first = int(rng.integers(0, 3))
        row[first : first + int(rng.integers(1, size + 1))] = True
    mask[3, 2:] = True
    return mask


@real_positions.edge(points=1)
def nothing_but_padding():
    """A row without real tokens gets zeros."""
    return torch.tensor([[False, False, False], [False, True, True]])


@real_positions.edge(points=1)
def a_gap():
    """A masked position inside a row is not counted either."""
    return torch.tensor([[True, True, False, True, True], [False, True, False, False, True]])


@real_positions.edge(points=1)
def a_long_row():
    """A row of 300 tokens counts on past 255."""
    return torch.ones(1, 300, dtype=torch.bool)


@real_positions.mistake
def counts_from_one(mask):
    """The first real token got position 1; positions count from 0."""
    return mask.cumsum(dim=1).masked_fill(~mask, 0)


@real_positions.mistake
def column_numbers(mask):
    """These are column numbers. With padding on the left, the first real token must still get position 0."""
    return torch.arange(mask.shape[1], device=mask.device).expand(mask.shape).clone()


@real_positions.mistake
def column_numbers_of_real_tokens(mask):
    """The real tokens got their column numbers: padding before them must not be counted."""
    return torch.arange(mask.shape[1], device=mask.device).expand(mask.shape).masked_fill(~mask, 0)


@real_positions.mistake
def minus_one_in_the_padding(mask):
    """Padding before the first token got −1, which an embedding would refuse, or read from its end. It should be 0."""
    return mask.cumsum(dim=1) - 1


@real_positions.mistake
def goes_on_in_the_padding(mask):
    """Padding after a token carries that token's number on; all padding should get 0."""
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


@real_positions.mistake
def minus_one_everywhere_masked(mask):
    """Padding got −1; the contract here is 0, which every embedding table has."""
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, -1)


@real_positions.mistake
def one_in_the_padding(mask):
    """Padding got 1, as in some libraries; the contract here is 0."""
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, 1)


@real_positions.mistake
def numbers_the_padding_too(mask):
    """How many real tokens stand before it is right for a real token. Padding gets 0 wherever it stands."""
    return mask.cumsum(dim=1) - mask.long()


@real_positions.mistake
def padding_on_the_left_only(mask):
    """The count assumes that all padding stands on the left. It may stand on the right too, and in between."""
    columns = torch.arange(mask.shape[1], device=mask.device)
    return (columns - (~mask).sum(dim=1, keepdim=True)).clamp(min=0).masked_fill(~mask, 0)


@real_positions.mistake
def counts_down_the_batch(mask):
    """The count runs along the batch: number the tokens of each row."""
    return (mask.cumsum(dim=0) - 1).masked_fill(~mask, 0)


@real_positions.mistake
def subtracts_the_first_column_only(mask):
    """Numbering from the first real token is not enough: a masked position further on is counted too."""
    first = mask.long().argmax(dim=1, keepdim=True)
    return (torch.arange(mask.shape[1], device=mask.device) - first).masked_fill(~mask, 0)


@real_positions.mistake
def counts_in_eight_bits(mask):
    """The count wraps around: eight bits hold numbers up to 255 only. Count in `int64`, as `cumsum` does by itself."""
    return (mask.cumsum(dim=1, dtype=torch.uint8) - 1).long().masked_fill(~mask, 0)


@real_positions.alternative
def one_token_after_another(mask):
    """Keeps a counter for each row."""
    positions = torch.zeros(mask.shape, dtype=torch.int64, device=mask.device)
    count = torch.zeros(mask.shape[0], dtype=torch.int64, device=mask.device)
    for column in range(mask.shape[1]):
        positions[:, column] = torch.where(mask[:, column], count, 0)
        count = count + mask[:, column]
    return positions


@real_positions.alternative
def times_the_mask(mask):
    """Subtracts the token itself from the running count and multiplies."""
    ones = mask.to(torch.int64)
    return (torch.cumsum(ones, 1) - ones) * ones


# 8. Packed rows


@rubric(
    answer=am.packed_mask,
    title="Several sequences in one row",
    points=3,
    difficulty=3,
    minutes=15,
    forbids=[OWN + "packed_mask"],
)
def packed_mask(rng, size):
    """Rows with two sequences, numbered in no order, and some padding at the end."""
    rows = torch.zeros(3, size + 4, dtype=torch.int64)
    for row, (first, second) in zip(rows, [(1, 2), (7, 3), (2, 5)], strict=True):
        cut = int(rng.integers(1, size + 2))
        row[:cut], row[cut : size + 2] = first, second
    return rows


@packed_mask.edge(points=1)
def a_row_of_padding():
    """In a row of nothing but padding no token may use any, itself included."""
    return torch.tensor([[0, 0, 0], [4, 4, 9]])


@packed_mask.edge(points=1)
def padding_in_front():
    """Padding may also stand before, between and inside sequences."""
    return torch.tensor([[0, 2, 2, 0, 2, 0, 1, 1]])


@packed_mask.mistake
def padding_uses_padding(segments):
    """Padding is treated as a sequence number 0. Padded positions may neither use anything nor be used."""
    time = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    return (same & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def looks_into_the_future(segments):
    """A token may use later tokens of its sequence; only earlier ones and itself are allowed."""
    same = segments[:, :, None] == segments[:, None, :]
    return (same & (segments != 0)[:, None, :])[:, None]


@packed_mask.mistake
def one_long_sequence(segments):
    """A token may use earlier tokens of other sequences in its row: one text leaks into the next."""
    time = segments.shape[1]
    real = (segments != 0)[:, :, None] & (segments != 0)[:, None, :]
    return (real & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def numbers_taken_for_an_order(segments):
    """Sequences with a smaller number may be used too. The numbers are names: they must be equal."""
    time = segments.shape[1]
    ordered = segments[:, :, None] >= segments[:, None, :]
    return (ordered & (segments != 0)[:, None, :] & am.causal_mask(time, time, segments.device))[:, None]


@packed_mask.mistake
def not_even_itself_when_packed(segments):
    """Each token was kept from itself, so that the first of each sequence has nothing to use."""
    return am.packed_mask(segments).tril(-1)


@packed_mask.mistake
def the_future_only(segments):
    """Queries and keys are swapped: queries are the rows, and a row may use what stands to its left."""
    return am.packed_mask(segments).transpose(-2, -1).contiguous()


@packed_mask.mistake
def no_axis_for_heads(segments):
    """The axis for the heads is missing: the mask should be (batch, 1, query, key)."""
    return am.packed_mask(segments)[:, 0]


@packed_mask.mistake
def padding_uses_itself(segments):
    """Padding may use itself, a common way to avoid empty rows. Here it may use nothing: the row stays empty."""
    return am.packed_mask(segments) | torch.eye(segments.shape[1], dtype=torch.bool, device=segments.device)


@packed_mask.mistake
def a_new_sequence_at_each_change(segments):
    """A sequence is taken to end where the number changes. After padding inside it, it goes on: compare numbers."""
    changes = (segments != segments.roll(1, dims=1)).cumsum(dim=1)
    return am.packed_mask(segments) & (changes[:, None, :, None] == changes[:, None, None, :])


@packed_mask.alternative
def pair_by_pair(segments):
    """Asks about each pair of positions."""
    batch, time = segments.shape
    mask = torch.zeros(batch, 1, time, time, dtype=torch.bool, device=segments.device)
    for query in range(time):
        for key in range(query + 1):
            equal = segments[:, query] == segments[:, key]
            mask[:, 0, query, key] = equal & (segments[:, query] > 0)
    return mask


@packed_mask.alternative
def by_one_lower_triangle(segments):
    """Gives padding a number that nothing equals, then cuts a triangle."""
    rows, columns = segments.masked_fill(segments == 0, -1), segments
    return (rows.unsqueeze(2) == columns.unsqueeze(1)).unsqueeze(1).tril()


# 9. Buckets


@rubric(
    answer=am.bucket_batches,
    title="Batches of similar length",
    points=3,
    difficulty=3,
    minutes=20,
    forbids=[OWN + "bucket_batches"],
    sizes=(2, 3, 5, 8, 13),
)
def bucket_batches(rng, size):
    """Sequences of 1 to 9 tokens in any order, ties included, with room for a few in a batch."""
    return [int(length) for length in rng.integers(1, 10, size=size)], int(rng.integers(12, 25))


@bucket_batches.edge(points=1)
def an_exact_fit():
    """A batch that holds exactly `max_tokens` cells is allowed, and so is one sequence of that length."""
    return [4, 12, 4, 4, 3, 2, 2], 12


@bucket_batches.edge(points=1)
def too_long_for_any_batch():
    """A sequence that is longer than `max_tokens` by itself is refused with a ValueError."""
    return [3, 11, 2], 10


@bucket_batches.edge(points=1)
def no_sequences():
    """Without sequences there are no batches."""
    return [], 10


@bucket_batches.mistake
def adds_up_real_tokens(lengths, max_tokens):
    """The batch's real tokens are counted. What has to fit is the padded rectangle: count times longest."""
    _refuse_long(lengths, max_tokens)
    batches, total = [], max_tokens
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if total + lengths[i] > max_tokens:
            batches.append([])
            total = 0
        batches[-1].append(i)
        total += lengths[i]
    return batches


@bucket_batches.mistake
def measured_by_the_shortest(lengths, max_tokens):
    """Each batch is measured by its first, shortest sequence. It is padded to its longest, which comes last."""
    return _greedy(lengths, max_tokens, lambda batch, i: (len(batch) + 1) * lengths[batch[0]] > max_tokens)


@bucket_batches.mistake
def refuses_an_exact_fit(lengths, max_tokens):
    """A batch of exactly `max_tokens` cells still fits: the limit may be reached."""
    return _greedy(lengths, max_tokens, lambda batch, i: (len(batch) + 1) * lengths[i] >= max_tokens)


@bucket_batches.mistake
def forgets_the_one_that_comes(lengths, max_tokens):
    """The check leaves out the sequence that is about to be added, so batches grow one too large."""
    return _greedy(lengths, max_tokens, lambda batch, i: len(batch) * lengths[i] > max_tokens)


@bucket_batches.mistake
def measured_before_it_comes(lengths, max_tokens):
    """The batch is measured by its longest so far. The sequence that comes is longer, and sets the width."""
    return _greedy(lengths, max_tokens, lambda batch, i: (len(batch) + 1) * lengths[batch[-1]] > max_tokens)


@bucket_batches.mistake
def refuses_one_that_just_fits(lengths, max_tokens):
    """A sequence of exactly `max_tokens` is refused. It fits: only a longer one raises an error."""
    _refuse_long(lengths, max_tokens - 1)
    return am.bucket_batches(lengths, max_tokens)


@bucket_batches.mistake
def looked_up_by_length(lengths, max_tokens):
    """Of several sequences of one length the first is taken again and again: `index` finds no other."""
    return [[lengths.index(lengths[i]) for i in batch] for batch in am.bucket_batches(lengths, max_tokens)]


@bucket_batches.mistake
def places_in_the_sorted_list(lengths, max_tokens):
    """These are places in the sorted list. Return where each sequence stands in `lengths`, as it was given."""
    return am.bucket_batches(sorted(lengths), max_tokens)


@bucket_batches.mistake
def in_the_order_given(lengths, max_tokens):
    """The sequences are batched in the order given. Sort them by length first, or most of a batch is padding."""
    _refuse_long(lengths, max_tokens)
    batches = []
    for i in range(len(lengths)):
        if not batches or (len(batches[-1]) + 1) * max(lengths[j] for j in [*batches[-1], i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches


@bucket_batches.mistake
def lengths_instead_of_indices(lengths, max_tokens):
    """The batches hold lengths. They should hold indices: which sequences to take."""
    return [[lengths[i] for i in batch] for batch in am.bucket_batches(lengths, max_tokens)]


@bucket_batches.mistake
def loses_the_last_batch(lengths, max_tokens):
    """The last batch is missing: what has been collected when the loop ends is a batch too."""
    return am.bucket_batches(lengths, max_tokens)[:-1]


@bucket_batches.mistake
def begins_with_an_empty_batch(lengths, max_tokens):
    """The first batch is empty: don't close a batch before anything is in it."""
    return [[], *am.bucket_batches(lengths, max_tokens)]


@bucket_batches.mistake
def lets_the_too_long_through(lengths, max_tokens):
    """A sequence longer than `max_tokens` got a batch of its own, over the limit. Refuse it with a ValueError."""
    return _greedy(lengths, max_tokens, lambda batch, i: (len(batch) + 1) * lengths[i] > max_tokens, refuse=False)


@bucket_batches.mistake
def the_longest_first(lengths, max_tokens):
    """The batches begin with the longest sequences; this exercise asks for the shortest first."""
    _refuse_long(lengths, max_tokens)
    batches = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches


@bucket_batches.mistake
def ties_in_reverse(lengths, max_tokens):
    """Sequences of equal length come in reverse order; they should keep the order given (`sorted` does that)."""
    _refuse_long(lengths, max_tokens)
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], -i))
    ordered = am.bucket_batches([lengths[i] for i in order], max_tokens)
    return [[order[i] for i in batch] for batch in ordered]


def _refuse_long(lengths, max_tokens):
    if any(length > max_tokens for length in lengths):
        raise ValueError(f"a sequence is longer than {max_tokens}")


def _greedy(lengths, max_tokens, full, refuse=True):
    """Fill batches in rising length until `full` says that one more does not fit."""
    if refuse:
        _refuse_long(lengths, max_tokens)
    batches = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if not batches or full(batches[-1], i):
            batches.append([])
        batches[-1].append(i)
    return batches


@bucket_batches.alternative
def batch_by_batch(lengths, max_tokens):
    """Cuts as many as fit from the front of the sorted list, again and again."""
    waiting = sorted((length, i) for i, length in enumerate(lengths))
    if waiting and waiting[-1][0] > max_tokens:
        raise ValueError(f"{waiting[-1][0]} tokens do not fit into {max_tokens}")
    batches = []
    while waiting:
        count = max(n for n in range(1, len(waiting) + 1) if n * waiting[n - 1][0] <= max_tokens)
        batches.append([i for _, i in waiting[:count]])
        waiting = waiting[count:]
    return batches


@bucket_batches.alternative
def with_a_generator(lengths, max_tokens):
    """Yields a batch whenever the next sequence would not fit."""

    def made():
        batch = []
        for i in sorted(range(len(lengths)), key=lengths.__getitem__):
            if lengths[i] > max_tokens:
                raise ValueError(lengths[i])
            if batch and (len(batch) + 1) * lengths[i] > max_tokens:
                yield batch
                batch = []
            batch = [*batch, i]
        if batch:
            yield batch

    return list(made())
