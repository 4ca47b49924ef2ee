"""Would the answer run on a GPU? Asked of real devices where there are any, else of fake CUDA tensors.

A fake tensor has a shape, a dtype and a device but no numbers (torch's `FakeTensorMode`), so device mix-ups show on a
laptop. What depends on the numbers themselves (`.item()`, `if x > 0`) cannot be followed: inconclusive, which costs
nothing.

torch's CPU build has no device guard for CUDA: without one, indexing a fake CUDA tensor raises and autograd aborts the
whole process. torch repairs that only in CUDA builds (`_ensureCUDADeviceGuardSet`). We lend CUDA the no-op guard of the
meta device, by the registry's exported symbol; where that symbol is gone, the check is inconclusive instead of fatal.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator
from typing import Any

from course_lib.checking.calling import Failure, Outcome, run
from course_lib.checking.calls import Call
from course_lib.checking.data import is_tensor, leaves, torch, transform

FAKE = "fake cuda"
USE_REAL = True  # a grader that keeps answers away from accelerators sets this to False
_REGISTRY = "_ZN3c104impl26device_guard_impl_registryE"
_CUDA, _META = 1, 14  # c10/core/DeviceType.h
_MIXED = ("same device", "two devices", "on cpu", "can't convert cuda", "different devices")


class HostMemoryNeeded(RuntimeError):
    """A GPU tensor was handed to NumPy, which reads host memory only."""


def holds_tensors(value: Any) -> bool:
    """Say whether a device can matter to this data: it holds a tensor or names a device."""
    t = torch()
    return t is not None and any(is_tensor(leaf) or isinstance(leaf, t.device) for leaf in leaves(value))


def present() -> list[str]:
    """Return the accelerators of this machine, or the fake one."""
    t = torch()
    if t is None:
        return []
    if not USE_REAL:
        return [FAKE]
    real = ["cuda"] * t.cuda.is_available() + ["mps"] * t.backends.mps.is_available()
    return real or [FAKE]


def move(call: Call, device: str) -> Call:
    """Return the call with its tensors, and the devices it names, on `device`."""
    t = torch()

    def change(leaf: Any) -> Any:
        if is_tensor(leaf):
            leaf = leaf.float() if device == "mps" and leaf.dtype == t.float64 else leaf  # MPS has no float64
            return leaf.detach().to(device).requires_grad_(leaf.requires_grad)
        return t.device(device) if isinstance(leaf, t.device) else leaf

    return Call(transform(call.args, change), transform(call.kwargs, change))


def run_on_fake_cuda(function: Callable[..., Any], call: Call, driver: Callable[..., Any] | None) -> Outcome | None:
    """Call `function` on fake CUDA copies of the arguments; None where fake tensors cannot tell."""
    with fake_mode() as mode:
        if mode is None:
            return None
        t = torch()
        first = t.device("cuda", 0)

        def fake(leaf: Any) -> Any:
            if is_tensor(leaf):
                copy = t.empty_strided(leaf.shape, leaf.stride(), dtype=leaf.dtype, device=first)
                return copy.requires_grad_(leaf.requires_grad)
            return first if isinstance(leaf, t.device) else leaf

        outcome = run(function, Call(transform(call.args, fake), transform(call.kwargs, fake)), driver)
    failed = outcome.failure
    return outcome if failed is None or is_mix_up(failed) else None


def is_mix_up(failure: Failure) -> bool:
    """Say whether a failure is about tensors on different devices, not about missing numbers."""
    if isinstance(failure.error, HostMemoryNeeded):
        return True
    return type(failure.error).__name__ == "FakeTensorDeviceMismatchError" or (
        isinstance(failure.error, RuntimeError | TypeError) and any(words in failure.text for words in _MIXED)
    )


def devices_of(value: Any) -> list[str]:
    """Return the device type of every tensor in a result, fake ones included, in order."""
    t = torch()
    return [leaf.device.type for leaf in leaves(value) if t is not None and isinstance(leaf, t.Tensor)]


def advice(failure: Failure) -> str:
    """Say in a sentence why an answer would fail on a GPU, naming its line."""
    line = f" The line: `{failure.line}`." if failure.line else ""
    if isinstance(failure.error, HostMemoryNeeded):
        return f"On a GPU this would fail: NumPy cannot read a GPU tensor; stay in torch.{line}"
    return (
        "On a GPU this would fail: it mixes tensors on the GPU with tensors on the CPU. "
        f"Create new tensors on the device of the input (`device=x.device`).{line}"
    )


@contextlib.contextmanager
def fake_mode() -> Iterator[Any]:
    """Let tensors made inside the block on "cuda" be fake ones; the block gets None where that cannot be done."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    if not _lend_guard():
        yield None
        return
    with FakeTensorMode(allow_non_fake_inputs=True) as mode, _as_on_a_gpu():
        yield mode


def _lend_guard() -> bool:
    t = torch()
    if t.version.cuda is not None:
        return True  # a CUDA build has its own guard
    try:
        library = ctypes.CDLL(os.path.join(os.path.dirname(t.__file__), "lib", "libc10.so"))
        registry = (ctypes.c_void_p * (_META + 1)).in_dll(library, _REGISTRY)
    except (OSError, ValueError):
        return False
    if not registry[_CUDA]:
        registry[_CUDA] = registry[_META]
    return bool(registry[_CUDA])


def _as_on_a_gpu() -> Any:
    """Return a mode in which three things are as on a GPU that fake tensors know otherwise.

    NumPy cannot read a GPU tensor; "cuda" is the first GPU; and a tensor made of a tensor stays on its device.
    """
    t = torch()
    from torch.overrides import TorchFunctionMode

    reads = (t.Tensor.numpy, t.Tensor.__array__)
    moves = (t.Tensor.to, t.Tensor.cuda)
    copies = (t.tensor, t.as_tensor, t.asarray)

    class AsOnAGpu(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if func in reads and args[0].device.type == "cuda":
                raise HostMemoryNeeded("a CUDA tensor was handed to NumPy")
            if func in moves:
                args = tuple(_numbered(part) for part in args)
                kwargs = {name: _numbered(part) for name, part in kwargs.items()}
                if func is t.Tensor.cuda and len(args) == 1 and kwargs.get("device") is None:
                    args = (*args, t.device("cuda", 0))
            elif func in copies and args and isinstance(args[0], t.Tensor):
                known = {name: value for name, value in kwargs.items() if name in ("dtype", "device") and value}
                made = args[0].detach().clone()
                made = made.to(**known) if known else made
                return made.requires_grad_(bool(kwargs.get("requires_grad")))
            return func(*args, **kwargs)

    return AsOnAGpu()


def _numbered(part: Any) -> Any:
    """Return the first GPU where a device is only said to be one."""
    t = torch()
    plain = part == "cuda" if isinstance(part, str) else isinstance(part, t.device) and str(part) == "cuda"
    return t.device("cuda", 0) if plain else part
