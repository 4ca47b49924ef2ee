"""Would it run on a GPU? Asked of fake CUDA tensors on machines that have none."""

import numpy as np
import pytest
import torch

from course_lib.checking import check, devices
from course_lib.checking.calls import Call

no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="a real GPU takes the place of the fake one")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="skipped: no CUDA")


def on_fake(function, *args):
    return devices.run_on_fake_cuda(function, Call(args), None)


@no_cuda
def test_a_hard_coded_cpu_is_caught_with_its_line():
    def padding_mask(lengths, max_len):
        return torch.arange(max_len) < lengths[:, None]

    verdict = check("made_up.padding_mask", padding_mask)
    assert verdict.points == 0
    assert "On a GPU this would fail" in verdict.message
    assert "`return torch.arange(max_len) < lengths[:, None]`" in verdict.message


@no_cuda
def test_a_result_left_on_the_cpu_is_caught():
    def padding_mask(lengths, max_len):
        mask = torch.zeros(len(lengths), max_len, dtype=torch.bool)
        mask[:] = torch.arange(max_len, device=lengths.device) < lengths[:, None]
        return mask

    assert (
        "the result would be on cpu although the input is on cuda"
        in check("made_up.padding_mask", padding_mask).message
    )


@no_cuda
def test_numpy_on_a_gpu_tensor_is_caught():
    def padding_mask(lengths, max_len):
        return torch.from_numpy(np.arange(max_len) < np.asarray(lengths)[:, None])

    assert "NumPy cannot read a GPU tensor" in check("made_up.padding_mask", padding_mask).message


@no_cuda
@pytest.mark.parametrize(
    "follows_values",
    [
        lambda lengths, max_len: torch.tensor([[i < n for i in range(max_len)] for n in lengths.tolist()]),
        lambda lengths, max_len: torch.stack([torch.arange(max_len) < int(n) for n in lengths]),
    ],
)
def test_what_fake_tensors_cannot_follow_is_inconclusive_and_free(follows_values):
    verdict = check("made_up.padding_mask", follows_values)
    assert verdict.passed
    assert "could not be told" in verdict.devices[1]


@no_cuda
def test_a_device_agnostic_answer_is_said_to_run_on_a_gpu():
    verdict = check("made_up.padding_mask", lambda n, m: torch.arange(m, device=n.device) < n[:, None])
    assert "it would run on a GPU too" in verdict.devices[1]


@no_cuda
def test_indexing_and_autograd_on_fake_cuda_do_not_end_the_process():
    assert devices.devices_of(on_fake(lambda x: x[:, 1:], torch.zeros(3, 4)).value) == ["cuda"]
    assert on_fake(lambda x: x[x > 0], torch.zeros(3, 4)) is None
    assert on_fake(lambda x: torch.autograd.grad((x.requires_grad_() ** 2).sum(), x), torch.zeros(3)) is None
    assert on_fake(lambda x: x + torch.ones(4), torch.zeros(3, 4)).failure is not None


@no_cuda
def test_strides_and_named_devices_are_kept_on_fake_cuda():
    outcome = on_fake(lambda x, device: (x.stride(), device.type), torch.zeros(3, 4).T, torch.device("cpu"))
    assert outcome.value == ((1, 4), "cuda")


def test_real_tensors_still_work_after_a_fake_run():
    check("made_up.padding_mask", lambda n, m: torch.arange(m, device=n.device) < n[:, None])
    assert torch.equal(torch.arange(3) + 1, torch.tensor([1, 2, 3]))
    assert torch.cuda.is_available() in (False, True)


@needs_cuda
def test_the_same_answers_get_the_same_verdicts_on_a_real_gpu():
    right = check("made_up.padding_mask", lambda n, m: torch.arange(m, device=n.device) < n[:, None])
    assert right.passed
    assert "checked on cuda" in right.devices
    wrong = check("made_up.padding_mask", lambda n, m: torch.arange(m) < n[:, None])
    assert "On a GPU this would fail" in wrong.message
