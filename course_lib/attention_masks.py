"""Attention masks.

A batch is a rectangle and sequences are not: short ones are filled up, and a mask says which
positions are real. A mask is boolean and True means "may be used".
"""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def mask_from_ids(
    ids: Int[Tensor, "batch time"],
    pad_id: int,
) -> Bool[Tensor, "batch time"]:
    """Mark the tokens that are real, by comparing each id with the id of the padding.

    Correct only if `pad_id` never stands for a real token, as an end-of-text id used for padding
    does. Source: BERT's vocabulary, whose pad id is 0.

    >>> ids = torch.tensor([[5, 0, 7, 9, 9], [3, 9, 9, 9, 9]])
    >>> mask_from_ids(ids, pad_id=9).int().tolist()
    [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]]
    """
    return ids != pad_id


def combine_masks_by_loops(
    padding: Bool[Tensor, "batch key"], causal: Bool[Tensor, "query key"]
) -> Bool[Tensor, "batch 1 query key"]:
    """Decide for each query and key, pair by pair, whether the query may use the key.

    Raises ValueError if the masks differ in their number of keys. Equation
    {eq}`attention_masks-both`; the axis of length 1 stands for all heads.

    >>> padding = torch.tensor([[True, True, False]])
    >>> combine_masks_by_loops(padding, causal_mask(2, 3)).int().tolist()
    [[[[1, 1, 0], [1, 1, 0]]]]
    """
    _check_same_keys(padding, causal)
    combined = torch.zeros(len(padding), 1, *causal.shape, dtype=torch.bool)
    for sequence in range(len(padding)):
        for query in range(causal.shape[0]):
            for key in range(causal.shape[1]):
                real, past = padding[sequence, key], causal[query, key]
                combined[sequence, 0, query, key] = bool(real) and bool(past)
    return combined.to(padding.device)


def masked_softmax_by_loops(
    scores: Float[Tensor, "query key"], mask: Bool[Tensor, "query key"]
) -> Float[Tensor, "query key"]:
    """Share each query's attention among the keys it may use; without any, zeros.

    The largest score is subtracted first, so that no exponential overflows. Equation
    {eq}`attention_masks-softmax`.

    >>> scores = torch.tensor([[0.0, 0.0, 9.0], [1.0, 2.0, 3.0]])
    >>> mask = torch.tensor([[True, True, False], [False, False, False]])
    >>> masked_softmax_by_loops(scores, mask).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    weights = torch.zeros_like(scores)
    for query in range(scores.shape[0]):
        usable = [key for key in range(scores.shape[1]) if mask[query, key]]
        top = max((float(scores[query, key]) for key in usable), default=0.0)
        powers = {key: math.exp(float(scores[query, key]) - top) for key in usable}
        for key in usable:
            weights[query, key] = powers[key] / sum(powers.values())
    return weights


def additive_mask(
    mask: Bool[Tensor, "*axes"],
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, "*axes"]:
    """Turn a mask into numbers to add to scores: 0 where True, else minus infinity.

    Equation {eq}`attention_masks-additive`; Vaswani et al. 2017, section 3.2.3.

    >>> additive_mask(torch.tensor([True, False])).tolist()
    [0.0, -inf]
    """
    zeros = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    return zeros.masked_fill(~mask, -torch.inf)


def masked_attention(
    query: Float[Tensor, "*batch query feature"],
    key: Float[Tensor, "*batch key feature"],
    value: Float[Tensor, "*batch key value"],
    mask: Bool[Tensor, "*#batch #query key"],
) -> Float[Tensor, "*batch query value"]:
    """Give each query an average of the values it may use, weighted by how well their keys fit.

    A query without any gets zeros. Source: Vaswani et al. 2017, equation 1.

    >>> one, values = torch.ones(1, 1), torch.tensor([[2.0], [4.0], [9.0]])
    >>> mask = torch.tensor([[True, True, False]])
    >>> masked_attention(one, torch.ones(3, 1), values, mask).tolist()
    [[3.0]]
    """
    scores = (query @ key.transpose(-2, -1)) / math.sqrt(query.shape[-1])
    return masked_softmax(scores, mask) @ value


def token_loss(
    losses: Float[Tensor, "batch time"],
    mask: Bool[Tensor, "batch time"],
) -> Float[Tensor, ""]:
    """Average the losses of the real tokens; padding adds to neither sum nor count.

    Without a real token it is 0. Equation {eq}`attention_masks-mean`.

    >>> losses = torch.tensor([[1.0, 2.0], [6.0, 99.0]])
    >>> token_loss(losses, torch.tensor([[True, True], [True, False]])).item()
    3.0
    """
    return losses[mask].sum() / mask.sum().clamp(min=1)


def wasted_fraction(lengths: list[int], batches: list[list[int]]) -> float:
    """Say what fraction of the cells of padded batches holds no real token.

    A batch lists the indices of its sequences, `lengths` are in tokens. Without cells
    the fraction is 0. Equation {eq}`attention_masks-waste`; Krell et al. 2021.

    >>> wasted_fraction([1, 3, 2], [[0, 1], [2]])
    0.25
    """
    texts = [[lengths[i] for i in batch] for batch in batches]
    real = sum(sum(batch) for batch in texts)
    padded = sum(len(batch) * max(batch, default=0) for batch in texts)
    return 1 - real / padded if padded else 0.0


def pack_rows(lengths: list[int], row_length: int) -> list[list[int]]:
    """Put sequences into rows, the longest first, each into the first row with room.

    A row lists the indices of its sequences; lengths are in tokens. Raises ValueError for a
    sequence longer than a row. Source: Johnson et al. 1974, first fit decreasing.

    >>> pack_rows([2, 5, 3, 6], row_length=8)
    [[3, 0], [1, 2]]
    """
    _check_lengths(lengths, row_length)
    rows: list[list[int]] = []
    room: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        row = next((r for r, free in enumerate(room) if lengths[i] <= free), len(rows))
        if row == len(rows):
            rows.append([])
            room.append(row_length)
        rows[row].append(i)
        room[row] -= lengths[i]
    return rows


# The references of the exercises.


def pad_batch(
    sequences: list[Int[Tensor, "_"]],
    pad_id: int = 0,
    side: str = "right",
) -> Int[Tensor, "batch time"]:
    """Fill sequences up to the longest with `pad_id`, so that they form one tensor.

    `side` says where the padding goes. Raises ValueError for no sequences and for a side other than
    "right" or "left". Source: PyTorch's documentation of `pad_sequence`.

    >>> pad_batch([torch.tensor([5, 6, 7]), torch.tensor([8])], pad_id=9).tolist()
    [[5, 6, 7], [8, 9, 9]]
    """
    if not sequences:
        raise ValueError(f"no sequences to pad: got {sequences!r}")
    if side not in ("right", "left"):
        raise ValueError(f'side must be "right" or "left", got {side!r}')
    time = max(len(sequence) for sequence in sequences)
    batch = sequences[0].new_full((len(sequences), time), pad_id)
    for row, sequence in zip(batch, sequences, strict=True):
        start = time - len(sequence) if side == "left" else 0
        row[start : start + len(sequence)] = sequence
    return batch


def padding_mask(lengths: Int[Tensor, "batch"], max_len: int) -> Bool[Tensor, "batch {max_len}"]:
    """Mark the real tokens of a batch padded on the right: the first ones of each row.

    A length, in tokens, above `max_len` marks the whole row: that sequence was cut. Raises
    ValueError for a negative `max_len`. Equation {eq}`attention_masks-padding`.

    >>> padding_mask(torch.tensor([3, 1]), max_len=4).int().tolist()
    [[1, 1, 1, 0], [1, 0, 0, 0]]
    """
    if max_len < 0:
        raise ValueError(f"max_len must not be negative, got {max_len}")
    return torch.arange(max_len, device=lengths.device) < lengths[:, None]


def causal_mask(
    queries: int,
    keys: int,
    device: torch.device | str | None = None,
) -> Bool[Tensor, "{queries} {keys}"]:
    """Let each query use the keys up to its own position; the last query stands at the last key.

    So with more keys than queries, the first keys are a past that all may use; with more queries
    than keys, the first queries may use none. Raises ValueError for a negative count. Equation
    {eq}`attention_masks-causal`; Vaswani et al. 2017, section 3.2.3.

    >>> causal_mask(2, 3).int().tolist()
    [[1, 1, 0], [1, 1, 1]]
    """
    if queries < 0 or keys < 0:
        raise ValueError(f"counts must not be negative, got queries={queries}, keys={keys}")
    positions = torch.arange(queries, device=device) + keys - queries
    return torch.arange(keys, device=device) <= positions[:, None]


def combine_masks(
    padding: Bool[Tensor, "batch key"], causal: Bool[Tensor, "query key"]
) -> Bool[Tensor, "batch 1 query key"]:
    """Let a query use a key if the key is real and not in its future, for all sequences at once.

    Raises ValueError if the masks differ in their number of keys. Equation
    {eq}`attention_masks-both`; the axis of length 1 broadcasts over heads.

    >>> combine_masks(torch.tensor([[True, True, False]]), causal_mask(2, 3)).int().tolist()
    [[[[1, 1, 0], [1, 1, 0]]]]
    """
    _check_same_keys(padding, causal)
    return padding[:, None, None, :] & causal


def masked_softmax(
    scores: Float[Tensor, "*axes key"],
    mask: Bool[Tensor, "*#axes #key"],
) -> Float[Tensor, "*axes key"]:
    """Share attention among the keys that may be used, row by row; a row without any gets zeros.

    Neither weights nor gradients turn into nan, whatever stands under the mask. Equation
    {eq}`attention_masks-softmax`.

    >>> scores = torch.tensor([[0.0, 0.0, 9.0], [1.0, 2.0, 3.0]])
    >>> mask = torch.tensor([[True, True, False], [False, False, False]])
    >>> masked_softmax(scores, mask).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    any_key = mask.sum(dim=-1, keepdim=True) > 0  # the same as any(dim=-1), and faster on a CPU
    # Softmax makes nan of a row of -inf: where no key may be used, it is given a row of zeros.
    blocked = torch.where(any_key, -torch.inf, 0.0).to(scores.dtype)
    weights = torch.where(mask, scores, blocked).softmax(dim=-1)
    return torch.where(any_key, weights, 0.0)


def masked_mean(
    values: Float[Tensor, "batch time feature"], mask: Bool[Tensor, "batch time"]
) -> Float[Tensor, "batch feature"]:
    """Average each sequence's vectors over its real positions; a sequence without any gets zeros.

    What stands under the mask does not matter, nan included. Equation {eq}`attention_masks-mean`,
    for each sequence by itself.

    >>> values = torch.tensor([[[2.0], [4.0], [9.0]]])
    >>> masked_mean(values, torch.tensor([[True, True, False]])).tolist()
    [[3.0]]
    """
    real = mask[:, :, None]
    total = values.masked_fill(~real, 0.0).sum(dim=1)  # not values * real: 0 times nan is nan
    return total / real.sum(dim=1).clamp(min=1)


def real_positions(mask: Bool[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """Count the real tokens of each row from 0, wherever the padding stands; padding gets 0.

    With padding on the left, a position embedding must be looked up by these and not by the column.
    Source: `position_ids` of Hugging Face's GPT-2, made from the mask in the same way.

    >>> mask = torch.tensor([[False, False, True, True], [True, True, True, False]])
    >>> real_positions(mask).tolist()
    [[0, 0, 0, 1], [0, 1, 2, 0]]
    """
    return (mask.cumsum(dim=1) - 1).masked_fill(~mask, 0)


def packed_mask(segments: Int[Tensor, "batch time"]) -> Bool[Tensor, "batch 1 query key"]:
    """Let a token use itself and the earlier tokens of its own sequence, none of its neighbors'.

    `segments` numbers the sequences of a row from 1; padding is 0, uses nothing and is not used.
    Source: Krell et al. 2021.

    >>> packed_mask(torch.tensor([[1, 2, 2, 0]])).int().tolist()
    [[[[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]]]
    """
    time = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    real = segments[:, None, :] != 0
    return (same & real & causal_mask(time, time, segments.device))[:, None]


def bucket_batches(lengths: list[int], max_tokens: int) -> list[list[int]]:
    """Put sequences of similar length together, as many to a batch as its padded size allows.

    Batches list indices, shortest first, equal lengths in order. A batch is full when one more
    would make its count times its longest length, in tokens, exceed `max_tokens`. Raises ValueError
    for a sequence longer than that. Source: Khomenko et al. 2016.

    >>> bucket_batches([5, 2, 4, 2], max_tokens=6)
    [[1, 3], [2], [0]]
    """
    _check_lengths(lengths, max_tokens)
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        # Sequences come in rising length, so this one would be the longest of its batch.
        if not batches or (len(batches[-1]) + 1) * lengths[i] > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches


def _check_same_keys(padding: Tensor, causal: Tensor) -> None:
    if padding.shape[-1] != causal.shape[-1]:
        one, other = (f"{tuple(mask.shape)} has {mask.shape[-1]}" for mask in (padding, causal))
        raise ValueError(f"masks differ in their keys: padding {one}, causal {other}")


def _check_lengths(lengths: list[int], limit: int) -> None:
    for i, length in enumerate(lengths):
        if length > limit:
            raise ValueError(f"sequence {i} has {length} tokens, more than the {limit} that fit")
