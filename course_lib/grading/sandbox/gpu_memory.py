"""How much of a GPU's memory a respondent may take: a cap set inside it, and a watch from outside.

The cap is the process's own: torch keeps it for honest code, but code that sets out to can lift it again. The watch
cannot be reached from inside; it sees what the driver says of each process, by its number.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time

CAPPED = "gpu-memory"
CONTEXT = 1 << 30  # what CUDA itself takes in a process, which torch's cap does not count
_EVERY = 1.0  # seconds; asking the driver takes a tenth of one


class NoDevice(RuntimeError):
    """A device was asked for that this machine does not have."""


def require(device: str, here: bool = True) -> None:
    """Raise `NoDevice` unless there is such a device, on this machine if `here`. Not for a process that will fork."""
    if device not in ("cpu", "cuda"):
        raise NoDevice(f"There is no device {device!r} to grade on; there are cpu and cuda.")
    if device == "cuda" and here:
        import torch

        if not torch.cuda.is_available():
            raise NoDevice("There is no CUDA device that torch can use here; grade with --device cpu.")


def cap(limit: int) -> bool:
    """Initialize CUDA in this process and let torch take `limit` bytes of each GPU; say whether that holds."""
    torch = sys.modules.get("torch")  # one that is not loaded yet is the student's to load, and the watch's to see
    if torch is None or not torch.cuda.is_available():
        return False
    for device in range(torch.cuda.device_count()):
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, limit / total), device)
    return True


class Watch:
    """Asks the driver, once in a while, what processes hold of the GPUs."""

    def __init__(self) -> None:
        """Nothing is asked before `exceeded`."""
        self.asked = 0.0

    def exceeded(self, pids: set[int], limit: int) -> bool:
        """Say whether these processes hold more than `limit` bytes beside CUDA's own, if it is time to ask again."""
        if time.monotonic() < self.asked + _EVERY:
            return False
        self.asked = time.monotonic()
        return sum(size for pid, size in used().items() if pid in pids) > limit + CONTEXT


def used() -> dict[int, int]:
    """Return the bytes that each process holds of all GPUs; nothing where there is no `nvidia-smi`."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    command = [program, "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    found: dict[int, int] = {}
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        for line in said.splitlines():
            pid, _, mebibytes = line.partition(",")
            with contextlib.suppress(ValueError):  # "[N/A]", where the driver does not say
                found[int(pid)] = found.get(int(pid), 0) + (int(mebibytes) << 20)
    return found
