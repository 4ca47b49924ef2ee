"""The system calls that student code may not make: what Landlock, namespaces and limits leave open (seccomp).

Some are refused. Others, which only change how a file looks, do nothing and say that they did: copying a file or
unpacking an archive tries them, and may go on. A number is that of x86-64, then that of aarch64; 0 where there is none.
"""

from __future__ import annotations

import platform
import struct

from course_lib.grading.sandbox import kernel

_REFUSED = {
    # sockets of other programs (a container engine, a desktop), of the kernel, to the host of a virtual machine
    "socket": (41, 198), "connect": (42, 203),
    # memory that is in no process, so that nobody counts it
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "semget": (64, 190),
    "mq_open": (240, 180), "memfd_secret": (447, 447), "io_uring_setup": (425, 425), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219),
    # other processes of the same user, where no namespace hides them
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438),
    "kcmp": (312, 272), "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    # Linux shares the processors out among sessions: one that starts others takes their share
    "setsid": (112, 157),
    # parts of the kernel that no notebook needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "fanotify_init": (300, 262), "inotify_init": (253, 0),
    "inotify_init1": (294, 26),
}  # fmt: skip
_WITHOUT_GPU = {"memfd_create": (319, 279)}  # CUDA makes such files
_IGNORED = {
    "chmod": (90, 0), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, 0),
    "fchown": (93, 55), "lchown": (94, 0), "fchownat": (260, 54), "utime": (132, 0), "utimes": (235, 0),
    "futimesat": (261, 0), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
# Signals to others, where nothing else keeps them in: by these calls, by a file that is told whom to wake, and, above,
# by limits of other processes.
_SIGNALS = {
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
}  # fmt: skip
_SENDS = {"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)}  # to whom is the first argument
_FCNTL, _WAKES = (72, 25), (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_IOCTL, _WAKES_TOO = (16, 29), (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_CLONE, _CLONE3, _MMAP, _SOCKETPAIR, _PRLIMIT = (56, 220), (435, 435), (9, 222), (53, 199), (302, 261)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the tables, AUDIT_ARCH
_FOREIGN = 0x40000000  # x86-64 has other numbers for the same calls from here on

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE = 0, 4
_NEW_NAMESPACES, _SHARED_AND_ANONYMOUS, _STREAM_OR_PACKETS = 0x7E020000, 0x21, (1, 5)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _argument(number: int) -> int:
    return 16 + 8 * number  # its lower half; both machines are little-endian


def _refuse(error: int = _EPERM) -> bytes:
    return _step(_RETURN, _ERROR | error)


def _when(number: int, steps: bytes) -> bytes:
    """Take these steps, the last of which returns, for one call."""
    return _step(_EQUAL, number, 0, len(steps) // 8) + steps


def _argument_is(number: int, values: tuple[int, ...], then: bytes, otherwise: bytes) -> bytes:
    """Decide by an argument's lower half: one of these values, or any other; both ends return."""
    made = _step(_LOAD, _argument(number))
    return made + b"".join(_step(_EQUAL, value, 0, 1) + then for value in values) + otherwise


def _only_to(process: int, column: int) -> bytes:
    """Refuse signals to all but one process, by whatever call sends them."""
    allow = _step(_RETURN, _ALLOW)
    made = b"".join(_when(numbers[column], _refuse()) for numbers in _SIGNALS.values())
    for numbers in _SENDS.values():
        made += _when(numbers[column], _argument_is(0, (process,), allow, _refuse()))
    for numbers, values in ((_FCNTL, _WAKES), (_IOCTL, _WAKES_TOO)):
        made += _when(numbers[column], _argument_is(1, values, _refuse(), allow))
    return made


def program(machine: str, uses_gpu: bool, only_signal: int = 0) -> bytes:
    """Return the filter for a machine, as the kernel takes it; raises KeyError for a machine we have no numbers of.

    With `only_signal`, the number of a process, signals to any other are refused.
    """
    column, architecture = _MACHINES[machine]
    allow = _step(_RETURN, _ALLOW)
    made = _step(_LOAD, _ARCHITECTURE) + _step(_EQUAL, architecture, 1, 0) + _refuse()
    made += _step(_LOAD, _NUMBER) + _step(_ABOVE, _FOREIGN, 0, 1) + _refuse()
    for numbers in (_REFUSED | ({} if uses_gpu else _WITHOUT_GPU)).values():
        made += _when(numbers[column], _refuse()) if numbers[column] else b""
    for numbers in _IGNORED.values():
        made += _when(numbers[column], _refuse(0)) if numbers[column] else b""
    made += _only_to(only_signal, column) if only_signal else b""
    made += _when(_CLONE3[column], _refuse(_ENOSYS))  # its flags cannot be seen; glibc then uses the older one
    flags = _step(_LOAD, _argument(0)) + _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1) + _refuse() + allow
    made += _when(_CLONE[column], flags)
    others = _step(_LOAD, _argument(0)) + _step(_EQUAL, 0, 1, 0) + _refuse() + allow
    made += _when(_PRLIMIT[column], others)
    kind = _step(_LOAD, _argument(1)) + _step(_AND, 0xF)  # a pair of datagram sockets can be turned to anybody's
    kind += b"".join(_step(_EQUAL, each, 0, 1) + allow for each in _STREAM_OR_PACKETS) + _refuse()
    made += _when(_SOCKETPAIR[column], kind)
    if not uses_gpu:
        shared = _step(_LOAD, _argument(3)) + _step(_AND, _SHARED_AND_ANONYMOUS)
        made += _when(_MMAP[column], shared + _step(_EQUAL, _SHARED_AND_ANONYMOUS, 0, 1) + _refuse() + allow)
    return made + allow


def restrict(uses_gpu: bool, only_signal: int = 0) -> None:
    """Restrict this process and all it starts; raises OSError or KeyError where that cannot be done."""
    kernel.filter_calls(program(platform.machine(), uses_gpu, only_signal))
