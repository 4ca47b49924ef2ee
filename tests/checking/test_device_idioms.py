"""Every way of making a tensor on the input's device passes on fake CUDA tensors; every mix-up is caught."""

import copy

import numpy as np
import pytest
import torch

from course_lib.checking import devices
from course_lib.checking.calls import Call

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="a real GPU takes the place of the fake one")


def inside(x):
    with torch.device(x.device):
        return torch.zeros(3, 4) + x


def in_slices(x):
    made = torch.zeros(3, 4, device=x.device)
    made[:1] = x[:1]
    return made


GOOD = {
    "zeros(device=x.device)": lambda x: torch.zeros(3, 4, device=x.device) + x,
    "device=x.device.type": lambda x: torch.zeros(3, 4, device=x.device.type) + x,
    "device=str(x.device)": lambda x: torch.zeros(3, 4, device=str(x.device)) + x,
    "device=torch.device(x.device)": lambda x: torch.zeros(3, 4, device=torch.device(x.device)) + x,
    "device='cuda'": lambda x: torch.zeros(3, 4, device="cuda") + x,
    ".to(x.device)": lambda x: torch.zeros(3, 4).to(x.device) + x,
    ".to(device=x.device)": lambda x: torch.zeros(3, 4).to(device=x.device) + x,
    ".to(x.device, x.dtype)": lambda x: torch.zeros(3, 4).to(x.device, x.dtype) + x,
    ".to(x.device, non_blocking)": lambda x: torch.zeros(3, 4).to(x.device, non_blocking=True) + x,
    ".to(x)": lambda x: torch.zeros(3, 4).to(x) + x,
    ".to('cuda')": lambda x: torch.zeros(3, 4).to("cuda") + x,
    ".to('cuda:0')": lambda x: torch.zeros(3, 4).to("cuda:0") + x,
    ".to(device='cuda')": lambda x: torch.zeros(3, 4).to(device="cuda") + x,
    ".to(x.device.type)": lambda x: torch.zeros(3, 4).to(x.device.type) + x,
    ".to('cuda', dtype)": lambda x: torch.zeros(4).to("cuda", torch.float32) + x,
    ".to('cuda' if x.is_cuda else 'cpu')": lambda x: torch.zeros(4).to("cuda" if x.is_cuda else "cpu") + x,
    ".cuda()": lambda x: torch.zeros(3, 4).cuda() + x,
    ".cuda(x.device)": lambda x: torch.zeros(3, 4).cuda(x.device) + x,
    ".type_as(x)": lambda x: torch.zeros(3, 4).type_as(x) + x,
    "new_zeros": lambda x: x.new_zeros(3, 4) + x,
    "new_ones": lambda x: x.new_ones(4) + x,
    "new_full": lambda x: x.new_full((3, 4), 2.0) + x,
    "new_empty": lambda x: x.new_empty(4).fill_(1) + x,
    "new_tensor": lambda x: x.new_tensor([1.0, 2, 3, 4]) + x,
    "zeros_like": lambda x: torch.zeros_like(x) + x,
    "full_like": lambda x: torch.full_like(x, 2) + x,
    "empty_like.copy_": lambda x: torch.empty_like(x).copy_(x),
    "arange(device=)": lambda x: torch.arange(4, device=x.device) + x,
    "arange.to(x.device)": lambda x: torch.arange(4).to(x.device) + x,
    "arange.to(x)": lambda x: torch.arange(4).to(x) + x,
    "linspace": lambda x: torch.linspace(0, 1, 4, device=x.device) + x,
    "eye": lambda x: torch.eye(4, device=x.device).bool() & (x[0] > 0),
    "ones.tril": lambda x: torch.ones(4, 4, device=x.device).tril() + x[0],
    "full(-inf)": lambda x: torch.full((3, 4), float("-inf"), device=x.device) + x,
    "tensor(list, device=)": lambda x: torch.tensor([1.0, 2, 3, 4], device=x.device) + x,
    "tensor(list).to": lambda x: torch.tensor([1.0, 2, 3, 4]).to(x.device) + x,
    "as_tensor(list, device=)": lambda x: torch.as_tensor([1.0, 2, 3, 4], device=x.device) + x,
    "Tensor(list).to": lambda x: torch.Tensor([1, 2, 3, 4]).to(x.device) + x,
    "FloatTensor(list).to": lambda x: torch.FloatTensor([1, 2, 3, 4]).to(x.device) + x,
    "from_numpy.to": lambda x: torch.from_numpy(np.ones(4)).to(x.device) + x,
    "tensor(x)": lambda x: torch.tensor(x) + x,
    "tensor(x, dtype=)": lambda x: torch.tensor(x, dtype=torch.float64) + x,
    "tensor(x, requires_grad=)": lambda x: torch.tensor(x, requires_grad=True) + x,
    "as_tensor(x)": lambda x: torch.as_tensor(x) + x,
    "asarray(x)": lambda x: torch.asarray(x) + x,
    "Parameter": lambda x: torch.nn.Parameter(torch.zeros(3, 4).to(x.device)) + x,
    "Linear(device=)": lambda x: torch.nn.Linear(4, 2, device=x.device)(x),
    "with torch.device": inside,
    "written in slices": in_slices,
    "where(…, 0.0)": lambda x: torch.where(x > 0, x, 0.0),
    "a scalar on the CPU": lambda x: x + torch.tensor(1.0),
    "an index on the CPU": lambda x: x[torch.tensor([0, 1])],
    "masked_fill": lambda x: x.masked_fill(x > 0, -1e9),
    "clone": lambda x: x.clone().detach() + x,
    "deepcopy": lambda x: copy.deepcopy(x) + x,
    "rand_like": lambda x: torch.rand_like(x) + x,
}
BAD = {
    "arange": lambda x: torch.arange(4) + x,
    "cat": lambda x: torch.cat([torch.zeros(1, 4), x]),
    "tensor(list)": lambda x: torch.tensor([1.0, 2, 3, 4]) + x,
    ".to('cpu')": lambda x: x.to("cpu") + x,
    ".numpy()": lambda x: torch.from_numpy(x.numpy()),
}


def on_fake(function):
    return devices.run_on_fake_cuda(function, Call((torch.ones(3, 4),)), None)


@pytest.mark.parametrize("idiom", GOOD.values(), ids=GOOD.keys())
def test_a_tensor_made_on_the_inputs_device_stays_there(idiom):
    outcome = on_fake(idiom)
    assert outcome.failure is None, outcome.failure.text
    assert devices.devices_of(outcome.value) == ["cuda"]


@pytest.mark.parametrize("idiom", BAD.values(), ids=BAD.keys())
def test_a_mix_up_is_caught(idiom):
    failure = on_fake(idiom).failure
    assert failure is not None
    assert "On a GPU this would fail" in devices.advice(failure)


@pytest.mark.parametrize(
    "depends", [lambda x: x.sum().item(), lambda x: x.tolist(), lambda x: x if x[0, 0] > 0 else -x]
)
def test_what_depends_on_values_stays_undecided(depends):
    assert on_fake(depends) is None
