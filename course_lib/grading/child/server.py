"""A warm parent: imports numpy, IPython and torch once, then forks a locked-in respondent for each submission.

It is a process of its own, started with an empty environment, that never sees a rubric, a reference or a seed: a fork
inherits its memory. It never touches CUDA, and no parallel code of torch.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.grading.child import respondent, shell
from course_lib.grading.sandbox import gpu_memory, kernel, lockdown
from course_lib.grading.talk import frames


def main(control: int, with_torch: bool, hidden: list[str], uses_gpu: bool) -> None:
    """Serve requests on the descriptor `control` until it is closed."""
    requests = socket.socket(fileno=control)
    ipython = _warm(with_torch)
    readable = lockdown.readable_places(map(Path, hidden), uses_gpu)
    sys.path[:] = [place for place in sys.path if place]
    gc.collect()
    gc.freeze()
    guards: dict[int, socket.socket] = {}
    for order, channel in _orders(requests):
        _reap(guards)
        if channel is not None:
            _fork(requests, guards, channel, ipython, readable, order)
        elif life := guards.pop(order["end"], None):
            life.close()
    for life in guards.values():
        life.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _orders(requests: socket.socket) -> Iterator[tuple[dict[str, Any], socket.socket | None]]:
    """Yield one order, a line each, after the other, with the channel that came with it if it is for a child."""
    text, descriptors = b"", list[int]()
    while True:
        data, more, _, _ = socket.recv_fds(
            requests, 1 << 16, 1
        )  # one channel at a time: no child may inherit another's
        if not data:
            return
        descriptors += more
        *lines, text = (text + data).split(b"\n")
        for line in lines:
            order = json.loads(line)
            yield order, socket.socket(fileno=descriptors.pop()) if "home" in order else None


def _reap(guards: dict[int, socket.socket]) -> None:
    """Take note of guards that have ended."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            if life := guards.pop(ended, None):
                life.close()


def _warm(with_torch: bool) -> shell.Shell:
    import numpy  # noqa: F401

    if with_torch:
        import torch

        torch.set_num_threads(1)
        import torch._subclasses.fake_tensor

        with contextlib.suppress(ImportError):
            import jaxtyping  # noqa: F401
        _warm_processor_info()
        if torch.version.cuda is None:
            _warm_fake_tensors()
    return shell.make_shell()


def _warm_processor_info() -> None:
    """Let torch ask what this processor can do: the first use of float16 reads files that no child may."""
    import torch

    with contextlib.suppress(RuntimeError):
        torch.nn.LSTM(1, 1).half()(torch.zeros(1, 1, 1, dtype=torch.float16))
    torch.where(torch.tensor([[True]]), torch.zeros(2, 3, dtype=torch.float16), 0.0).softmax(dim=-1)


def _warm_fake_tensors() -> None:
    """Run one operation on fake tensors, so that what torch imports for them is imported once."""
    import torch

    from course_lib.checking import devices

    with devices.fake_mode() as mode:
        if mode is not None:
            x = torch.empty(2, device="cuda")
            (x + x).sum()


def _fork(
    requests: socket.socket,
    guards: dict[int, socket.socket],
    channel: socket.socket,
    ipython: shell.Shell,
    readable: list[int],
    order: dict[str, Any],
) -> None:
    """Fork one guard, which starts one respondent, and say who it is. It ends both when `life` closes."""
    life, our_life = socket.socketpair()
    guard = os.fork()
    if guard == 0:
        with contextlib.suppress(BaseException):
            for ours in (our_life, requests, *guards.values()):
                ours.close()
            _guard(life, channel, ipython, readable, order)
        os._exit(70)
    life.close()
    channel.close()
    guards[guard] = our_life
    with contextlib.suppress(OSError):
        requests.sendall(json.dumps({"guard": guard}).encode() + b"\n")


def _guard(
    life: socket.socket, channel: socket.socket, ipython: shell.Shell, readable: list[int], order: dict[str, Any]
) -> None:
    """Start the respondent in namespaces of its own; end it, and all it started, when `life` closes."""
    with contextlib.suppress(OSError, AttributeError):  # elsewhere than on Linux
        kernel.adopt_orphans()
        kernel.die_with_parent()
    order["number"] = os.getpid()  # the respondent cannot ask: in its namespace it is the first process
    layers = lockdown.leave_namespaces()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            life.close()
            _respond(channel, ipython, readable, order, layers)
        os._exit(0)
    channel.close()
    ended: list[Any] = []
    with contextlib.suppress(OSError, AttributeError):
        ended.append(os.pidfd_open(child))
    select.select([life, *ended], [], [])
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    _end_strays()
    os._exit(min(255, abs(os.waitstatus_to_exitcode(status))))


def _end_strays() -> None:
    """End what the respondent left behind; orphans have become children of this process."""
    for _ in range(1000 if os.path.isdir("/proc") else 0):
        children = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent(pid) == os.getpid()]
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG if not children else 0)[0] and children:
                children.pop()
        except ChildProcessError:
            return


def _parent(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _respond(
    channel: socket.socket, ipython: shell.Shell, readable: list[int], order: dict[str, Any], layers: list[str]
) -> None:
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        kernel.die_with_parent()
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    limits = lockdown.Limits(**order["limits"])
    layers = lockdown.enter(order["home"], readable, limits, order["gpu"], layers, order["number"])
    _close_all_but(channel.fileno())
    if order["gpu"] and gpu_memory.cap(limits.gpu):  # last: CUDA keeps descriptors open
        layers.append(gpu_memory.CAPPED)
    examiner = frames.Channel(channel)
    examiner.send({"layers": layers})
    respondent.main(examiner, ipython)


def _close_all_but(kept: int) -> None:
    os.closerange(3, kept)
    os.closerange(kept + 1, 1 << 20)
