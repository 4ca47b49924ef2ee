"""What a respondent may do to the machine: as little as this kernel lets us leave it.

Several layers, each tried, none assumed. `enter` is called in the forked process before any code of the student's and
returns the names of the layers that hold; a verdict records them.
"""

from __future__ import annotations

import contextlib
import os
import resource
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_lib.grading.sandbox import kernel, system_calls

PROCESS, FILES, TCP, SIGNALS = "process", "landlock-files", "landlock-tcp", "landlock-signals"
USER, NETWORK, PID, DISK = "separate-user", "network-namespace", "pid-namespace", "private-disk"
CALLS, SENDS = "system-calls", "signal-filter"
TRUSTED = (PROCESS, FILES, CALLS)  # without these no grade is called isolated,
KEEPS_SIGNALS = (SIGNALS, PID, USER, SENDS)  # nor without one of these: a signal ends whatever runs as the same user
_FIRST_USER, _USERS = 61184, 4000  # systemd keeps this range for users that come and go


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times in seconds, sizes in bytes."""

    call: float = 10.0
    cell: float = 30.0
    notebook: float = 120.0
    memory: int = 2 << 30
    gpu: int = 4 << 30  # memory of GPUs, beside what CUDA itself takes
    processes: int = 32
    disk: int = 64 << 20
    file: int = 32 << 20
    output: int = 256 << 10  # text and pictures kept of one cell

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return asdict(self)


def leave_namespaces() -> list[str]:
    """Leave the namespaces that this user may leave; the next fork is alone in its process namespace."""
    root = os.geteuid() == 0
    inside, outside = (os.getuid(), os.getgid()) if root else (1000, 0)
    flags = kernel.NEW_NET | kernel.NEW_PID | kernel.NEW_IPC | kernel.NEW_MOUNTS
    try:
        if not root:
            outside, group = os.getuid(), os.getgid()
            kernel.unshare(kernel.NEW_USER | flags)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{inside} {outside} 1")
            Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")
        else:
            kernel.unshare(flags)
    except (OSError, AttributeError):  # refused, or no Linux
        return []
    return [NETWORK, PID]


def enter(
    home: str, readable: list[int], limits: Limits, uses_gpu: bool, namespaces: list[str], number: int
) -> list[str]:
    """Lock this process in: own directory, limits, user, Landlock, system calls. Returns the layers that hold.

    `number` tells apart what runs at the same time: limits on processes are counted for each user.
    """
    layers = [PROCESS, *namespaces]
    if namespaces:  # without them a mount would be everybody's
        with contextlib.suppress(OSError, AttributeError):
            kernel.mount_private(home, limits.disk, 2000)
            layers.append(DISK)
    os.chdir(home)
    _limit(limits, uses_gpu)
    capabilities = _change_user(home, layers, number)
    _empty_environment(home)
    with contextlib.suppress(OSError, AttributeError):
        version = _landlock(home, readable, uses_gpu)
        layers += [FILES] + [TCP] * (version >= 4) + [SIGNALS] * (version >= 6)
    _set(resource.RLIMIT_NOFILE, 128)  # not before: what is readable may be hundreds of open folders
    if FILES not in layers:
        capabilities = 0
    with contextlib.suppress(OSError, KeyError, AttributeError):
        kernel.drop_capabilities(capabilities)
    with contextlib.suppress(OSError, KeyError, AttributeError):
        alone = any(layer in layers for layer in KEEPS_SIGNALS)
        system_calls.restrict(uses_gpu, 0 if alone else os.getpid())
        layers += [CALLS] + [SENDS] * (not alone)
    return layers


def isolates(layers: Iterable[str]) -> bool:
    """Say whether what runs behind these layers may be called isolated."""
    held = set(layers)
    return held.issuperset(TRUSTED) and not held.isdisjoint(KEEPS_SIGNALS)


def _landlock(home: str, readable: list[int], uses_gpu: bool) -> int:
    paths = [home, "/dev/null", *(str(path) for path in Path("/dev").glob("nvidia*") if uses_gpu)]
    own = [os.open(path, os.O_PATH) for path in paths]
    try:
        return kernel.landlock(readable, own)
    finally:
        for descriptor in own:
            os.close(descriptor)


def _limit(limits: Limits, uses_gpu: bool) -> None:
    seconds = int(limits.notebook) + 5
    wanted = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: limits.file,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_CORE: 0,
    }
    if not uses_gpu:  # CUDA reserves address space far beyond what it uses
        wanted[resource.RLIMIT_AS] = _address_space() + limits.memory
    for kind, value in wanted.items():
        _set(kind, value)


def _set(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 8 << 30


def _change_user(home: str, layers: list[str], number: int) -> int:
    """As root, become a user who owns nothing. Returns the capabilities still needed to read Python's own files."""
    if os.geteuid() != 0:
        return 0
    user = _FIRST_USER + number % _USERS
    os.chown(home, user, user)
    linux = True
    try:
        kernel.keep_capabilities()
    except (OSError, AttributeError):  # elsewhere there are none to keep, nor to drop
        linux = False
    os.setgroups([])
    os.setgid(user)  # by root these change the real, effective and saved one, on every system
    os.setuid(user)
    layers.append(USER)
    if not linux:
        return 0
    kernel.drop_capabilities(1 << kernel.CAN_READ_ALL)
    return 0 if _world_readable(os.__file__) and _world_readable(sys.prefix) else 1 << kernel.CAN_READ_ALL


def _world_readable(path: str) -> bool:
    real = Path(path).resolve()
    return all(part.stat().st_mode & 0o005 for part in [real, *real.parents])


def _empty_environment(home: str) -> None:
    os.environ.clear()
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home, PATH="", OMP_NUM_THREADS="1", MPLBACKEND="agg")
    tempfile.tempdir = home  # the parent may have looked for one already


def library_folders() -> list[Path]:
    """Return what a notebook needs to read on this machine: Python's own modules, packages, shared libraries, fonts."""
    inside = {Path(sys.prefix) / name for name in ("lib", "lib64", "pyvenv.cfg")}
    python = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    python |= {Path(sys.base_prefix) / "lib", *map(Path, site.getsitepackages())}
    system = ["/usr/lib", "/lib", "/lib64", "/usr/share/fonts", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/fonts"]
    found = {path.resolve() for path in {*inside, *python, *map(Path, system)} if path.exists()}
    return sorted(path for path in found if found.isdisjoint(path.parents))


def readable_places(hidden: Iterable[Path], uses_gpu: bool) -> list[int]:
    """Open what a notebook needs to read; nothing of ours and nothing in `hidden`."""
    with contextlib.suppress(ValueError, OSError):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kept_out = [path.resolve() for path in hidden]
    roots = {*library_folders(), Path("/dev/urandom")}
    if uses_gpu:
        roots |= {Path("/proc"), Path("/sys"), *Path("/dev").glob("nvidia*"), Path("/usr/local/cuda").resolve()}
    found: list[int] = []
    for root in sorted(root for root in roots if root.exists()):
        inside = [path for path in kept_out if not root.is_relative_to(path)]  # a course may hold its own Python
        found += [os.open(path, os.O_PATH) for path in _without(root, inside)]
    return found


def _without(root: Path, hidden: list[Path]) -> list[Path]:
    """Return paths that together cover `root` but nothing hidden."""
    if any(root == path or path in root.parents for path in hidden):
        return []
    if not any(root in path.parents for path in hidden):
        return [root]
    return [found for entry in sorted(root.iterdir()) if not entry.is_symlink() for found in _without(entry, hidden)]
