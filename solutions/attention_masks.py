# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Attention masks: exercises
# Read [the page](../book/sequences/attention_masks.md) first. You will write what every program that reads text
# in batches contains: padding, masks, a softmax and a mean that respect them, positions, packing and buckets.
#
# In all of it a mask is boolean and **`True` means "may be used"**. Create new tensors on the device of the
# input, so that your answers run on a GPU as they are; a check tells you if they would not, also on a machine
# that has none. Leave the arguments as they are: the caller still needs them.
#
# Replace each `raise NotImplementedError()` by your answer and run the check below it.
# %%
import torch

from course_lib.checking import check

# %% [markdown] exercise="attention_masks.pad_batch"
# `pad_batch(sequences, pad_id, side)` makes one tensor of several.
#
# - `sequences`: a list of one-dimensional tensors of token ids, one or more, all of one dtype (`int32`, `int64`, …);
#   a sequence may be empty
# - `pad_id`: the id to fill up with; `side`: `"right"` or `"left"`, where the padding goes
# - returns a tensor (batch, time): row b is sequence b, time is the length of the longest, dtype and device are
#   those of the sequences
#
# ```
# pad_batch([tensor([5, 6, 7]), tensor([8])], 9, "right")  →  [[5, 6, 7],
#                                                              [8, 9, 9]]
# pad_batch([tensor([5, 6, 7]), tensor([8])], 9, "left")   →  [[5, 6, 7],
#                                                              [9, 9, 8]]
# ```
#
# `torch.nn.utils.rnn.pad_sequence` does it; here it is not to be used.


# %% answer="attention_masks.pad_batch"
def pad_batch(sequences, pad_id=0, side="right"):
    """Pad to the longest: a list of (time,) int tensors → (batch, time) of the same dtype."""
    ### BEGIN SOLUTION
    time = max(len(sequence) for sequence in sequences)
    batch = sequences[0].new_full((len(sequences), time), pad_id)
    for row, sequence in zip(batch, sequences, strict=True):
        start = 0 if side == "right" else time - len(sequence)
        row[start : start + len(sequence)] = sequence
    return batch
    ### END SOLUTION


# %% check="attention_masks.pad_batch"
check("attention_masks.pad_batch", pad_batch)

# %% [markdown] exercise="attention_masks.padding_mask"
# A warm-up. `padding_mask(lengths, max_len)` says which positions of a batch padded on the right are real:
#
# $$m_{bj} = [\, j < \ell_b \,], \qquad j = 0, \dots, \text{max\_len} - 1$$
#
# - `lengths`: (batch,) whole numbers, `int64` or `int32`; a length may be 0, and one above `max_len` marks the whole
#   row; `max_len`: 0 or more. The batch may be empty.
# - returns (batch, max_len), boolean
#
# ```
# padding_mask(tensor([3, 1]), 4)  →  [[True,  True,  True, False],
#                                      [True, False, False, False]]
# ```
#
# One comparison with broadcasting will do.


# %% answer="attention_masks.padding_mask"
def padding_mask(lengths, max_len):
    """True where a real token stands: `lengths` (batch,) int → (batch, max_len) bool."""
    ### BEGIN SOLUTION
    return torch.arange(max_len, device=lengths.device) < lengths[:, None]
    ### END SOLUTION


# %% check="attention_masks.padding_mask"
check("attention_masks.padding_mask", padding_mask)

# %% [markdown] exercise="attention_masks.causal_mask"
# A warm-up. `causal_mask(queries, keys, device)` lets each query use the keys up to its own position. The last query
# stands at the last key, so with $Q$ queries and $K$ keys
#
# $$c_{ij} = [\, j \le i + K - Q \,]$$
#
# - `queries`, `keys`: two counts, 0 or more; either may be the larger one; `device`: where the mask is to be made
# - returns (query, key), boolean
#
# ```
# causal_mask(2, 3)  →  [[True, True, False],
#                        [True, True, True]]
# causal_mask(3, 1)  →  [[False], [False], [True]]
# ```


# %% answer="attention_masks.causal_mask"
def causal_mask(queries, keys, device=None):
    """True where a key is no later than the query: two ints → (queries, keys) bool."""
    ### BEGIN SOLUTION
    positions = torch.arange(queries, device=device) + keys - queries
    return torch.arange(keys, device=device) <= positions[:, None]
    ### END SOLUTION


# %% check="attention_masks.causal_mask"
check("attention_masks.causal_mask", causal_mask)

# %% [markdown] exercise="attention_masks.combine_masks"
# `combine_masks(padding, causal)` makes the mask for scores of shape (batch, head, query, key): a key may be
# used if it is real *and* not in the query's future. Here is a version that runs without an error for one sequence, and
# is wrong. Find out in which ways, and write a right one.
#
# ```
# def combine_masks(padding, causal):
#     return padding[:, None, :] | ~causal
# ```
#
# $$M_{b0ij} = m_{bj} \wedge c_{ij}$$
#
# - `padding`: (batch, key), True for real keys; padding may stand anywhere, and all keys may be padding
# - `causal`: (query, key), True for keys that are not in the future; it may allow less than the whole past, such as
#   the last few keys only. The numbers of queries and keys may differ.
# - returns (batch, 1, query, key), boolean: the axis of length 1 stands for all heads
#
# ```
# combine_masks(tensor([[True, True, False]]), causal_mask(2, 3))  →  [[[[True, True, False],
#                                                                        [True, True, False]]]]
# ```


# %% answer="attention_masks.combine_masks"
def combine_masks(padding, causal):
    """What both allow: (batch, key) and (query, key) bool → (batch, 1, query, key) bool."""
    ### BEGIN SOLUTION
    return padding[:, None, None, :] & causal
    ### END SOLUTION


# %% check="attention_masks.combine_masks"
check("attention_masks.combine_masks", combine_masks)

# %% [markdown] exercise="attention_masks.masked_softmax"
# `masked_softmax(scores, mask)` shares attention among the keys that may be used:
#
# $$w_{ij} = \frac{M_{ij}\, e^{s_{ij}}}{\sum_k M_{ik}\, e^{s_{ik}}}$$
#
# and $w_{ij} = 0$ where row $i$ has no key to use.
#
# - `scores`: any shape with one key or more on the last axis, floating point; `mask`: boolean, broadcasts to the
#   scores' shape, so it may lack axes or have length 1 along them
# - returns weights of the scores' shape and dtype, in `float16` as well; no nan, and no overflow for scores in the
#   hundreds. What stands under the mask has no influence, even if it is huge, infinite or nan.
#
# ```
# masked_softmax(tensor([[0., 0., 9.], [1., 2., 3.]]),
#                tensor([[True, True, False], [False, False, False]]))  →  [[0.5, 0.5, 0.0],
#                                                                           [0.0, 0.0, 0.0]]
# ```


# %% answer="attention_masks.masked_softmax"
def masked_softmax(scores, mask):
    """Softmax over the last axis where `mask` is True, zeros elsewhere: (…, key) → (…, key)."""
    ### BEGIN SOLUTION
    hidden = scores.masked_fill(~mask, -torch.inf)
    top = hidden.amax(dim=-1, keepdim=True)
    powers = torch.exp(hidden - top.masked_fill(top == -torch.inf, 0.0))
    total = powers.sum(dim=-1, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)
    ### END SOLUTION


# %% check="attention_masks.masked_softmax"
check("attention_masks.masked_softmax", masked_softmax)

# %% [markdown]
# The check looks at the weights. If you are curious whether your *gradients* survive an empty row, run this:
# both rows should show plain numbers, and the second zeros.

# %%
scores = torch.tensor([[0.0, 1.0, 9.0], [1.0, 2.0, 3.0]], requires_grad=True)
usable = torch.tensor([[True, True, False], [False, False, False]])
try:
    masked_softmax(scores, usable)[:, 0].sum().backward()
    print(scores.grad)
except NotImplementedError:
    print("Write masked_softmax first.")

# %% [markdown] exercise="attention_masks.masked_mean"
# `masked_mean(values, mask)` turns each sequence of vectors into one vector, the mean over its real positions:
#
# $$\bar{\mathbf{v}}_b = \frac{\sum_j m_{bj}\, \mathbf{v}_{bj}}{\sum_j m_{bj}}$$
#
# and zeros where a sequence has no real position.
#
# - `values`: (batch, time, feature), floating point, in size up to a few hundred; `mask`: (batch, time), boolean;
#   padding may stand anywhere, and a sequence may be all padding
# - returns (batch, feature) of the values' dtype, in `float16` as well. What stands in the padding has no influence,
#   even if it is nan. A nan at a real position does: it tells of a bug, and is not to be hidden.
#
# ```
# masked_mean(tensor([[[2.], [4.], [9.]]]), tensor([[True, True, False]]))  →  [[3.]]
# ```


# %% answer="attention_masks.masked_mean"
def masked_mean(values, mask):
    """Mean over time where `mask` is True: (batch, time, feature) and (batch, time) → (batch, feature)."""
    ### BEGIN SOLUTION
    total = values.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)
    return total / mask.sum(dim=1, keepdim=True).clamp(min=1)
    ### END SOLUTION


# %% check="attention_masks.masked_mean"
check("attention_masks.masked_mean", masked_mean)

# %% [markdown] exercise="attention_masks.real_positions"
# With padding on the left, the column of a token is not its position. `real_positions(mask)` numbers the real
# tokens of each row from 0, as if the padding were not there:
#
# $$p_{bj} = \sum_{k < j} m_{bk} \text{ if } m_{bj}, \qquad 0 \text{ for padding}$$
#
# - `mask`: (batch, time), boolean; padding may stand anywhere, between tokens as well; a row may have no token or
#   several hundred
# - returns (batch, time), `int64`
#
# ```
# real_positions(tensor([[False, False, True, True],
#                        [True, True, True, False]]))  →  [[0, 0, 0, 1],
#                                                          [0, 1, 2, 0]]
# ```


# %% answer="attention_masks.real_positions"
def real_positions(mask):
    """Number the real tokens from 0: (batch, time) bool → (batch, time) int64, 0 at padding."""
    ### BEGIN SOLUTION
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, 0)
    ### END SOLUTION


# %% check="attention_masks.real_positions"
check("attention_masks.real_positions", real_positions)

# %% [markdown] exercise="attention_masks.packed_mask"
# Several sequences share a row. `packed_mask(segments)` keeps them apart: a token may use itself and the
# *earlier* tokens of *its own* sequence.
#
# - `segments`: (batch, time) whole numbers, 0 or more: which sequence a token belongs to. The numbers are names, in
#   no order and perhaps in the millions, and the tokens of a sequence need not stand together. 0 is padding, which may
#   use nothing and be used by nothing. It may stand anywhere, inside a sequence as well.
# - returns (batch, 1, query, key), boolean
#
# ```
# packed_mask(tensor([[1, 2, 2, 0]]))  →  [[[[True, False, False, False],
#                                            [False, True, False, False],
#                                            [False, True, True, False],
#                                            [False, False, False, False]]]]
# ```


# %% answer="attention_masks.packed_mask"
def packed_mask(segments):
    """Same sequence, not later, not padding: (batch, time) int → (batch, 1, time, time) bool."""
    ### BEGIN SOLUTION
    same = segments[:, None, :, None] == segments[:, None, None, :]
    real = segments[:, None, None, :] != 0
    return (same & real).tril()
    ### END SOLUTION


# %% check="attention_masks.packed_mask"
check("attention_masks.packed_mask", packed_mask)

# %% [markdown] exercise="attention_masks.bucket_batches"
# `bucket_batches(lengths, max_tokens)` puts sequences of similar length into batches.
#
# - `lengths`: a list of lengths, each 0 or more; the list may be empty. Take the sequences in rising length,
#   equal lengths in the order given.
# - A batch is padded to its longest sequence. Put the next sequence into the current batch as long as its
#   *count × longest length* stays at most `max_tokens`; otherwise begin a new batch.
# - A sequence longer than `max_tokens` raises a `ValueError`.
# - returns a list of lists of indices; no batch is empty
#
# ```
# bucket_batches([5, 2, 4, 2], 6)  →  [[1, 3], [2], [0]]
# ```
#
# Here [1, 3] is 2 × 2 = 4 cells; with sequence 2 it would be 3 × 4 = 12.


# %% answer="attention_masks.bucket_batches"
def bucket_batches(lengths, max_tokens):
    """Batches of similar length whose padded size fits: list of int, int → list of lists of indices."""
    ### BEGIN SOLUTION
    batches = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if lengths[i] > max_tokens:
            raise ValueError(f"sequence {i} has {lengths[i]} tokens, more than {max_tokens}")
        if not batches or (len(batches[-1]) + 1) * lengths[i] > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches
    ### END SOLUTION


# %% check="attention_masks.bucket_batches"
check("attention_masks.bucket_batches", bucket_batches)
