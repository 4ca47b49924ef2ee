"""The few system calls that isolation needs and Python does not offer: Landlock, seccomp, capabilities, mounts."""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
from collections.abc import Iterable

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on x86-64 and on aarch64
_CAPSET = {"x86_64": 126, "aarch64": 91}
_SET_DEATH_SIGNAL, _KEEP_CAPS, _SET_SECCOMP, _ADOPT_ORPHANS, _NO_NEW_PRIVILEGES = 1, 8, 22, 36, 38
CAN_READ_ALL = 2  # CAP_DAC_READ_SEARCH

READ = 1 << 2 | 1 << 3
_EXECUTE = 1 << 0
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # Landlock ABI: how many rights on files it knows
_WRITE_ALL = (1 << 16) - 1 & ~_EXECUTE
_ON_ONE_FILE = 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # write, read, truncate, ioctl
_TCP = 1 << 0 | 1 << 1
_SCOPES = 1 << 0 | 1 << 1  # abstract sockets, signals


def _call(number: int, *arguments: object) -> int:
    result = int(_LIBC.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")


def die_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    _prctl(_SET_DEATH_SIGNAL, 9)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets away."""
    _prctl(_ADOPT_ORPHANS, 1)


def keep_capabilities() -> None:
    """Keep the right to change capabilities across the next change of user."""
    _prctl(_KEEP_CAPS, 1)


def landlock_version() -> int:
    """Return the version of Landlock that this kernel offers; 0 for none."""
    if platform.system() != "Linux" or platform.machine() not in _CAPSET:
        return 0
    try:
        return _call(_CREATE, None, 0, 1)
    except OSError:
        return 0


def landlock(readable: Iterable[int], writable: Iterable[int]) -> int:
    """Allow this process and its children only what lies below the given descriptors; no TCP, no signals to others.

    Returns the version in force; raises OSError where the kernel refuses.
    """
    version = landlock_version()
    if not version:
        raise OSError("this kernel has no Landlock")
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    rules = struct.pack("<QQQ", files, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _call(_CREATE, ctypes.c_char_p(rules), ctypes.c_size_t(size), 0)
    try:
        for descriptors, rights in ((readable, READ), (writable, _WRITE_ALL)):
            for descriptor in descriptors:
                _allow(ruleset, descriptor, rights & files)
        _prctl(_NO_NEW_PRIVILEGES, 1)
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, descriptor: int, rights: int) -> None:
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        rights &= _ON_ONE_FILE
    rule = struct.pack("<Qi", rights, descriptor)
    _call(_ADD, ruleset, 1, ctypes.c_char_p(rule), 0)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def filter_calls(steps: bytes) -> None:
    """Let a seccomp program decide on every later system call of this process and of all it starts."""
    _prctl(_NO_NEW_PRIVILEGES, 1)
    made = _Program(len(steps) // 8, steps)
    if _LIBC.prctl(_SET_SECCOMP, 2, ctypes.byref(made), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"no filter of system calls: {os.strerror(code)}")


def drop_capabilities(keep: int = 0) -> None:
    """Give up every capability but those in the bit mask `keep`."""
    header = struct.pack("<Ii", 0x20080522, 0)
    data = struct.pack("<6I", keep, keep, 0, 0, 0, 0)
    _call(_CAPSET[platform.machine()], ctypes.c_char_p(header), ctypes.c_char_p(data))


def mount_private(path: str, size: int, files: int) -> None:
    """Mount an empty file system of limited size at `path`, in a mount namespace of our own."""
    _mount(b"none", b"/", b"", 1 << 14 | 1 << 18, b"")  # MS_REC | MS_PRIVATE: nothing we mount is seen outside
    options = f"size={size},nr_inodes={files},mode=0777".encode()
    _mount(b"tmpfs", os.fsencode(path), b"tmpfs", 2 | 4 | 8, options)  # nosuid, nodev, noexec


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, options: bytes) -> None:
    if _LIBC.mount(source, target, kind, ctypes.c_ulong(flags), options) != 0:
        raise OSError(ctypes.get_errno(), f"mount failed: {os.strerror(ctypes.get_errno())}")


def unshare(flags: int) -> None:
    """Leave the given namespaces (`CLONE_NEW…`)."""
    if _LIBC.unshare(ctypes.c_int(flags)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
