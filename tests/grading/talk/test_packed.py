"""Plain data between two processes: what goes in comes out, views stay views, and nothing else gets through."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.checking.comparison import Rules, difference
from course_lib.grading.examiner.proxy import stand_in
from course_lib.grading.talk.frames import Lie
from course_lib.grading.talk.packed import Packer
from course_lib.grading.talk.scalars import TooLarge


class Pair:
    """Two packers and the wire between them."""

    def __init__(self):
        self.kept = []
        self.a, self.b = Packer(0, self.refer, stand_in), Packer(1, self.refer, stand_in)

    def refer(self, value):
        self.kept.append(value)
        return [len(self.kept), type(value).__name__, "object", None]

    def pass_on(self, value, back=False):
        sender, receiver = (self.b, self.a) if back else (self.a, self.b)
        packed = sender.pack(value)
        news, buffers = sender.changes()
        packed, news = json.loads(json.dumps([packed, news]))
        receiver.learn(news, [bytearray(b) for b in buffers])
        made = receiver.unpack(packed)
        receiver.apply(news)
        return made


PLAIN = [
    None, True, 0, -7, 2**80, 1.5, math.inf, "Hangul 한글 \ud800",
    "\ud83d\ude00", "\ude00\ud83d", {"\ud800\udfff": "a😀"},
    b"\x00\xff", 1 + 2j, (), [], {}, [1, [2, (3,)]],
    {"a": [1], (1, 2): None}, {1, 2}, frozenset({"x"}), range(3, 9, 2), slice(None, 2), np.float32(1.5),
    np.int64(3), np.str_("a한"), np.bytes_(b"\x00a"),
    np.dtype("float32"), torch.float16, torch.device("cpu"), torch.Size([2, 3]),
    torch.Size([10**15, 0, 10**15]), torch.Size([1] * 40),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_data_arrives_as_it_was(value):
    made = Pair().pass_on(value)
    assert type(made) is type(value)
    assert made == value


ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.arange(6).reshape(2, 3).T,
    np.arange(10)[::-2],
    np.broadcast_to(np.arange(3), (4, 3)),
    np.zeros((0, 3)),
    np.array(1.5, dtype=np.float16),
    np.array(["a", "한"]),
    torch.arange(6).reshape(2, 3),
    torch.arange(12.0).reshape(3, 4).t()[1:],
    torch.ones(3).expand(2, 3),
    torch.zeros(2, 0),
    torch.tensor(1.0, dtype=torch.bfloat16),
    torch.tensor([True, False]),
]


@pytest.mark.parametrize("value", ARRAYS, ids=lambda v: f"{type(v).__name__}{tuple(v.shape)}{v.dtype}")
def test_arrays_keep_values_and_strides(value):
    made = Pair().pass_on(value)
    assert difference(value, made, Rules(tolerance=(0, 0))) is None
    strides = (made.stride(), value.stride()) if torch.is_tensor(value) else (made.strides, value.strides)
    assert strides[0] == strides[1]


def test_what_is_written_over_there_is_seen_here():
    pair, x, items = Pair(), np.zeros(3), [1, 2]
    there_x, there_items = pair.pass_on((x, items))
    there_x[1] = 5
    there_items.append(3)
    pair.pass_on(None, back=True)
    assert x.tolist() == [0, 5, 0]
    assert items == [1, 2, 3]


def test_a_view_made_over_there_is_a_view_here():
    pair, x = Pair(), torch.zeros(2, 3)
    there = pair.pass_on(x)
    view = pair.pass_on(there[1], back=True)
    view.fill_(7)
    assert x.tolist() == [[0, 0, 0], [7, 7, 7]]


def test_an_array_and_the_tensor_made_of_it_share_memory_on_both_sides():
    pair, x = Pair(), np.zeros(3)
    tensor = pair.pass_on(torch.from_numpy(pair.pass_on(x)), back=True)
    tensor[0] = 1
    assert x[0] == 1


def test_gradients_and_replaced_data_follow():
    pair, p = Pair(), torch.nn.Parameter(torch.ones(2))
    there = pair.pass_on(p)
    assert isinstance(there, torch.nn.Parameter)
    p.grad = torch.full((2,), 3.0)
    pair.pass_on(None)
    assert there.grad.tolist() == [3, 3]
    there.data = there.data - there.grad
    there.grad = None
    pair.pass_on(None, back=True)
    assert p.tolist() == [-2, -2]
    assert p.grad is None


def test_a_list_that_holds_itself_arrives():
    knot = []
    knot.append(knot)
    made = Pair().pass_on(knot)
    assert made[0] is made


@pytest.mark.parametrize(
    "value",
    [2**20000, "x" * (2 << 20), np.zeros(1 << 25), np.broadcast_to(0, (1 << 14, 1 << 14)), [0] * 300_000],
    ids=["int", "text", "array", "broadcast", "list"],
)
def test_what_is_too_large_is_refused(value):
    with pytest.raises(TooLarge):
        Pair().pass_on(value)


def test_other_objects_stay_where_they_are():
    class Odd:
        pass

    made = Pair().pass_on([Odd(), object(), (n for n in "ab")])
    assert [type(part).__name__ for part in made] == ["Odd", "object", "generator"]


COLLIDING = [["i", hex((2**61 - 1) * k)] for k in range(1_000)]  # each a hash of 0: Python would compare all with all


@pytest.mark.parametrize(
    "lie",
    [["s", COLLIDING], ["fs", COLLIDING], ["n", 9, ["d", [[key, None] for key in COLLIDING]]], ["t", [None] * 400_001]],
    ids=["set", "frozenset", "dict", "parts"],
)
def test_what_would_keep_the_examiner_busy_is_refused(lie):
    with pytest.raises(Lie, match=r"same hash|more parts"):
        Packer(0, repr, repr).unpack(lie)


def knots(count):
    """Lists of which each holds the next one twice, as a child may send them: few bytes, and no end."""
    lie = ["n", 2 * count + 1, ["l", [1]]]
    for k in range(count):
        lie = ["n", 2 * k + 3 + 2 * count, ["l", [lie, ["=", lie[1]]]]]
    return lie


def test_what_is_held_again_and_again_is_counted_each_time():
    assert Packer(0, repr, repr).unpack(knots(10))[0] == Packer(0, repr, repr).unpack(knots(10))[1]
    with pytest.raises(Lie, match="as often as it is held"):
        Packer(0, repr, repr).unpack(knots(45))


def test_what_is_shared_later_is_counted_too():
    """Each change is small; together they make what no one message may hold."""
    packer = Packer(0, repr, repr)
    packer.unpack(["t", [["n", 2 * k + 1, ["l", []]] for k in range(45)]])
    changes = [[2 * k + 1, ["l", [["=", 2 * k + 3]] * 2]] for k in range(44)]
    with pytest.raises(Lie, match="as often as it is held"):
        [packer.apply({"objects": [change]}) for change in changes]


def test_rows_that_an_honest_answer_shares_arrive():
    assert Pair().pass_on([[0] * 900] * 900) == [[0] * 900] * 900


def test_many_honest_keys_arrive():
    many = {k: -k for k in range(2_000)} | {float(k) + 0.5: k for k in range(2_000)} | {(k, -k): k for k in range(900)}
    assert Pair().pass_on(many) == many
    assert Pair().pass_on(set(many)) == set(many)


LIES = [
    ["x"], [], {}, ["=", 5], ["=", []], ["n"], ["n", "1", ["l", []]], ["n", 9, ["a", "|O", -1, 0, [0], [8]]],
    ["n", 9, ["a", "<f8", -1, 0, [10**9], [8]]], ["n", 9, ["a", "<f8", -1, 0, [-1], [8]]],
    ["n", 9, ["a", "<f8", 77, 0, [1], [8]]], ["n", 9, ["T", "save", [1], [1], -1, 0, [False] * 3, None]],
    ["g", "|O", "00"], ["dv", "nowhere"], ["td", "Tensor"], ["h", [1, 2]], ["i", "zz"], ["t", 5],
    ["F", "float32", [1], [1], "cuda", {}],
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: json.dumps(lie)[:40])
def test_a_lie_is_refused(lie):
    def resolve(data):
        raise Lie("no such handle")

    with pytest.raises(Lie):
        Packer(0, resolve, resolve).unpack(lie)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"), [(8, [2], [8]), (0, [3], [8]), (0, [2], [16]), (-8, [2], [8]), (0, [2], [-8])]
)
def test_an_array_cannot_reach_beyond_its_memory(offset, shape, strides):
    packer = Packer(0, stand_in, stand_in)
    packer.learn({"storages": [[1, "array", 16], [3, "tensor", 16]], "objects": []}, [bytearray(16), bytearray(16)])
    with pytest.raises(Lie):
        packer.unpack(["n", 5, ["a", "<f8", 1, offset, shape, strides]])
    steps = [step // 8 for step in strides]
    with pytest.raises(Lie):
        packer.unpack(["n", 7, ["T", "float64", shape, steps, 3, offset // 8, [False] * 3, None]])


LEAF = st.none() | st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False) | st.text(max_size=6)


@settings(max_examples=200)
@given(st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)))
def test_any_json_gives_a_value_or_a_lie_and_nothing_else(data):
    try:
        Packer(0, stand_in, stand_in).unpack(data)
    except Lie:
        return
    assert type(data) is not dict
