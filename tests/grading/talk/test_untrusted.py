"""No array is built from a child's numbers before both its ends were found inside the memory that came with it."""

import itertools
import json
import math

import numpy as np
import pytest
import torch
from grading.talk import fuzz_unpacker
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.grading.examiner.proxy import stand_in
from course_lib.grading.talk.frames import Lie
from course_lib.grading.talk.packed import Packer
from course_lib.grading.talk.untrusted import MAX_STEP, steps_within

HOSTILE = st.sampled_from(
    [0, -1, 2**31, 2**62, -(2**62), 2**63, 2**64 - 8, 10**30, 1 << 26, 1 << 40, True, None, 0.0, "8"]
)
NEAR = st.integers(-9, 40)
SHAPES = st.lists(st.integers(0, 4) | HOSTILE, max_size=4)
DTYPES = st.sampled_from(["|u1", "<i2", "<f8", "<c16", "<U0", "|S0", "<U2", "|b1", "|O", "|V4", "float32", ""])
TENSORS = st.sampled_from(
    ["uint8", "bool", "float64", "complex64", "bfloat16", "quint8", "bits16", "float8_e5m2", "save"]
)


def reaches(offset, shape, steps, item):
    """Return the first and the last byte that such a view touches, found by looking at every element."""
    starts = [
        offset + sum(i * step for i, step in zip(index, steps, strict=True))
        for index in itertools.product(*map(range, shape))
    ]
    return min(starts), max(starts) + item


def packer_with(*sizes):
    made = Packer(0, stand_in, stand_in)
    places = [[2 * i + 1, ("array", "tensor")[i % 2], size] for i, size in enumerate(sizes)]
    made.learn({"storages": places, "objects": []}, [bytearray(range(size)) for size in sizes])
    return made


@settings(max_examples=600)
@given(
    st.lists(st.integers(1, 4), max_size=3), st.lists(NEAR, min_size=3, max_size=3), NEAR, st.sampled_from([1, 2, 8])
)
def test_a_view_is_taken_exactly_where_every_element_lies_inside(shape, steps, offset, item):
    steps = steps[: len(shape)]
    first, last = reaches(offset, shape, steps, item)
    if first >= 0 and last <= 24:
        assert steps_within(24, item, offset, shape, steps) == steps
    else:
        with pytest.raises(Lie):
            steps_within(24, item, offset, shape, steps)


@pytest.mark.parametrize("step", [2**62, -(2**62), 2**64, 10**30, MAX_STEP + 1])
@pytest.mark.parametrize("shape", [[1], [2], [3, 1], [4, 4]])
def test_a_stride_that_no_whole_number_of_the_machine_holds_is_refused(shape, step):
    with pytest.raises(Lie):
        steps_within(64, 1, 0, shape, [step] * len(shape))


@settings(max_examples=600)
@given(DTYPES, st.sampled_from([1, 3, 5, -1]), NEAR | HOSTILE, SHAPES, st.lists(NEAR | HOSTILE, max_size=4))
@example("|u1", 1, 0, [64], [1])
@example("|u1", 1, 0, [1, 1], [2**62, 2**62])
@example("<U0", 1, 0, [1 << 26], [0])
@example("<f8", -1, 0, [0, 10**18], [8, 8])
def test_no_array_lies_outside_of_what_came(dtype, number, offset, shape, strides):
    made = packer_with(24, 32)
    try:
        array = made.unpack(["n", 7, ["a", dtype, number, offset, shape, strides]])
    except Lie:
        return
    assert math.prod(n or 1 for n in array.shape) <= 1 << 26
    fuzz_unpacker.inside(made)
    array.tolist()


@settings(max_examples=600)
@given(TENSORS, st.sampled_from([1, 3, 5, -1]), NEAR | HOSTILE, SHAPES, st.lists(NEAR | HOSTILE, max_size=4))
@example("uint8", 3, 0, [64], [1])
@example("float64", 3, 0, [2, 0], [2**62, 2**62])
def test_no_tensor_lies_outside_of_what_came(dtype, number, offset, shape, strides):
    made = packer_with(24, 32)
    try:
        tensor = made.unpack(["n", 7, ["T", dtype, shape, strides, number, offset, [False] * 3, None]])
    except Lie:
        return
    fuzz_unpacker.inside(made)
    assert tensor.numel() <= 1 << 26
    tensor.clone()


@pytest.mark.parametrize("place", ["array", "tensor"])
def test_memory_of_no_bytes_is_refused(place):
    with pytest.raises(Lie, match="no bytes"):
        Packer(0, stand_in, stand_in).learn({"storages": [[1, place, 0]], "objects": []}, [bytearray()])


def test_a_memory_does_not_change_its_size():
    made = packer_with(24)
    with pytest.raises(Lie, match="another size"):
        made.learn({"storages": [[1, "array", 8]], "objects": []}, [bytearray(8)])


@pytest.mark.parametrize("number", [2, 0, -3, 4])
def test_a_number_that_is_ours_to_give_is_refused(number):
    with pytest.raises(Lie, match="does not give"):
        Packer(0, stand_in, stand_in).learn({"storages": [[number, "array", 8]], "objects": []}, [bytearray(8)])
    with pytest.raises(Lie, match="does not give"):
        Packer(0, stand_in, stand_in).unpack(["n", number, ["l", []]])


@pytest.mark.parametrize(
    "description", [["a", "|b1", 1, 0, [8], [1]], ["T", "bool", [8], [1], 1, 0, [False] * 3, None]]
)
def test_bytes_seen_as_true_or_false_are_one_or_zero(description):
    """NumPy counts a mask by adding its bytes: eight of 0x20 are none to it, and eight to what then copies."""
    made = Packer(0, stand_in, stand_in)
    made.learn({"storages": [[1, "array", 8]], "objects": []}, [bytearray(b"\x20" * 8)])
    mask = np.asarray(made.unpack(["n", 3, description]))
    assert mask.view(np.uint8).tolist() == [1] * 8
    made.learn({"storages": [[1, "array", 8]], "objects": []}, [bytearray(b"\x80\x02" * 4)])  # written anew
    assert mask.view(np.uint8).tolist() == [1] * 8
    assert len(np.arange(8)[mask]) == 8


def test_views_of_honest_data_all_arrive():
    base = np.arange(60.0).reshape(3, 4, 5)
    views = [base, base[::-1], base[1:, ::2, 3:0:-1], base[:1], base.T, base[..., :0], base[0, 0, 0:1]]
    views += [base > 7, (base > 7)[:, 1], np.array([""]), np.zeros(3, "S4"), np.empty(0, "U0")]
    t = torch.arange(60.0).reshape(3, 4, 5)
    views += [t, t[:1], t.permute(2, 0, 1)[1:], t[..., :0], t.expand(2, 3, 4, 5), t > 7, t.to(torch.float8_e5m2)]
    there, here = Packer(1, stand_in, stand_in), Packer(0, stand_in, stand_in)
    packed = there.pack(views)
    news, buffers = there.changes()
    here.learn(json.loads(json.dumps(news)), [bytearray(buffer) for buffer in buffers])
    for got, sent in zip(here.unpack(json.loads(json.dumps(packed))), views, strict=True):
        assert got.shape == sent.shape
        assert got.dtype == sent.dtype
        same = (got == sent) if isinstance(sent, np.ndarray) else (got.float() == sent.float())
        assert same.all()


@pytest.mark.parametrize("number", range(len(json.loads(fuzz_unpacker.CORPUS.read_text()))))
def test_what_the_fuzzer_found_is_taken_or_refused(number):
    """Each of these once reached a line or a refusal that no other did; see `fuzz_unpacker`."""
    talk = json.loads(fuzz_unpacker.CORPUS.read_text())[number]
    try:
        fuzz_unpacker.play(talk)
    except Lie:
        return
