"""What an answer to `pad_batch` must do, and the mistakes we know."""

import torch

from course_lib import attention_masks as am
from course_lib.checking import rubric
from course_lib.checking.cases import one_of, ragged, strided, whole


@rubric(
    answer=am.pad_batch,
    title="Pad a ragged batch",
    points=2,
    difficulty=1,
    minutes=12,
    forbids=["torch.nn.utils.rnn.pad_sequence"],
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


@pad_batch.domain
def anything(rng):
    """One or more sequences, empty ones among them, of int32 or int64 or smaller types; any id the type holds as
    `pad_id`, also one that is a token; both sides."""
    sequences = ragged(rng, whole(rng, 1, 5), whole(rng, 0, 9), vocabulary=one_of(rng, 3, 50, 100))
    pad_id = one_of(rng, 0, 1, -1, -100, int(rng.integers(2, 100)))
    if sequences[0].dtype == torch.uint8:
        pad_id = abs(pad_id)
    return [strided(rng, sequence) for sequence in sequences], pad_id, one_of(rng, "right", "left")


@pad_batch.oracle
def by_pad_sequence(sequences, pad_id=0, side="right"):
    """Ask torch's own function."""
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=pad_id, padding_side=side)


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
def ids_in_int64(sequences, pad_id=0, side="right", *, right):
    """The ids have become int64 whatever they were: new tensors must get the dtype of the sequences."""
    return right.long()


@pad_batch.mistake
def one_column_too_many(sequences, pad_id=0, side="right"):
    """There is a column of nothing but padding: the batch is as long as its longest sequence, not longer."""
    return am.pad_batch([*sequences, sequences[0].new_zeros(max(map(len, sequences)) + 1)], pad_id, side)[:-1]


@pad_batch.mistake
def ids_in_floats(sequences, pad_id=0, side="right", *, right):
    """The ids have become floats: `torch.zeros` and `torch.full` choose a dtype, ids must keep theirs."""
    return right.float()


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
