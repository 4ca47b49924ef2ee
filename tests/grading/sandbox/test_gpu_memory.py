"""The cap on a GPU's memory: its parts with stand-ins for torch and the driver, and the whole where there is CUDA."""

import os
import shutil
import sys
import types

import pytest
from grading.test_cohort import write_class

from course_lib.grading import commands
from course_lib.grading.examiner.remote_respondent import Answers
from course_lib.grading.examiner.warm_server import Child, OutOfMemory, WarmServer, tree
from course_lib.grading.sandbox import gpu_memory
from course_lib.grading.sandbox.lockdown import Limits

GB = 1 << 30


def ask(child: Child, source: str) -> str | None:
    return Answers(child, child.limits).ask("cell", 30.0, source=source, limit=1000)["error"]


def stand_in(sizes):
    """Return a torch that has GPUs of these sizes and remembers the fractions it is given."""
    given = {}
    cuda = types.SimpleNamespace(
        is_available=lambda: bool(sizes),
        device_count=lambda: len(sizes),
        get_device_properties=lambda number: types.SimpleNamespace(total_memory=sizes[number]),
        set_per_process_memory_fraction=lambda fraction, device: given.__setitem__(device, fraction),
    )
    return types.SimpleNamespace(cuda=cuda), given


def test_every_gpu_is_capped_in_bytes(monkeypatch):
    torch, given = stand_in([16 * GB, 2 * GB])
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert gpu_memory.cap(4 * GB)
    assert given == {0: 0.25, 1: 1.0}


def test_nothing_is_said_to_be_capped_where_nothing_is(monkeypatch):
    torch, given = stand_in([])
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert not gpu_memory.cap(4 * GB)
    monkeypatch.delitem(sys.modules, "torch")
    assert not gpu_memory.cap(4 * GB)
    assert given == {}


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Return a function that lets `nvidia-smi` say something."""

    def say(text, status=0):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")

    return say


def test_what_the_driver_says_is_added_up_by_process(driver, monkeypatch):
    driver("10, 512\n11, 100\n10, 1024\n12, [N/A]\nNo devices were found")
    assert gpu_memory.used() == {10: 1536 << 20, 11: 100 << 20}
    driver("10, 512", status=9)
    assert gpu_memory.used() == {}
    monkeypatch.setenv("PATH", "")
    assert gpu_memory.used() == {}


def test_the_watch_counts_the_tree_and_asks_once_a_second(driver, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(gpu_memory.time, "monotonic", lambda: now[0])
    driver("10, 3000\n11, 3000\n12, 9000")
    watch = gpu_memory.Watch()
    assert not watch.exceeded({10, 11}, 5 * GB)  # 6000 MiB, a GiB of which is CUDA's own
    assert not watch.exceeded({10, 12}, 5 * GB)  # not asked again so soon
    now[0] += 1.5
    assert watch.exceeded({10, 12}, 5 * GB)


def test_a_child_that_takes_too_much_of_the_gpu_is_ended(warm, driver, monkeypatch):
    """The whole way, but for the driver: a cell is at work while `nvidia-smi` tells of its process."""
    child = warm.child(Limits())
    try:
        monkeypatch.setattr(warm, "uses_gpu", True)
        driver("\n".join(f"{pid}, 900" for pid in tree(child.guard)))
        assert ask(child, "1") is None
        driver("\n".join(f"{pid}, 90000" for pid in tree(child.guard)))
        with pytest.raises(OutOfMemory, match="GPU"):
            ask(child, "import time; time.sleep(9)")
    finally:
        child.end()


@pytest.mark.parametrize(("device", "words"), [("tpu", "no device 'tpu'"), ("cuda", "no CUDA device")])
def test_a_device_that_is_not_there_is_refused_before_anything_is_graded(tmp_path, monkeypatch, capsys, device, words):
    torch, _ = stand_in([])
    monkeypatch.setitem(sys.modules, "torch", torch)
    write_class(tmp_path, 1)
    assert commands.grade(tmp_path, device=device) == commands.UNUSABLE
    assert words in capsys.readouterr().err
    assert not (tmp_path / "gradebook.db").exists()
    with pytest.raises(gpu_memory.NoDevice):
        gpu_memory.require("tpu", here=False)
    gpu_memory.require("cuda", here=False)  # on a cluster its workers have it


# On a real GPU


@pytest.fixture
def on_cuda():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    with WarmServer(with_torch=True, uses_gpu=True) as made:
        yield made


TAKE = "import torch\nx = torch.zeros({gigabytes} << 30, dtype=torch.uint8, device='cuda')\ntorch.cuda.synchronize()"


@pytest.mark.slow
def test_torch_keeps_to_the_cap_on_a_real_gpu(on_cuda):
    child = on_cuda.child(Limits(gpu=2 << 30))
    try:
        assert gpu_memory.CAPPED in child.layers
        assert ask(child, TAKE.format(gigabytes=1)) is None
        assert ask(child, TAKE.format(gigabytes=3)) == "OutOfMemoryError"
    finally:
        child.end()


@pytest.mark.slow
def test_who_lifts_the_cap_on_a_real_gpu_is_seen_from_outside(on_cuda):
    if not shutil.which("nvidia-smi"):
        pytest.skip("no nvidia-smi here")
    child = on_cuda.child(Limits(gpu=1 << 30))
    try:
        lifted = "import torch\ntorch.cuda.set_per_process_memory_fraction(1.0)\n" + TAKE.format(gigabytes=4)
        with pytest.raises(OutOfMemory, match="GPU"):
            ask(child, lifted + "\nimport time; time.sleep(10)")
    finally:
        child.end()
