"""A fuzzer for what the examiner unpacks: `python tests/grading/talk/fuzz_unpacker.py MINUTES` adds to the corpus.

It bends messages of honest and hostile children, keeps those that reach new lines or new refusals, and stops at the
first that ends the process, raises anything but `Lie`, takes seconds, or gives an array outside the memory it came in.
The corpus is in `corpus.json`, and every test run unpacks it again.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from course_lib.checking.comparison import Rules, difference
from course_lib.checking.data import leaves
from course_lib.grading.examiner.proxy import stand_in
from course_lib.grading.talk import packed, scalars, storages, untrusted
from course_lib.grading.talk.frames import Lie
from course_lib.grading.talk.packed import Packer

CORPUS = Path(__file__).with_name("corpus.json")
WATCHED = {module.__file__ for module in (packed, scalars, storages, untrusted)}
SLOW = 5.0  # seconds for one conversation; the machine may be busy
NUMBERS = [
    -(2**63),
    -(2**62),
    -8,
    -1,
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    31,
    32,
    33,
    64,
    1 << 20,
    1 << 26,
    2**31,
    2**62,
    2**64,
    10**30,
]
TEXTS = [
    "|u1",
    "<f8",
    "<U0",
    "|S0",
    "<U3",
    "|S5",
    "|b1",
    "|O",
    "<c16",
    "|V8",
    "float32",
    "bool",
    "uint8",
    "bits8",
    "complex64",
]
TEXTS += [
    "quint4x2",
    "a",
    "T",
    "l",
    "d",
    "n",
    "=",
    "h",
    "t",
    "s",
    "fs",
    "F",
    "g",
    "i",
    "array",
    "tensor",
    "cuda:0",
    "00" * 8,
]


def honest_talk() -> list[list[dict]]:
    """Return what an honest child says of values of each kind, and what earlier attackers said."""
    base = np.arange(24.0)
    knot: list = []
    knot.append(knot)
    values = [
        [1, 2.5, None, "x", 2**70, b"ab", 1j, (1, [2]), {"a": {3}}, frozenset({4}), range(3), slice(1, 2)],
        [base, base[2:9:3], base.reshape(4, 6).T[::-1], np.zeros((0, 3))],
        [np.array([True, False]), np.array(["ab", "c"])],
        [torch.arange(6).reshape(2, 3).t(), torch.zeros(0), torch.tensor(True), torch.ones(2, dtype=torch.complex64)],
        [torch.nn.Parameter(torch.ones(2)), np.float32(2), np.dtype("float64")],
        [torch.Size([2]), torch.device("cpu"), torch.int8],
        knot,
    ]  # fmt: skip
    said = []
    for value in values:
        child = Packer(1, lambda _: [1, "Odd", "object", None], stand_in)
        value = child.pack(value)
        news, buffers = child.changes()
        said.append([{"news": news, "buffers": [bytes(buffer).hex() for buffer in buffers], "value": value}])
    view = {
        "news": {"storages": [[1, "array", 0]], "objects": []},
        "buffers": [""],
        "value": ["n", 3, ["a", "|u1", 1, 0, [64], [1]]],
    }
    changed = {"news": {"storages": [], "objects": [[2, ["l", [1, ["=", 2]]]]]}, "buffers": [], "value": ["=", 2]}
    return json.loads(json.dumps([*said, [view], [said[1][0], changed]]))


def examiner() -> Packer:
    """Return the examiner's side, which has handed arguments over."""
    side = Packer(0, stand_in, stand_in)
    frozen = np.arange(5.0)
    frozen.flags.writeable = False
    side.pack([[1, 2], np.arange(4), torch.nn.Parameter(torch.ones(3)), frozen, np.array([True, False])])
    side.changes()
    return side


def play(talk: list[dict]) -> None:
    """Let the examiner take in what was said, as `Exchange.result` does, and look at all of it as the kit would."""
    side = examiner()
    for message in talk:
        data = [bytearray(bytes.fromhex(text)) for text in message["buffers"]]
        try:
            side.learn(message["news"], data)
            value = side.unpack(message["value"])
            side.apply(message["news"])
        except Lie:
            raise
        except Exception as error:
            raise Lie(str(error)) from error  # as `Exchange` takes it
        inside(side)
        look_at(value)
        side.changes()


def inside(side: Packer) -> None:
    """Assert that every array and tensor lies in memory that was sent or is ours, by NumPy's own account of it."""
    places = [(s.low, s.low + s.size) for s in side.storages.values()]
    for value in side.objects.values():
        if type(value) is np.ndarray and value.nbytes:
            low, high = np.lib.array_utils.byte_bounds(value)
        elif torch.is_tensor(value) and value.numel():
            low = value.data_ptr()
            reach = sum((n - 1) * step for n, step in zip(value.shape, value.stride(), strict=True))
            high = low + (reach + 1) * value.element_size()
        else:
            continue
        assert any(first <= low and high <= last for first, last in places), "an array lies outside of all memory sent"


def look_at(value) -> None:
    """Read every number there is, as comparison and messages do."""
    with contextlib.suppress(ValueError, RecursionError):  # too deep; digits
        for leaf in leaves(value):
            if type(leaf) is np.ndarray and leaf.size < 1 << 16:
                leaf.tolist()
                if leaf.dtype == bool:
                    assert len(leaf[leaf]) == sum(leaf.reshape(-1).tolist())
            elif torch.is_tensor(leaf) and leaf.numel() < 1 << 16 and "8_" not in str(leaf.dtype):
                leaf.tolist()
        difference(value, value, Rules(tolerance=(0, 0)))


def bend(talk: list[dict], chance: random.Random, others: list[list[dict]]) -> list[dict]:
    """Return a copy in which a few parts were replaced, doubled, dropped or taken from another conversation."""
    made = copy.deepcopy(talk)
    if chance.random() < 0.1:
        made += copy.deepcopy(chance.choice(others))
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        places = list(parts(made))
        holder, key = chance.choice(places)
        kind = chance.random()
        if kind < 0.45:
            holder[key] = (
                chance.choice(NUMBERS) if type(holder[key]) is int or chance.random() < 0.4 else chance.choice(TEXTS)
            )
        elif kind < 0.65:
            taken, at = chance.choice(list(parts(chance.choice(others))))
            holder[key] = copy.deepcopy(taken[at])
        elif kind < 0.8 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif isinstance(holder, list) and len(holder) > 1:
            del holder[key]
    return made


def parts(node):
    """Yield every place of a conversation: its holder and index, but not the frame itself."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if not (isinstance(value, dict) and "news" in value) and key not in ("news", "buffers"):
            yield node, key
        if isinstance(value, list | dict):
            yield from parts(value)


def well_formed(talk) -> bool:
    """Say whether frames are as `Channel.receive` gives them: objects with buffers as long as was said, or not."""
    for message in talk:
        if not isinstance(message, dict) or len(json.dumps(message)) > 20_000:
            return False
        if any(
            not isinstance(text, str) or set(text) - set("0123456789abcdef") or len(text) % 2
            for text in message["buffers"]
        ):
            return False
    return True


def fit(talk, chance) -> None:
    """Mostly make the buffers as long as they are said to be, so that more than their lengths is tried."""
    for message in talk:
        places = message["news"].get("storages") if isinstance(message["news"], dict) else None
        if isinstance(places, list) and chance.random() < 0.9:
            message["buffers"] = [
                bytes(chance.randrange(256) for _ in range(min(place[2], 512))).hex()
                for place in places
                if isinstance(place, list) and len(place) == 3 and type(place[2]) is int and place[2] >= 0
            ]


def reached(talk) -> frozenset:
    """Return the lines that one conversation reaches, and the refusal it ends with."""
    lines: set = set()

    def trace(frame, event, _):
        if frame.f_code.co_filename not in WATCHED:
            return None
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        play(talk)
    except Lie as error:
        lines.add(str(error)[:30])
    finally:
        sys.settrace(None)
    return frozenset(lines)


def main(minutes: float) -> int:
    """Fuzz, and write the corpus."""
    chance, begun, tried = random.Random(os.getpid()), time.monotonic(), 0
    corpus = json.loads(CORPUS.read_text()) if CORPUS.exists() else honest_talk()
    seen = frozenset().union(*map(reached, corpus))
    last = Path(tempfile.gettempdir()) / "fuzz_unpacker_last.json"
    while time.monotonic() < begun + 60 * minutes:
        talk = bend(chance.choice(corpus), chance, corpus)
        fit(talk, chance)
        if not well_formed(talk):
            continue
        tried += 1
        last.write_text(json.dumps(talk))  # if the process ends, this is why
        clock = time.monotonic()
        new = reached(talk) - seen
        assert time.monotonic() - clock < SLOW, talk
        if new:
            seen |= new
            corpus.append(talk)
            CORPUS.write_text("[\n" + ",\n".join(json.dumps(entry) for entry in corpus) + "\n]\n")
    last.unlink()
    print(f"{tried} conversations in {minutes:g} minutes; {len(corpus)} kept, {len(seen)} lines and refusals reached")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
